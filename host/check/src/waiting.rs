//! What is undetermined, by the fact that is missing: one missing fact is one
//! block, however many findings wait for it.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use anjian_model::{Finding, Outcome, Text, Verdict, Waiting};

/// One fact, over all items of a list.
pub(crate) struct Block<'f> {
    /// The pointer with `*` for list positions.
    pub(crate) pattern: String,
    pub(crate) first: &'f str,
    pub(crate) title: &'f Text,
    pub(crate) findings: Vec<&'f Finding>,
    /// One finding of each rule.
    pub(crate) rules: Vec<&'f Finding>,
}

impl Block<'_> {
    /// How much waits for the fact: rules that decide, and all rules.
    fn weight(&self) -> (usize, usize) {
        let deciding = |finding: &&&Finding| finding.verdict() != Verdict::Compliant;
        (self.rules.iter().filter(deciding).count(), self.rules.len())
    }
}

/// Whether a finding waits for a fact.
pub(crate) fn waits(finding: &Finding) -> bool {
    finding.outcome == Outcome::Undetermined && !finding.missing.is_empty()
}

/// The facts for which most rules wait come first: they are the root causes.
pub(crate) fn blocks<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<Block<'f>> {
    let mut blocks: Vec<Block<'f>> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut told: HashSet<(usize, &str)> = HashSet::new();
    for finding in findings.into_iter().filter(|finding| waits(finding)) {
        for fact in &finding.missing {
            let pattern = pattern(&fact.pointer);
            let at = *known.entry(pattern).or_insert_with_key(|pattern| {
                blocks.push(Block {
                    pattern: pattern.clone(),
                    first: &fact.pointer,
                    title: &fact.title,
                    findings: Vec::new(),
                    rules: Vec::new(),
                });
                blocks.len() - 1
            });
            if let Some(block) = blocks.get_mut(at) {
                block.findings.push(finding);
                if told.insert((at, &finding.rule)) {
                    block.rules.push(finding);
                }
            }
        }
    }
    blocks.sort_by_key(|block| Reverse(block.weight()));
    blocks
}

/// The same, as reports have it.
pub(crate) fn waiting(findings: &[Finding]) -> Vec<Waiting> {
    let blocks = blocks(findings).into_iter();
    blocks
        .map(|block| Waiting {
            pointer: block.pattern,
            title: block.title.clone(),
            rules: block.rules.iter().map(|found| found.rule.clone()).collect(),
        })
        .collect()
}

fn pattern(pointer: &str) -> String {
    let parts: Vec<&str> = pointer
        .split('/')
        .map(|part| {
            let position = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            if position { "*" } else { part }
        })
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use anjian_model::{Finding, Kind, Missing, Outcome};

    use super::waiting;
    use crate::double;

    fn finding(rule: &str, kind: Kind, missing: &[&str]) -> Finding {
        let stated = double::rule(rule);
        let missing = missing.iter().map(|&pointer| Missing {
            pointer: pointer.to_owned(),
            title: double::text("事实", "fact"),
        });
        Finding {
            rule: stated.id,
            outcome: Outcome::Undetermined,
            kind,
            severity: stated.severity,
            instrument: stated.instrument,
            clause: stated.clause,
            confidence: stated.confidence,
            item: None,
            message: stated.title,
            tolerated: None,
            evidence: Vec::new(),
            missing: missing.collect(),
        }
    }

    #[test]
    fn what_most_rules_wait_for_comes_first() {
        let findings = [
            finding("t/1", Kind::Duty, &["/s/one"]),
            finding("t/2", Kind::Advice, &["/s/advised"]),
            finding("t/3", Kind::Advice, &["/s/advised"]),
            finding("t/4", Kind::Duty, &["/s/list", "/s/one"]),
            finding("t/5", Kind::Duty, &["/s/list"]),
            finding("t/5", Kind::Duty, &["/s/list"]),
            finding("t/6", Kind::Advice, &["/s/list"]),
            finding("t/7", Kind::Duty, &["/s/units/0/esd"]),
            finding("t/7", Kind::Duty, &["/s/units/1/esd"]),
        ];
        let shown: Vec<String> = waiting(&findings)
            .iter()
            .map(|waiting| format!("{} {}", waiting.pointer, waiting.rules.join(" ")))
            .collect();
        assert_eq!(
            shown,
            [
                "/s/list t/4 t/5 t/6",
                "/s/one t/1 t/4",
                "/s/units/*/esd t/7",
                "/s/advised t/2 t/3",
            ]
        );
    }
}
