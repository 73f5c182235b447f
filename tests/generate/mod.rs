//! Filings that nobody wrote, made from the schema: every fact unknown, or one
//! of a few values near the thresholds of the rules.
#![expect(clippy::unwrap_used, reason = "shared by several tests")]

use anjian_rows::Book;
use anjian_rows::sample::Sample;
use anjian_rows::schema::{Entity, Field, Schema, Ty};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// Filings of a plugin.
pub fn filing(book: &Book, date: &'static str) -> BoxedStrategy<Sample> {
    let enterprise = entity(&book.schema, &book.schema.enterprise, 0);
    let section = entity(&book.schema, &book.schema.section, 0);
    (enterprise, section)
        .prop_map(move |(enterprise, section)| Sample {
            enterprise,
            ..Sample::of_section(section, date)
        })
        .boxed()
}

/// The same facts on another day.
pub fn on(filing: &Sample, date: &str) -> Sample {
    Sample {
        reference_date: date.to_owned(),
        submission_date: date.to_owned(),
        ..filing.clone()
    }
}

fn entity(schema: &Schema, entity: &Entity, depth: usize) -> BoxedStrategy<Value> {
    let members: Vec<BoxedStrategy<(String, Value)>> = entity
        .fields
        .iter()
        .map(|field| {
            let name = field.name.clone();
            // Mostly filed, so that rules get past their first condition.
            prop_oneof![1 => Just(Value::Null), 5 => value(schema, field, depth)]
                .prop_map(move |value| (name.clone(), value))
                .boxed()
        })
        .collect();
    members
        .prop_map(|members| {
            let known = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(known.collect::<Map<_, _>>())
        })
        .boxed()
}

fn value(schema: &Schema, field: &Field, depth: usize) -> BoxedStrategy<Value> {
    let texts =
        |list: &[&str]| select(list.iter().map(|text| json!(text)).collect::<Vec<Value>>()).boxed();
    let known = match &field.ty {
        Ty::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Ty::Int => select(vec![
            json!(0),
            json!(1),
            json!(2),
            json!(29),
            json!(30),
            json!(50),
            json!(99),
            json!(100),
        ])
        .boxed(),
        Ty::Number => select(vec![
            "0", "0.3", "0.5", "1", "1.2", "4.999", "5", "9.99", "12.5", "50", "499.9", "500",
            "500.1", "1000",
        ])
        .prop_map(|digits| serde_json::from_str(digits).unwrap())
        .boxed(),
        Ty::Date => texts(&[
            "2017-11-12",
            "2025-12-30",
            "2025-12-31",
            "2026-06-29",
            "2026-06-30",
            "2026-07-01",
        ]),
        Ty::DateTime => texts(&["2026-06-30T08:00", "2026-06-30T08:30", "2026-06-30T08:31"]),
        Ty::Text => match &field.words {
            Some(words) => texts(&words.iter().map(String::as_str).collect::<Vec<_>>()),
            None => texts(&[
                "氯",
                "液氨",
                "甲醇",
                "U-1",
                "U-2",
                "7782-50-5",
                "7664-41-7",
                "67-56-1",
                "别的",
                "",
                "无",
            ]),
        },
        Ty::Words => {
            let words: Vec<Value> = match &field.words {
                Some(words) => words.iter().map(|word| json!(word)).collect(),
                None => ["氯化工艺", "硝化", "精馏", "别的工艺"]
                    .iter()
                    .map(|word| json!(word))
                    .collect(),
            };
            let most = words.len().min(4);
            proptest::sample::subsequence(words, 0..=most)
                .prop_map(Value::Array)
                .boxed()
        }
        Ty::Items(of) if depth < 3 => {
            let item = entity(schema, schema.entities.get(of).unwrap(), depth + 1);
            prop::collection::vec(item, 0..3)
                .prop_map(Value::Array)
                .boxed()
        }
        Ty::Items(_) => Just(json!([])).boxed(),
    };
    if field.none {
        prop_oneof![5 => known, 1 => Just(json!("none"))].boxed()
    } else {
        known
    }
}

/// Paths of all facts that are filed, lists and what is in them; those of the
/// envelope begin with `/enterprise`.
pub fn facts(filing: &Sample) -> Vec<String> {
    let mut all = Vec::new();
    walk(&filing.section, &mut String::new(), &mut all);
    walk(&filing.enterprise, &mut ENTERPRISE.to_owned(), &mut all);
    all
}

const ENTERPRISE: &str = "/enterprise";

/// Paths of all facts that are filed in free words, and whether "none" is an answer.
pub fn free_texts(book: &Book, filing: &Sample) -> Vec<(String, bool)> {
    let schema = &book.schema;
    let field = |path: &str| -> Option<Field> {
        let (mut entity, inside) = match path.strip_prefix(ENTERPRISE) {
            Some(inside) => (&schema.enterprise, inside),
            None => (&schema.section, path),
        };
        let mut found = None;
        for name in inside
            .split('/')
            .filter(|part| part.parse::<usize>().is_err())
        {
            if name.is_empty() {
                continue;
            }
            let field = entity.field(name)?;
            if let Ty::Items(of) = &field.ty {
                entity = schema.entities.get(of)?;
            }
            found = Some(field.clone());
        }
        found
    };
    facts(filing)
        .into_iter()
        .filter_map(|path| {
            let field = field(&path)?;
            let free = field.ty == Ty::Text && field.words.is_none();
            free.then_some((path, field.none))
        })
        .collect()
}

/// The filing without one fact.
pub fn without(filing: &Sample, path: &str) -> Sample {
    with(filing, path, Value::Null)
}

/// The filing with another value of one fact.
pub fn with(filing: &Sample, path: &str, value: Value) -> Sample {
    let mut other = filing.clone();
    let slot = match path.strip_prefix(ENTERPRISE) {
        Some(path) => other.enterprise.pointer_mut(path),
        None => other.section.pointer_mut(path),
    };
    *slot.unwrap() = value;
    other
}

fn walk(value: &Value, path: &mut String, all: &mut Vec<String>) {
    let length = path.len();
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                path.push('/');
                path.push_str(name);
                all.push(path.clone());
                walk(value, path, all);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, item) in items
                .iter()
                .enumerate()
                .filter(|(_, item)| item.is_object())
            {
                path.push_str(&format!("/{index}"));
                walk(item, path, all);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

/// `/units/0/id` becomes `/sections/hazchem/units/*/id`.
pub fn pattern(section: &str, path: &str) -> String {
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| {
            if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) {
                "*"
            } else {
                part
            }
        })
        .collect();
    let path = parts.join("/");
    if path.starts_with(ENTERPRISE) {
        path
    } else {
        format!("/sections/{section}{path}")
    }
}

/// The same facts with members and list entries in the opposite order.
pub fn turned(filing: &Sample) -> Sample {
    Sample {
        enterprise: reversed(&filing.enterprise),
        section: reversed(&filing.section),
        ..filing.clone()
    }
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .rev()
                .map(|(name, value)| (name.clone(), reversed(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().rev().map(reversed).collect()),
        other => other.clone(),
    }
}
