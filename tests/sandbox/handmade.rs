//! Guests that no Rust source gives, written by hand.

use std::path::Path;

use anjian_runtime::{Fault, Limits, LoadError, Nonsense};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::{BENCH, reads_well};

fn component(wat: &str) -> Vec<u8> {
    let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/0.1.0");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(contract).unwrap();
    let world = resolve.select_world(&[package], Some("plugin")).unwrap();
    let mut module = wat::parse_str(wat).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .unwrap()
        .encode()
        .unwrap()
}

fn refused(wat: &str) -> LoadError {
    let error = BENCH.refuses(&component(wat));
    reads_well(&error);
    error
}

#[test]
fn grows_table() {
    let error = refused(include_str!("../guests/handmade/grows_table.wat"));
    let LoadError::DescribeFailed(fault) = &error else {
        panic!("{error:?}");
    };
    let limit_elements = Limits::default().table_elements;
    assert_eq!(*fault, Fault::TableExceeded { limit_elements });
}

#[test]
fn points_outside() {
    let error = refused(include_str!("../guests/handmade/points_outside.wat"));
    assert!(
        matches!(
            &error,
            LoadError::DescribeFailed(Fault::Nonsense(Nonsense::Unreadable { .. }))
        ),
        "{error:?}"
    );
}

#[test]
fn speaks_no_utf8() {
    let error = refused(include_str!("../guests/handmade/speaks_no_utf8.wat"));
    assert!(
        matches!(
            &error,
            LoadError::DescribeFailed(Fault::Nonsense(Nonsense::Unreadable { .. }))
        ),
        "{error:?}"
    );
}

#[test]
fn starts_too_large() {
    let error = refused(include_str!("../guests/handmade/starts_too_large.wat"));
    let LoadError::NeedsTooMuch { what, needs, limit } = error else {
        panic!("{error:?}");
    };
    assert_eq!(what, "bytes of memory");
    assert_eq!(needs, 60_000 * 65_536);
    assert_eq!(limit, Limits::default().memory_bytes);
}

/// Each handmade guest is named by a test above: this file holds its name.
#[test]
fn every_handmade_guest_has_a_test() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/handmade");
    let tests = include_str!("handmade.rs");
    for file in directory.read_dir().unwrap() {
        let name = file.unwrap().file_name();
        let name = name.to_str().unwrap();
        assert!(tests.contains(&format!("handmade/{name}\"")), "{name}");
    }
}
