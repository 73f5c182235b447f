//! Rows and schemas become code. `plugins/README.md` is the form; this crate
//! reads it, checks it and turns it into Rust when a plugin is built. The
//! interpreter judges by the same rows in the plainest way, as the second
//! opinion.

pub mod book;
pub mod boundary;
mod generate;
pub mod interpret;
mod ir;
pub mod mutants;
pub mod names;
pub mod page;
mod parsed;
mod predicate;
mod reader;
pub mod rule;
mod safeguard;
pub mod sample;
pub mod schema;
pub mod scheme;
pub mod source;
pub mod table;
pub mod tables;
pub mod trial;
mod units;

use std::path::{Path, PathBuf};

pub use book::Book;
pub use generate::generate;

/// Memory that a plugin has from its start. Growing costs a system call under
/// a lock that all threads share: measured, it makes two threads slower than
/// one. Holds the data section, the stack and a filing of some 500 kB; only
/// pages that are touched cost anything.
const INITIAL_MEMORY_BYTES: u32 = 4 << 20;

/// The guest's own stack. The deepest call chain is serde's through the nested
/// lists of a filing (three levels), far below this.
const STACK_BYTES: u32 = 64 << 10;

/// The build script of a plugin: reads its rows, writes `rules.rs`, tells the
/// linker the memory's shape. Mistakes in rows end the build, each with file,
/// line and what to do.
pub fn build() {
    let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo::rerun-if-changed={}", folder.join("rules").display());
    for file in ["computed.toml", "schemes"] {
        println!("cargo::rerun-if-changed={}", folder.join(file).display());
    }
    println!(
        "cargo::rerun-if-changed={}",
        folder.join("../../schemas").display()
    );
    match Book::load(&folder, &folder.join("../../schemas")) {
        Ok(book) => {
            if let Err(error) = std::fs::write(out.join("rules.rs"), generate(&book, &version)) {
                println!("cargo::error=the generated rules cannot be written: {error}");
            }
        }
        Err(problems) => {
            for problem in &problems {
                let shown = problem.to_string();
                let shown = shown.strip_prefix(&workspace(&folder)).unwrap_or(&shown);
                for line in shown.lines() {
                    println!("cargo::error={line}");
                }
            }
        }
    }
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        for arg in [
            format!("--initial-memory={INITIAL_MEMORY_BYTES}"),
            "-zstack-size=".to_owned() + &STACK_BYTES.to_string(),
            // A stack that overflows meets the end of memory, not the data.
            "--stack-first".to_owned(),
        ] {
            println!("cargo::rustc-link-arg={arg}");
        }
    }
}

fn workspace(folder: &Path) -> String {
    format!(
        "{}/",
        folder
            .parent()
            .and_then(Path::parent)
            .unwrap_or(folder)
            .display()
    )
}
