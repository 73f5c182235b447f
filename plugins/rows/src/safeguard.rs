//! Safeguards: one fact says whether a device is there and whether it works,
//! and one row makes two rules. The clause that demands the device is broken
//! when it is absent; the clause that demands that devices work, when it is
//! there and dead. Never both for one device.

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::page::{Example, Page};
use crate::rule::Rule;
use crate::sample::Sample;
use crate::schema::{Field, Ty};
use crate::source::Problem;
use crate::table::{Boundary, Outcome, Row};
use crate::tables::Bilingual;

/// The answers to a safeguard's fact, in the schema's `$defs`.
pub const ANSWERS: [&str; 5] = ["absent", "working", "failed", "bypassed", "installed"];

/// What an instrument says of devices that are there and dead. `{fact}` stands
/// for the device's title, `{clause}` for the clause that demands it, `{rule}`
/// for that rule's id.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Safeguards {
    /// The part of the id before the demanding rule's: `14` makes `order10/14-7.7a`.
    pub id: String,
    pub clause: String,
    pub title: Bilingual,
    pub page: Bilingual,
    /// Stands at the end of that page when only its rule is less well confirmed.
    pub compare: Bilingual,
    /// Stands at the end of the demanding rule's page; `{companion}` is the id of the other.
    pub see: Bilingual,
    /// Why it is open when only the device's presence is filed.
    pub because: Bilingual,
}

/// Makes the demanding row complete: what breaks it, and the examples that
/// follow from its violated one.
pub(crate) fn demand(row: &mut Row, page: &mut Page) {
    let Some(fact) = row.safeguard.clone() else {
        return;
    };
    if row.violated.is_none() {
        let text = format!("{} == \"absent\"", fact.get_ref());
        row.violated = Some(Spanned::new(fact.span(), text));
        row.boundary.push(boundary(
            &fact,
            &[
                ("absent", Outcome::Violated),
                ("working", Outcome::Satisfied),
                ("failed", Outcome::Satisfied),
                ("bypassed", Outcome::Satisfied),
                ("installed", Outcome::Satisfied),
                ("unknown", Outcome::Undetermined),
            ],
        ));
        derive(
            page,
            fact.get_ref(),
            &[(Outcome::Satisfied, "working"), (Outcome::Undetermined, "")],
        );
    }
}

/// The id of the rule that asks whether the devices of another one work.
fn companion_id(id: &str, template: &Safeguards) -> String {
    let (instrument, clause) = id.split_once('/').unwrap_or_default();
    format!("{instrument}/{}-{clause}", template.id)
}

/// Tells the reader of the demanding rule's page where dead devices are judged.
pub(crate) fn point_to_companion(row: &Row, page: &mut Page, template: Option<&Safeguards>) {
    if let (Some(_), Some(template)) = (&row.safeguard, template) {
        let companion = companion_id(row.id.get_ref(), template);
        for (text, see) in [
            (&mut page.zh, &template.see.zh),
            (&mut page.en, &template.see.en),
        ] {
            text.push('\n');
            text.push_str(see.replace("{companion}", &companion).trim());
        }
    }
}

