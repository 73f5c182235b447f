//! Each plugin three times: as the component that ships, as the same rules
//! compiled natively, and as rows for the interpreter.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    reason = "shared by several tests; a test stops at the first surprise"
)]

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anjian_model::{
    Assessment, Computed as ComputedValue, Outcome, RawEvidence, RawFinding, RawIdentification,
    RawScore, Request, ScoreItem, Step, Text,
};
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

fn load(limits: Limits) -> Vec<Plugin> {
    let engine = Engine::new(limits).unwrap();
    let load = |bundled: &anjian_bundle::Bundled| engine.load(bundled.component).unwrap();
    anjian_bundle::PLUGINS.iter().map(load).collect()
}

/// The components with another limit of time.
pub fn plugins_within(deadline_ms: u64) -> Vec<Plugin> {
    load(Limits {
        deadline_ms,
        ..Limits::default()
    })
}

pub fn all() -> Vec<Sector> {
    // Compiled once for all tests of a program.
    static PLUGINS: OnceLock<Vec<Plugin>> = OnceLock::new();
    let plugins = PLUGINS.get_or_init(|| load(Limits::default()));
    anjian_bundle::PLUGINS
        .iter()
        .zip(plugins)
        .map(|(bundled, plugin)| {
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
                plugin: plugin.clone(),
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

pub fn by_component(sector: &Sector, sample: &Sample) -> Assessment {
    let request = Request {
        filing: &filing(sector, sample),
        reference_date: &sample.reference_date,
        submission_date: &sample.submission_date,
        parameters: b"",
    };
    sector.plugin.evaluate(request).unwrap()
}

/// What the same code says without a sandbox around it.
pub fn by_native_code(sector: &Sector, sample: &Sample) -> Assessment {
    assessment((sector.native.evaluate)(&contract_request(sector, sample)).unwrap())
}

/// Why the plugin does not judge the filing at all.
pub fn refusal(sector: &Sector, sample: &Sample) -> Option<contract::Refusal> {
    (sector.native.evaluate)(&contract_request(sector, sample)).err()
}

/// The contract's words in the model's.
fn assessment(said: contract::Assessment) -> Assessment {
    let text = |text: contract::Text| Text {
        zh: text.zh,
        en: text.en,
    };
    let outcome = |outcome| match outcome {
        contract::Outcome::Violated => Outcome::Violated,
        contract::Outcome::Undetermined => Outcome::Undetermined,
        contract::Outcome::Satisfied => Outcome::Satisfied,
        contract::Outcome::NotApplicable => Outcome::NotApplicable,
    };
    let evidence = |evidence: contract::Evidence| RawEvidence {
        pointer: evidence.pointer,
        computed: evidence.computed.map(|computed| ComputedValue {
            name: computed.name,
            title: text(computed.title),
            value: computed.value,
        }),
        expected: evidence.expected,
    };
    let finding = |finding: contract::Finding| RawFinding {
        rule: finding.rule as usize,
        outcome: outcome(finding.outcome),
        item: finding.item,
        reason: finding.reason.map(text),
        evidence: finding.evidence.into_iter().map(evidence).collect(),
        missing: finding.missing,
    };
    let item = |item: contract::ScoreItem| ScoreItem {
        label: text(item.label),
        points: item.points,
        pointer: item.pointer,
    };
    let score = |score: contract::Score| RawScore {
        rule: score.rule as usize,
        title: text(score.title),
        points: score.points,
        maximum: score.maximum,
        items: score.items.into_iter().map(item).collect(),
    };
    let step = |step: contract::Step| Step {
        clause: step.clause,
        label: text(step.label),
        formula: step.formula,
        pointer: step.pointer,
    };
    let identification = |of: contract::Identification| RawIdentification {
        rule: of.rule as usize,
        pointer: of.pointer,
        result: text(of.result),
        values: of.values,
        steps: of.steps.into_iter().map(step).collect(),
    };
    Assessment {
        outcomes: said.outcomes.into_iter().map(outcome).collect(),
        findings: said.findings.into_iter().map(finding).collect(),
        scores: said.scores.into_iter().map(score).collect(),
        identifications: said
            .identifications
            .into_iter()
            .map(identification)
            .collect(),
    }
}

/// Computed values of one filing; many rules ask for the same.
pub struct Asked<'a> {
    sector: &'a Sector,
    sample: &'a Sample,
    known: RefCell<HashMap<(String, Vec<usize>), Val<'static>>>,
}

impl<'a> Asked<'a> {
    pub fn of(sector: &'a Sector, sample: &'a Sample) -> Self {
        Asked {
            sector,
            sample,
            known: RefCell::default(),
        }
    }

    fn computed(&self, name: &str, at: &[usize]) -> Val<'static> {
        let key = (name.to_owned(), at.to_vec());
        let mut known = self.known.borrow_mut();
        let compute = || computed(self.sector, self.sample, name, at);
        known.entry(key).or_insert_with(compute).clone()
    }

    /// What the interpreter says.
    pub fn judge(&self, rule: &anjian_rows::rule::Rule) -> Judgement {
        let filing = Filing {
            enterprise: &self.sample.enterprise,
            section: &self.sample.section,
            reference_date: self.sample.reference_date.parse().unwrap(),
            submission_date: self.sample.submission_date.parse().unwrap(),
            computed: &|name, at| self.computed(name, at),
            instead: None,
        };
        judge(&self.sector.book, rule, Trees::of(rule), &filing)
    }
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
