//! A record as it is written, in the built-in table and in the profile's
//! parameters. The build script shares this file.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Date, text};

/// The same in Chinese and in English.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Name<'a> {
    #[serde(borrow)]
    pub(crate) zh: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) en: Cow<'a, str>,
}

/// A kind of business as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypeForm {
    pub(crate) key: String,
    pub(crate) zh: String,
    pub(crate) en: String,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    #[serde(default)]
    pub(crate) industry_codes: Vec<String>,
    #[serde(default)]
    pub(crate) similar_to: Vec<String>,
}

impl TypeForm {
    /// What a filer may write for it.
    pub(crate) fn names(&self, known: &mut Names) -> Result<Vec<String>, String> {
        let bad = |code: &&String| {
            !matches!(code.len(), 2..=4) || !code.bytes().all(|c| c.is_ascii_digit())
        };
        if let Some(code) = self.industry_codes.iter().find(bad) {
            return Err(format!("`{code}` is no industry code of 2 to 4 digits"));
        }
        known.of(
            &self.key,
            [&self.key, &self.zh].into_iter().chain(&self.aliases),
        )
    }
}

/// A department as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DepartmentForm {
    pub(crate) zh: String,
    pub(crate) en: String,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
}

impl DepartmentForm {
    /// How it may be written.
    pub(crate) fn names(&self, known: &mut Names) -> Result<Vec<String>, String> {
        known.of(&self.zh, std::iter::once(&self.zh).chain(&self.aliases))
    }
}

/// Names as they are compared; each stands for one entry only.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// The names of an entry, normal and each once.
    pub(crate) fn of<'n>(
        &mut self,
        entry: &str,
        names: impl IntoIterator<Item = &'n String>,
    ) -> Result<Vec<String>, String> {
        let mut own = Vec::new();
        for name in names {
            let normal = text::normal(name);
            if normal.is_empty() {
                return Err("it has an empty name".to_owned());
            }
            match self.0.insert(normal.clone(), entry.to_owned()) {
                Some(other) if other != entry => {
                    return Err(format!("`{name}` is also a name of `{other}`"));
                }
                Some(_) => {}
                None => own.push(normal),
            }
        }
        Ok(own)
    }
}

/// What a record rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    Statute,
    Document,
    SuperiorDocument,
    Default,
    Open,
}

/// How well the text was confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Confidence {
    High,
    Medium,
    Unverified,
}

/// One line of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Form<'a> {
    #[serde(rename = "type", borrow)]
    pub(crate) key: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) region: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) lead: Option<Name<'a>>,
    #[serde(borrow, default)]
    pub(crate) co: Vec<Name<'a>>,
    #[serde(borrow)]
    pub(crate) local: Name<'a>,
    pub(crate) source: Source,
    #[serde(borrow)]
    pub(crate) basis: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) basis_en: Cow<'a, str>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) confidence: Confidence,
}

/// First and last day; none where not known or still in force.
pub(crate) type Days = (Option<Date>, Option<Date>);

impl Form<'_> {
    /// The days, when the record makes sense; otherwise what is wrong.
    pub(crate) fn days(&self) -> Result<Days, String> {
        self.check_region()?;
        match (&self.lead, self.source) {
            (None, Source::Open) => {}
            (Some(lead), source) if source != Source::Open => {
                if lead.zh.trim().is_empty() {
                    return Err("`lead` is empty; leave it out where no text names one".to_owned());
                }
            }
            _ => {
                return Err(
                    "`source` is \"open\" where there is no `lead`, and only there".to_owned(),
                );
            }
        }
        if self.basis.trim().is_empty() {
            return Err("`basis` is empty; write the number or title of the text".to_owned());
        }
        let (from, to) = (day("from", &self.from)?, day("to", &self.to)?);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err("`from` is later than `to`".to_owned());
        }
        Ok((from, to))
    }

    fn check_region(&self) -> Result<(), String> {
        let region = self.region.as_ref();
        if !region.bytes().all(|c| c.is_ascii_digit()) || !matches!(region.len(), 0 | 2 | 4 | 6 | 9)
        {
            return Err(format!(
                "`region` is \"{region}\"; write the first 2, 4, 6 or 9 digits of the region code, \
                 or nothing for the country"
            ));
        }
        if region.ends_with("00") {
            return Err(format!(
                "`region` is \"{region}\" and holds nowhere; leave out the zeros at its end"
            ));
        }
        Ok(())
    }
}

fn day(member: &str, text: &Option<String>) -> Result<Option<Date>, String> {
    text.as_deref()
        .map(|text| {
            text.parse()
                .map_err(|_| format!("`{member}` is \"{text}\"; write a date as 2026-06-30"))
        })
        .transpose()
}
