//! The nested build.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use wit_component::ComponentEncoder;

use crate::TARGET;
use crate::depinfo;
use crate::environment;
use crate::error::BuildError;
use crate::flags::{self, Places};
use crate::guest::{Component, Guest, Kind};

/// Builds guests of one workspace.
#[derive(Clone, Debug)]
pub struct Builder {
    workspace: PathBuf,
    target_dir: PathBuf,
    cargo: PathBuf,
    rustc: PathBuf,
}

/// A line of cargo's messages, as far as it is read here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Builder {
    /// For the workspace of the crate whose build script calls. All such
    /// builds share the directory `plugins` inside the outer target directory,
    /// because the outer build holds the lock of its own.
    ///
    /// # Errors
    ///
    /// When the caller is no build script.
    pub fn from_build_script() -> Result<Self, BuildError> {
        let manifest_dir = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
        let out_dir = PathBuf::from(variable("OUT_DIR")?);
        let triple = variable("TARGET")?;
        let cargo = PathBuf::from(variable("CARGO")?);
        let rustc = PathBuf::from(variable("RUSTC")?);
        let target_dir = outer_target_dir(&out_dir, &triple)
            .ok_or(BuildError::UnknownLayout(out_dir))?
            .join("plugins");
        let manifest = ask(
            &cargo,
            &manifest_dir,
            &["locate-project", "--workspace", "--message-format=plain"],
        )?;
        let workspace = manifest
            .parent()
            .map_or_else(|| manifest_dir.clone(), Path::to_path_buf);
        Ok(Self {
            workspace,
            target_dir,
            cargo,
            rustc,
        })
    }

    /// For the workspace at a place, building in `target_dir`, with the `cargo`
    /// and `rustc` of the environment.
    #[must_use]
    pub fn new(workspace: impl Into<PathBuf>, target_dir: impl Into<PathBuf>) -> Self {
        let program = |variable, name: &str| {
            env::var_os(variable).map_or_else(|| PathBuf::from(name), PathBuf::from)
        };
        Self {
            workspace: workspace.into(),
            target_dir: target_dir.into(),
            cargo: program("CARGO", "cargo"),
            rustc: program("RUSTC", "rustc"),
        }
    }

    /// Where the workspace's `Cargo.toml` lies.
    #[must_use]
    pub fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// Builds guests and makes them components, in the order given.
    ///
    /// # Errors
    ///
    /// When the target is missing or a guest does not build.
    pub fn build(&self, guests: &[Guest<'_>]) -> Result<Vec<Component>, BuildError> {
        self.require_target()?;
        let flags = self.flags()?;
        let mut components = Vec::with_capacity(guests.len());
        let mut rest = guests;
        while let Some(first) = rest.first() {
            // One call of cargo for the examples of a package that stand
            // together; a library needs a call of its own.
            let count = match first.kind {
                Kind::Lib => 1,
                Kind::Example(_) => rest
                    .iter()
                    .take_while(|g| g.package == first.package && g.kind != Kind::Lib)
                    .count(),
            };
            let (together, after) = rest.split_at(count);
            let modules = self.cargo(first, together, &flags)?;
            for guest in together {
                components.push(self.component(guest, &modules)?);
            }
            rest = after;
        }
        Ok(components)
    }

    fn require_target(&self) -> Result<(), BuildError> {
        let libdir = ask(
            &self.rustc,
            &self.workspace,
            &["--print=target-libdir", "--target", TARGET],
        )?;
        if libdir.is_dir() {
            Ok(())
        } else {
            Err(BuildError::NoTarget)
        }
    }

    fn flags(&self) -> Result<OsString, BuildError> {
        let cargo_home = env::var_os("CARGO_HOME")
            .map(PathBuf::from)
            .or_else(|| env::home_dir().map(|home| home.join(".cargo")));
        Ok(flags::encoded(Places {
            workspace: self.workspace.clone(),
            target: self.target_dir.clone(),
            cargo_home,
            sysroot: ask(&self.rustc, &self.workspace, &["--print=sysroot"])?,
        }))
    }

    /// One call of cargo; gives the artifacts that it names.
    fn cargo(
        &self,
        first: &Guest<'_>,
        together: &[Guest<'_>],
        flags: &OsStr,
    ) -> Result<Vec<Message>, BuildError> {
        let mut command = Command::new(&self.cargo);
        environment::clean(&mut command);
        command
            .current_dir(&self.workspace)
            .env("CARGO_ENCODED_RUSTFLAGS", flags)
            .env("RUSTC", &self.rustc);
        match first.kind {
            Kind::Lib => command.args(["rustc", "--lib", "--crate-type=cdylib"]),
            Kind::Example(_) => command.arg("build"),
        };
        for guest in together {
            if let Kind::Example(name) = guest.kind {
                command.args(["--example", name]);
            }
        }
        command
            .args(["--package", first.package])
            .args(["--target", TARGET, "--profile=plugin"])
            // The outer build has just brought it up to date.
            .arg("--locked")
            .arg("--message-format=json-render-diagnostics")
            .arg("--target-dir")
            .arg(&self.target_dir)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit());
        let output = command.output().map_err(|source| BuildError::Run {
            program: self.cargo.clone(),
            source,
        })?;
        if !output.status.success() {
            return Err(BuildError::Compile {
                guest: first.package.to_owned(),
            });
        }
        Ok(String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<Message>(line).ok())
            .filter(|message| message.reason == "compiler-artifact")
            .collect())
    }

    fn component(&self, guest: &Guest<'_>, artifacts: &[Message]) -> Result<Component, BuildError> {
        let named = || format!("{} of {}", guest.name(), guest.package);
        let path =
            module(guest, artifacts).ok_or_else(|| BuildError::NoModule { guest: named() })?;
        let wrong = |message: String| BuildError::Component {
            guest: named(),
            message,
        };
        let bytes = ComponentEncoder::default()
            .validate(true)
            .module(&read(path)?)
            .and_then(|mut encoder| encoder.encode())
            .map_err(|error| wrong(format!("{error:#}")))?;
        let depinfo = read(&path.with_extension("d"))?;
        let sources = depinfo::sources(&String::from_utf8_lossy(&depinfo));
        Ok(Component {
            name: guest.name().to_owned(),
            bytes,
            sources,
        })
    }
}

