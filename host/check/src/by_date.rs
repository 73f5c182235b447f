//! Several versions of a plugin at once, each for its dates: while the law
//! changes, filings of before and of after come in side by side.

use std::collections::BTreeSet;
use std::sync::Arc;

use anjian_model::{Description, Head, JudgedBy, PluginUsed, ProfileUsed, Text};

use crate::checker::{Checked, Checker, Options, SetupError, Source, refused};
use crate::intake;
use crate::judge::Judge;
use crate::profile::Profile;

/// A version of a plugin, and the first reference date that it judges.
#[derive(Clone)]
pub struct Turn {
    /// `YYYY-MM-DD`; `None` for the version that judges from the beginning.
    pub from: Option<String>,
    /// The version.
    pub judge: Arc<dyn Judge>,
}

/// What judges, by the reference date of a filing. With one version of each
/// plugin it is one [`Checker`].
pub struct ByDate {
    /// By first day; the first one has none.
    eras: Vec<Era>,
    plugins: Vec<PluginUsed>,
}

/// Days between which nothing changes.
struct Era {
    from: Option<String>,
    checker: Checker,
    /// Of plugins that have several versions.
    judged_by: Vec<JudgedBy>,
}

impl ByDate {
    /// Of turns, in any order of plugins; the turns of one plugin by date, the
    /// first of them without one.
    ///
    /// # Errors
    /// When plugins that judge the same filings do not go together, or the
    /// profile does not fit.
    pub fn new(
        turns: &[Turn],
        options: &Options,
        profile: Option<&Profile>,
    ) -> Result<Self, SetupError> {
        let begun: BTreeSet<Option<String>> = turns.iter().map(|turn| turn.from.clone()).collect();
        let begun = begun.into_iter().chain(turns.is_empty().then_some(None));
        let descriptions: Vec<&Description> =
            turns.iter().map(|turn| turn.judge.description()).collect();
        let eras = begun
            .map(|from| {
                let mut checker = Checker::new(options.clone())?;
                let judging = turns.iter().filter(|turn| judges(turns, turn, &from));
                let mut judged_by = Vec::new();
                for turn in judging {
                    checker.add(Arc::clone(&turn.judge))?;
                    judged_by.extend(why(turns, turn));
                }
                if let Some(profile) = profile {
                    checker = checker.with_profile_among(profile.clone(), &descriptions)?;
                }
                judged_by.sort_by(|a, b| a.plugin.cmp(&b.plugin));
                Ok(Era {
                    from,
                    checker,
                    judged_by,
                })
            })
            .collect::<Result<Vec<Era>, SetupError>>()?;
        let mut plugins: Vec<PluginUsed> = turns
            .iter()
            .filter(|turn| {
                profile.is_none_or(|profile| profile.has_plugin(&turn.judge.description().id))
            })
            .map(|turn| used(turns, turn))
            .collect();
        plugins.sort_by(|a, b| (&a.id, &a.from).cmp(&(&b.id, &b.from)));
        Ok(Self { eras, plugins })
    }

    /// Calls one plugin only. The others still say by their forms what a filing
    /// is, so that this one sees what it would see among them.
    #[must_use]
    pub fn only(mut self, plugin: &str) -> Self {
        for era in &mut self.eras {
            era.checker.call_only(plugin);
        }
        self
    }

    /// Judges one filing by the versions of its reference date. Whatever the
    /// bytes are, there is a report.
    pub fn check<'a>(&self, source: Source, bytes: &'a [u8]) -> Checked<'a> {
        let latest = self.latest();
        if self.eras.len() == 1 {
            return latest.check(source, bytes);
        }
        let (document, problems) = match intake::read(bytes, source.line.unwrap_or(1)) {
            Ok(read) => read,
            Err(problem) => return refused(source, *problem),
        };
        // Without a date no rule judges; the latest forms say what is wrong.
        let Some(date) = latest.reference(&document) else {
            return latest.judge(source, document, problems);
        };
        let era = self.era(&date);
        let mut checked = era.checker.judge(source, document, problems);
        checked.report.judged_by.clone_from(&era.judged_by);
        checked
    }

    /// What judges filings of a reference date.
    pub fn at(&self, date: &str) -> &Checker {
        &self.era(date).checker
    }

    /// What judges the latest filings.
    #[expect(
        clippy::indexing_slicing,
        reason = "there is an era without beginning at least"
    )]
    pub fn latest(&self) -> &Checker {
        &self.eras[self.eras.len() - 1].checker
    }

    /// Who judges, by id and date, as reports name them.
    pub fn plugins_used(&self) -> &[PluginUsed] {
        &self.plugins
    }

    /// What its reports say once.
    pub fn head(&self) -> Head {
        Head {
            plugins: self.plugins.clone(),
            profile: self.profile_used(),
            notes: Vec::new(),
        }
    }

    /// Counted over all dates a rule would stand there twice, so the latest
    /// line-up counts.
    fn profile_used(&self) -> Option<ProfileUsed> {
        self.latest().profile_used()
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "there is an era without beginning at least"
    )]
    fn era(&self, date: &str) -> &Era {
        let begun = |era: &&Era| era.from.as_deref().is_none_or(|from| from <= date);
        self.eras.iter().rev().find(begun).unwrap_or(&self.eras[0])
    }
}

fn is_same(a: &Turn, b: &Turn) -> bool {
    a.judge.description().id == b.judge.description().id
}

/// The turn of the same plugin that follows.
fn next<'t>(turns: &'t [Turn], turn: &Turn) -> Option<&'t Turn> {
    let later = turns.iter().filter(|other| is_same(turn, other));
    later
        .filter(|other| other.from > turn.from)
        .min_by(|a, b| a.from.cmp(&b.from))
}

/// Whether a turn judges in the era that begins on a day.
fn judges(turns: &[Turn], turn: &Turn, from: &Option<String>) -> bool {
    turn.from <= *from && next(turns, turn).is_none_or(|next| next.from > *from)
}

fn used(turns: &[Turn], turn: &Turn) -> PluginUsed {
    let description = turn.judge.description();
    let next = next(turns, turn).and_then(|next| next.from.as_deref());
    PluginUsed {
        id: description.id.clone(),
        version: description.version.clone(),
        sha256: turn.judge.sha256().to_owned(),
        from: turn.from.clone(),
        until: next.and_then(day_before),
    }
}

fn day_before(day: &str) -> Option<String> {
    let day: jiff::civil::Date = day.parse().ok()?;
    Some(day.yesterday().ok()?.to_string())
}

/// Why a turn judges; nothing where the plugin has no other.
fn why(turns: &[Turn], turn: &Turn) -> Option<JudgedBy> {
    let PluginUsed {
        id: plugin,
        version,
        sha256,
        from,
        until,
    } = used(turns, turn);
    let (zh, en) = match (&from, &until) {
        (None, None) => return None,
        (None, Some(until)) => (format!("{until} 及以前"), format!("up to {until}")),
        (Some(from), None) => (format!("{from} 起"), format!("from {from} on")),
        (Some(from), Some(until)) => (
            format!("{from} 至 {until}"),
            format!("from {from} to {until}"),
        ),
    };
    let reason = Text {
        zh: format!("{plugin} {version} 适用于基准日期在{zh}的申报"),
        en: format!("{plugin} {version} judges reference dates {en}"),
    };
    Some(JudgedBy {
        plugin,
        version,
        sha256,
        reason,
    })
}

#[cfg(test)]
mod tests;
