//! What the store knows: the journal, and what is in memory beside it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anjian_runtime::Plugin;

use crate::journal::Journal;
use crate::version::VersionId;

/// A version that can judge at once.
#[derive(Clone)]
pub(crate) struct Loaded {
    pub(crate) plugin: Plugin,
    /// Kept so that the archive can be made whole again.
    pub(crate) component: Cow<'static, [u8]>,
    pub(crate) signatures: Vec<String>,
}

/// What the store knows. Whoever changes it holds its lock; who only asks what
/// judges does not need it.
pub(crate) struct State {
    pub(crate) journal: Journal,
    pub(crate) loaded: BTreeMap<VersionId, Loaded>,
    /// By plugin, the built-in versions.
    pub(crate) built_in: BTreeMap<String, VersionId>,
    /// By name, why a file of the folder cannot be read.
    pub(crate) unreadable: BTreeMap<String, String>,
    /// Why the folder cannot be read, while it cannot.
    pub(crate) folder_gone: Option<String>,
    /// Why the journal cannot be written, while it cannot.
    pub(crate) not_kept: Option<String>,
}

impl State {
    /// Whether a version came with the program that runs.
    pub(crate) fn is_built_in(&self, id: &VersionId) -> bool {
        self.built_in.values().any(|built_in| built_in == id)
    }
}

/// A thread that panicked does not take the store with it: what a lock protects
/// here is whole between any two statements that can fail.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