/// The guest itself is what cargo builds last.
fn module<'a>(guest: &Guest<'_>, artifacts: &'a [Message]) -> Option<&'a Path> {
    let artifact = artifacts.iter().rev().find(|artifact| {
        artifact
            .target
            .as_ref()
            .is_some_and(|target| match guest.kind {
                Kind::Lib => target.kind.iter().any(|kind| kind == "cdylib"),
                Kind::Example(name) => {
                    target.name == name && target.kind.iter().any(|kind| kind == "example")
                }
            })
    })?;
    artifact
        .filenames
        .iter()
        .find(|file| file.extension() == Some("wasm".as_ref()))
        .map(PathBuf::as_path)
}

/// `TARGET_DIR/[TRIPLE/]PROFILE/build/…/out`, from the inside.
fn outer_target_dir(out_dir: &Path, triple: &OsStr) -> Option<PathBuf> {
    let build = out_dir
        .ancestors()
        .find(|dir| dir.file_name() == Some("build".as_ref()))?;
    let above_profile = build.parent()?.parent()?;
    if above_profile.file_name() == Some(triple) {
        above_profile.parent().map(Path::to_path_buf)
    } else {
        Some(above_profile.to_path_buf())
    }
}

fn variable(name: &'static str) -> Result<OsString, BuildError> {
    env::var_os(name).ok_or(BuildError::NotInBuildScript { name })
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    fs::read(path).map_err(|source| BuildError::File {
        path: path.to_path_buf(),
        source,
    })
}

/// Asks a program for a path.
fn ask(program: &Path, directory: &Path, arguments: &[&str]) -> Result<PathBuf, BuildError> {
    let mut command = Command::new(program);
    environment::clean(&mut command);
    let output = command
        .current_dir(directory)
        .args(arguments)
        .output()
        .map_err(|source| BuildError::Run {
            program: program.to_path_buf(),
            source,
        })?;
    if !output.status.success() {
        return Err(BuildError::Ask {
            program: program.to_path_buf(),
            arguments: arguments.join(" "),
            message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        });
    }
    let answer = String::from_utf8_lossy(&output.stdout);
    Ok(PathBuf::from(answer.trim_end_matches(['\r', '\n'])))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::outer_target_dir;

    #[test]
    fn target_directories() {
        let of = |out_dir: &str| {
            outer_target_dir(Path::new(out_dir), "x86_64-unknown-linux-gnu".as_ref())
        };
        let target = Some(PathBuf::from("/w/target"));
        for out_dir in [
            "/w/target/debug/build/anjian-tests-0f/out",
            "/w/target/release/build/anjian-tests/0f/out",
            "/w/target/x86_64-unknown-linux-gnu/debug/build/anjian-tests-0f/out",
        ] {
            assert_eq!(of(out_dir), target, "{out_dir}");
        }
        assert_eq!(of("/somewhere/out"), None);
    }
}
