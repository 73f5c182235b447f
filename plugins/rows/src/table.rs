//! A table of rows: one TOML file for each article.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::names::Bilingual;
use crate::source::{Place, Problem, Source};

/// What a violation means; the contract's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "see the contract")]
pub enum Kind {
    MajorHazard,
    Duty,
    Division,
    Consistency,
    Advice,
    Identification,
    Score,
}

/// How grave; the contract's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "see the contract")]
pub enum Severity {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

/// How well confirmed; the contract's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "see the contract")]
pub enum Confidence {
    High,
    Medium,
    Unverified,
}

/// The deciding date; the contract's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "see the contract")]
pub enum By {
    #[default]
    ReferenceDate,
    SubmissionDate,
}

/// What an example or boundary value expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "see the contract")]
pub enum Outcome {
    Violated,
    Undetermined,
    Satisfied,
    NotApplicable,
}

impl Outcome {
    /// As authors write it.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Violated => "violated",
            Outcome::Undetermined => "undetermined",
            Outcome::Satisfied => "satisfied",
            Outcome::NotApplicable => "not_applicable",
        }
    }

    /// The outcome of that name.
    pub fn named(name: &str) -> Option<Outcome> {
        [Outcome::Violated, Outcome::Undetermined, Outcome::Satisfied, Outcome::NotApplicable]
            .into_iter()
            .find(|outcome| outcome.name() == name)
    }
}

/// The row as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see plugins/README.md, `A row`")]
pub struct Row {
    pub id: Spanned<String>,
    pub clause: Option<String>,
    pub title: Bilingual,
    pub kind: Kind,
    pub severity: Option<Severity>,
    pub confidence: Confidence,
    pub from: Option<Spanned<Datetime>>,
    pub to: Option<Spanned<Datetime>>,
    #[serde(default)]
    pub by: By,
    pub each: Option<Spanned<String>>,
    pub applies: Option<Spanned<String>>,
    pub violated: Option<Spanned<String>>,
    pub undetermined: Option<Spanned<String>>,
    pub because: Option<Bilingual>,
    #[serde(default)]
    pub boundary: Vec<Boundary>,
}

/// Values on both sides of a threshold, with what they lead to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see plugins/README.md, `A row`")]
pub struct Boundary {
    pub fact: Spanned<String>,
    #[serde(default)]
    pub example: Option<Spanned<String>>,
    pub cases: toml::map::Map<String, toml::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    clause: Option<String>,
    #[serde(default)]
    rule: Vec<Row>,
}

/// Reads TOML with our kind of problem.
pub(crate) fn read_toml<T: for<'de> Deserialize<'de>>(source: &std::rc::Rc<Source>) -> Result<T, Problem> {
    toml::from_str(&source.text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let place = Place { source: source.clone(), offset };
        place.problem(error.message().to_owned())
    })
}

/// Where the characters of a TOML string begin, behind its quotes.
pub(crate) fn text_place(source: &std::rc::Rc<Source>, text: &Spanned<String>) -> Place {
    let span = text.span();
    let raw = source.text.get(span.clone()).unwrap_or_default();
    let quotes = match raw {
        raw if raw.starts_with("\"\"\"\n") || raw.starts_with("'''\n") => 4,
        raw if raw.starts_with("\"\"\"") || raw.starts_with("'''") => 3,
        _ => 1,
    };
    Place { source: source.clone(), offset: span.start + quotes }
}

/// The rows of a file, with the file's clause put where a row has none.
///
/// # Errors
/// What is wrong with the file as a table.
pub fn read(source: &std::rc::Rc<Source>) -> Result<Vec<Row>, Problem> {
    let file: File = read_toml(source)?;
    let mut rows = file.rule;
    for row in &mut rows {
        if row.clause.is_none() {
            row.clause = file.clause.clone();
        }
    }
    Ok(rows)
}
