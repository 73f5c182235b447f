//! What the plugin says of itself, as constants.

use std::fmt::Write;

use toml::value::Datetime;

use super::quoted;
use crate::book::Book;
use crate::rule::{Predicate, Rule};
use crate::table::{By, Confidence, Kind, Outcome, Severity};

/// A bilingual constant.
pub fn text(zh: &str, en: &str) -> String {
    format!("sdk::TextMeta {{ zh: {}, en: {} }}", quoted(zh), quoted(en))
}

fn strings(list: &[String]) -> String {
    let items: Vec<String> = list.iter().map(|item| quoted(item)).collect();
    format!("&[{}]", items.join(", "))
}

fn date(date: Option<Datetime>) -> String {
    match date {
        Some(date) => format!("Some({})", quoted(&date.to_string())),
        None => "None".to_owned(),
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Violated => "Violated",
        Outcome::Undetermined => "Undetermined",
        Outcome::Satisfied => "Satisfied",
        Outcome::NotApplicable => "NotApplicable",
    }
}

/// `PLUGIN` and all it refers to.
pub fn write(book: &Book, code: &mut String) {
    code.push_str("/// The plugin's description and pages.\npub static PLUGIN: sdk::PluginMeta = sdk::PluginMeta {\n");
    let schema: serde_json::Value = serde_json::from_str(&book.schema.text).unwrap_or_default();
    let title = |key: &str| {
        schema
            .get(key)
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let _ = writeln!(
        code,
        "    id: {0},\n    version: env!(\"CARGO_PKG_VERSION\"),\n    title: {1},\n    \
         sections: &[sdk::SectionMeta {{ name: {0}, schema: {2} }}],\n    instruments: &[",
        quoted(&book.schema.section_name),
        text(&title("title"), &title("x-title-en")),
        quoted(&book.schema.text),
    );
    for instrument in &book.instruments {
        let _ = writeln!(
            code,
            "        sdk::InstrumentMeta {{ key: {}, title: {}, number: {}, issuer: {} }},",
            quoted(&instrument.key),
            text(&instrument.title.zh, &instrument.title.en),
            quoted(&instrument.number),
            quoted(&instrument.issuer)
        );
    }
    code.push_str("    ],\n    rules: &[\n");
    for rule in &book.rules {
        rule_meta(rule, code);
    }
    code.push_str("    ],\n    pages: &[\n");
    for rule in &book.rules {
        page_meta(rule, book, code);
    }
    code.push_str("    ],\n};\n");
}

fn rule_meta(rule: &Rule, code: &mut String) {
    let row = &rule.row;
    let kind = match row.kind {
        Kind::MajorHazard => "MajorHazard",
        Kind::Duty => "Duty",
        Kind::Division => "Division",
        Kind::Consistency => "Consistency",
        Kind::Advice => "Advice",
        Kind::Identification => "Identification",
        Kind::Score => "Score",
    };
    let severity = match rule.severity() {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    };
    let confidence = match row.confidence {
        Confidence::High => "High",
        Confidence::Medium => "Medium",
        Confidence::Unverified => "Unverified",
    };
    let by = match row.by {
        By::ReferenceDate => "ReferenceDate",
        By::SubmissionDate => "SubmissionDate",
    };
    let _ = writeln!(
        code,
        "        sdk::RuleMeta {{ id: {}, instrument: {}, clause: {}, title: {}, \
         kind: sdk::contract::Kind::{kind}, severity: sdk::contract::Severity::{severity}, \
         confidence: sdk::contract::Confidence::{confidence}, in_force_from: {}, in_force_to: {}, \
         in_force_by: sdk::contract::InForceBy::{by}, facts: {} }},",
        quoted(rule.id()),
        quoted(rule.instrument()),
        quoted(row.clause.as_deref().unwrap_or_default()),
        text(&row.title.zh, &row.title.en),
        date(row.from),
        date(row.to),
        strings(&rule.facts),
    );
}

fn page_meta(rule: &Rule, book: &Book, code: &mut String) {
    let predicate = |predicate: &Option<Predicate>| {
        quoted(
            predicate
                .as_ref()
                .map_or("", |predicate| predicate.text.trim()),
        )
    };
    let each = rule
        .row
        .each
        .as_ref()
        .map_or("", |each| each.get_ref().as_str());
    let _ = write!(
        code,
        "        sdk::PageMeta {{ body: {}, each: {}, applies: {}, violated: {}, undetermined: {}, examples: &[",
        text(&rule.page.zh, &rule.page.en),
        quoted(each),
        predicate(&rule.applies),
        predicate(&rule.violated),
        predicate(&rule.undetermined),
    );
    for example in &rule.page.examples {
        let missing: Vec<String> = example
            .missing
            .iter()
            .map(|path| crate::sample::pointer(&book.schema.section_name, path))
            .collect();
        let _ = write!(
            code,
            "sdk::ExampleMeta {{ filing: {}, outcome: sdk::contract::Outcome::{}, missing: {} }}, ",
            quoted(
                &example
                    .sample
                    .filing(&book.schema.section_name)
                    .to_string()
            ),
            outcome(example.outcome),
            strings(&missing),
        );
    }
    code.push_str("] },\n");
}
