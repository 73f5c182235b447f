//! One test for each guest, of the same name. A guest without one does not
//! compile.

use anjian_model::Outcome;
use anjian_runtime::{DescriptionProblem, Fault, Limits, LoadError, Nonsense, Refusal};

use super::{BENCH, Bench, DEADLINE_MS, judges_rightly, limits, reads_well, request};

include!(concat!(env!("OUT_DIR"), "/guests.rs"));

macro_rules! has_a_test {
    ($guest:ident) => {
        const _: fn() = $guest;
    };
}
each_guest!(has_a_test);

macro_rules! bytes {
    ($guest:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $guest, ".wasm"))
    };
}

pub(super) fn well_behaved_bytes() -> &'static [u8] {
    bytes!("well_behaved")
}

pub(super) fn spins_bytes() -> &'static [u8] {
    bytes!("spins")
}

#[test]
fn well_behaved() {
    let bench = &*BENCH;
    let plugin = &bench.well_behaved;
    judges_rightly(plugin);
    assert_eq!(plugin.description().id, "test");
    assert_eq!(plugin.description().rules.len(), 2);
    assert_eq!(plugin.sha256().len(), 64);
    let page = plugin.explain("test1/1").unwrap().unwrap();
    assert_eq!(page.examples[0].outcome, Outcome::Undetermined);
    assert_eq!(plugin.explain("test1/9").unwrap(), None);
}

#[test]
fn remembers() {
    let bench = &*BENCH;
    judges_rightly(&bench.engine.load(bytes!("remembers")).unwrap());
}

