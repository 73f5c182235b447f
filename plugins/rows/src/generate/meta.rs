//! What the plugin says of itself, in the members of the contract's records,
//! packed into compressed blocks.

use std::fmt::Write;

use miniz_oxide::deflate::compress_to_vec;
use serde_json::{Value, json};
use toml::value::Datetime;

use super::body::body;
use super::quoted;
use crate::book::Book;
use crate::rule::{Predicate, Rule};
use crate::table::{By, Confidence, Kind, Outcome, Severity};

/// The best that the format can do; the build has the time.
const COMPRESSION_LEVEL: u8 = 10;

/// A bilingual constant.
pub fn text(zh: &str, en: &str) -> String {
    format!("sdk::TextMeta {{ zh: {}, en: {} }}", quoted(zh), quoted(en))
}

/// `PACKED`.
pub fn write(book: &Book, version: &str, code: &mut String) {
    let pages: Vec<Value> = book
        .rules
        .iter()
        .map(|rule| json!([rule.id(), page(rule, book)]))
        .collect();
    let _ = writeln!(
        code,
        "/// The plugin's description and pages.\npub static PACKED: sdk::Packed = sdk::Packed {{\n    \
         description: {},\n    pages: {},\n}};\n",
        block(&description(book, version)),
        block(&Value::Array(pages)),
    );
}

/// A byte string literal of the compressed JSON.
fn block(value: &Value) -> String {
    let mut literal = String::from("b\"");
    for byte in compress_to_vec(value.to_string().as_bytes(), COMPRESSION_LEVEL) {
        // Writing to a string cannot fail.
        let _ = write!(literal, "{}", byte.escape_ascii());
    }
    literal.push('"');
    literal
}

fn description(book: &Book, version: &str) -> Value {
    let schema: Value = serde_json::from_str(&book.schema.text).unwrap_or_default();
    let title = |key: &str| schema.get(key).cloned().unwrap_or_default();
    let instruments: Vec<Value> = book
        .instruments
        .iter()
        .map(|instrument| {
            json!({
                "key": instrument.key,
                "title": {"zh": instrument.title.zh, "en": instrument.title.en},
                "number": instrument.number,
                "issuer": instrument.issuer,
            })
        })
        .collect();
    json!({
        "id": book.schema.section_name,
        "version": version,
        "title": {"zh": title("title"), "en": title("x-title-en")},
        "sections": [{"name": book.schema.section_name, "schema": book.schema.text}],
        "instruments": instruments,
        "rules": book.rules.iter().map(rule).collect::<Vec<_>>(),
    })
}

fn date(date: Option<Datetime>) -> Value {
    date.map_or(Value::Null, |date| date.to_string().into())
}

fn rule(rule: &Rule) -> Value {
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
    json!({
        "id": rule.id(),
        "instrument": rule.instrument(),
        "clause": row.clause,
        "title": {"zh": row.title.zh, "en": row.title.en},
        "kind": kind,
        "severity": severity,
        "confidence": confidence,
        "in_force_from": date(row.from),
        "in_force_to": date(row.to),
        "in_force_by": by,
        "facts": rule.facts,
    })
}

fn page(rule: &Rule, book: &Book) -> Value {
    let section = &book.schema.section_name;
    let predicate = |predicate: &Option<Predicate>| {
        predicate
            .as_ref()
            .map_or("", |predicate| predicate.text.trim())
            .to_owned()
    };
    let each = rule.row.each.as_ref().map(|each| each.get_ref().as_str());
    let examples: Vec<Value> = rule
        .page
        .examples
        .iter()
        .map(|example| {
            let missing: Vec<String> = example
                .missing
                .iter()
                .map(|path| crate::sample::pointer(section, path))
                .collect();
            json!({
                "filing": example.sample.filing(section).to_string(),
                "outcome": match example.outcome {
                    Outcome::Violated => "Violated",
                    Outcome::Undetermined => "Undetermined",
                    Outcome::Satisfied => "Satisfied",
                    Outcome::NotApplicable => "NotApplicable",
                },
                "missing": missing,
            })
        })
        .collect();
    let body = body(rule, book);
    json!({
        "body": {"zh": body.zh, "en": body.en},
        "each": each.unwrap_or_default(),
        "applies": predicate(&rule.applies),
        "violated": predicate(&rule.violated),
        "undetermined": predicate(&rule.undetermined),
        "examples": examples,
    })
}
