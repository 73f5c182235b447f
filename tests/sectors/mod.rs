//! Each plugin three times: as the component that ships, as the same rules
//! compiled natively, and as rows for the interpreter.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "shared by several tests; a test stops at the first surprise"
)]

use std::path::{Path, PathBuf};

use anjian_model::{Outcome, Request};
use anjian_rows::interpret::{Filing, Judgement, Trees, Val, judge};
use anjian_rows::trial::Trial;
use anjian_rows::{Book, table};
use anjian_runtime::{Engine, Limits, Plugin};
use anjian_sdk::{Dynamic, contract};
use serde_json::{Value, json};

type Evaluate = fn(&contract::Request) -> Result<contract::Assessment, contract::Refusal>;
/// A computed value and the facts that it lacks; `None` without such a value.
type Compute = fn(&contract::Request, &str, &[usize]) -> Option<(Option<Dynamic>, Vec<String>)>;

/// The native half of a plugin.
pub struct Native {
    pub evaluate: Evaluate,
    pub computed: Compute,
}

macro_rules! native {
    ($krate:ident) => {
        Native {
            evaluate: $krate::rules::evaluate,
            computed: |request, name, at| {
                $krate::rules::read(request, |cx| $krate::rules::computed(cx, name, at)).unwrap()
            },
        }
    };
}

/// One plugin.
pub struct Sector {
    pub name: &'static str,
    pub book: Book,
    pub plugin: Plugin,
    pub native: Native,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

pub fn engine() -> Engine {
    Engine::new(Limits::default()).unwrap()
}

pub fn all() -> Vec<Sector> {
    let engine = engine();
    anjian_bundle::PLUGINS
        .iter()
        .map(|bundled| {
            let folder = root().join("plugins").join(bundled.name);
            let book = Book::load(&folder, &root().join("schemas")).unwrap_or_else(|problems| {
                panic!(
                    "{}",
                    problems
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                        .join("\n")
                )
            });
            Sector {
                name: bundled.name,
                book,
                plugin: engine.load(bundled.component).unwrap(),
                native: match bundled.name {
                    "hazchem" => native!(anjian_hazchem),
                    other => panic!("{other} has no native half here"),
                },
            }
        })
        .collect()
}

/// A filing around a section.
pub fn filing(sector: &Sector, section: &Value, date: &str) -> Vec<u8> {
    let filing = json!({
        "filing_id": "test", "reference_date": date,
        "enterprise": {"name": "测试企业"}, "sections": {sector.name: section},
    });
    serde_json::to_vec(&filing).unwrap()
}

pub fn contract_request(bytes: &[u8], date: &str) -> contract::Request {
    contract::Request {
        filing: bytes.to_vec(),
        reference_date: date.to_owned(),
        submission_date: date.to_owned(),
        parameters: Vec::new(),
    }
}

pub fn by_component(sector: &Sector, bytes: &[u8], date: &str) -> anjian_model::Assessment {
    let request = Request {
        filing: bytes,
        reference_date: date,
        submission_date: date,
        parameters: b"",
    };
    sector.plugin.evaluate(request).unwrap()
}

pub fn by_interpreter(
    sector: &Sector,
    rule: &anjian_rows::rule::Rule,
    section: &Value,
    date: &str,
) -> Judgement {
    let day = date.parse().unwrap();
    let lookup = |name: &str, at: &[usize]| computed(sector, section, date, name, at);
    let filing = Filing {
        enterprise: &Value::Null,
        section,
        reference_date: day,
        submission_date: day,
        computed: &lookup,
    };
    judge(&sector.book, rule, Trees::of(rule), &filing)
}

pub fn computed(
    sector: &Sector,
    section: &Value,
    date: &str,
    name: &str,
    at: &[usize],
) -> Val<'static> {
    let request = contract_request(&filing(sector, section, date), date);
    match (sector.native.computed)(&request, name, at).unwrap().0 {
        None => Val::Unknown,
        Some(Dynamic::Bool(is)) => Val::Bool(is),
        Some(Dynamic::Int(n)) => Val::Number(n.into()),
        Some(Dynamic::Number(n)) => Val::Number(n),
        Some(Dynamic::Text(text)) => Val::Text(text.to_owned()),
    }
}

/// A trial with the plugin's computed values at hand.
pub fn trial<R>(sector: &Sector, f: impl FnOnce(&Trial<'_>) -> R) -> R {
    let lookup = |section: &Value, (name, at): (&str, &[usize])| {
        computed(sector, section, anjian_rows::page::EXAMPLE_DATE, name, at)
    };
    f(&Trial {
        book: &sector.book,
        computed: &lookup,
    })
}

pub fn outcome(outcome: table::Outcome) -> Outcome {
    match outcome {
        table::Outcome::Violated => Outcome::Violated,
        table::Outcome::Undetermined => Outcome::Undetermined,
        table::Outcome::Satisfied => Outcome::Satisfied,
        table::Outcome::NotApplicable => Outcome::NotApplicable,
    }
}
