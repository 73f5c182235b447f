//! Counts over a run. A run may have millions of filings, so only counts are kept.

use std::collections::BTreeMap;

use anjian_model::{FilingReport, Kind, Outcome, ProblemLevel, Summary, Verdict};

/// Counts over all filings, in the report's form and by rule.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// As reports have it.
    pub summary: Summary,
    /// Violations of rules of kind `advice`, for those who ask for them.
    pub advice: u64,
    /// Findings that decide a verdict.
    pub graded: Graded,
    /// Filings that were not valid.
    pub invalid: u64,
    /// Findings by rule, without what is tolerated; bounded by the number of
    /// rules.
    pub rules: BTreeMap<String, RuleTally>,
}

/// Findings that decide a verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Graded {
    /// Violations.
    pub violated: u64,
    /// What could not be decided.
    pub undetermined: u64,
}

/// Counts for one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTally {
    /// What a violation means.
    pub kind: Kind,
    /// Violations.
    pub violated: u64,
    /// Findings that could not be decided.
    pub undetermined: u64,
}

impl Tally {
    /// Counts one filing.
    pub fn add(&mut self, report: &FilingReport) {
        self.summary.filings += 1;
        let verdicts = &mut self.summary.verdicts;
        *match report.verdict {
            Verdict::Failed => &mut verdicts.failed,
            Verdict::Invalid => &mut verdicts.invalid,
            Verdict::NonCompliant => &mut verdicts.non_compliant,
            Verdict::Undetermined => &mut verdicts.undetermined,
            Verdict::Compliant => &mut verdicts.compliant,
        } += 1;
        let broken = report
            .problems
            .iter()
            .any(|problem| problem.level == ProblemLevel::Error);
        self.invalid += u64::from(broken);
        let open = report.problems.iter();
        let open = open.filter(|problem| problem.level == ProblemLevel::Undetermined);
        self.graded.undetermined += open.count() as u64;
        for finding in &report.findings {
            match finding.verdict() {
                Verdict::NonCompliant => self.graded.violated += 1,
                Verdict::Undetermined => self.graded.undetermined += 1,
                Verdict::Failed | Verdict::Invalid | Verdict::Compliant => {}
            }
            let counts = &mut self.summary.findings;
            match finding.outcome {
                Outcome::Failed => {
                    counts.failed += 1;
                    continue;
                }
                Outcome::Violated if finding.tolerated.is_some() => {
                    counts.violated += 1;
                    counts.tolerated += 1;
                    continue;
                }
                Outcome::Violated => {
                    counts.violated += 1;
                    self.summary.major_hazards += u64::from(finding.kind == Kind::MajorHazard);
                    self.advice += u64::from(finding.kind == Kind::Advice);
                }
                Outcome::Undetermined => counts.undetermined += 1,
                Outcome::Satisfied | Outcome::NotApplicable => continue,
            }
            let rule = match self.rules.get_mut(&finding.rule) {
                Some(rule) => rule,
                None => self.rules.entry(finding.rule.clone()).or_insert(RuleTally {
                    kind: finding.kind,
                    violated: 0,
                    undetermined: 0,
                }),
            };
            match finding.outcome {
                Outcome::Violated => rule.violated += 1,
                _ => rule.undetermined += 1,
            }
        }
    }

    /// Adds the counts of another part of the run.
    pub fn merge(&mut self, other: Self) {
        let (a, b) = (&mut self.summary, other.summary);
        a.filings += b.filings;
        a.major_hazards += b.major_hazards;
        a.verdicts.failed += b.verdicts.failed;
        a.verdicts.invalid += b.verdicts.invalid;
        a.verdicts.non_compliant += b.verdicts.non_compliant;
        a.verdicts.undetermined += b.verdicts.undetermined;
        a.verdicts.compliant += b.verdicts.compliant;
        a.findings.failed += b.findings.failed;
        a.findings.violated += b.findings.violated;
        a.findings.undetermined += b.findings.undetermined;
        a.findings.tolerated += b.findings.tolerated;
        self.advice += other.advice;
        self.invalid += other.invalid;
        self.graded.violated += other.graded.violated;
        self.graded.undetermined += other.graded.undetermined;
        for (id, other) in other.rules {
            match self.rules.get_mut(&id) {
                Some(rule) => {
                    rule.violated += other.violated;
                    rule.undetermined += other.undetermined;
                }
                None => {
                    self.rules.insert(id, other);
                }
            }
        }
    }
}
