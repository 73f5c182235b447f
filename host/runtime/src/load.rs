//! Bytes become a plugin, or a reason why not.

use std::sync::Arc;

use semver::Version;
use sha2::{Digest, Sha256};
use thiserror::Error;
use wasmtime::component::Component;
use wasmtime::wasmparser::{BinaryReaderError, Chunk, Encoding, Parser, Payload};

use crate::contract::{self, Contract, INTERFACE};
use crate::description::{self, DescriptionProblem, Listed};
use crate::engine::Shared;
use crate::fault::Fault;
use crate::limits::Limits;
use crate::plugin::Plugin;

/// Why bytes are no plugin that this host runs. The messages speak of "the
/// plugin"; whoever shows them knows its file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There are no bytes.
    #[error("the plugin's file is empty; copy it again")]
    Empty,
    /// There are more bytes than a plugin may have.
    #[error(
        "the plugin's file is {bytes} bytes, more than the {limit_bytes} that this host reads; \
         if it is a plugin, let the operator of the host raise the limit"
    )]
    TooLarge {
        /// How many there are.
        bytes: usize,
        /// What was allowed.
        limit_bytes: usize,
    },
    /// It does not begin as WebAssembly does.
    #[error("the file is no WebAssembly; a plugin is a component that ends in .wasm")]
    NotWasm,
    /// The bytes end before the component does.
    #[error("the plugin's file ends in the middle, after {bytes} bytes; copy it again")]
    Truncated {
        /// How many there are.
        bytes: usize,
    },
    /// The bytes break the rules of WebAssembly.
    #[error("the plugin's file is damaged ({reason}); copy it again, or ask its author")]
    Malformed {
        /// What was found where.
        reason: String,
    },
    /// WebAssembly, but not wrapped as a component.
    #[error(
        "the file is a WebAssembly core module and no component; its author must make it a \
         component, as `anjian-plugin-build` does"
    )]
    NotAComponent,
    /// It does not export the contract.
    #[error(
        "the file is a WebAssembly component, but no plugin: it does not export {INTERFACE}; check \
         that it is the right file"
    )]
    NotAPlugin,
    /// It speaks only versions of the contract that came after this host.
    #[error(
        "the plugin is newer than this host: it speaks contract {plugin}, and the host knows up \
         to {host}; let the operator update the host"
    )]
    NewerThanHost {
        /// What the plugin speaks.
        plugin: String,
        /// The newest that the host speaks.
        host: String,
    },
    /// It speaks only versions of the contract that this host does not.
    #[error(
        "the plugin is too old for this host: it speaks contract {plugin}, and the host needs \
         {oldest} or later; let its author build it again"
    )]
    TooOld {
        /// What the plugin speaks.
        plugin: String,
        /// The oldest that the host speaks.
        oldest: String,
    },
    /// It asks the host for something, and the host gives nothing.
    #[error(
        "the plugin asks the host for {}; a plugin is given nothing, so its author must build it \
         without (target wasm32-unknown-unknown)",
        names.join(", ")
    )]
    HasImports {
        /// In the order of the component.
        names: Vec<String>,
    },
    /// It cannot start within the limits of a call.
    #[error(
        "the plugin starts with {needs} {what}, and a call may have {limit}; its author should \
         need less, or the operator of the host raise the limit"
    )]
    NeedsTooMuch {
        /// Of what.
        what: &'static str,
        /// How much.
        needs: u64,
        /// What was allowed.
        limit: usize,
    },
    /// It is well formed, but not what this sandbox runs.
    #[error("this host cannot run the plugin ({reason}); ask its author")]
    Unsupported {
        /// What the sandbox said.
        reason: String,
    },
    /// It broke when asked what it is.
    #[error("the plugin could not describe itself: {0}")]
    DescribeFailed(#[source] Fault),
    /// It says of itself what cannot be.
    #[error(
        "the plugin describes itself wrongly, which is for its author: {}",
        Listed(problems)
    )]
    BadDescription {
        /// All that was found.
        problems: Vec<DescriptionProblem>,
    },
}

pub(crate) fn load(shared: &Arc<Shared>, bytes: &[u8]) -> Result<Plugin, LoadError> {
    let version = inspect(bytes, &shared.limits)?;
    let sha256 = format!("{:x}", Sha256::digest(bytes));
    let component = compiled(shared, bytes, &sha256)?;
    let contract = Contract::link(&version, &component)?;
    let description = shared
        .call(|store, limits| contract.describe(store, limits))
        .map_err(LoadError::DescribeFailed)?;
    let problems = description::problems(&description);
    if !problems.is_empty() {
        return Err(LoadError::BadDescription { problems });
    }
    Ok(Plugin::new(
        Arc::clone(shared),
        contract,
        description,
        sha256,
    ))
}

