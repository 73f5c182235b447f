//! The rules of a plugin as this checker judges by them.

use anjian_model::{Description, Rule};

/// A rule and what every filing needs of it.
pub struct Enrolled {
    /// As the plugin describes it.
    pub rule: Rule,
    /// Title and number of its instrument.
    pub(crate) instrument: String,
}

impl Enrolled {
    /// All rules of a plugin, in their order.
    pub(crate) fn all(description: &Description) -> Vec<Self> {
        let enrol = |rule: &Rule| Self {
            rule: rule.clone(),
            instrument: cited(description, &rule.instrument),
        };
        description.rules.iter().map(enrol).collect()
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
