//! A profile: what an authority decided about rules, in a file outside the
//! plugins. It can leave rules out, postpone, re-grade and tolerate. It cannot
//! make a rule say something else.

mod error;
mod json;
mod read;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anjian_model::{Description, Rule, Severity, Text};
use serde::Serialize;

use crate::judge::Judge;
use crate::schema::nearest;
pub use error::{ProfileError, ProfileProblem};

/// A profile as it was written.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Such as `changzhou-2026`.
    pub id: String,
    /// For people.
    pub title: Text,
    /// Lower-case hexadecimal digest of the file's bytes.
    pub sha256: String,
    /// Names of the keys whose signatures of the file hold. Whoever verified them
    /// says so here; nobody did as long as it is empty.
    pub signed_by: Vec<String>,
    /// For errors: what the user called it.
    file: String,
    plugins: Option<Vec<Named>>,
    entries: Vec<Entry>,
    /// JSON by plugin.
    parameters: BTreeMap<String, Parameters>,
}

/// A name and the line where it stands.
#[derive(Clone, Debug)]
struct Named {
    line: usize,
    name: String,
}

/// One `[[rule]]`.
#[derive(Clone, Debug)]
struct Entry {
    line: usize,
    /// A rule id, or its beginning and `*`.
    id: String,
    decision: Arc<Decision>,
}

#[derive(Clone, Debug)]
struct Parameters {
    line: usize,
    json: Vec<u8>,
}

/// What was decided about a rule. Dates are `YYYY-MM-DD`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// `false`: switched off.
    pub active: bool,
    /// How grave a violation is from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// First day in force, when it is postponed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last day in force, when it ends earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Last day on which a violation does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerate_until: Option<String>,
    /// Why.
    pub reason: Text,
    /// When.
    pub decided_on: String,
}

impl Decision {
    /// Whether it can leave the rule out of a filing.
    pub(crate) fn leaves_out(&self) -> bool {
        !self.active || self.from.is_some() || self.to.is_some()
    }

    pub(crate) fn tolerates(&self) -> bool {
        self.tolerate_until.is_some()
    }

    /// The rule with this decision; a profile makes the days in force fewer,
    /// never more.
    fn change(&self, rule: &mut Rule) {
        if let Some(severity) = self.severity {
            rule.severity = severity;
        }
        let later = |from: &String| rule.in_force_from.as_ref().is_none_or(|own| own < from);
        if let Some(from) = self.from.as_ref().filter(|from| later(from)) {
            rule.in_force_from = Some(from.clone());
        }
        let earlier = |to: &String| rule.in_force_to.as_ref().is_none_or(|own| to < own);
        if let Some(to) = self.to.as_ref().filter(|to| earlier(to)) {
            rule.in_force_to = Some(to.clone());
        }
    }
}

impl Entry {
    fn matches(&self, rule: &Rule) -> bool {
        match self.id.strip_suffix('*') {
            Some(start) => rule.id.starts_with(start),
            None => rule.id == self.id,
        }
    }
}

/// What a profile makes of the rules at hand, by id: each rule as changed, and
/// the decision behind it.
pub(crate) type Decided = HashMap<String, (Rule, Arc<Decision>)>;

impl Profile {
    /// The ids of rules, or patterns, whose entries pass `keep`.
    pub fn entries(&self, keep: impl Fn(&Decision) -> bool) -> impl Iterator<Item = &str> {
        let kept = self
            .entries
            .iter()
            .filter(move |entry| keep(&entry.decision));
        kept.map(|entry| entry.id.as_str())
    }

    /// Whether a plugin judges.
    pub(crate) fn has_plugin(&self, id: &str) -> bool {
        let named = self.plugins.as_ref();
        named.is_none_or(|named| named.iter().any(|named| named.name == id))
    }

    /// Parameters of a plugin, a JSON object; empty for none.
    pub(crate) fn parameters(&self, plugin: &str) -> &[u8] {
        let given = self.parameters.get(plugin);
        given.map_or(b"", |parameters| &parameters.json)
    }