/// The row and page of the clause that demands that devices work.
///
/// # Errors
/// When the fact is no safeguard, or the instrument says nothing of dead devices.
pub(crate) fn companion(
    rule: &Rule,
    field: Option<&Field>,
    section_name: &str,
    template: Option<&Safeguards>,
) -> Result<Option<(Row, Page)>, Problem> {
    let Some(fact) = &rule.row.safeguard else {
        return Ok(None);
    };
    let Some(template) = template else {
        return Err(rule
            .place
            .problem("the instrument says nothing of devices that are there and dead")
            .help("give its `instrument.toml` a table `[safeguards]`"));
    };
    let field = field.filter(|field| {
        let words = field.words.as_deref().unwrap_or_default();
        field.ty == Ty::Text
            && ANSWERS
                .iter()
                .all(|answer| words.iter().any(|w| w == answer))
    });
    let Some(field) = field else {
        return Err(rule
            .place
            .problem(format!("`{}` is no safeguard", fact.get_ref()))
            .help("its schema is `{\"$ref\": \"#/$defs/safeguard\", …}`"));
    };
    let clause = rule.row.clause.clone().unwrap_or_default();
    let fill = |text: &str, title: &str| {
        text.replace("{fact}", title)
            .replace("{clause}", &clause)
            .replace("{rule}", rule.id())
    };
    let both = |text: &Bilingual| Bilingual {
        zh: fill(&text.zh, &field.title_zh),
        en: fill(&text.en, &field.title_en),
    };
    let name = fact.get_ref();
    let full = if name.contains('.') {
        name.clone()
    } else {
        format!("{section_name}.{name}")
    };
    let at = |text: String| Spanned::new(fact.span(), text);
    let gate = rule
        .row
        .applies
        .as_ref()
        .map(|applies| format!("({}) && ", applies.get_ref().trim()))
        .unwrap_or_default();
    let id = companion_id(rule.id(), template);
    let confidence = rule.row.safeguard_confidence.unwrap_or(rule.row.confidence);
    let compare = |text: &str| {
        if confidence == rule.row.confidence {
            String::new()
        } else {
            format!("\n{}", text.trim())
        }
    };
    let mut page = Page {
        id: id.clone(),
        place: rule.page.place.clone(),
        zh: fill(template.page.zh.trim(), &field.title_zh) + &compare(&template.compare.zh),
        en: fill(template.page.en.trim(), &field.title_en) + &compare(&template.compare.en),
        examples: rule
            .page
            .examples
            .iter()
            .filter(|example| example.outcome == Outcome::Violated)
            .take(1)
            .cloned()
            .collect(),
    };
    if let Some(base) = page.examples.first_mut() {
        set(&mut base.sample, name, "failed");
        base.missing.clear();
    }
    derive(
        &mut page,
        name,
        &[
            (Outcome::Satisfied, "working"),
            (Outcome::Undetermined, "installed"),
            (Outcome::NotApplicable, "absent"),
        ],
    );
    let row = Row {
        id: Spanned::new(rule.row.id.span(), id),
        clause: Some(fill(&template.clause, "")),
        title: both(&template.title),
        each: rule.row.each.clone(),
        // Unknown presence is the demanding clause's question, not this one's.
        applies: Some(at(format!("{gate}has({full}) && {name} != \"absent\""))),
        violated: Some(at(format!("{name} in [\"failed\", \"bypassed\"]"))),
        undetermined: Some(at(format!("{name} == \"installed\""))),
        because: Some(template.because.clone()),
        confidence,
        safeguard: None,
        safeguard_confidence: None,
        points: None,
        boundary: vec![boundary(
            fact,
            &[
                ("absent", Outcome::NotApplicable),
                ("working", Outcome::Satisfied),
                ("failed", Outcome::Violated),
                ("bypassed", Outcome::Violated),
                ("installed", Outcome::Undetermined),
                ("unknown", Outcome::NotApplicable),
            ],
        )],
        ..rule.row.clone()
    };
    Ok(Some((row, page)))
}

fn boundary(fact: &Spanned<String>, cases: &[(&str, Outcome)]) -> Boundary {
    Boundary {
        fact: fact.clone(),
        example: None,
        cases: cases
            .iter()
            .map(|(value, outcome)| ((*value).to_owned(), outcome.name().into()))
            .collect(),
    }
}

/// Adds the examples that the page does not have, made from its violated one.
fn derive(page: &mut Page, fact: &str, wanted: &[(Outcome, &str)]) {
    for (outcome, answer) in wanted {
        let has = page.examples.iter().any(|have| have.outcome == *outcome);
        let violated = page
            .examples
            .iter()
            .find(|have| have.outcome == Outcome::Violated);
        if let (false, Some(violated)) = (has, violated) {
            let mut example: Example = violated.clone();
            example.outcome = *outcome;
            set(&mut example.sample, fact, answer);
            page.examples.push(example);
        }
    }
}

/// Sets the fact wherever an object of the example has it; an empty answer is unknown.
fn set(sample: &mut Sample, fact: &str, answer: &str) {
    let name = fact.rsplit('.').next().unwrap_or(fact);
    let answer = if answer.is_empty() {
        Value::Null
    } else {
        Value::from(answer)
    };
    walk(&mut sample.section, name, &answer);
}

fn walk(value: &mut Value, name: &str, answer: &Value) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                if key == name {
                    *value = answer.clone();
                } else {
                    walk(value, name, answer);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, name, answer)),
        _ => {}
    }
}
