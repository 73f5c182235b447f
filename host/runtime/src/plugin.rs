//! A plugin that is ready to judge.

use std::fmt;
use std::sync::Arc;

use anjian_model::{Assessment, Description, Page, Request};

use crate::assessment;
use crate::contract::Contract;
use crate::engine::Shared;
use crate::fault::Fault;

/// A plugin that is ready to judge. A clone is the same plugin; threads may
/// share it, and each call has a sandbox of its own.
#[derive(Clone)]
pub struct Plugin {
    loaded: Arc<Loaded>,
}

struct Loaded {
    contract: Contract,
    description: Description,
    sha256: String,
    shared: Arc<Shared>,
}

impl Plugin {
    pub(crate) fn new(
        shared: Arc<Shared>,
        contract: Contract,
        description: Description,
        sha256: String,
    ) -> Self {
        Self {
            loaded: Arc::new(Loaded {
                contract,
                description,
                sha256,
                shared,
            }),
        }
    }

    /// What it said of itself when it was loaded, checked.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.loaded.description
    }

    /// Lower-case hexadecimal digest of the component's bytes.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.loaded.sha256
    }

    /// The page of a rule, if the plugin has one of that id.
    ///
    /// # Errors
    ///
    /// When the plugin breaks.
    pub fn explain(&self, rule: &str) -> Result<Option<Page>, Fault> {
        let Loaded {
            contract, shared, ..
        } = &*self.loaded;
        input("rule id", rule.as_bytes(), shared.limits.text_bytes)?;
        let page = shared.call(|store, limits| contract.explain(store, limits, rule))?;
        if let Some(page) = &page {
            assessment::check_page(page)?;
        }
        Ok(page)
    }

    /// What the plugin says of one filing. What comes back has been checked
    /// against the description: an outcome for each rule, every index in
    /// range, every finding in agreement with its rule's outcome.
    ///
    /// # Errors
    ///
    /// When the plugin breaks, refuses, or answers what cannot be. No rule of
    /// it has then been judged.
    pub fn evaluate(&self, request: Request<'_>) -> Result<Assessment, Fault> {
        let Loaded {
            contract,
            description,
            shared,
            ..
        } = &*self.loaded;
        input("filing", request.filing, shared.limits.filing_bytes)?;
        input("parameters", request.parameters, shared.limits.filing_bytes)?;
        let answer = shared.call(|store, limits| contract.evaluate(store, limits, request))?;
        assessment::check(&answer, &description.rules, shared.limits.text_bytes)?;
        Ok(answer)
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("id", &self.loaded.description.id)
            .field("version", &self.loaded.description.version)
            .field("sha256", &self.loaded.sha256)
            .finish_non_exhaustive()
    }
}

fn input(what: &'static str, bytes: &[u8], limit_bytes: usize) -> Result<(), Fault> {
    if bytes.len() > limit_bytes {
        return Err(Fault::InputExceeded {
            what,
            bytes: bytes.len(),
            limit_bytes,
        });
    }
    Ok(())
}
