//! The rulebook as a whole: identity and citations.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod sectors;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

#[test]
fn ids_are_unique_over_all_plugins() {
    let mut seen = BTreeSet::new();
    for sector in sectors::all() {
        for rule in &sector.book.rules {
            assert!(
                seen.insert(rule.id().to_owned()),
                "{} is there twice",
                rule.id()
            );
        }
    }
}

#[test]
fn what_the_plugin_says_is_what_the_rows_say() {
    for sector in sectors::all() {
        let said = sector.plugin.description();
        let ids: Vec<&str> = said.rules.iter().map(|rule| rule.id.as_str()).collect();
        let rows: Vec<&str> = sector.book.rules.iter().map(|rule| rule.id()).collect();
        assert_eq!(ids, rows);
        for (rule, row) in said.rules.iter().zip(&sector.book.rules) {
            assert_eq!(rule.title.zh, row.row.title.zh, "{}", rule.id);
            assert!(!rule.clause.is_empty(), "{} cites no clause", rule.id);
            assert!(
                said.instruments.iter().any(|i| i.key == rule.instrument),
                "{}",
                rule.id
            );
            assert!(!rule.facts.is_empty(), "{} reads nothing", rule.id);
        }
    }
}

#[test]
fn names_of_quantities_end_with_their_unit() {
    let suffixes: &[(&str, &[&str])] = &[
        ("%", &["_pct"]),
        ("K", &["_k"]),
        ("MPa", &["_mpa"]),
        ("days", &["_days"]),
        ("h", &["_h"]),
        ("kPa", &["_kpa"]),
        ("kV", &["_kv"]),
        ("kg", &["_kg"]),
        ("km/h", &["_kmh"]),
        ("m", &["_m"]),
        ("m/a", &["_m_a"]),
        ("m3", &["_m3"]),
        ("m3/h", &["_m3h"]),
        ("min", &["_min"]),
        ("months", &["_months"]),
        ("persons", &["_num", "_persons"]),
        // An output is compared with amounts of a year.
        ("t", &["_t", "_t_a"]),
        ("t/m3", &["_t_m3"]),
        ("years", &["_years"]),
        ("yuan", &["_yuan"]),
        ("°", &["_deg"]),
        ("℃", &["_c"]),
    ];
    for sector in sectors::all() {
        let schema = &sector.book.schema;
        for entity in schema.entities.values().chain([&schema.section]) {
            for field in entity.fields.iter().filter(|field| !field.unit.is_empty()) {
                let suffix = suffixes.iter().find(|(unit, _)| *unit == field.unit);
                let Some((_, suffixes)) = suffix else {
                    panic!(
                        "`{}` is in {}: write its suffix here",
                        field.name, field.unit
                    );
                };
                assert!(
                    suffixes.iter().any(|suffix| field.name.ends_with(suffix)),
                    "`{}` is in {}",
                    field.name,
                    field.unit
                );
            }
        }
    }
}

#[test]
fn plugins_stay_small() {
    for bundled in anjian_bundle::PLUGINS {
        let size = bundled.component.len();
        assert!(size < 1 << 20, "{} has {size} bytes", bundled.name);
    }
}

/// Rooms of the host and of the plugins, and the rooms that their code may use.
/// A sector's plugin is any other room of `plugins/`.
const ARROWS: [(&str, &[&str]); 10] = [
    ("host/model", &[]),
    ("host/runtime", &["model"]),
    ("host/check", &["model", "runtime"]),
    ("host/store", &["model", "runtime", "check"]),
    ("host/service", &["model", "runtime", "check", "store"]),
    (
        "host/cli",
        &["model", "runtime", "check", "store", "service", "bundle"],
    ),
    ("plugins/sdk", &[]),
    ("plugins/rows", &[]),
    ("plugins/build", &[]),
    ("plugins/bundle", &["plugin-build"]),
];

/// What only one room names.
const AT_HOME: [(&str, &str); 2] = [("wasmtime", "host/runtime"), ("notify", "host/store")];

/// What a room is built from; tests may use more.
fn dependencies(room: &str) -> Vec<String> {
    let text = std::fs::read_to_string(sectors::root().join(room).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    ["dependencies", "build-dependencies"]
        .into_iter()
        .filter_map(|table| manifest.get(table)?.as_table())
        .flat_map(|table| table.keys().cloned())
        .collect()
}

fn rooms(floor: &str) -> Vec<String> {
    let entries = std::fs::read_dir(sectors::root().join(floor)).unwrap();
    let mut rooms: Vec<String> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").exists())
        .map(|path| format!("{floor}/{}", path.file_name().unwrap().to_str().unwrap()))
        .collect();
    rooms.sort();
    rooms
}

#[test]
fn arrows_point_one_way() {
    for room in rooms("host").into_iter().chain(rooms("plugins")) {
        let found = ARROWS.iter().find(|(name, _)| *name == room);
        let may = match found {
            Some((_, may)) => *may,
            None if room.starts_with("plugins/") => &["sdk", "rows"],
            None => panic!("{room} stands in no arrow: write it here"),
        };
        for dependency in dependencies(&room) {
            if let Some(inner) = dependency.strip_prefix("anjian-") {
                assert!(may.contains(&inner), "{room} uses {inner}");
            }
            for (name, home) in AT_HOME {
                assert!(dependency != name || room == home, "{room} names {name}");
            }
        }
    }
}

#[test]
fn the_host_names_no_sector() {
    for room in rooms("host") {
        let mut code = String::new();
        sources(&sectors::root().join(&room).join("src"), &mut code);
        // Comments may give an example; tests have one.
        let lines = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let mut tests = false;
        for line in lines {
            tests = (tests || line == "#[cfg(test)]") && !line.starts_with(FILE);
            for bundled in anjian_bundle::PLUGINS {
                let named = line.contains(&format!("\"{}", bundled.name));
                assert!(tests || !named, "{room} names {}: {line}", bundled.name);
            }
        }
    }
}

#[test]
fn released_contracts_are_as_they_were_released() {
    // A released folder of `wit/` is frozen: plugins in the field speak it.
    // Whoever needs a change makes a new folder and adds it here.
    let released = [(
        "0.1.0",
        "271f9ea37ba1ba258fad1acc9afcb1129dfeaaa1629889a0d088e3ea7300a836",
    )];
    let wit = sectors::root().join("wit");
    for (version, digest) in released {
        let text = std::fs::read(wit.join(version).join("plugin.wit")).unwrap();
        let found = format!("{:x}", Sha256::digest(&text));
        assert_eq!(found, digest, "wit/{version} was changed");
    }
    let folders = std::fs::read_dir(&wit).unwrap();
    let folders = folders.filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(folders.count(), released.len(), "a folder without digest");
}

#[test]
fn tests_that_the_threats_name_exist() {
    let root = sectors::root();
    let text = std::fs::read_to_string(root.join("docs/threats.md")).unwrap();
    let mut code = String::new();
    for room in ["host", "tests"] {
        sources(&root.join(room), &mut code);
    }
    let rows = text.lines().filter_map(|line| line.rsplit('|').nth(1));
    let named: Vec<&str> = rows
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        assert!(code.contains(&format!("fn {name}(")), "no test {name}");
    }
}

/// Begins a file in what [`sources`] appends.
const FILE: &str = "-- file ";

/// Appends the Rust sources below a folder; files of tests begin as such.
fn sources(folder: &std::path::Path, code: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(FILE);
            code.push('\n');
            if path.ends_with("tests.rs") || path.ends_with("tests/mod.rs") {
                code.push_str("#[cfg(test)]\n");
            }
            code.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}
