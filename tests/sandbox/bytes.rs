//! Files that are no plugin.

use anjian_runtime::LoadError;

use super::guests::well_behaved_bytes;
use super::{BENCH, reads_well};

#[test]
fn nothing() {
    let error = BENCH.refuses(b"");
    assert!(matches!(error, LoadError::Empty), "{error:?}");
    reads_well(&error);
}

#[test]
fn not_wasm() {
    let bench = &*BENCH;
    for bytes in [
        &b"{\"hot\":true}"[..],
        b"PK\x03\x04",
        b"(component)",
        b"\0as",
        b"\x7fELF\x02\x01\x01",
        b"x",
    ] {
        let error = bench.refuses(bytes);
        let expected = if b"\0asm".starts_with(bytes) {
            matches!(error, LoadError::Truncated { bytes: 3 })
        } else {
            matches!(error, LoadError::NotWasm)
        };
        assert!(expected, "{bytes:?}: {error:?}");
        reads_well(&error);
    }
}

#[test]
fn core_module() {
    let bench = &*BENCH;
    for wat in ["(module)", "(module (memory 1) (func (export \"run\")))"] {
        let error = bench.refuses(&wat::parse_str(wat).unwrap());
        assert!(matches!(error, LoadError::NotAComponent), "{error:?}");
        reads_well(&error);
    }
}

#[test]
fn component_that_is_no_plugin() {
    let bench = &*BENCH;
    let error = bench.refuses(&wat::parse_str("(component)").unwrap());
    assert!(matches!(error, LoadError::NotAPlugin), "{error:?}");
    reads_well(&error);
}

#[test]
fn version_that_does_not_keep_what_it_names() {
    let wat = r#"(component (instance (export "anjian:plugin/judge@0.1.0")))"#;
    let error = BENCH.refuses(&wat::parse_str(wat).unwrap());
    assert!(matches!(error, LoadError::Unsupported { .. }), "{error:?}");
    reads_well(&error);
}

/// Wherever a copy was cut off, the file is refused, and nearly everywhere
/// with the reason. Between two sections the beginning of a component is a
/// component itself; what is missing then is the contract.
#[test]
fn truncated() {
    let bench = &*BENCH;
    let whole = well_behaved_bytes();
    let mut truncated = 0;
    let cuts = (1..40)
        .chain((40..whole.len()).step_by(997))
        .chain([whole.len() / 2]);
    for cut in cuts {
        match bench.engine.load(&whole[..cut]) {
            Err(LoadError::Truncated { bytes }) => {
                assert_eq!(bytes, cut);
                truncated += 1;
            }
            Err(LoadError::NotAPlugin) => {}
            other => panic!("cut at {cut}: {other:?}"),
        }
    }
    assert!(truncated > 40, "{truncated}");
    bench.goes_on();
}

#[test]
fn damaged() {
    let bench = &*BENCH;
    let whole = well_behaved_bytes();
    for at in (8..whole.len()).step_by(1_499) {
        let mut bytes = whole.to_vec();
        bytes[at] ^= 0xff;
        // A flipped bit in a text is no damage that anyone could see; what
        // matters is that nothing breaks here.
        if let Err(error) = bench.engine.load(&bytes) {
            reads_well(&error);
        }
    }
    bench.goes_on();
    let mut bytes = whole.to_vec();
    bytes[8] = 0x7f;
    let error = bench.refuses(&bytes);
    assert!(
        matches!(
            error,
            LoadError::Malformed { .. } | LoadError::Truncated { .. }
        ),
        "{error:?}"
    );
}
