//! From what was filed to what is computed: each `function` of
//! `computed.toml`. A function answers `None` when it cannot, and then names
//! the missing facts if it is handed a list.

mod credit_code;
mod industry;
mod matters;
mod policies;
mod supervision;

use anjian_sdk::Date;

pub(crate) use matters::{
    cases, division_case_counts, division_case_doc_covers_site, division_case_doc_in_force,
};
pub(crate) use policies::{insured_in_force_num, policy_is_continued};
pub use supervision::Cache;
pub(crate) use supervision::{
    answers, division_all_settled, division_declared_recognised, division_each_has_lead,
    division_expected_lead, division_has_local_body, division_several_claims,
    division_state_default, division_waits_for_decision, short,
};

use crate::rules::Cx;
use credit_code::Head;
use industry::Code;

type Missing<'m> = Option<&'m mut Vec<String>>;

/// The answer, or the name of what is missing for it.
fn or_missing<T>(answer: Option<T>, missing: Missing<'_>, facts: &[&str]) -> Option<T> {
    if let (None, Some(missing)) = (&answer, missing) {
        missing.extend(facts.iter().map(|fact| (*fact).to_owned()));
    }
    answer
}

const REGION: &str = "/enterprise/region_code";
const INDUSTRY: &str = "/enterprise/industry_code";
const USCC: &str = "/enterprise/uscc";
const BUSINESS: &str = "/enterprise/business_types";

/// Regions of Changzhou in the current table, the city itself first.
const CHANGZHOU: [&str; 7] = [
    "320400", "320402", "320404", "320411", "320412", "320413", "320481",
];

fn region_begins(cx: &Cx<'_>, with: &str, missing: Missing<'_>) -> Option<bool> {
    let region = cx.enterprise.region_code();
    or_missing(
        region.map(|region| region.starts_with(with)),
        missing,
        &[REGION],
    )
}

pub(crate) fn in_jiangsu(cx: &Cx<'_>, _at: &[usize], missing: Missing<'_>) -> Option<bool> {
    region_begins(cx, "32", missing)
}

pub(crate) fn in_changzhou(cx: &Cx<'_>, _at: &[usize], missing: Missing<'_>) -> Option<bool> {
    region_begins(cx, "3204", missing)
}

pub(crate) fn changzhou_code_listed(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    let region = cx.enterprise.region_code();
    or_missing(region.map(listed_in_changzhou), missing, &[REGION])
}

fn listed_in_changzhou(region: &str) -> bool {
    CHANGZHOU.iter().any(|code| region.starts_with(code))
}

fn filed_code<'f>(cx: &Cx<'f>) -> Option<Code<'f>> {
    cx.enterprise.industry_code().map(Code::read)
}

pub(crate) fn in_js140_trades(cx: &Cx<'_>, _at: &[usize], missing: Missing<'_>) -> Option<bool> {
    let inside = filed_code(cx).and_then(Code::in_js140_trades);
    or_missing(inside, missing, &[INDUSTRY])
}

pub(crate) fn industry_division_exists(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    or_missing(
        filed_code(cx).map(Code::division_exists),
        missing,
        &[INDUSTRY],
    )
}

pub(crate) fn industry_digits_num(cx: &Cx<'_>, _at: &[usize], missing: Missing<'_>) -> Option<i64> {
    or_missing(filed_code(cx).map(Code::digits_num), missing, &[INDUSTRY])
}

pub(crate) fn business_types_comparable(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    let comparable = cx.enterprise.business_types().map(|types| {
        types
            .iter()
            .all(|name| industry::codes_of(name.as_ref()).is_some())
    });
    or_missing(comparable, missing, &[BUSINESS])
}

pub(crate) fn a_business_type_fits(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    let Some(types) = cx.enterprise.business_types() else {
        return or_missing(None, missing, &[BUSINESS]);
    };
    let fits =
        filed_code(cx).and_then(|code| industry::one_fits(types.iter().map(AsRef::as_ref), code));
    or_missing(fits, missing, &[INDUSTRY])
}

