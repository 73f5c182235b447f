//! A table of rows: one TOML file for each article.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::source::{Place, Problem, Source};
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

/// What the rows of a file or of an instrument share. A row's own answer goes
/// before its file's, and that before its instrument's.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "see plugins/README.md, `A row`")]
pub struct Shared {
    pub clause: Option<String>,
    pub kind: Option<Kind>,
    pub confidence: Option<Confidence>,
    pub from: Option<Datetime>,
    pub to: Option<Datetime>,
    pub by: Option<By>,
    pub penalty: Option<Bilingual>,
}

impl Shared {
    /// The nearer answers before the farther.
    fn or(self, farther: &Shared) -> Shared {
        Shared {
            clause: self.clause.or_else(|| farther.clause.clone()),
            kind: self.kind.or(farther.kind),
            confidence: self.confidence.or(farther.confidence),
            from: self.from.or(farther.from),
            to: self.to.or(farther.to),
            by: self.by.or(farther.by),
            penalty: self.penalty.or_else(|| farther.penalty.clone()),
        }
    }
}

/// The row as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: Spanned<String>,
    clause: Option<String>,
    title: Bilingual,
    kind: Option<Kind>,
    severity: Option<Severity>,
    confidence: Option<Confidence>,
    from: Option<Datetime>,
    to: Option<Datetime>,
    by: Option<By>,
    penalty: Option<Bilingual>,
    each: Option<Spanned<String>>,
    applies: Option<Spanned<String>>,
    violated: Option<Spanned<String>>,
    undetermined: Option<Spanned<String>>,
    because: Option<Bilingual>,
    safeguard: Option<Spanned<String>>,
    safeguard_confidence: Option<Confidence>,
    points: Option<Spanned<String>>,
    #[serde(default)]
    boundary: Vec<Boundary>,
}

/// A row with what it shares with others.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "see plugins/README.md, `A row`")]
pub struct Row {
    pub id: Spanned<String>,
    pub clause: Option<String>,
    pub title: Bilingual,
    pub kind: Kind,
    pub severity: Option<Severity>,
    pub confidence: Confidence,
    pub from: Option<Datetime>,
    pub to: Option<Datetime>,
    pub by: By,
    /// What the law threatens, with its article.
    pub penalty: Option<Bilingual>,
    pub each: Option<Spanned<String>>,
    pub applies: Option<Spanned<String>>,
    pub violated: Option<Spanned<String>>,
    pub undetermined: Option<Spanned<String>>,
    pub because: Option<Bilingual>,
    /// The fact that says whether a safeguard is there and works.
    pub safeguard: Option<Spanned<String>>,
    /// Of the rule that asks whether it works, where it is another one.
    pub safeguard_confidence: Option<Confidence>,
    /// What a violation costs in a score; a bonus is negative.
    pub points: Option<Spanned<String>>,
    pub boundary: Vec<Boundary>,
}

impl Written {
    fn complete(self, file: &Shared) -> Result<Row, (Spanned<String>, &'static str)> {
        let own = Shared {
            clause: self.clause,
            kind: self.kind,
            confidence: self.confidence,
            from: self.from,
            to: self.to,
            by: self.by,
            penalty: self.penalty,
        };
        let all = own.or(file);
        let (Some(kind), Some(confidence)) = (all.kind, all.confidence) else {
            let lacks = if all.kind.is_none() {
                "kind"
            } else {
                "confidence"
            };
            return Err((self.id, lacks));
        };
        Ok(Row {
            id: self.id,
            clause: all.clause,
            title: self.title,
            kind,
            severity: self.severity,
            confidence,
            from: all.from,
            to: all.to,
            by: all.by.unwrap_or_default(),
            penalty: all.penalty,
            each: self.each,
            applies: self.applies,
            violated: self.violated,
            undetermined: self.undetermined,
            because: self.because,
            safeguard: self.safeguard,
            safeguard_confidence: self.safeguard_confidence,
            points: self.points,
            boundary: self.boundary,
        })
    }
}

/// Values on both sides of a threshold, with what they lead to.
#[derive(Clone, Debug, Deserialize)]
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
    kind: Option<Kind>,
    confidence: Option<Confidence>,
    from: Option<Datetime>,
    to: Option<Datetime>,
    by: Option<By>,
    penalty: Option<Bilingual>,
    #[serde(default)]
    rule: Vec<Written>,
}

/// The rows of a file, completed by what the file and its instrument share.
///
/// # Errors
/// What is wrong with the file as a table.
pub fn read(source: &std::rc::Rc<Source>, instrument: &Shared) -> Result<Vec<Row>, Vec<Problem>> {
    let file: File = read_toml(source).map_err(|problem| vec![problem])?;
    let shared = Shared {
        clause: file.clause,
        kind: file.kind,
        confidence: file.confidence,
        from: file.from,
        to: file.to,
        by: file.by,
        penalty: file.penalty,
    }
    .or(instrument);
    let mut problems = Vec::new();
    let mut rows = Vec::new();
    for written in file.rule {
        match written.complete(&shared) {
            Ok(row) => rows.push(row),
            Err((id, lacks)) => problems.push(
                Place {
                    source: source.clone(),
                    offset: id.span().start,
                }
                .problem(format!("`{}` has no `{lacks}`", id.get_ref()))
                .help("write it in the row, above the rows, or in `instrument.toml`"),
            ),
        }
    }
    if problems.is_empty() {
        Ok(rows)
    } else {
        Err(problems)
    }
}
