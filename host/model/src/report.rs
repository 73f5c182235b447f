//! The report: what leaves the house. Field names are part of the contract
//! with readers of the JSON report; `schemas/report.schema.json` is generated
//! from these types.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Computed, Confidence, Kind, Outcome, ScoreItem, Severity, Step, Text};

/// Version of the report's form.
pub const REPORT_VERSION: &str = "1";

/// The judgement of a run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    /// [`REPORT_VERSION`].
    pub report_version: String,
    /// Who judged.
    pub plugins: Vec<PluginUsed>,
    /// What an authority decided about rules; absent when nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileUsed>,
    /// What a reader should know of the plugins; absent when there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Counts over all filings.
    pub summary: Summary,
    /// In the order of the input.
    pub filings: Vec<FilingReport>,
}

/// What a report says once, whatever it judges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Who judges.
    pub plugins: Vec<PluginUsed>,
    /// What an authority decided about rules.
    pub profile: Option<ProfileUsed>,
    /// What a reader should know of the plugins.
    pub notes: Vec<Note>,
}

/// A plugin that judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PluginUsed {
    /// Such as `hazchem`.
    pub id: String,
    /// Semantic version.
    pub version: String,
    /// Lower-case hexadecimal digest of the component's bytes.
    pub sha256: String,
    /// The first reference date that it judges, `YYYY-MM-DD`, where another
    /// version judges what is earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last reference date that it judges, where another version judges
    /// what is later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// What a reader should know of the plugins that judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// For programs.
    pub kind: NoteKind,
    /// About which plugin, when it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// For people.
    pub text: Text,
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// A version without signature judges, or by a profile without.
    Unsigned,
    /// A newer version was refused; the last good one judges.
    LastGoodKept,
    /// A newer version differed too much in the shadow.
    Held,
    /// A version was quarantined; an earlier one judges.
    Quarantined,
    /// A version faulted too often, and no earlier one could take its place.
    Faulty,
    /// The file of the version that judges was deleted; it judges on.
    FileGone,
    /// A file of the folder cannot be read.
    FileUnreadable,
    /// The folder of plugins cannot be read.
    FolderGone,
    /// What the store decides cannot be kept; a restart would not know of it.
    NotKept,
}

/// Why this version of a plugin judged a filing, and not another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JudgedBy {
    /// Id of the plugin.
    pub plugin: String,
    /// As the plugin calls it.
    pub version: String,
    /// Lower-case hexadecimal digest of the component's bytes.
    pub sha256: String,
    /// In a sentence.
    pub reason: Text,
}

/// A profile by which plugins judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProfileUsed {
    /// Such as `changzhou-2026`.
    pub id: String,
    /// For people.
    pub title: Text,
    /// Lower-case hexadecimal digest of the file's bytes.
    pub sha256: String,
    /// Names of the keys whose signatures of the file hold; absent when nobody's
    /// signature was verified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed_by: Vec<String>,
    /// Rules that it switches off, postpones or ends.
    pub inactive: u64,
    /// Rules that it tolerates for a time.
    pub tolerated: u64,
}

/// What a profile did to one filing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProfileEffect {
    /// Rules in force by law that it left out of this filing.
    pub inactive: u64,
    /// Rules whose violation it tolerated in this filing.
    pub tolerated: u64,
}

/// Counts over all filings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// Filings, inputs that are none included.
    pub filings: u64,
    /// By verdict.
    pub verdicts: VerdictCounts,
    /// Violations of rules of kind `major_hazard`, without those tolerated.
    pub major_hazards: u64,
    /// Findings by outcome.
    pub findings: FindingCounts,
}

/// Filings by verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "named like the verdicts")]
pub struct VerdictCounts {
    pub failed: u64,
    pub invalid: u64,
    pub non_compliant: u64,
    pub undetermined: u64,
    pub compliant: u64,
}

/// Findings by outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "named like the outcomes")]
pub struct FindingCounts {
    pub failed: u64,
    pub violated: u64,
    pub undetermined: u64,
    /// Of those violated, how many a profile tolerates; absent when none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tolerated: u64,
}

/// For serde, which asks with a reference.
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What is said of a filing as a whole. The order is from grave to harmless;
/// the worst wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It could not be checked: a plugin broke.
    Failed,
    /// It is no filing, or part of it breaks the schema.
    Invalid,
    /// A rule that decides is violated.
    NonCompliant,
    /// A rule could not be decided.
    Undetermined,
    /// All is known and all is kept.
    Compliant,
}