    /// Hands each plugin what it would be handed with every filing, so that one
    /// that cannot use it says so before anything is judged.
    pub(crate) fn offer<'j>(
        &self,
        judges: impl Iterator<Item = &'j Arc<dyn Judge>>,
    ) -> Result<(), ProfileError> {
        let refused = judges.filter_map(|judge| {
            let plugin = &judge.description().id;
            let given = self.parameters.get(plugin)?;
            let reason = judge.takes(&given.json).err()?;
            let plugin = plugin.clone();
            Some((given.line, ProfileProblem::Refused { plugin, reason }))
        });
        let problems: Vec<(usize, ProfileProblem)> = refused.collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(ProfileError::new(&self.file, problems))
    }

    /// Looks every name up. A name that only plugins `elsewhere` know decides
    /// nothing here and is no mistake.
    pub(crate) fn resolve(
        &self,
        plugins: &[&Description],
        elsewhere: &[&Description],
    ) -> Result<Decided, ProfileError> {
        let mut problems = Vec::new();
        let known = || plugins.iter().chain(elsewhere);
        let ids = || known().map(|plugin| plugin.id.as_str());
        let listed = self.plugins.iter().flatten();
        let listed = listed.map(|named| (named.line, &named.name));
        let given = self.parameters.iter();
        let given = given.map(|(name, parameters)| (parameters.line, name));
        for (line, name) in listed.chain(given) {
            if !ids().any(|id| id == name) {
                let hint = match nearest(name, ids()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are: {}", ids().collect::<Vec<_>>().join(", ")),
                };
                let name = name.clone();
                problems.push((line, ProfileProblem::UnknownPlugin { name, hint }));
            }
        }
        let mut decided = Decided::new();
        let mut lines: HashMap<&str, usize> = HashMap::new();
        let all = || plugins.iter().flat_map(|plugin| &plugin.rules);
        let everywhere = || known().flat_map(|plugin| &plugin.rules);
        for entry in &self.entries {
            let mut matched = 0;
            let mut changed = false;
            let mut twice = None;
            for rule in all().filter(|rule| entry.matches(rule)) {
                matched += 1;
                let mut now = rule.clone();
                entry.decision.change(&mut now);
                changed |= now != *rule || entry.decision.tolerates();
                if let Some(problem) = never_in_force(&now) {
                    problems.push((entry.line, problem));
                }
                if let Some(line) = lines.insert(&rule.id, entry.line) {
                    let rule = rule.id.clone();
                    twice.get_or_insert(ProfileProblem::TwoEntries { rule, line });
                }
                let decision = Arc::clone(&entry.decision);
                decided.insert(rule.id.clone(), (now, decision));
            }
            problems.extend(twice.map(|problem| (entry.line, problem)));
            let id = entry.id.clone();
            if matched == 0 {
                if everywhere().any(|rule| entry.matches(rule)) {
                    continue;
                }
                let hint = hint(&id, all().map(|rule| rule.id.as_str()));
                problems.push((entry.line, ProfileProblem::UnknownRule { id, hint }));
            } else if entry.decision.active && !changed {
                problems.push((entry.line, ProfileProblem::ChangesNothing { id }));
            }
        }
        if problems.is_empty() {
            Ok(decided)
        } else {
            Err(ProfileError::new(&self.file, problems))
        }
    }
}

fn never_in_force(rule: &Rule) -> Option<ProfileProblem> {
    let (from, to) = (rule.in_force_from.as_ref()?, rule.in_force_to.as_ref()?);
    (from > to).then(|| ProfileProblem::NeverInForce {
        rule: rule.id.clone(),
        from: from.clone(),
        to: to.clone(),
    })
}

/// What a rule id or pattern that matches nothing was meant to be.
fn hint<'r>(id: &str, rules: impl Iterator<Item = &'r str>) -> String {
    let near = if id.ends_with('*') {
        let instruments = rules.filter_map(|rule| rule.split('/').next());
        let patterns: Vec<String> = instruments.map(|key| format!("{key}/*")).collect();
        nearest(id, patterns.iter().map(String::as_str)).map(str::to_owned)
    } else {
        nearest(id, rules).map(str::to_owned)
    };
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`anjian rules` lists all".to_owned(),
    }
}

#[cfg(test)]
mod tests;
