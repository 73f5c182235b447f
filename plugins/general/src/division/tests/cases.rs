//! Filed matters of supervision and their documents.

use super::{date, shown, site};
use crate::division::case::{Case, Until};
use crate::division::table::Table;

fn decided<'a>() -> Case<'a> {
    Case {
        business: Some("月子中心"),
        state: Some("decided"),
        since: Some(date("2026-04-01")),
        document: Some("常政办发〔2026〕901号"),
        territory: Some("320400"),
        from: Some(date("2026-04-01")),
        to: Until::Open,
        lead: Some("卫生健康委员会"),
        compared: None,
    }
}

fn with(change: impl FnOnce(&mut Case<'_>)) -> Vec<Case<'static>> {
    let mut case = decided();
    change(&mut case);
    vec![case]
}

#[test]
fn states_of_cases() {
    let table = Table::default();
    let open = "proposed_by_similarity childcare";
    let decided_is = "decided 卫生健康委员会";
    for (what, cases, is) in [
        ("decided", with(|_| {}), decided_is),
        (
            "assigned",
            with(|of| of.state = Some("assigned")),
            "assigned 卫生健康委员会",
        ),
        (
            "another name",
            with(|of| of.business = Some("月子会所")),
            decided_is,
        ),
        (
            "another business",
            with(|of| of.business = Some("网约车")),
            open,
        ),
        ("no business", with(|of| of.business = None), open),
        ("no state", with(|of| of.state = None), open),
        ("no document", with(|of| of.document = None), open),
        ("no lead", with(|of| of.lead = None), open),
        (
            "first day",
            with(|of| of.since = Some(date("2026-06-30"))),
            decided_is,
        ),
        (
            "later",
            with(|of| of.since = Some(date("2026-07-01"))),
            open,
        ),
        ("no day", with(|of| of.since = None), decided_is),
        ("elsewhere", with(|of| of.territory = Some("320500")), open),
        (
            "the country",
            with(|of| of.territory = Some("000000")),
            decided_is,
        ),
        (
            "the province",
            with(|of| of.territory = Some("320000")),
            decided_is,
        ),
        (
            "the county",
            with(|of| of.territory = Some("320411")),
            decided_is,
        ),
        ("territory unknown", with(|of| of.territory = None), open),
        (
            "not yet",
            with(|of| of.from = Some(date("2026-07-01"))),
            open,
        ),
        (
            "over",
            with(|of| of.to = Until::Day(date("2026-06-29"))),
            open,
        ),
        (
            "last day",
            with(|of| of.to = Until::Day(date("2026-06-30"))),
            decided_is,
        ),
        ("end unknown", with(|of| of.to = Until::Unknown), open),
        ("begin unknown", with(|of| of.from = None), open),
        (
            "negotiation",
            with(|of| of.state = Some("in_negotiation")),
            "in_negotiation",
        ),
        (
            "coordination",
            with(|of| of.state = Some("in_coordination")),
            "in_coordination",
        ),
        (
            "coordination, then decided",
            vec![
                decided(),
                Case {
                    state: Some("in_coordination"),
                    since: Some(date("2026-01-05")),
                    ..decided()
                },
            ],
            decided_is,
        ),
        (
            "of one day the last in the list",
            vec![
                decided(),
                Case {
                    state: Some("in_coordination"),
                    ..decided()
                },
            ],
            "in_coordination",
        ),
        (
            "without a day is earliest",
            vec![
                decided(),
                Case {
                    state: Some("in_coordination"),
                    since: None,
                    ..decided()
                },
            ],
            decided_is,
        ),
    ] {
        let site = site("320411", "2026-06-30", &cases);
        let of = shown(&table, "月子中心", &site);
        assert_eq!(of, is, "{what}");
    }
}

#[test]
fn cases_of_new_businesses() {
    let table = Table::default();
    let of = |business, filed, state| {
        let cases = with(|of| {
            of.business = Some(filed);
            of.state = Some(state);
        });
        shown(&table, business, &site("320411", "2026-06-30", &cases))
    };
    assert_eq!(
        of("机器人陪练馆", "机器人 陪练馆", "decided"),
        "decided 卫生健康委员会"
    );
    assert_eq!(of("机器人陪练馆", "机器人", "decided"), "unassigned");
    assert_eq!(
        of("机器人陪练馆", "机器人陪练馆", "proposed"),
        "proposed_by_similarity"
    );
    assert_eq!(of("网约车", "网约车", "proposed"), "assigned 交通运输局");
    assert_eq!(of("网约车", "网约车", "in_negotiation"), "in_negotiation");
}

#[test]
fn documents_of_the_tables() {
    let table = Table::default();
    let case = |document| Case {
        document: Some(document),
        ..Case::default()
    };
    for (document, on, region, in_force, covers) in [
        (
            "交运规〔2019〕12号",
            "2025-12-31",
            "320411",
            Some(true),
            Some(true),
        ),
        (
            "交运规〔2019〕12号",
            "2026-01-01",
            "320411",
            Some(false),
            Some(true),
        ),
        (
            "《网络货运承运平台经营管理办法》（交运规〔2026〕1号）",
            "2026-06-30",
            "320411",
            Some(true),
            Some(true),
        ),
        (
            "网络货运承运平台经营管理办法",
            "2026-06-30",
            "320411",
            Some(true),
            Some(true),
        ),
        (
            "金政办〔2024〕4号",
            "2026-06-30",
            "320411",
            Some(true),
            Some(false),
        ),
        (
            "金政办〔2024〕4号",
            "2026-06-30",
            "341502",
            Some(true),
            Some(true),
        ),
        (
            "国务院令第697号",
            "2018-04-30",
            "320411",
            Some(false),
            Some(true),
        ),
        // A year or a remark in brackets is no document's name.
        ("常政办发2022年第3号", "2026-06-30", "320411", None, None),
        ("会议纪要（文号未持有）", "2026-06-30", "320411", None, None),
    ] {
        let case = case(document);
        assert_eq!(case.in_force(&table, date(on)), in_force, "{document} {on}");
        assert_eq!(case.covers(&table, region), covers, "{document} {region}");
    }
    assert_eq!(Case::default().in_force(&table, date("2026-06-30")), None);
    assert_eq!(Case::default().covers(&table, "320411"), None);
}