/// The judgement of one filing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FilingReport {
    /// Where it came from: a path, `-`, and `#LINE` for a line of a stream.
    pub source: String,
    /// As filed; `None` when it could not be read.
    pub filing_id: Option<String>,
    /// Name of the enterprise, as filed.
    pub enterprise: Option<String>,
    /// The date by which rules were chosen.
    pub reference_date: Option<String>,
    /// The worst of all.
    pub verdict: Verdict,
    /// Which version judged, and why, for plugins of which several judge, each
    /// its dates; absent where there is one of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judged_by: Vec<JudgedBy>,
    /// What the profile did to it; absent without a profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileEffect>,
    /// What is wrong with the input itself.
    pub problems: Vec<Problem>,
    /// Sorted: graver first, then by rule and place; a contradiction before
    /// what follows from it.
    pub findings: Vec<Finding>,
    /// What findings wait for, the fact with most rules first: the root
    /// causes. Absent when nothing is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
    /// Scores with their items.
    pub scores: Vec<Score>,
    /// Calculations with their working.
    pub identifications: Vec<Identification>,
}

/// A defect of the input, found before any rule ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// A stable name, such as `not_json`, `duplicate_key`, `wrong_type`.
    pub code: String,
    /// `error` makes the filing invalid, `undetermined` leaves it undetermined at
    /// least, `warning` changes nothing.
    pub level: ProblemLevel,
    /// What failed, on which thing, and what to do.
    pub message: Text,
    /// JSON pointer, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// From 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
}

/// What a problem makes of the filing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ProblemLevel {
    Error,
    Undetermined,
    Warning,
}

/// A rule's outcome worth a reader's time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// Rule id; for `failed` findings of a whole plugin, the plugin's id.
    pub rule: String,
    /// What the rule says.
    pub outcome: Outcome,
    /// What a violation means.
    pub kind: Kind,
    /// How grave it is.
    pub severity: Severity,
    /// Title and number of the instrument.
    pub instrument: String,
    /// The clause as cited.
    pub clause: String,
    /// How well the text was confirmed.
    pub confidence: Confidence,
    /// The list item judged: pointer and, where filed, its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// Set when a profile tolerates the violation: it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerated: Option<Tolerated>,
    /// In a sentence.
    pub message: Text,
    /// The facts that decided.
    pub evidence: Vec<Evidence>,
    /// JSON pointers of the facts that are needed and unknown.
    pub missing: Vec<Missing>,
}

impl Finding {
    /// What it lets the filing be at best.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.tolerated {
            Some(_) => Verdict::Compliant,
            None => self.kind.verdict(self.outcome),
        }
    }
}

/// Why a violation does not count for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tolerated {
    /// The last day, `YYYY-MM-DD`.
    pub until: String,
    /// As the profile gives it.
    pub reason: Text,
}

/// A list item that was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Item {
    /// JSON pointer.
    pub pointer: String,
    /// Its `name` or `id`, where filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A fact needed and unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Missing {
    /// Where it would stand.
    pub pointer: String,
    /// What it is called.
    pub title: Text,
}

/// A fact that rules wait for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Waiting {
    /// Where it would stand, with `*` for positions in lists.
    pub pointer: String,
    /// What it is called.
    pub title: Text,
    /// The rules, in the order of the findings.
    pub rules: Vec<String>,
}

/// A fact or computed value that decided.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Evidence {
    /// The fact; for a computed value, the object it belongs to.
    pub pointer: String,
    /// What the fact is called.
    pub title: Text,
    /// As filed, digit for digit; `None` for a computed value.
    #[schemars(with = "Option<serde_json::Value>")]
    pub value: Option<Box<RawValue>>,
    /// Set when the plugin computed the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed: Option<Computed>,
    /// From 1.
    pub line: Option<u32>,
    /// From 1, in characters.
    pub column: Option<u32>,
    /// What would have been right.
    pub expected: Option<String>,
}

/// A calculation with its working.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Identification {
    /// Rule id.
    pub rule: String,
    /// Title and number of the instrument.
    pub instrument: String,
    /// The object that was judged.
    pub item: Item,
    /// In a sentence.
    pub result: Text,
    /// Named results for machines.
    pub values: std::collections::BTreeMap<String, String>,
    /// Line by line.
    pub steps: Vec<Step>,
}

/// A score with its items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Score {
    /// Rule id.
    pub rule: String,
    /// For people.
    pub title: Text,
    /// Exact decimal.
    pub points: String,
    /// Exact decimal.
    pub maximum: String,
    /// What cost points.
    pub items: Vec<ScoreItem>,
}
