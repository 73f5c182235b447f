//! Filed matters of supervision and their documents.

use super::{date, shown, site};
use crate::division::case::{Case, Until, counting};
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
        (
            "《中华人民共和国安全生产法》第十条",
            "2026-06-30",
            "320411",
            Some(true),
            Some(true),
        ),
        // A document about a law, or one that rests on another, is neither.
        (
            "苏府办〔2026〕5号《关于贯彻安全生产法明确新业态监管职责的通知》",
            "2026-06-30",
            "320411",
            None,
            None,
        ),
        (
            "苏州市贯彻安全生产法监管分工方案（苏安委〔2024〕8号）",
            "2026-06-30",
            "320411",
            None,
            None,
        ),
        (
            "根据交运规〔2026〕1号制定的方案",
            "2026-06-30",
            "320411",
            None,
            None,
        ),
        // A year or a remark in brackets is no document's name.
        ("常政办发2022年第3号", "2026-06-30", "320411", None, None),
        ("会议纪要（文号未持有）", "2026-06-30", "320411", None, None),
    ] {
        let case = case(document);
        assert_eq!(case.in_force(&table, date(on)), in_force, "{document} {on}");
        assert_eq!(case.covers(&table, region), covers, "{document} {region}");
    }
    // A filed territory without the site is not outweighed by the tables.
    let elsewhere = Case {
        territory: Some("320500"),
        ..case("快递暂行条例第五条")
    };
    assert_eq!(elsewhere.covers(&table, "320411"), Some(false));
    // Of records that rest on one regulation those of the business count.
    let hazchem = Case {
        business: Some("危险化学品"),
        ..case("危险化学品安全管理条例（国务院令第591号）第六条")
    };
    assert_eq!(hazchem.in_force(&table, date("2026-04-30")), Some(true));
    assert_eq!(hazchem.in_force(&table, date("2026-05-01")), Some(false));
    assert_eq!(Case::default().in_force(&table, date("2026-06-30")), None);
    assert_eq!(Case::default().covers(&table, "320411"), None);
}

#[test]
fn the_case_that_counts_has_begun_and_is_not_replaced() {
    let on = date("2026-06-30");
    let of = |business: Option<&'static str>, since: &str| Case {
        business,
        since: since.parse().ok(),
        ..Case::default()
    };
    for (cases, expected) in [
        (vec![of(Some("宠物店"), "2026-01-05")], vec![true]),
        (vec![of(Some("宠物店"), "2026-07-01")], vec![false]),
        (
            vec![
                of(Some("宠物店"), "2026-03-02"),
                of(Some("宠物 店"), "2026-01-05"),
            ],
            vec![true, false],
        ),
        (
            vec![
                of(Some("宠物店"), "2026-03-02"),
                of(Some("宠物店"), "2026-07-01"),
            ],
            vec![true, false],
        ),
        (
            vec![
                of(Some("宠物店"), ""),
                of(Some("网约车"), ""),
                of(Some("宠物店"), ""),
            ],
            vec![true, true, true],
        ),
        (
            vec![
                of(Some("机器人馆"), ""),
                of(Some("机器 人馆"), "2026-01-05"),
            ],
            vec![false, true],
        ),
        (
            vec![of(None, ""), of(None, "2026-01-05"), of(None, "2026-07-01")],
            vec![true, true, false],
        ),
    ] {
        assert_eq!(
            counting(&Table::default(), &cases, on),
            expected,
            "{cases:?}"
        );
    }
}
