//! Filed matters of supervision, and the documents they rest on.

use super::{Missing, REGION, or_missing};
use crate::division::case::{Case, Until, counting};
use crate::rules::{Cx, DivisionCase};

const CASES: &str = "/enterprise/division_cases";

fn case(of: DivisionCase<'_>) -> Case<'_> {
    Case {
        business: of.business_type(),
        state: of.state(),
        since: of.since_on(),
        document: of.decision_doc(),
        territory: of.decision_doc_region_code(),
        from: of.decision_doc_from_on(),
        to: match (of.decision_doc_to_on(), of.decision_doc_to_on_is_none()) {
            (Some(day), _) => Until::Day(day),
            (None, Some(true)) => Until::Open,
            _ => Until::Unknown,
        },
        lead: of.decided_lead(),
        compared: of.compared_type(),
    }
}

/// The filed matters of supervision.
pub(crate) fn cases<'c>(cx: &'c Cx<'_>) -> Vec<Case<'c>> {
    let filed = cx.enterprise.division_cases().unwrap_or_default();
    filed.iter().map(DivisionCase).map(case).collect()
}

fn case_at<'c>(cx: &'c Cx<'_>, at: &[usize]) -> Option<(usize, Case<'c>)> {
    let index = *at.first()?;
    let of = cx.enterprise.division_cases()?.get(index)?;
    Some((index, case(DivisionCase(of))))
}

fn name_in_case(missing: Missing<'_>, index: usize, facts: &[(bool, &str)]) {
    if let Some(missing) = missing {
        let lacks = facts.iter().filter(|(lacks, _)| *lacks);
        missing.extend(lacks.map(|(_, fact)| format!("{CASES}/{index}/{fact}")));
    }
}

/// Filed neither as a text nor as none.
fn document_unfiled(cx: &Cx<'_>, index: usize) -> bool {
    let of = cx
        .enterprise
        .division_cases()
        .and_then(|list| list.get(index));
    of.is_some_and(|of| DivisionCase(of).decision_doc_is_none().is_none())
}

/// No later entry has taken its place, and it has begun.
pub(crate) fn division_case_counts(
    cx: &Cx<'_>,
    at: &[usize],
    _missing: Missing<'_>,
) -> Option<bool> {
    let counting = cx
        .cache
        .counting(|| counting(cx.cache.table(), &cases(cx), cx.dates.reference));
    counting.get(*at.first()?).copied()
}

pub(crate) fn division_case_doc_in_force(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    let (index, case) = case_at(cx, at)?;
    let is = case.in_force(cx.cache.table(), cx.dates.reference);
    if is.is_none() {
        let with = case.document.is_some();
        let facts = [
            (document_unfiled(cx, index), "decision_doc"),
            (with && case.from.is_none(), "decision_doc_from_on"),
            (with && case.to == Until::Unknown, "decision_doc_to_on"),
        ];
        name_in_case(missing, index, &facts);
    }
    is
}

pub(crate) fn division_case_doc_covers_site(
    cx: &Cx<'_>,
    at: &[usize],
    mut missing: Missing<'_>,
) -> Option<bool> {
    let (index, case) = case_at(cx, at)?;
    let table = cx.cache.table();
    let region = or_missing(
        cx.enterprise.region_code(),
        missing.as_deref_mut(),
        &[REGION],
    );
    let is = region.and_then(|region| case.covers(table, region));
    if is.is_none() {
        let unlisted = case.document.is_some() && case.records(table).is_empty();
        let facts = [
            (document_unfiled(cx, index), "decision_doc"),
            (
                unlisted && case.territory.is_none(),
                "decision_doc_region_code",
            ),
        ];
        name_in_case(missing, index, &facts);
    }
    is
}
