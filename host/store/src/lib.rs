//! Versions of plugins on disk: which may judge, which judges now, and why.
//!
//! A version goes staged -> verified -> compiled -> self-tested -> shadow ->
//! active. One that fails any stage does not judge; the last good one stays. A
//! [`LineUp`] is what judges at one moment: whoever holds one ends on the
//! versions that it began with. No HTTP and no database here.

mod archive;
mod beside;
mod change;
mod counted;
mod error;
mod examine;
mod files;
mod folder;
mod journal;
mod line_up;
mod notes;
mod profile;
mod restart;
pub mod self_test;
mod settings;
mod shadow;
pub mod sign;
mod state;
mod store;
mod swap;
mod trust;
mod version;
mod watch;

pub use error::StoreError;
pub use journal::versions_on_disk;
pub use line_up::{InUse, LineUp};
pub use profile::{ProfileFileError, read_profile};
pub use settings::{BuiltIn, Promotion, StoreSettings};
pub use shadow::ShadowCounts;
pub use store::Store;
pub use trust::{Distrust, Trust, TrustError, signatures_beside};
pub use version::{Origin, Stage, Standing, Step, VersionId, VersionStatus};
pub use watch::Watch;
