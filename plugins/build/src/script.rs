//! The whole of a build script.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::builder::Builder;
use crate::error::BuildError;
use crate::guest::Guest;

/// Builds guests into `OUT_DIR`, each as [`Guest::name`] with `.wasm`, and
/// tells cargo what they are made of. What fails is told as an error of the
/// build, in one line.
#[must_use]
pub fn build_script(guests: &[Guest<'_>]) -> ExitCode {
    match run(guests) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = error.to_string().replace('\n', "; ");
            println!("cargo::error={line}");
            ExitCode::FAILURE
        }
    }
}

fn run(guests: &[Guest<'_>]) -> Result<(), BuildError> {
    let builder = Builder::from_build_script()?;
    let out_dir = env::var_os("OUT_DIR")
        .map(PathBuf::from)
        .ok_or(BuildError::NotInBuildScript { name: "OUT_DIR" })?;
    // What decides over every guest beside its sources.
    let mut sources: BTreeSet<PathBuf> = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"]
        .map(|name| builder.workspace().join(name))
        .into();
    sources.insert("build.rs".into());
    for component in builder.build(guests)? {
        let path = out_dir.join(&component.name).with_extension("wasm");
        fs::write(&path, &component.bytes).map_err(|source| BuildError::File { path, source })?;
        sources.extend(component.sources);
    }
    for source in sources {
        // Cargo takes a file that is not there for one that has changed.
        if source.exists() {
            println!("cargo::rerun-if-changed={}", source.display());
        }
    }
    Ok(())
}
