//! What a plugin says of itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Outcome, Verdict};

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
    /// Who is responsible; about departments, so it never changes a verdict.
    Division,
    /// Parts of the filing contradict each other or what was computed.
    Consistency,
    /// Worth knowing; never changes a verdict.
    Advice,
    /// A calculation that decides what other rules apply; without its result
    /// a filing is undetermined, never non-compliant.
    Identification,
    /// A number of points; never changes a verdict.
    Score,
}

impl Kind {
    /// What one outcome of a rule of this kind lets the filing be at best.
    ///
    /// Only what the enterprise must do or not do decides. A calculation that
    /// did not come out leaves other rules open. Who is responsible, what is
    /// recommended and what costs points say nothing against the enterprise.
    #[must_use]
    pub fn verdict(self, outcome: Outcome) -> Verdict {
        match (outcome, self) {
            (Outcome::Failed, _) => Verdict::Failed,
            (Outcome::Satisfied | Outcome::NotApplicable, _)
            | (_, Self::Division | Self::Advice | Self::Score) => Verdict::Compliant,
            (Outcome::Undetermined, _) | (Outcome::Violated, Self::Identification) => {
                Verdict::Undetermined
            }
            (Outcome::Violated, Self::MajorHazard | Self::Duty | Self::Consistency) => {
                Verdict::NonCompliant
            }
        }
    }
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
    pub outcome: Outcome,
    /// Pointer patterns that must be named missing.
    pub missing: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use crate::{Outcome, Verdict};

    #[test]
    fn which_kinds_decide() {
        use Verdict::{Compliant, Failed, NonCompliant, Undetermined};
        for (kind, violated, undetermined) in [
            (Kind::MajorHazard, NonCompliant, Undetermined),
            (Kind::Duty, NonCompliant, Undetermined),
            (Kind::Consistency, NonCompliant, Undetermined),
            (Kind::Identification, Undetermined, Undetermined),
            (Kind::Division, Compliant, Compliant),
            (Kind::Advice, Compliant, Compliant),
            (Kind::Score, Compliant, Compliant),
        ] {
            for (outcome, expect) in [
                (Outcome::Failed, Failed),
                (Outcome::Violated, violated),
                (Outcome::Undetermined, undetermined),
                (Outcome::Satisfied, Compliant),
                (Outcome::NotApplicable, Compliant),
            ] {
                assert_eq!(kind.verdict(outcome), expect, "{kind:?} {outcome:?}");
            }
        }
    }
}
