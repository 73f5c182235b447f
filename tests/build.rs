//! Builds the plugins that the tests load, and lists them for the tests.

use std::env;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use anjian_plugin_build::Guest;

const EXAMPLES: &str = "guests/examples";

fn main() -> ExitCode {
    // A guest that comes or goes; those that are there are told by the build.
    println!("cargo::rerun-if-changed={EXAMPLES}");
    let names = match names().and_then(|names| list(&names).map(|()| names)) {
        Ok(names) => names,
        Err(error) => {
            println!("cargo::error={EXAMPLES}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let guests: Vec<Guest<'_>> = names
        .iter()
        .map(|name| Guest::example("anjian-guests", name))
        .collect();
    anjian_plugin_build::build_script(&guests)
}

fn names() -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for file in fs::read_dir(EXAMPLES)? {
        let path = file?.path();
        if let (Some(stem), Some("rs")) = (
            path.file_stem().and_then(|s| s.to_str()),
            path.extension().and_then(|e| e.to_str()),
        ) {
            names.push(stem.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// A macro that does something for each guest, so that a test can demand that
/// each has one.
fn list(names: &[String]) -> io::Result<()> {
    let mut text = String::from("macro_rules! each_guest {\n    ($act:ident) => {\n");
    for name in names {
        // Writing to a text does not fail.
        let _ = writeln!(text, "        $act!({name});");
    }
    text.push_str("    };\n}\n");
    let out_dir = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&out_dir).join("guests.rs"), text)
}