#[test]
fn later_version() {
    let bench = &*BENCH;
    let plugin = bench.engine.load(bytes!("later_version")).unwrap();
    judges_rightly(&plugin);
    assert_eq!(plugin.description().version, "2.0.0");
    let answer = plugin.evaluate(request(r#"{"differ":true}"#)).unwrap();
    assert_eq!(answer.outcomes[0], Outcome::Violated);
}

#[test]
fn claims_rules_of_another() {
    let bench = &*BENCH;
    let bytes = bytes!("claims_rules_of_another");
    let plugin = bench.engine.load(bytes).unwrap();
    judges_rightly(&plugin);
    assert_eq!(plugin.description().id, "other");
    assert_eq!(plugin.description().rules[0].id, "test1/1");
}

#[test]
fn panics_on_a_word() {
    let bench = &*BENCH;
    let plugin = bench.engine.load(bytes!("panics_on_a_word")).unwrap();
    judges_rightly(&plugin);
    let fault = plugin.evaluate(request(r#"{"panic":true}"#)).unwrap_err();
    assert!(matches!(fault, Fault::Trap { .. }), "{fault:?}");
    judges_rightly(&plugin);
}

#[test]
fn pages_lie() {
    let bench = &*BENCH;
    let plugin = bench.engine.load(bytes!("pages_lie")).unwrap();
    judges_rightly(&plugin);
    let page = plugin.explain("test1/1").unwrap().unwrap();
    assert_eq!(page.examples[0].outcome, Outcome::Satisfied);
}

#[test]
fn refuses() {
    let refusal = Refusal::OutOfRange("1e400 t".to_owned());
    BENCH.faults(bytes!("refuses"), &Fault::Refused(refusal));
}

#[test]
fn spins() {
    let bench = &*BENCH;
    let fault = Fault::DeadlineExceeded {
        limit_ms: DEADLINE_MS,
    };
    bench.faults(bytes!("spins"), &fault);
    let plugin = bench.engine.load(bytes!("spins")).unwrap();
    assert_eq!(plugin.explain("test1/1"), Err(fault));
    bench.goes_on();
}

#[test]
fn spins_in_describe() {
    let error = BENCH.refuses(bytes!("spins_in_describe"));
    let LoadError::DescribeFailed(fault) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(
        *fault,
        Fault::DeadlineExceeded {
            limit_ms: DEADLINE_MS
        }
    );
    reads_well(&error);
}

#[test]
fn recurses() {
    let fault = Fault::StackExceeded {
        limit_bytes: Limits::default().stack_bytes,
    };
    BENCH.faults(bytes!("recurses"), &fault);
}

#[test]
fn recurses_with_frames() {
    let fault = Fault::Trap {
        message: "wasm trap: out of bounds memory access".to_owned(),
    };
    BENCH.faults(bytes!("recurses_with_frames"), &fault);
}

#[test]
fn eats_memory() {
    let fault = Fault::MemoryExceeded {
        limit_bytes: Limits::default().memory_bytes,
    };
    BENCH.faults(bytes!("eats_memory"), &fault);
}

#[test]
fn panics() {
    let fault = Fault::Trap {
        message: "wasm trap: wasm `unreachable` instruction executed".to_owned(),
    };
    BENCH.faults(bytes!("panics"), &fault);
}

#[test]
fn panics_in_describe() {
    let error = BENCH.refuses(bytes!("panics_in_describe"));
    assert!(
        matches!(&error, LoadError::DescribeFailed(Fault::Trap { .. })),
        "{error:?}"
    );
    reads_well(&error);
}

#[test]
fn returns_a_gigabyte() {
    let fault = Fault::OutputExceeded {
        limit_bytes: Limits::default().output_bytes,
    };
    BENCH.faults(bytes!("returns_a_gigabyte"), &fault);
}

#[test]
fn returns_bad_rule_index() {
    let nonsense = Nonsense::RuleIndex {
        list: "findings",
        position: 0,
        rule: 7,
        rules: 2,
    };
    BENCH.faults(bytes!("returns_bad_rule_index"), &Fault::Nonsense(nonsense));
}

#[test]
fn returns_wrong_outcome_count() {
    let nonsense = Nonsense::OutcomeCount {
        outcomes: 1,
        rules: 2,
    };
    BENCH.faults(
        bytes!("returns_wrong_outcome_count"),
        &Fault::Nonsense(nonsense),
    );
}

#[test]
fn describes_duplicate_rules() {
    let error = BENCH.refuses(bytes!("describes_duplicate_rules"));
    let LoadError::BadDescription { problems } = &error else {
        panic!("{error:?}");
    };
    let twice = DescriptionProblem::DuplicateRule {
        rule: "test1/1".to_owned(),
    };
    assert_eq!(*problems, [twice]);
    reads_well(&error);
}

#[test]
fn wants_an_import() {
    let error = BENCH.refuses(bytes!("wants_an_import"));
    let LoadError::HasImports { names } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(*names, ["now"]);
    reads_well(&error);
}

#[test]
fn newer_contract() {
    let error = BENCH.refuses(bytes!("newer_contract"));
    let LoadError::NewerThanHost { plugin, host } = &error else {
        panic!("{error:?}");
    };
    assert_eq!((plugin.as_str(), host.as_str()), ("9.0.0", "0.1.0"));
    reads_well(&error);
}

#[test]
fn too_old_contract() {
    let error = BENCH.refuses(bytes!("too_old_contract"));
    let LoadError::TooOld { plugin, oldest } = &error else {
        panic!("{error:?}");
    };
    assert_eq!((plugin.as_str(), oldest.as_str()), ("0.0.1", "0.1.0"));
    reads_well(&error);
}

#[test]
fn nothing_of_this_machine_is_in_a_guest() {
    macro_rules! check {
        ($guest:ident) => {
            let bytes: &[u8] =
                include_bytes!(concat!(env!("OUT_DIR"), "/", stringify!($guest), ".wasm"));
            let text = String::from_utf8_lossy(bytes);
            let home = std::env::home_dir().unwrap();
            let workspace = env!("CARGO_MANIFEST_DIR").strip_suffix("tests").unwrap();
            for place in [workspace, home.to_str().unwrap()] {
                assert!(
                    !text.contains(place),
                    "{} is in {}",
                    place,
                    stringify!($guest)
                );
            }
        };
    }
    each_guest!(check);
    // The panic's place is there, so the paths were named otherwise.
    let panics = String::from_utf8_lossy(bytes!("panics"));
    assert!(panics.contains("tests/guests/examples/panics.rs"));
}

#[test]
fn a_clone_judges_too() {
    let bench = Bench::new(limits());
    let plugin = bench.well_behaved.clone();
    let engine = bench.engine.clone();
    // A plugin outlives every name of its engine.
    drop((bench, engine));
    judges_rightly(&plugin);
    assert!(plugin.evaluate(request("{}")).is_ok());
}
