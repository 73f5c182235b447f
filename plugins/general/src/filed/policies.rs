//! Liability policies added up.

use anjian_sdk::Date;

use super::{Missing, or_missing};
use crate::rules::{Cx, Policy};

const POLICIES: &str = "/sections/general/liability_policies";

/// Whether a policy covers the day; both its first and its last day are covered.
fn in_force(starts: Option<Date>, ends: Option<Date>, on: Date) -> Option<bool> {
    let begun = starts.map(|day| day <= on);
    let running = ends.map(|day| on <= day);
    match (begun, running) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Persons insured by all policies in force on the reference date.
pub(crate) fn insured_in_force_num(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<i64> {
    let Some(policies) = cx.section.liability_policies() else {
        return or_missing(None, missing, &[POLICIES]);
    };
    let mut insured: i64 = 0;
    let mut lacks = Vec::new();
    for (index, of) in policies.iter().enumerate() {
        let policy = Policy(of);
        let (starts, ends) = (policy.starts_on(), policy.ends_on());
        let counts = in_force(starts, ends, cx.dates.reference);
        if counts == Some(false) {
            continue;
        }
        let facts = [
            (starts.is_none(), "starts_on"),
            (ends.is_none(), "ends_on"),
            (policy.insured_num().is_none(), "insured_num"),
        ];
        let unfiled = facts.iter().filter(|(unfiled, _)| *unfiled);
        lacks.extend(unfiled.map(|(_, fact)| format!("{POLICIES}/{index}/{fact}")));
        insured = insured.saturating_add(policy.insured_num().unwrap_or_default());
    }
    if lacks.is_empty() {
        return Some(insured);
    }
    if let Some(missing) = missing {
        missing.extend(lacks);
    }
    None
}

/// When policies begin and end, in an order that answers for each policy at once
/// whether another continues it; 10,000 policies may be filed.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    /// First days, with the latest last day of all that begin by then.
    by_start: Vec<(Date, Date)>,
    /// Of policies with one day unfiled, the one that reaches farthest.
    latest_end: Option<(Date, usize)>,
    earliest_start: Option<(Date, usize)>,
    /// A policy with neither day.
    blank: Option<usize>,
}

impl Policies {
    fn sorted(policies: impl Iterator<Item = (Option<Date>, Option<Date>)>) -> Self {
        let mut of = Policies::default();
        for (index, days) in policies.enumerate() {
            match days {
                (Some(starts), Some(ends)) => of.by_start.push((starts, ends)),
                (None, Some(ends)) => of.latest_end = of.latest_end.max(Some((ends, index))),
                (Some(starts), None) => {
                    let earlier = of.earliest_start.is_none_or(|(day, _)| starts < day);
                    if earlier {
                        of.earliest_start = Some((starts, index));
                    }
                }
                (None, None) => of.blank = of.blank.or(Some(index)),
            }
        }
        of.by_start.sort_unstable();
        let mut latest = Date::MIN;
        for (_, ends) in &mut of.by_start {
            latest = latest.max(*ends);
            *ends = latest;
        }
        of
    }

    /// Whether a policy that begins no later than the day after `ends` ends after
    /// it; or the policy and its unfiled days that leave it open.
    fn continues(&self, ends: Date) -> Result<bool, (usize, &'static [&'static str])> {
        let next = ends.tomorrow().unwrap_or(ends);
        let begun = self.by_start.partition_point(|(starts, _)| *starts <= next);
        let latest = begun.checked_sub(1).and_then(|at| self.by_start.get(at));
        if latest.is_some_and(|(_, latest)| *latest > ends) {
            return Ok(true);
        }
        if let Some((_, index)) = self.latest_end.filter(|(day, _)| *day > ends) {
            return Err((index, &["starts_on"]));
        }
        if let Some((_, index)) = self.earliest_start.filter(|(day, _)| *day <= next) {
            return Err((index, &["ends_on"]));
        }
        self.blank
            .map_or(Ok(false), |index| Err((index, &["starts_on", "ends_on"])))
    }
}

/// Whether another policy follows without a gap.
pub(crate) fn policy_is_continued(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    let index = *at.first()?;
    let policies = cx.section.liability_policies()?;
    let Some(ends) = Policy(policies.get(index)?).ends_on() else {
        return or_missing(None, missing, &[&format!("{POLICIES}/{index}/ends_on")]);
    };
    let sort = || {
        let days = |of| (Policy(of).starts_on(), Policy(of).ends_on());
        Policies::sorted(policies.iter().map(days))
    };
    match cx.cache.policies(sort).continues(ends) {
        Ok(is) => Some(is),
        Err((open, facts)) => {
            if let Some(missing) = missing {
                missing.extend(facts.iter().map(|fact| format!("{POLICIES}/{open}/{fact}")));
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_continued_by_one_that_begins_the_next_day_and_ends_later() {
        let date = |text: &str| text.parse::<Date>().ok();
        let of = |policies: &[(&str, &str)]| {
            let days = policies
                .iter()
                .map(|(starts, ends)| (date(starts), date(ends)));
            Policies::sorted(days).continues(date("2026-04-30")?).ok()
        };
        let old = ("2025-05-01", "2026-04-30");
        for (others, is) in [
            (&[][..], Some(false)),
            (&[("2026-05-01", "2027-04-30")], Some(true)),
            (&[("2026-05-02", "2027-04-30")], Some(false)),
            (
                &[("2026-05-02", "2027-04-30"), ("2026-01-01", "2026-05-01")],
                Some(true),
            ),
            (&[("2025-06-01", "2026-04-30")], Some(false)),
            (&[("", "2026-05-01")], None),
            (&[("", "2026-04-30")], Some(false)),
            (&[("2026-05-01", "")], None),
            (&[("2026-05-02", "")], Some(false)),
            (&[("", "")], None),
            (&[("", ""), ("2026-05-01", "2027-04-30")], Some(true)),
        ] {
            let mut all = vec![old];
            all.extend(others);
            assert_eq!(of(&all), is, "{others:?}");
        }
    }

    #[test]
    fn first_and_last_day_are_covered() {
        let date = |text: &str| text.parse::<Date>().ok();
        let covers = |starts: &str, ends: &str| {
            let on = date("2026-06-30")?;
            in_force(date(starts), date(ends), on)
        };
        assert_eq!(covers("2026-06-30", "2027-06-29"), Some(true));
        assert_eq!(covers("2025-07-01", "2026-06-30"), Some(true));
        assert_eq!(covers("2025-07-01", "2026-06-29"), Some(false));
        assert_eq!(covers("2026-07-01", "2027-06-30"), Some(false));
        assert_eq!(covers("2026-07-01", ""), Some(false));
        assert_eq!(covers("", "2026-06-29"), Some(false));
        assert_eq!(covers("2026-06-30", ""), None);
        assert_eq!(covers("", "2026-06-30"), None);
    }
}
