//! What is built, and what comes of it.

use std::path::PathBuf;

/// A crate of the workspace, or an example of one, that becomes a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guest<'a> {
    /// The package's name in its `Cargo.toml`.
    pub package: &'a str,
    /// Which part of the package.
    pub kind: Kind<'a>,
}

/// Which part of a package becomes a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// Its library. It need not say `crate-type = ["cdylib"]`, and should not:
    /// beside `rlib` it would be built without link-time optimization.
    Lib,
    /// An example, which must say `crate-type = ["cdylib"]`.
    Example(&'a str),
}

impl<'a> Guest<'a> {
    /// The library of a package.
    #[must_use]
    pub fn lib(package: &'a str) -> Self {
        Self {
            package,
            kind: Kind::Lib,
        }
    }

    /// An example of a package.
    #[must_use]
    pub fn example(package: &'a str, name: &'a str) -> Self {
        Self {
            package,
            kind: Kind::Example(name),
        }
    }

    /// The name of the plugin's file, without `.wasm`: the example's or the
    /// package's.
    #[must_use]
    pub fn name(&self) -> &'a str {
        match self.kind {
            Kind::Lib => self.package,
            Kind::Example(name) => name,
        }
    }
}

/// A guest that was built.
#[derive(Clone, Debug)]
pub struct Component {
    /// [`Guest::name`].
    pub name: String,
    /// The component.
    pub bytes: Vec<u8>,
    /// The files that it was built from, those of the workspace only.
    pub sources: Vec<PathBuf>,
}
