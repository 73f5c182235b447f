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
use anjian_rows::sample::Sample;
use anjian_rows::trial::Trial;
use anjian_rows::{Book, table};
use anjian_runtime::{Engine, Limits, Plugin};
use anjian_sdk::{Val as Computed, contract};

type Evaluate = fn(&contract::Request) -> Result<contract::Assessment, contract::Refusal>;
/// A computed value and the facts that it lacks; `None` without such a value.
type Compute =
    fn(&contract::Request, &str, &[usize]) -> Option<(Option<Computed<'static>>, Vec<String>)>;

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
                $krate::rules::read(request, |cx| $krate::rules::computed_named(cx, name, at))
                    .unwrap()
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
                    "general" => native!(anjian_general),
                    "hazchem" => native!(anjian_hazchem),
                    "metallurgy" => native!(anjian_metallurgy),
                    "mining" => native!(anjian_mining),
                    "platform" => native!(anjian_platform),
                    other => panic!("{other} has no native half here"),
                },
            }
        })
        .collect()
}

/// The filing's bytes.
pub fn filing(sector: &Sector, sample: &Sample) -> Vec<u8> {
    serde_json::to_vec(&sample.filing(sector.name)).unwrap()
}

pub fn contract_request(sector: &Sector, sample: &Sample) -> contract::Request {
    contract::Request {
        filing: filing(sector, sample),
        reference_date: sample.reference_date.clone(),
        submission_date: sample.submission_date.clone(),
        parameters: Vec::new(),
    }
}

pub fn by_component(sector: &Sector, sample: &Sample) -> anjian_model::Assessment {
    let request = Request {
        filing: &filing(sector, sample),
        reference_date: &sample.reference_date,
        submission_date: &sample.submission_date,
        parameters: b"",
    };
    sector.plugin.evaluate(request).unwrap()
}

pub fn by_interpreter(
    sector: &Sector,
    rule: &anjian_rows::rule::Rule,
    sample: &Sample,
) -> Judgement {
    let lookup = |name: &str, at: &[usize]| computed(sector, sample, name, at);
    let filing = Filing {
        enterprise: &sample.enterprise,
        section: &sample.section,
        reference_date: sample.reference_date.parse().unwrap(),
        submission_date: sample.submission_date.parse().unwrap(),
        computed: &lookup,
        instead: None,
    };
    judge(&sector.book, rule, Trees::of(rule), &filing)
}

pub fn computed(sector: &Sector, sample: &Sample, name: &str, at: &[usize]) -> Val<'static> {
    let request = contract_request(sector, sample);
    match (sector.native.computed)(&request, name, at).unwrap().0 {
        None => Val::Unknown,
        Some(Computed::Bool(is)) => Val::Bool(is),
        Some(Computed::Int(n)) => Val::Number(n.into()),
        Some(Computed::Number(n)) => Val::Number(n),
        Some(Computed::Text(text)) => Val::Text(text.to_owned()),
        Some(Computed::Date(date)) => Val::Date(date),
        Some(Computed::DateTime(at)) => Val::DateTime(at),
    }
}

/// A trial with the plugin's computed values at hand.
pub fn trial<R>(sector: &Sector, f: impl FnOnce(&Trial<'_>) -> R) -> R {
    let lookup = |sample: &Sample, (name, at): (&str, &[usize])| computed(sector, sample, name, at);
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
