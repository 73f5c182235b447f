//! Who judges: a plugin in its sandbox, or a double in tests.

use anjian_model::{Assessment, Description, Page, Request, Text};

/// What can judge a filing. The pipeline knows plugins only through this, so
/// that everything around them is tested without a sandbox.
pub trait Judge: Send + Sync {
    /// What it says of itself.
    fn description(&self) -> &Description;

    /// Digest of its bytes.
    fn sha256(&self) -> &str;

    /// A rule's page; `None` for a rule that it does not have.
    ///
    /// # Errors
    /// When the plugin broke.
    fn explain(&self, rule: &str) -> Result<Option<Page>, Broken>;

    /// Its answer for a filing.
    ///
    /// # Errors
    /// When the plugin broke: nothing may be concluded.
    fn evaluate(&self, request: Request<'_>) -> Result<Assessment, Broken>;
}

/// Why a plugin gave no answer, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.en)]
pub struct Broken(pub Text);