fn compiled(shared: &Shared, bytes: &[u8], sha256: &str) -> Result<Component, LoadError> {
    let cache = shared.cache.as_ref();
    if let Some(component) = cache.and_then(|cache| cache.get(&shared.wasm, sha256)) {
        return Ok(component);
    }
    let component = Component::from_binary(&shared.wasm, bytes).map_err(|error| {
        let reason = format!("{error:#}");
        if error.is::<BinaryReaderError>() {
            LoadError::Malformed { reason }
        } else {
            LoadError::Unsupported { reason }
        }
    })?;
    if let Some(cache) = cache {
        cache.put(&shared.wasm, sha256, &component);
    }
    Ok(component)
}

/// Reads what a component is before it is compiled: a plugin of a later
/// contract may use what this compiler refuses, and should still be told that
/// it is newer.
pub(crate) fn inspect(bytes: &[u8], limits: &Limits) -> Result<Version, LoadError> {
    if bytes.is_empty() {
        return Err(LoadError::Empty);
    }
    if bytes.len() > limits.plugin_bytes {
        return Err(LoadError::TooLarge {
            bytes: bytes.len(),
            limit_bytes: limits.plugin_bytes,
        });
    }
    // Fewer bytes than the magic has may still be the beginning of it.
    if !b"\0asm".starts_with(bytes.get(..4).unwrap_or(bytes)) {
        return Err(LoadError::NotWasm);
    }
    let outline = Outline::read(bytes)?;
    let version = contract::choose(&outline.versions)?;
    if !outline.imports.is_empty() {
        return Err(LoadError::HasImports {
            names: outline.imports,
        });
    }
    for (what, needs, limit) in [
        ("bytes of memory", outline.memory_bytes, limits.memory_bytes),
        (
            "table elements",
            outline.table_elements,
            limits.table_elements,
        ),
    ] {
        if usize::try_from(needs).map_or(true, |needs| needs > limit) {
            return Err(LoadError::NeedsTooMuch { what, needs, limit });
        }
    }
    Ok(version)
}

/// What the outermost level of a component shows.
#[derive(Default)]
struct Outline {
    /// Versions of [`INTERFACE`] that it exports.
    versions: Vec<Version>,
    imports: Vec<String>,
    /// The largest of its core modules.
    memory_bytes: u64,
    table_elements: u64,
}

impl Outline {
    fn read(bytes: &[u8]) -> Result<Self, LoadError> {
        let truncated = || LoadError::Truncated { bytes: bytes.len() };
        let mut outline = Self::default();
        let mut parser = Parser::new(0);
        let mut rest = bytes;
        while !rest.is_empty() {
            // Never told that these are all the bytes, so that it says when it
            // misses some.
            let (consumed, payload) = match parser.parse(rest, false).map_err(malformed)? {
                Chunk::NeedMoreData(_) => return Err(truncated()),
                Chunk::Parsed { consumed, payload } => (consumed, payload),
            };
            rest = rest.get(consumed..).unwrap_or_default();
            match payload {
                Payload::Version {
                    encoding: Encoding::Module,
                    ..
                } => return Err(LoadError::NotAComponent),
                Payload::ComponentImportSection(section) => {
                    for import in section {
                        outline
                            .imports
                            .push(import.map_err(malformed)?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) => {
                    for export in section {
                        let name = export.map_err(malformed)?.name.name;
                        let version = name
                            .strip_prefix(INTERFACE)
                            .and_then(|rest| rest.strip_prefix('@'));
                        outline
                            .versions
                            .extend(version.and_then(|v| Version::parse(v).ok()));
                    }
                }
                Payload::ModuleSection {
                    unchecked_range, ..
                } => {
                    let module = bytes.get(unchecked_range).ok_or_else(truncated)?;
                    outline.measure(module)?;
                    rest = rest.get(module.len()..).unwrap_or_default();
                }
                Payload::ComponentSection {
                    unchecked_range, ..
                } => {
                    let inner = bytes.get(unchecked_range).ok_or_else(truncated)?;
                    rest = rest.get(inner.len()..).unwrap_or_default();
                }
                _ => {}
            }
        }
        Ok(outline)
    }

    /// What a core module starts with.
    fn measure(&mut self, module: &[u8]) -> Result<(), LoadError> {
        for payload in Parser::new(0).parse_all(module) {
            match payload.map_err(malformed)? {
                Payload::MemorySection(section) => {
                    for memory in section {
                        let memory = memory.map_err(malformed)?;
                        let page = 1_u64
                            .checked_shl(memory.page_size_log2.unwrap_or(16))
                            .unwrap_or(u64::MAX);
                        self.memory_bytes =
                            self.memory_bytes.max(memory.initial.saturating_mul(page));
                    }
                }
                Payload::TableSection(section) => {
                    for table in section {
                        let table = table.map_err(malformed)?;
                        self.table_elements = self.table_elements.max(table.ty.initial);
                    }
                }
                // Nothing after the code is needed.
                Payload::CodeSectionStart { .. } => break,
                _ => {}
            }
        }
        Ok(())
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that `map_err` takes"
)]
fn malformed(error: BinaryReaderError) -> LoadError {
    LoadError::Malformed {
        reason: error.to_string(),
    }
}
