//! What a plugin says of one filing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Text;

/// What a rule says of a filing. The order is from grave to harmless.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The plugin broke; nothing may be concluded.
    Failed,
    /// The defect is there.
    Violated,
    /// A fact that decides is unknown.
    Undetermined,
    /// The clause applies and is kept.
    Satisfied,
    /// The clause does not apply, or is not in force.
    NotApplicable,
}

/// What one filing and its dates look like to a plugin.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// UTF-8 JSON, already checked against the schemas; broken values blanked.
    pub filing: &'a [u8],
    /// `YYYY-MM-DD`.
    pub reference_date: &'a str,
    /// `YYYY-MM-DD`.
    pub submission_date: &'a str,
    /// JSON object, or empty.
    pub parameters: &'a [u8],
}

/// What a plugin says of one filing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// One for each rule, in the order of the description.
    pub outcomes: Vec<Outcome>,
    /// Details of what is violated or undetermined.
    pub findings: Vec<RawFinding>,
    /// Scores with their items.
    pub scores: Vec<RawScore>,
    /// Calculations with their working.
    pub identifications: Vec<RawIdentification>,
}

/// A finding before the host adds rule, value and line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawFinding {
    /// Index into the description's rules, checked by the runtime.
    pub rule: usize,
    /// `Violated` or `Undetermined`.
    pub outcome: Outcome,
    /// JSON pointer of the list item judged.
    pub item: Option<String>,
    /// Why, where it is more than title and missing facts.
    pub reason: Option<Text>,
    /// The facts that decided.
    pub evidence: Vec<RawEvidence>,
    /// JSON pointers of unknown facts.
    pub missing: Vec<String>,
}

/// A fact or a computed value that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvidence {
    /// The fact; for a computed value, the object it belongs to.
    pub pointer: String,
    /// Set when the plugin computed the value.
    pub computed: Option<Computed>,
    /// What would have been right, in signs that need no language.
    pub expected: Option<String>,
}

/// A value that the plugin computed and a predicate read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Computed {
    /// The name that predicates use.
    pub name: String,
    /// For people.
    pub title: Text,
    /// Printed exactly.
    pub value: String,
}

/// A calculation before the host adds the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawIdentification {
    /// Index into the description's rules, checked by the runtime.
    pub rule: usize,
    /// The object that was judged.
    pub pointer: String,
    /// In a sentence.
    pub result: Text,
    /// Named results for machines.
    pub values: Vec<(String, String)>,
    /// Line by line.
    pub steps: Vec<Step>,
}

/// One line of a calculation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The clause or table row that the line follows.
    pub clause: String,
    /// What the line is about.
    pub label: Text,
    /// `12 ÷ 5 = 2.4`.
    pub formula: String,
    /// The object it reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}

/// A score before the host adds the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawScore {
    /// Index into the description's rules, checked by the runtime.
    pub rule: usize,
    /// For people.
    pub title: Text,
    /// Exact decimal.
    pub points: String,
    /// Exact decimal.
    pub maximum: String,
    /// What cost points.
    pub items: Vec<ScoreItem>,
}

/// What cost points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScoreItem {
    /// For people.
    pub label: Text,
    /// Exact decimal.
    pub points: String,
    /// The object it reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
}
