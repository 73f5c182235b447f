//! The sandbox against plugins that misbehave. After each of them, the same
//! engine in the same process judges the next filing rightly.

#![expect(clippy::unwrap_used, reason = "a test that fails says so by panicking")]

mod bytes;
mod calls;
mod guests;
mod handmade;
mod limits;

use std::sync::LazyLock;

use anjian_model::{Assessment, Outcome, Request};
use anjian_runtime::{Engine, Fault, Limits, LoadError, Plugin};

/// Generous on a busy machine, and short enough for guests that use it up.
const DEADLINE_MS: u64 = 500;

fn limits() -> Limits {
    Limits {
        deadline_ms: DEADLINE_MS,
        ..Limits::default()
    }
}

fn request(filing: &str) -> Request<'_> {
    Request {
        filing: filing.as_bytes(),
        reference_date: "2024-06-30",
        submission_date: "2024-07-15",
        parameters: b"",
    }
}

/// The bench of most tests: all guests misbehave in one process, on one
/// engine, at the same time.
static BENCH: LazyLock<Bench> = LazyLock::new(|| Bench::new(limits()));

/// An engine with the plugin that does everything right.
struct Bench {
    engine: Engine,
    well_behaved: Plugin,
}

impl Bench {
    fn new(limits: Limits) -> Self {
        let engine = Engine::new(limits).unwrap();
        let well_behaved = engine.load(guests::well_behaved_bytes()).unwrap();
        Self {
            engine,
            well_behaved,
        }
    }

    /// The next filings are judged rightly.
    fn goes_on(&self) {
        judges_rightly(&self.well_behaved);
    }

    /// Loading fails, and the engine goes on.
    fn refuses(&self, bytes: &[u8]) -> LoadError {
        let error = self.engine.load(bytes).unwrap_err();
        self.goes_on();
        error
    }

    /// The plugin loads and its every evaluation ends in the fault, and the
    /// engine goes on.
    fn faults(&self, bytes: &[u8], expected: &Fault) {
        let plugin = self.engine.load(bytes).unwrap();
        for _ in 0..2 {
            let fault = plugin.evaluate(request(r#"{"hot":false}"#)).unwrap_err();
            assert_eq!(fault, *expected);
            self.goes_on();
        }
    }
}

fn judges_rightly(plugin: &Plugin) {
    for (filing, outcome) in [
        (r#"{"hot":true}"#, Outcome::Violated),
        (r#"{"hot":false}"#, Outcome::Satisfied),
        ("{}", Outcome::Undetermined),
    ] {
        let answer = plugin.evaluate(request(filing)).unwrap();
        is_right(&answer, outcome);
    }
}

fn is_right(answer: &Assessment, outcome: Outcome) {
    assert_eq!(answer.outcomes, [outcome, Outcome::NotApplicable]);
    let (pointers, missing): (Vec<_>, Vec<_>) = answer
        .findings
        .iter()
        .map(|f| {
            assert_eq!((f.rule, f.outcome), (0, outcome));
            let pointer = f.evidence.first().map(|e| e.pointer.as_str());
            (pointer, f.missing.first().map(String::as_str))
        })
        .unzip();
    let hot = Some("/hot");
    match outcome {
        Outcome::Violated => assert_eq!((pointers, missing), (vec![hot], vec![None])),
        Outcome::Undetermined => assert_eq!((pointers, missing), (vec![None], vec![hot])),
        _ => assert!(answer.findings.is_empty()),
    }
}

/// Both texts of an error are for people: lower case, one line, and no sign of
/// Rust's own printing.
fn reads_well(error: &impl std::error::Error) {
    let text = error.to_string();
    assert!(
        text.starts_with(char::is_lowercase) && !text.contains('\n') && !text.ends_with('.'),
        "{text}"
    );
}
