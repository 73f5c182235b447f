//! The examples that a plugin carries, judged by the plugin itself: its pages
//! say what each rule says of each example, and it must agree.

use std::time::{Duration, Instant};

use anjian_check::plan::Dates;
use anjian_model::{Assessment, Example, Outcome, Request, Rule};
use anjian_runtime::Plugin;
use serde_json::Value;

/// Disagreements that are told. Whoever wrote the plugin sees the rest at home.
const SHOWN: usize = 3;

/// Runs all examples within a time.
///
/// # Errors
/// In a sentence, why the version does not pass.
pub fn run(plugin: &Plugin, today: &str, limit: Duration) -> Result<String, String> {
    let begun = Instant::now();
    let (mut examples, mut rules) = (0_usize, 0_usize);
    let mut wrong = Vec::new();
    for (index, rule) in plugin.description().rules.iter().enumerate() {
        in_time(begun, limit)?;
        let page = plugin
            .explain(&rule.id)
            .map_err(|fault| format!("the page of rule `{}` could not be had: {fault}", rule.id))?;
        // The contract lets a rule be without a page.
        let Some(page) = page else { continue };
        rules += usize::from(!page.examples.is_empty());
        for (number, example) in page.examples.iter().enumerate() {
            in_time(begun, limit)?;
            examples += 1;
            if let Err(problem) = agrees(plugin, index, rule, example, today) {
                wrong.push(format!(
                    "example {} of rule `{}`: {problem}",
                    number + 1,
                    rule.id
                ));
            }
        }
    }
    if wrong.is_empty() {
        return Ok(match examples {
            0 => "its pages carry no examples, so nothing was tried".to_owned(),
            1 => "its one example agrees with its page".to_owned(),
            _ => format!("{examples} examples of {rules} rules agree with their pages"),
        });
    }
    let count = wrong.len();
    wrong.truncate(SHOWN);
    Err(format!(
        "{count} of {examples} examples in its pages came out otherwise, which is for its author: {}",
        wrong.join("; ")
    ))
}

fn in_time(begun: Instant, limit: Duration) -> Result<(), String> {
    if begun.elapsed() <= limit {
        return Ok(());
    }
    Err(format!(
        "its examples take longer than {} ms; its author should make it faster; where the \
         machine was only busy, put the file there once more",
        limit.as_millis()
    ))
}

fn agrees(
    plugin: &Plugin,
    index: usize,
    rule: &Rule,
    example: &Example,
    today: &str,
) -> Result<(), String> {
    let filing: Value = serde_json::from_str(&example.filing)
        .map_err(|error| format!("the filing is no JSON: {error}"))?;
    let date = |name: &str| filing.get(name).and_then(Value::as_str).map(str::to_owned);
    let reference = date("reference_date").unwrap_or_else(|| today.to_owned());
    let dates = Dates {
        submission: date("submission_date").unwrap_or_else(|| reference.clone()),
        reference,
    };
    let assessment = plugin
        .evaluate(Request {
            filing: example.filing.as_bytes(),
            reference_date: &dates.reference,
            submission_date: &dates.submission,
            parameters: b"",
        })
        .map_err(|fault| fault.to_string())?;
    // As a report would: a rule out of force does not apply.
    let said = if dates.in_force(rule) {
        assessment.outcomes.get(index).copied()
    } else {
        Some(Outcome::NotApplicable)
    };
    if said != Some(example.outcome) {
        return Err(format!(
            "the page says {:?}, the plugin says {:?}",
            example.outcome,
            said.unwrap_or(Outcome::Failed)
        ));
    }
    let lacks = |pattern: &&String| !names(&assessment, index, pattern);
    match example.missing.iter().find(lacks) {
        Some(pattern) => Err(format!("{pattern} is not named as missing")),
        None => Ok(()),
    }
}

/// Whether a finding of the rule names the fact as missing.
fn names(assessment: &Assessment, index: usize, pattern: &str) -> bool {
    let findings = assessment
        .findings
        .iter()
        .filter(|found| found.rule == index);
    let mut missing = findings.flat_map(|found| &found.missing);
    missing.any(|pointer| fits(pattern, pointer))
}

/// `*` stands for any list position.
fn fits(pattern: &str, pointer: &str) -> bool {
    let (mut pattern, mut pointer) = (pattern.split('/'), pointer.split('/'));
    loop {
        match (pattern.next(), pointer.next()) {
            (None, None) => return true,
            (Some("*"), Some(part)) if part.bytes().all(|byte| byte.is_ascii_digit()) => {}
            (Some(a), Some(b)) if a == b => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_is_a_position() {
        for (pattern, pointer, expect) in [
            ("/hot", "/hot", true),
            ("/units/*/hot", "/units/12/hot", true),
            ("/units/*/hot", "/units/a/hot", false),
            ("/units/*/hot", "/units/1", false),
            ("/units", "/units/1", false),
        ] {
            assert_eq!(fits(pattern, pointer), expect, "{pattern} {pointer}");
        }
    }
}
