//! A table of rows: one TOML file for each article.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::source::{Problem, Source};
use crate::tables::{Bilingual, read_toml};

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
        [
            Outcome::Violated,
            Outcome::Undetermined,
            Outcome::Satisfied,
            Outcome::NotApplicable,
        ]
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
