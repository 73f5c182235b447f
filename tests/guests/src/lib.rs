//! A small plugin that does everything right. The examples take it and do one
//! thing wrong.
//!
//! It has two rules on one fact: a filing `{"hot":true}` violates the first,
//! `{"hot":false}` satisfies it, and anything else leaves it undetermined. The
//! second rule never applies.

#[doc(hidden)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/0.1.0",
        world: "plugin",
        pub_export_macro: true,
        default_bindings_module: "anjian_guests::bindings",
    });
}

pub use bindings::exports::anjian::plugin::judge::*;

/// Exports a behaviour as a plugin. Elsewhere than in WebAssembly there is
/// nothing to export to, and linkers refuse the names.
#[macro_export]
macro_rules! plugin {
    ($behaviour:ident) => {
        #[cfg(target_family = "wasm")]
        $crate::bindings::export!($behaviour);
    };
}

/// What a plugin does. Whatever an example leaves out is done right.
pub trait Behaviour {
    /// As the contract says.
    fn describe() -> Description {
        description()
    }

    /// As the contract says.
    fn explain(rule: String) -> Option<Page> {
        page(&rule)
    }

    /// As the contract says.
    fn evaluate(request: Request) -> Result<Assessment, Refusal> {
        Ok(assessment(&request.filing))
    }
}

impl<T: Behaviour> Guest for T {
    fn describe() -> Description {
        T::describe()
    }

    fn explain(rule: String) -> Option<Page> {
        T::explain(rule)
    }

    fn evaluate(request: Request) -> Result<Assessment, Refusal> {
        T::evaluate(request)
    }
}

fn text(zh: &str, en: &str) -> Text {
    Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

fn rule(id: &str, title: Text) -> Rule {
    Rule {
        id: id.to_owned(),
        instrument: "test1".to_owned(),
        clause: "第一条".to_owned(),
        title,
        kind: Kind::MajorHazard,
        severity: Severity::Critical,
        confidence: Confidence::High,
        in_force_from: Some("2020-01-01".to_owned()),
        in_force_to: None,
        in_force_by: InForceBy::ReferenceDate,
        facts: vec!["/hot".to_owned()],
    }
}

/// A description without fault.
#[must_use]
pub fn description() -> Description {
    Description {
        id: "test".to_owned(),
        version: "1.2.3".to_owned(),
        title: text("测试", "test"),
        sections: vec![Section {
            name: "test".to_owned(),
            schema: r#"{"type":"object"}"#.to_owned(),
        }],
        instruments: vec![Instrument {
            key: "test1".to_owned(),
            title: text("测试规定", "test order"),
            number: "TEST 1".to_owned(),
            issuer: "test".to_owned(),
        }],
        rules: vec![
            rule("test1/1", text("过热", "too hot")),
            rule("test1/2", text("从不适用", "never applies")),
        ],
    }
}

/// The page of the first rule.
#[must_use]
pub fn page(rule: &str) -> Option<Page> {
    (rule == "test1/1").then(|| Page {
        body: text("不得过热。", "It must not be hot."),
        each: String::new(),
        applies: String::new(),
        violated: "hot".to_owned(),
        undetermined: String::new(),
        examples: vec![Example {
            filing: "{}".to_owned(),
            outcome: Outcome::Undetermined,
            missing: vec!["/hot".to_owned()],
        }],
    })
}

/// A finding on the first rule.
#[must_use]
pub fn finding(outcome: Outcome) -> Finding {
    let evidence = Evidence {
        pointer: "/hot".to_owned(),
        computed: None,
        expected: Some("false".to_owned()),
    };
    let (evidence, missing) = match outcome {
        Outcome::Undetermined => (Vec::new(), vec!["/hot".to_owned()]),
        _ => (vec![evidence], Vec::new()),
    };
    Finding {
        rule: 0,
        outcome,
        item: None,
        reason: None,
        evidence,
        missing,
    }
}

/// The right answer to a filing.
#[must_use]
pub fn assessment(filing: &[u8]) -> Assessment {
    let (outcome, findings) = match filing {
        br#"{"hot":false}"# => (Outcome::Satisfied, Vec::new()),
        br#"{"hot":true}"# => (Outcome::Violated, vec![finding(Outcome::Violated)]),
        _ => (Outcome::Undetermined, vec![finding(Outcome::Undetermined)]),
    };
    Assessment {
        outcomes: vec![outcome, Outcome::NotApplicable],
        findings,
        scores: Vec::new(),
        identifications: Vec::new(),
    }
}

/// Whether a filing has a word anywhere.
#[must_use]
pub fn says(filing: &[u8], word: &str) -> bool {
    filing
        .windows(word.len())
        .any(|window| window == word.as_bytes())
}
