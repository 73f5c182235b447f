//! The profile's own records, and by them the order of sources.

use super::{shown, today};
use crate::division::department::share;
use crate::division::table::Table;

/// A profile's record: type, region, lead (none for `-`), source, days, confidence.
fn own(lines: &[[&str; 7]]) -> Vec<u8> {
    let name = |zh: &str| format!(r#"{{"zh": "{zh}", "en": "{zh}"}}"#);
    let day = |day: &str| match day {
        "" => "null".to_owned(),
        day => format!("\"{day}\""),
    };
    let records: Vec<String> = lines
        .iter()
        .map(|[kind, region, lead, source, from, to, confidence]| {
            let (lead, co) = match lead.strip_prefix('-') {
                Some("") => ("null".to_owned(), String::new()),
                Some(co) => ("null".to_owned(), name(co)),
                None => (name(lead), String::new()),
            };
            format!(
                r#"{{"type": "{kind}", "region": "{region}", "lead": {lead}, "co": [{co}],
                "local": {}, "source": "{source}", "basis": "常政办发〔2026〕{}号（分工方案）",
                "basis_en": "x", "from": {}, "to": {}, "confidence": "{confidence}"}}"#,
                name("镇"),
                region.len() + 900,
                day(from),
                day(to)
            )
        })
        .collect();
    format!(r#"{{"division": {{"records": [{}]}}}}"#, records.join(",")).into_bytes()
}

#[test]
fn order_of_sources() {
    // `dark_store` has no built-in record in Changzhou.
    const K: &str = "dark_store";
    for (lines, is) in [
        // A statute before a nearer document.
        (
            vec![
                [K, "320411", "甲", "document", "", "", "high"],
                [K, "", "乙", "statute", "", "", "medium"],
            ],
            "assigned 乙",
        ),
        // The nearer document.
        (
            vec![
                [K, "32", "甲", "document", "2026-01-01", "", "high"],
                [K, "3204", "乙", "document", "", "", "high"],
            ],
            "assigned 乙",
        ),
        // Of one territory the later one; no day is the earliest.
        (
            vec![
                [K, "3204", "甲", "document", "2024-01-01", "", "high"],
                [K, "3204", "乙", "document", "2025-01-01", "", "high"],
                [K, "3204", "丙", "document", "", "", "high"],
            ],
            "assigned 乙",
        ),
        // A superior document overrides an older one, and only that.
        (
            vec![
                [K, "3204", "甲", "document", "2024-01-01", "", "high"],
                [K, "", "乙", "superior_document", "2024-01-02", "", "high"],
            ],
            "assigned 乙",
        ),
        (
            vec![
                [K, "3204", "甲", "document", "2024-01-02", "", "high"],
                [K, "", "乙", "superior_document", "2024-01-02", "", "high"],
            ],
            "assigned 甲",
        ),
        (
            vec![
                [K, "3204", "甲", "document", "", "", "high"],
                [K, "", "乙", "superior_document", "2024-01-02", "", "high"],
            ],
            "assigned 甲",
        ),
        (
            vec![[K, "", "乙", "superior_document", "", "", "medium"]],
            "assigned 乙",
        ),
        // Unverified is a default, whatever the source.
        (
            vec![
                [K, "3204", "甲", "statute", "", "", "unverified"],
                [K, "", "乙", "document", "", "", "medium"],
            ],
            "assigned 乙",
        ),
        (
            vec![[K, "3204", "甲", "document", "", "", "unverified"]],
            "default_national 甲",
        ),
        (
            vec![
                [K, "", "甲", "default", "", "", "high"],
                [K, "32", "乙", "document", "", "", "unverified"],
            ],
            "default_national 乙",
        ),
        // An open text before a default as near, behind a nearer one.
        (
            vec![
                [K, "32", "甲", "default", "", "", "medium"],
                [K, "32", "-", "open", "", "", "medium"],
            ],
            "unassigned",
        ),
        (
            vec![
                [K, "3204", "甲", "default", "", "", "medium"],
                [K, "32", "-", "open", "", "", "medium"],
            ],
            "default_national 甲",
        ),
        (
            vec![
                [K, "32", "甲", "default", "", "", "medium"],
                [K, "3204", "-", "open", "", "", "medium"],
            ],
            "unassigned",
        ),
        // Another place, another time.
        (
            vec![[K, "3205", "甲", "document", "", "", "high"]],
            "unassigned",
        ),
        (
            vec![[K, "3204", "甲", "document", "2026-07-01", "", "high"]],
            "unassigned",
        ),
        (
            vec![[K, "3204", "甲", "document", "", "2026-06-30", "high"]],
            "assigned 甲",
        ),
        (
            vec![[K, "3204", "甲", "document", "", "2026-06-29", "high"]],
            "unassigned",
        ),
        // Similar: strong before nearer weak, and of an open business a candidate.
        (
            vec![["warehouse", "3204", "甲", "document", "", "", "high"]],
            "proposed_by_similarity warehouse",
        ),
        (
            vec![
                ["warehouse", "3204", "商务局", "document", "", "", "high"],
                [K, "3204", "-市商务局", "open", "", "", "high"],
            ],
            "proposed_by_similarity warehouse",
        ),
        (
            vec![
                ["warehouse", "3204", "商务局", "document", "", "", "high"],
                [K, "3204", "-公安局", "open", "", "", "high"],
            ],
            "unassigned",
        ),
    ] {
        let parameters = own(&lines);
        let table = Table::new(&parameters).unwrap();
        assert_eq!(shown(&table, "前置仓", &today("320411")), is, "{lines:?}");
    }
}

