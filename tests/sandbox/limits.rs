//! Each limit is seen to hold: what is just within it passes, what is just
//! beyond it does not.

use anjian_runtime::{Engine, EngineError, Fault, Limits, LoadError, Nonsense};

use super::guests::well_behaved_bytes;
use super::{Bench, limits, reads_well, request};

#[test]
fn filing_bytes() {
    let bench = Bench::new(Limits {
        filing_bytes: 100,
        ..limits()
    });
    let within = " ".repeat(100);
    assert!(bench.well_behaved.evaluate(request(&within)).is_ok());

    let beyond = " ".repeat(101);
    let fault = bench.well_behaved.evaluate(request(&beyond)).unwrap_err();
    let expected = |what| Fault::InputExceeded {
        what,
        bytes: 101,
        limit_bytes: 100,
    };
    assert_eq!(fault, expected("filing"));
    reads_well(&fault);

    let mut beyond_by_parameters = request("{}");
    beyond_by_parameters.parameters = beyond.as_bytes();
    let fault = bench
        .well_behaved
        .evaluate(beyond_by_parameters)
        .unwrap_err();
    assert_eq!(fault, expected("parameters"));
    bench.goes_on();
}

#[test]
fn plugin_bytes() {
    let bytes = well_behaved_bytes();
    let engine = |plugin_bytes| {
        Engine::new(Limits {
            plugin_bytes,
            ..limits()
        })
        .unwrap()
    };
    assert!(engine(bytes.len()).load(bytes).is_ok());
    let error = engine(bytes.len() - 1).load(bytes).unwrap_err();
    assert!(matches!(error, LoadError::TooLarge { .. }), "{error:?}");
    reads_well(&error);
}

#[test]
fn text_bytes() {
    let bench = |text_bytes| {
        let engine = Engine::new(Limits {
            text_bytes,
            ..limits()
        })
        .unwrap();
        engine.load(well_behaved_bytes()).unwrap()
    };
    let filing = request(r#"{"hot":true}"#);
    // `false`, what was expected.
    assert!(bench(5).evaluate(filing).is_ok());
    let fault = bench(4).evaluate(filing).unwrap_err();
    let expected = Nonsense::TooLong {
        place: "findings[0].evidence[0].expected".to_owned(),
        bytes: 5,
        limit_bytes: 4,
    };
    assert_eq!(fault, Fault::Nonsense(expected));
    reads_well(&fault);
}

#[test]
fn output_bytes() {
    let engine = Engine::new(Limits {
        output_bytes: 64,
        ..limits()
    })
    .unwrap();
    let error = engine.load(well_behaved_bytes()).unwrap_err();
    let LoadError::DescribeFailed(fault) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(*fault, Fault::OutputExceeded { limit_bytes: 64 });
    reads_well(&error);
}

#[test]
fn memory_and_table_at_the_start() {
    for (limits, expected) in [
        (
            Limits {
                memory_bytes: 65_536,
                ..limits()
            },
            "bytes of memory",
        ),
        (
            Limits {
                table_elements: 1,
                ..limits()
            },
            "table elements",
        ),
    ] {
        let error = Engine::new(limits)
            .unwrap()
            .load(well_behaved_bytes())
            .unwrap_err();
        assert!(
            matches!(&error, LoadError::NeedsTooMuch { what, .. } if *what == expected),
            "{error:?}"
        );
        reads_well(&error);
    }
}

#[test]
fn limits_that_make_no_sense() {
    for (limits, field) in [
        (
            Limits {
                deadline_ms: 0,
                ..limits()
            },
            "deadline_ms",
        ),
        (
            Limits {
                memory_bytes: 0,
                ..limits()
            },
            "memory_bytes",
        ),
        (
            Limits {
                stack_bytes: 1 << 30,
                ..limits()
            },
            "stack_bytes",
        ),
        (
            Limits {
                concurrent_calls: 0,
                ..limits()
            },
            "concurrent_calls",
        ),
    ] {
        let Err(error) = Engine::new(limits) else {
            panic!("{field} was taken");
        };
        assert!(
            matches!(error, EngineError::BadLimit { name, .. } if name == field),
            "{error:?}"
        );
        reads_well(&error);
    }
}