fn of_code<T>(cx: &Cx<'_>, missing: Missing<'_>, answer: impl Fn(&str) -> Option<T>) -> Option<T> {
    let code = cx.enterprise.uscc().map(credit_code::normal);
    or_missing(code.and_then(|code| answer(&code)), missing, &[USCC])
}

pub(crate) fn uscc_format_ok(cx: &Cx<'_>, _at: &[usize], missing: Missing<'_>) -> Option<bool> {
    of_code(cx, missing, |code| Some(credit_code::format_ok(code)))
}

pub(crate) fn uscc_check18_ok(cx: &Cx<'_>, _at: &[usize], missing: Missing<'_>) -> Option<bool> {
    of_code(cx, missing, credit_code::check18_ok)
}

pub(crate) fn uscc_check17_ok(cx: &Cx<'_>, _at: &[usize], missing: Missing<'_>) -> Option<bool> {
    of_code(cx, missing, credit_code::check17_ok)
}

pub(crate) fn uscc_head_wrong(cx: &Cx<'_>, _at: &[usize], missing: Missing<'_>) -> Option<bool> {
    of_code(cx, missing, |code| {
        credit_code::head(code).map(|head| head == Head::Wrong)
    })
}

pub(crate) fn uscc_head_listed(cx: &Cx<'_>, _at: &[usize], missing: Missing<'_>) -> Option<bool> {
    of_code(cx, missing, |code| {
        credit_code::head(code).map(|head| head == Head::Listed)
    })
}

pub(crate) fn uscc_region_differs(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    let Some(site) = cx.enterprise.region_code() else {
        return or_missing(None, missing, &[REGION]);
    };
    of_code(cx, missing, |code| {
        credit_code::region(code).map(|region| !site.starts_with(region))
    })
}

pub(crate) fn reference_month(cx: &Cx<'_>, _at: &[usize], _missing: Missing<'_>) -> Option<i64> {
    Some(i64::from(cx.dates.reference.month()))
}

/// The month of a date in the reference year; 0 for another year, for a date
/// after the reference date, and where the filer answered that there is none.
fn month_this_year(date: Option<Date>, none: Option<bool>, reference: Date) -> Option<i64> {
    match (date, none) {
        (Some(date), _) if date.year() == reference.year() && date <= reference => {
            Some(i64::from(date.month()))
        }
        (Some(_), _) | (None, Some(true)) => Some(0),
        _ => None,
    }
}

pub(crate) fn periodic_report_month(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<i64> {
    let month = month_this_year(
        cx.section.risk_report_periodic_on(),
        cx.section.risk_report_periodic_on_is_none(),
        cx.dates.reference,
    );
    or_missing(
        month,
        missing,
        &["/sections/general/risk_report_periodic_on"],
    )
}

pub(crate) fn first_report_this_year(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    let month = month_this_year(
        cx.section.risk_report_first_on(),
        cx.section.risk_report_first_on_is_none(),
        cx.dates.reference,
    );
    let this_year = month.map(|month| month > 0);
    or_missing(
        this_year,
        missing,
        &["/sections/general/risk_report_first_on"],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_of_the_reference_year() {
        let date = |text: &str| text.parse::<Date>().ok();
        let month = |text: &str| {
            date("2026-06-30").and_then(|reference| month_this_year(date(text), None, reference))
        };
        assert_eq!(month("2026-01-01"), Some(1));
        assert_eq!(month("2026-03-31"), Some(3));
        assert_eq!(month("2026-06-30"), Some(6));
        assert_eq!(month("2026-07-01"), Some(0));
        assert_eq!(month("2025-12-31"), Some(0));
        let none =
            |none| date("2026-06-30").and_then(|reference| month_this_year(None, none, reference));
        assert_eq!(none(Some(true)), Some(0));
        assert_eq!(none(None), None);
    }

    #[test]
    fn regions_of_changzhou() {
        for listed in ["320400", "320402", "320412411", "320481"] {
            assert!(listed_in_changzhou(listed), "{listed}");
        }
        for abolished in ["320405", "320421", "320482", "320483100"] {
            assert!(!listed_in_changzhou(abolished), "{abolished}");
        }
    }
}
