//! Which rules judge a filing.

use anjian_model::{InForceBy, Rule};

/// The dates that decide, `YYYY-MM-DD`, so that text order is date order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dates {
    /// The date that the facts describe.
    pub reference: String,
    /// The date of filing.
    pub submission: String,
}

impl Dates {
    /// The date that decides whether a rule is in force.
    pub fn deciding(&self, rule: &Rule) -> &str {
        match rule.in_force_by {
            InForceBy::ReferenceDate => &self.reference,
            InForceBy::SubmissionDate => &self.submission,
        }
    }

    /// Whether the rule is in force; first and last day are included.
    pub fn in_force(&self, rule: &Rule) -> bool {
        let date = self.deciding(rule);
        let begun = rule
            .in_force_from
            .as_deref()
            .is_none_or(|from| from <= date);
        let ended = rule.in_force_to.as_deref().is_some_and(|to| to < date);
        begun && !ended
    }
}

/// Which rules of a plugin judge a filing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All: the filing has a section of the plugin.
    Whole,
    /// Those that read only the envelope, which every filing has.
    Envelope,
}

impl Scope {
    /// Whether the rule judges.
    pub fn has(self, rule: &Rule) -> bool {
        match self {
            Self::Whole => true,
            Self::Envelope => reads_only_envelope(rule),
        }
    }
}

/// A rule that reads no fact at all is about its section.
fn reads_only_envelope(rule: &Rule) -> bool {
    let of_section = |fact: &String| fact.starts_with("/sections/");
    !rule.facts.is_empty() && !rule.facts.iter().any(of_section)
}

#[cfg(test)]
mod tests {
    use anjian_model::InForceBy;

    use super::{Dates, Scope};
    use crate::double;

    #[test]
    fn both_ends_are_included() {
        let dates = |reference: &str, submission: &str| Dates {
            reference: reference.to_owned(),
            submission: submission.to_owned(),
        };
        for (from, to, by, reference, submission, expect) in [
            (None, None, "reference", "1990-01-01", "1990-01-01", true),
            (
                Some("2026-01-01"),
                None,
                "reference",
                "2025-12-31",
                "2026-05-01",
                false,
            ),
            (
                Some("2026-01-01"),
                None,
                "reference",
                "2026-01-01",
                "2025-05-01",
                true,
            ),
            (
                None,
                Some("2026-06-30"),
                "reference",
                "2026-06-30",
                "2027-01-01",
                true,
            ),
            (
                None,
                Some("2026-06-30"),
                "reference",
                "2026-07-01",
                "2026-01-01",
                false,
            ),
            (
                Some("2026-01-01"),
                None,
                "submission",
                "2025-12-31",
                "2026-01-01",
                true,
            ),
            (
                Some("2026-01-01"),
                None,
                "submission",
                "2026-01-01",
                "2025-12-31",
                false,
            ),
        ] {
            let mut rule = double::rule("t/1");
            rule.in_force_from = from.map(str::to_owned);
            rule.in_force_to = to.map(str::to_owned);
            if by == "submission" {
                rule.in_force_by = InForceBy::SubmissionDate;
            }
            assert_eq!(
                dates(reference, submission).in_force(&rule),
                expect,
                "{from:?} {to:?} {by} {reference} {submission}"
            );
        }
    }

    #[test]
    fn rules_that_read_only_the_envelope() {
        for (facts, expect) in [
            (&[][..], false),
            (&["/sections/test/count"], false),
            (&["/enterprise/uscc", "/sections/test/count"], false),
            (&["/enterprise/uscc", "/reference_date"], true),
        ] {
            let mut rule = double::rule("t/1");
            rule.facts = facts.iter().map(|&fact| fact.to_owned()).collect();
            assert_eq!(Scope::Envelope.has(&rule), expect, "{facts:?}");
            assert!(Scope::Whole.has(&rule), "{facts:?}");
        }
    }
}
