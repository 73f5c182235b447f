//! Tables: what the filer says and what the tables have, and who leads.

mod cases;
mod profile;

use super::case::Case;
use super::table::{TYPES, Table};
use super::{Answer, Date, Site, State, resolve};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// `state`, the lead and what was compared, in one line.
fn shown(table: &Table<'_>, business: &str, site: &Site<'_>) -> String {
    let answer = resolve(table, business, site);
    let lead = answer.lead(table, site.cases);
    let similar = answer.similar.map(|of| table.kind(of.kind).unwrap().key);
    [Some(answer.state.name()), lead.map(|lead| lead.zh), similar]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

fn site<'a>(region: &'a str, on: &str, cases: &'a [Case<'a>]) -> Site<'a> {
    Site {
        region,
        industry: None,
        on: date(on),
        cases,
    }
}

fn today(region: &str) -> Site<'_> {
    site(region, "2026-06-30", &[])
}

#[test]
fn regions_and_dates_of_the_built_in_table() {
    let table = Table::default();
    for (business, region, on, is) in [
        ("网约车", "320411", "2026-06-30", "assigned 交通运输局"),
        ("网 约 车", "320411005", "2026-06-30", "assigned 交通运输局"),
        (
            "RIDE_hailing",
            "320411",
            "2026-06-30",
            "assigned 交通运输局",
        ),
        ("网约车", "320411", "2016-10-31", "unassigned"),
        ("网约车", "320411", "2016-11-01", "assigned 交通运输局"),
        (
            "外卖平台",
            "320411",
            "2026-06-30",
            "default_national 市场监督管理局",
        ),
        ("外卖平台", "341502", "2026-06-30", "assigned 商务局"),
        ("外卖平台", "310109", "2026-06-30", "assigned 商务委员会"),
        (
            "外卖平台",
            "620102",
            "2026-06-30",
            "assigned 市场监督管理局",
        ),
        ("充电站", "320412", "2026-06-30", "assigned 工业和信息化局"),
        (
            "充电站",
            "341502",
            "2026-06-30",
            "assigned 发展和改革委员会（能源）",
        ),
        ("网络货运", "320411", "2025-12-31", "assigned 交通运输局"),
        ("网络货运", "320411", "2026-01-23", "assigned 交通运输局"),
        (
            "月子中心",
            "310112",
            "2026-06-30",
            "assigned 卫生健康委员会（统筹协调）",
        ),
        (
            "厂房出租",
            "320412",
            "2026-02-01",
            "default_national 应急管理局",
        ),
        (
            "动力电池制造",
            "320413",
            "2026-06-30",
            "proposed_by_similarity industry_trade",
        ),
        (
            "宠物店",
            "320411",
            "2026-06-30",
            "proposed_by_similarity vet_clinic",
        ),
        ("机器人陪练馆", "320411", "2026-06-30", "unassigned"),
    ] {
        let of = shown(&table, business, &site(region, on, &[]));
        assert_eq!(of, is, "{business} {region} {on}");
    }
}

#[test]
fn a_law_that_ended_leaves_no_lead() {
    let table = Table::default();
    for on in ["2026-01-01", "2026-01-22"] {
        let answer = resolve(&table, "网络货运", &site("320411", on, &[]));
        assert!(!answer.state.has_lead(), "{on}: {answer:?}");
    }
}

#[test]
fn open_records_are_disputes() {
    let table = Table::default();
    for (business, region, disputed, waits) in [
        ("月子中心", "320411", true, true),
        ("租赁住房", "320402", true, true),
        ("机器人陪练馆", "320411", false, true),
        ("网约车", "320411", false, false),
        ("外卖平台", "320411", false, false),
    ] {
        let answer = resolve(&table, business, &today(region));
        let of = (answer.is_disputed(), answer.state.waits());
        assert_eq!(of, (disputed, waits), "{business}: {answer:?}");
    }
}

#[test]
fn similar_by_industry_code() {
    let table = Table::default();
    for (industry, is) in [
        (Some("H6211"), "unassigned"),
        (Some("G6020"), "proposed_by_similarity courier"),
        (Some("6020"), "proposed_by_similarity courier"),
        (Some("G60"), "unassigned"),
        (None, "unassigned"),
    ] {
        let site = Site {
            industry,
            ..today("320411")
        };
        assert_eq!(shown(&table, "无人快递柜", &site), is, "{industry:?}");
    }
}

#[test]
fn only_verified_texts_settle() {
    let table = Table::default();
    for business in TYPES.iter().map(|of| of.key) {
        for region in ["320411005", "341502", "310109", "530102"] {
            let answer: Answer = resolve(&table, business, &today(region));
            let record = answer.record.and_then(|id| table.record(id));
            let strong = record.is_some_and(|record| record.is_strong());
            assert_eq!(answer.state.is_settled(), strong, "{business} {region}");
            assert_eq!(
                answer.state == State::Assigned,
                strong,
                "{business} {region}"
            );
        }
    }
}
