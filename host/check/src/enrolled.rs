//! The rules of a plugin as this checker judges by them.

use std::sync::Arc;

use anjian_model::{Description, Rule, Tolerated};

use crate::plan::Dates;
use crate::profile::Decision;

/// A rule and what every filing needs of it.
pub struct Enrolled {
    /// As the plugin describes it, changed as was decided.
    pub rule: Rule,
    /// What the profile decided about it.
    pub decision: Option<Arc<Decision>>,
    /// Title and number of its instrument.
    pub(crate) instrument: String,
}

impl Enrolled {
    /// All rules of a plugin, in their order.
    pub(crate) fn all(description: &Description) -> Vec<Self> {
        let enrol = |rule: &Rule| Self {
            rule: rule.clone(),
            decision: None,
            instrument: cited(description, &rule.instrument),
        };
        description.rules.iter().map(enrol).collect()
    }

    /// Whether it is not switched off.
    pub(crate) fn is_active(&self) -> bool {
        self.decision.as_ref().is_none_or(|decided| decided.active)
    }

    /// Whether it is active and in force.
    pub(crate) fn judges(&self, dates: &Dates) -> bool {
        self.is_active() && dates.in_force(&self.rule)
    }

    /// Whether, and why, a violation does not count yet.
    pub(crate) fn tolerated(&self, dates: &Dates) -> Option<Tolerated> {
        let decision = self.decision.as_ref()?;
        let until = decision.tolerate_until.as_ref()?;
        (dates.deciding(&self.rule) <= until.as_str()).then(|| Tolerated {
            until: until.clone(),
            reason: decision.reason.clone(),
        })
    }
}

fn cited(description: &Description, key: &str) -> String {
    let instruments = &description.instruments;
    let Some(found) = instruments.iter().find(|found| found.key == key) else {
        return key.to_owned();
    };
    let cited = format!("{} {}", found.title.zh, found.number);
    cited.trim().to_owned()
}
