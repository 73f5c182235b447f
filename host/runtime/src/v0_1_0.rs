//! Contract 0.1.0: the calls, and its words as the model's.

use anjian_model as model;
use semver::Version;
use wasmtime::Store;
use wasmtime::component::{Component, Linker};

use crate::fault::{Fault, Refusal};
use crate::limits::{Guard, Limits};
use crate::load::LoadError;

mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/0.1.0",
        world: "plugin",
        // A filing is handed over from where it lies.
        ownership: Borrowing { duplicate_if_necessary: false },
    });
}

use bindings::exports::anjian::plugin::judge as wit;

pub(crate) const VERSION: Version = Version::new(0, 1, 0);

/// A component with its exports found, so that a call need not look.
pub(crate) struct Judge(bindings::PluginPre<Guard>);

impl Judge {
    pub(crate) fn link(component: &Component) -> Result<Self, LoadError> {
        // Empty: a plugin is given nothing.
        Linker::new(component.engine())
            .instantiate_pre(component)
            .and_then(bindings::PluginPre::new)
            .map(Self)
            .map_err(|error| LoadError::Unsupported {
                reason: format!("{error:#}"),
            })
    }

    pub(crate) fn describe(
        &self,
        store: &mut Store<Guard>,
        limits: &Limits,
    ) -> Result<model::Description, Fault> {
        let plugin = self.instantiate(store, limits)?;
        plugin
            .anjian_plugin_judge()
            .call_describe(store)
            .map(Into::into)
            .map_err(|error| Fault::of_call(&error, limits))
    }

    pub(crate) fn explain(
        &self,
        store: &mut Store<Guard>,
        limits: &Limits,
        rule: &str,
    ) -> Result<Option<model::Page>, Fault> {
        let plugin = self.instantiate(store, limits)?;
        plugin
            .anjian_plugin_judge()
            .call_explain(store, rule)
            .map(|page| page.map(Into::into))
            .map_err(|error| Fault::of_call(&error, limits))
    }

    pub(crate) fn evaluate(
        &self,
        store: &mut Store<Guard>,
        limits: &Limits,
        request: model::Request<'_>,
    ) -> Result<model::Assessment, Fault> {
        let plugin = self.instantiate(store, limits)?;
        let answer = plugin
            .anjian_plugin_judge()
            .call_evaluate(
                store,
                wit::Request {
                    filing: request.filing,
                    reference_date: request.reference_date,
                    submission_date: request.submission_date,
                    parameters: request.parameters,
                },
            )
            .map_err(|error| Fault::of_call(&error, limits))?;
        match answer {
            Ok(assessment) => Ok(assessment.into()),
            Err(refusal) => Err(Fault::Refused(refusal.into())),
        }
    }

    fn instantiate(
        &self,
        store: &mut Store<Guard>,
        limits: &Limits,
    ) -> Result<bindings::Plugin, Fault> {
        self.0
            .instantiate(store)
            .map_err(|error| Fault::of_setup(&error, limits))
    }
}

fn all<A: Into<B>, B>(list: Vec<A>) -> Vec<B> {
    list.into_iter().map(Into::into).collect()
}

/// Contract indices have 32 bits. Where a `usize` had fewer, the index would be
/// out of range of any list anyway.
fn index(rule: u32) -> usize {
    usize::try_from(rule).unwrap_or(usize::MAX)
}

/// Same fields, other crate.
macro_rules! record {
    ($name:ident { $($plain:ident),* ; $($changed:ident = $with:expr),* $(,)? }) => {
        record!($name => $name { $($plain),* ; $($changed = $with),* });
    };
    ($wit:ident => $model:ident { $($plain:ident),* ; $($changed:ident = $with:expr),* $(,)? }) => {
        impl From<wit::$wit> for model::$model {
            fn from(from: wit::$wit) -> Self {
                Self { $($plain: from.$plain,)* $($changed: $with(from.$changed),)* }
            }
        }
    };
}

/// Same cases, other crate.
macro_rules! cases {
    ($name:ident { $($case:ident),* $(,)? }) => {
        impl From<wit::$name> for model::$name {
            fn from(from: wit::$name) -> Self {
                match from { $(wit::$name::$case => Self::$case),* }
            }
        }
    };
}

cases!(Kind {
    MajorHazard,
    Duty,
    Division,
    Consistency,
    Advice,
    Identification,
    Score,
});
cases!(Severity {
    Critical,
    High,
    Medium,
    Low,
    Info,
});
cases!(Confidence {
    High,
    Medium,
    Unverified,
});
cases!(InForceBy {
    ReferenceDate,
    SubmissionDate,
});
cases!(Outcome {
    Violated,
    Satisfied,
    NotApplicable,
    Undetermined,
});

record!(Text { zh, en; });
record!(Instrument { key, number, issuer; title = Into::into });
record!(Rule {
    id, instrument, clause, in_force_from, in_force_to, facts;
    title = Into::into,
    kind = Into::into,
    severity = Into::into,
    confidence = Into::into,
    in_force_by = Into::into,
});
record!(Section { name, schema; });
record!(Description {
    id, version;
    title = Into::into,
    sections = all,
    instruments = all,
    rules = all,
});
record!(Example { filing, missing; outcome = Into::into });
record!(Page {
    each, applies, violated, undetermined;
    body = Into::into,
    examples = all,
});
record!(Computed { name, value; title = Into::into });
record!(Evidence => RawEvidence {
    pointer, expected;
    computed = |computed: Option<wit::Computed>| computed.map(Into::into),
});
record!(Finding => RawFinding {
    item, missing;
    rule = index,
    outcome = Into::into,
    reason = |reason: Option<wit::Text>| reason.map(Into::into),
    evidence = all,
});
record!(Step { clause, formula, pointer; label = Into::into });
record!(Identification => RawIdentification {
    pointer, values;
    rule = index,
    result = Into::into,
    steps = all,
});
record!(ScoreItem { points, pointer; label = Into::into });
record!(Score => RawScore {
    points, maximum;
    rule = index,
    title = Into::into,
    items = all,
});
record!(Assessment {
    ;
    outcomes = all,
    findings = all,
    scores = all,
    identifications = all,
});

impl From<wit::Refusal> for Refusal {
    fn from(refusal: wit::Refusal) -> Self {
        match refusal {
            wit::Refusal::UnreadableFiling(text) => Self::UnreadableFiling(text),
            wit::Refusal::BadDate(text) => Self::BadDate(text),
            wit::Refusal::BadParameters(text) => Self::BadParameters(text),
            wit::Refusal::OutOfRange(text) => Self::OutOfRange(text),
        }
    }
}
