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

#[cfg(test)]
mod tests {
    use super::*;

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
