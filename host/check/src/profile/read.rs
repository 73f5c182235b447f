//! A profile's file, as far as it can be judged without plugins.

use std::collections::BTreeMap;
use std::str;
use std::sync::Arc;

use anjian_model::{Severity, Text};
use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::{Decision, Entry, Named, Parameters, Profile, ProfileError, ProfileProblem, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Spanned<String>,
    title: Spanned<Text>,
    plugins: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    rule: Vec<Row>,
    /// Read apart, so that numbers keep their digits.
    #[serde(default, rename = "parameters")]
    _parameters: BTreeMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: Spanned<String>,
    active: Option<bool>,
    severity: Option<Severity>,
    from: Option<Spanned<Datetime>>,
    to: Option<Spanned<Datetime>>,
    tolerate_until: Option<Spanned<Datetime>>,
    reason: Option<Spanned<Text>>,
    decided_on: Option<Spanned<Datetime>>,
}

impl Profile {
    /// Reads a profile; `file` is what errors call it.
    ///
    /// # Errors
    /// With all that is wrong, as far as it shows without plugins.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, ProfileError> {
        let mut reader = Reader::default();
        match reader.profile(file, bytes) {
            Some(profile) if reader.problems.is_empty() => Ok(profile),
            _ => Err(ProfileError::new(file, reader.problems)),
        }
    }
}

#[derive(Default)]
struct Reader<'t> {
    text: &'t str,
    problems: Vec<(usize, ProfileProblem)>,
}

impl<'t> Reader<'t> {
    fn line(&self, offset: usize) -> usize {
        let before = self.text.bytes().take(offset);
        before.filter(|byte| *byte == b'\n').count() + 1
    }

    fn wrong(&mut self, line: usize, problem: ProfileProblem) {
        self.problems.push((line, problem));
    }

    fn profile(&mut self, file: &str, bytes: &'t [u8]) -> Option<Profile> {
        let Ok(text) = str::from_utf8(bytes) else {
            self.wrong(1, ProfileProblem::NotUtf8);
            return None;
        };
        self.text = text;
        let parsed: (File, Spanned<DeTable<'_>>) = toml::from_str(text)
            .and_then(|file| Ok((file, DeTable::parse(text)?)))
            .map_err(|error| {
                let line = self.line(error.span().map_or(0, |span| span.start));
                self.wrong(line, ProfileProblem::NotToml(error.message().to_owned()));
            })
            .ok()?;
        let (filed, table) = parsed;
        let line = self.line(filed.id.span().start);
        let id = filed.id.into_inner();
        let fits = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-');
        if id.is_empty() || !id.chars().all(fits) {
            self.wrong(line, ProfileProblem::BadId(id.clone()));
        }
        let title = self.text_of(filed.title, || "the profile's title".to_owned());
        let plugins = filed.plugins.map(|plugins| {
            let named = plugins.into_iter().map(|plugin| Named {
                line: self.line(plugin.span().start),
                name: plugin.into_inner(),
            });
            named.collect()
        });
        let entries = filed.rule.into_iter();
        let entries = entries.filter_map(|row| self.entry(row)).collect();
        Some(Profile {
            id,
            title,
            sha256: format!("{:x}", Sha256::digest(bytes)),
            signed_by: Vec::new(),
            file: file.to_owned(),
            plugins,
            entries,
            parameters: self.parameters(table.get_ref()),
        })
    }

    fn text_of(&mut self, text: Spanned<Text>, what: impl Fn() -> String) -> Text {
        let line = self.line(text.span().start);
        let text = text.into_inner();
        for (said, language) in [(&text.zh, "Chinese"), (&text.en, "English")] {
            if said.trim().is_empty() {
                let what = what();
                self.wrong(line, ProfileProblem::NoText { what, language });
            }
        }
        text
    }

    fn day(&mut self, name: &'static str, day: Option<Spanned<Datetime>>) -> Option<String> {
        let day = day?;
        let found = day.get_ref().to_string();
        if crate::schema::date(&found).is_none() {
            let line = self.line(day.span().start);
            self.wrong(line, ProfileProblem::NotADate { name, found });
            return None;
        }
        Some(found)
    }

    fn entry(&mut self, row: Row) -> Option<Entry> {
        let line = self.line(row.id.span().start);
        let id = row.id.into_inner();
        let rule = || id.clone();
        let before = self.problems.len();
        if id.strip_suffix('*').unwrap_or(&id).contains('*') {
            self.wrong(line, ProfileProblem::BadPattern { id: id.clone() });
        }
        if row.active == Some(true) {
            self.wrong(line, ProfileProblem::SwitchedOn { rule: rule() });
        }
        let active = row.active.unwrap_or(true);
        let more = row.severity.is_some()
            || row.from.is_some()
            || row.to.is_some()
            || row.tolerate_until.is_some();
        match (active, more) {
            (true, false) if row.active.is_none() => {
                self.wrong(line, ProfileProblem::NoDecision { rule: rule() });
            }
            (false, true) => self.wrong(line, ProfileProblem::OffAndMore { rule: rule() }),
            _ => {}
        }
        let from = self.day("from", row.from);
        let to = self.day("to", row.to);
        let tolerate_until = self.day("tolerate_until", row.tolerate_until);
        let Some(reason) = row.reason else {
            self.wrong(line, ProfileProblem::NoReason { rule: rule() });
            return None;
        };
        let reason = self.text_of(reason, || format!("the reason of `{id}`"));
        if row.decided_on.is_none() {
            self.wrong(line, ProfileProblem::NoDecisionDay { rule: rule() });
        }
        let decided_on = self.day("decided_on", row.decided_on)?;
        // Dates of this form sort as text.
        if let (Some(from), Some(to)) = (&from, &to)
            && from > to
        {
            let (rule, from, to) = (rule(), from.clone(), to.clone());
            self.wrong(line, ProfileProblem::Backwards { rule, from, to });
        }
        if let Some(until) = tolerate_until.as_ref().filter(|until| **until < decided_on) {
            let problem = ProfileProblem::ToleratedBefore {
                rule: rule(),
                until: until.clone(),
                decided_on: decided_on.clone(),
            };
            self.wrong(line, problem);
        }
        let decision = Decision {
            active,
            severity: row.severity,
            from,
            to,
            tolerate_until,
            reason,
            decided_on,
        };
        (self.problems.len() == before).then(|| Entry {
            line,
            id,
            decision: Arc::new(decision),
        })
    }

    fn parameters(&mut self, file: &DeTable<'_>) -> BTreeMap<String, Parameters> {
        let mut all = BTreeMap::new();
        let given = file.get("parameters").map(Spanned::get_ref);
        let Some(given) = given.and_then(DeValue::as_table) else {
            return all;
        };
        for (key, value) in given {
            let line = self.line(key.span().start);
            let name = key.get_ref().to_string();
            if !value.get_ref().is_table() {
                self.wrong(line, ProfileProblem::NoTable { name });
                continue;
            }
            let mut json = String::new();
            match json::write(&name, value.get_ref(), &mut json) {
                Ok(()) => {
                    let json = json.into_bytes();
                    all.insert(name, Parameters { line, json });
                }
                Err(problem) => self.wrong(line, problem),
            }
        }
        all
    }
}