#[test]
fn the_profile_goes_before_the_built_in_records() {
    for (lines, business, is) in [
        (
            [
                "takeaway_platform",
                "3204",
                "商务局",
                "document",
                "2024-07-01",
                "",
                "high",
            ],
            "外卖平台",
            "assigned 商务局",
        ),
        (
            ["takeaway_platform", "", "商务局", "default", "", "", "high"],
            "外卖平台",
            "default_national 商务局",
        ),
        (
            [
                "ev_charging",
                "32",
                "商务局",
                "superior_document",
                "",
                "",
                "medium",
            ],
            "充电站",
            "assigned 商务局",
        ),
        // The order of sources holds: a statute is not overridden by a document.
        (
            ["ride_hailing", "3204", "商务局", "document", "", "", "high"],
            "网约车",
            "assigned 交通运输局",
        ),
    ] {
        let parameters = own(&[lines]);
        let table = Table::new(&parameters).unwrap();
        assert_eq!(shown(&table, business, &today("320411")), is, "{lines:?}");
    }
}

#[test]
fn broken_parameters() {
    let good = own(&[["dark_store", "3204", "甲", "document", "", "", "high"]]);
    let good = String::from_utf8(good).unwrap();
    assert!(Table::new(good.as_bytes()).is_ok());
    for fine in ["", "{}", " {\"division\": {}}", "{\"division\": null}"] {
        assert!(Table::new(fine.as_bytes()).is_ok(), "{fine}");
    }
    for (from, to, says) in [
        ("dark_store", "darkstore", "no such type"),
        ("\"3204\"", "\"320400\"", "holds nowhere"),
        ("\"3204\"", "\"32041\"", "`region` is"),
        ("\"3204\"", "\"常州\"", "`region` is"),
        ("\"document\"", "\"open\"", "there is no `lead`"),
        ("\"document\"", "\"decree\"", "unknown variant"),
        ("\"high\"", "\"low\"", "unknown variant"),
        ("\"from\": null", "\"from\": \"2026-02-30\"", "write a date"),
        (
            "\"from\": null, \"to\": null",
            "\"from\": \"2026-02-02\", \"to\": \"2026-02-01\"",
            "later",
        ),
        ("\"basis\"", "\"base\"", "unknown field"),
        ("\"zh\": \"甲\"", "\"zh\": \" \"", "`lead` is empty"),
        ("\"records\"", "\"record\"", "unknown field"),
        (
            "\"division\"",
            "\"divsion\"",
            "unknown field `divsion`, expected `division`",
        ),
        ("]}}", "]}", "EOF"),
        ("{\"division\"", "[{\"division\"", "no JSON object"),
    ] {
        let broken = good.replacen(from, to, 1);
        assert_ne!(broken, good, "{from}");
        let error = Table::new(broken.as_bytes()).unwrap_err();
        assert!(error.contains(says), "{to}: {error}");
    }
}

/// A city's own business and its own department.
const CITY: &str = r#"{"division": {
    "types": [{"key": "canal_cruise", "zh": "运河游船", "en": "canal cruise", "aliases": ["运河夜游"],
        "industry_codes": ["5513"], "similar_to": ["ride_hailing"]}],
    "departments": [{"zh": "大运河管理处", "en": "canal authority", "aliases": ["运河办"]}],
    "records": [{"type": "canal_cruise", "region": "3204",
        "lead": {"zh": "大运河管理处", "en": "canal authority"},
        "local": {"zh": "属地镇街", "en": "town"}, "source": "document",
        "basis": "常政办发〔2026〕900号", "basis_en": "no. 900", "confidence": "high"}]}}"#;

#[test]
fn a_city_has_businesses_and_departments_of_its_own() {
    let table = Table::new(CITY.as_bytes()).unwrap();
    let built_in = Table::default();
    for (business, region, is) in [
        ("运河游船", "320411", "assigned 大运河管理处"),
        ("运河 夜游", "320411", "assigned 大运河管理处"),
        ("canal_cruise", "320411", "assigned 大运河管理处"),
        // Elsewhere the nearest business is proposed.
        ("运河夜游", "310109", "proposed_by_similarity ride_hailing"),
        ("网约车", "320411", "assigned 交通运输局"),
    ] {
        assert_eq!(shown(&table, business, &today(region)), is, "{business}");
    }
    assert_eq!(shown(&built_in, "运河游船", &today("320411")), "unassigned");
    for (a, b, same) in [
        ("常州市大运河管理处", "运河办", true),
        ("交通局", "交通运输局", true),
    ] {
        assert_eq!(share(&table, a, b), same, "{a} {b}");
    }
    assert!(!share(&built_in, "大运河管理处", "运河办"));
}

#[test]
fn broken_businesses_and_departments() {
    for (from, to, says) in [
        (
            "\"key\": \"canal_cruise\"",
            "\"key\": \"ride_hailing\"",
            "another type of this key",
        ),
        ("运河夜游", "网约车", "also a name of `ride_hailing`"),
        (
            "\"aliases\": [\"运河夜游\"]",
            "\"aliases\": [\" \"]",
            "empty name",
        ),
        ("5513", "55-13", "no industry code"),
        (
            "[\"ride_hailing\"]",
            "[\"ridehailing\"]",
            "there is no type `ridehailing`",
        ),
        ("\"similar_to\"", "\"similar\"", "unknown field"),
        (
            "\"type\": \"canal_cruise\"",
            "\"type\": \"canal\"",
            "there is no such type",
        ),
        ("运河办", "公安局", "also a name of"),
        ("\"departments\"", "\"department\"", "unknown field"),
    ] {
        let broken = CITY.replacen(from, to, 1);
        assert_ne!(broken, CITY, "{from}");
        let error = Table::new(broken.as_bytes()).unwrap_err();
        assert!(error.contains(says), "{to}: {error}");
    }
}
