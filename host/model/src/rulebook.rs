//! What a plugin says of itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The same sentence for people in Chinese and in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// What a violation of the rule means.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 重大事故隐患, a major accident hazard.
    MajorHazard,
    /// A statutory duty.
    Duty,
    /// Who is responsible.
    Division,
    /// Parts of the filing contradict each other or what was computed.
    Consistency,
    /// Worth knowing; never makes a filing non-compliant.
    Advice,
    /// A calculation that decides what other rules apply.
    Identification,
    /// A number of points.
    Score,
}

/// How grave a violation is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Severity {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

/// How well the text behind a rule was confirmed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Well confirmed: it may decide.
    High,
    /// From a secondary source: compare with the official text.
    Medium,
    /// Not confirmed: such a rule never yields a violation of its own.
    Unverified,
}

/// The date of a filing that decides whether a rule is in force.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum InForceBy {
    /// The date that the facts describe.
    ReferenceDate,
    /// The date of filing.
    SubmissionDate,
}

/// A law, order or standard that rules cite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// First part of every rule id of it, such as `hazchem121`.
    pub key: String,
    /// Its title.
    pub title: Text,
    /// The official number, such as `GB 18218-2018`.
    pub number: String,
    /// Who issued it.
    pub issuer: String,
}

/// One trigger of one clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// `instrument/clause`, unique over all plugins.
    pub id: String,
    /// Key of the [`Instrument`].
    pub instrument: String,
    /// The clause as it is cited in Chinese.
    pub clause: String,
    /// The defect, in a few words.
    pub title: Text,
    /// What a violation means.
    pub kind: Kind,
    /// How grave a violation is.
    pub severity: Severity,
    /// How well the text was confirmed.
    pub confidence: Confidence,
    /// First day in force, `YYYY-MM-DD`, included; `None` when it always was.
    pub in_force_from: Option<String>,
    /// Last day in force, included; `None` while there is no end.
    pub in_force_to: Option<String>,
    /// The date that decides.
    pub in_force_by: InForceBy,
    /// JSON pointers of the facts it may read, `*` for any list position.
    pub facts: Vec<String>,
}

/// A section of the filing that a plugin reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Member name inside `sections`.
    pub name: String,
    /// JSON Schema 2020-12, as text.
    pub schema: String,
}

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Such as `hazchem`.
    pub id: String,
    /// Semantic version.
    pub version: String,
    /// For people.
    pub title: Text,
    /// What it reads.
    pub sections: Vec<Section>,
    /// What its rules cite.
    pub instruments: Vec<Instrument>,
    /// Its rules; other types refer to them by index.
    pub rules: Vec<Rule>,
}

/// A rule's page, read by people and run as a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Markdown.
    pub body: Text,
    /// `item in list`, or empty.
    pub each: String,
    /// CEL, or empty.
    pub applies: String,
    /// CEL, or empty when code decides.
    pub violated: String,
    /// CEL, or empty.
    pub undetermined: String,
    /// Filings with their outcome.
    pub examples: Vec<Example>,
}

/// One example of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// A whole filing, JSON.
    pub filing: String,
    /// What the rule says of it.
    pub outcome: crate::Outcome,
    /// Pointer patterns that must be named missing.
    pub missing: Vec<String>,
}
