//! Why no plugin came of a source.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::TARGET;

/// Why no plugin came of a source.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The compiler has no library for the target.
    #[error("the target {TARGET} is not installed; run: rustup target add {TARGET}")]
    NoTarget,
    /// A variable that cargo gives build scripts is missing.
    #[error("{name} is not set; call this from a build script")]
    NotInBuildScript {
        /// Of the variable.
        name: &'static str,
    },
    /// `OUT_DIR` is not where cargo puts it.
    #[error("{0} is not laid out as a build script's OUT_DIR; name the target directory instead")]
    UnknownLayout(PathBuf),
    /// A program did not start.
    #[error("could not run {program}: {source}")]
    Run {
        /// Its path.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A program asked for a fact did not give it.
    #[error("{program} {arguments} failed: {message}")]
    Ask {
        /// Its path.
        program: PathBuf,
        /// What was asked.
        arguments: String,
        /// Its last words.
        message: String,
    },
    /// The guest does not compile.
    #[error("{guest} does not build for {TARGET}; the compiler's messages say why")]
    Compile {
        /// Package and part.
        guest: String,
    },
    /// Cargo built, and no module of the guest is there.
    #[error(
        "{guest} builds, but gives no WebAssembly module; an example needs crate-type = [\"cdylib\"]"
    )]
    NoModule {
        /// Package and part.
        guest: String,
    },
    /// The module is not what becomes a component.
    #[error("{guest} cannot be made a component: {message}")]
    Component {
        /// Package and part.
        guest: String,
        /// What the encoder said.
        message: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
