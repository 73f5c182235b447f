use std::sync::Arc;

use super::{ByDate, Turn};
use crate::double::Double;
use crate::{Checker, Options, Profile, Source};

fn turn(from: Option<&str>, version: &str) -> Turn {
    Turn {
        from: from.map(str::to_owned),
        judge: Double::with("b", |description| {
            description.version = version.to_owned();
            if version == "3.0.0" {
                description.rules[0].id = "b/new".to_owned();
            }
        }),
    }
}

fn three() -> Vec<Turn> {
    let other = Double::with("a", |description| {
        description.sections[0].name = "other".to_owned();
    });
    vec![
        turn(None, "1.0.0"),
        turn(Some("2026-05-01"), "2.0.0"),
        turn(Some("2026-11-01"), "3.0.0"),
        Turn {
            from: None,
            judge: other,
        },
    ]
}

fn by_date(turns: &[Turn]) -> ByDate {
    ByDate::new(turns, &Options::default(), None).unwrap()
}

fn filing(date: &str) -> String {
    format!(
        r#"{{"filing_id": "F", "reference_date": "{date}", "sections": {{"test": {{"count": 1, "units": [{{"esd": false}}]}}}}}}"#
    )
}

/// The version that judges, and why.
fn judged(by_date: &ByDate, filing: &str) -> String {
    let report = by_date.check(Source::file("f"), filing.as_bytes()).report;
    let why: Vec<String> = report
        .judged_by
        .iter()
        .map(|by| format!("{}; {}", by.reason.en, by.reason.zh))
        .collect();
    let rule = report.findings.first().map(|found| found.rule.as_str());
    format!("{} {}", rule.unwrap_or("-"), why.join("; "))
}

#[test]
fn each_date_has_its_version() {
    let by_date = by_date(&three());
    let first = "b 1.0.0 judges reference dates up to 2026-04-30; b 1.0.0 适用于基准日期在2026-04-30 及以前的申报";
    let second = "b 2.0.0 judges reference dates from 2026-05-01 to 2026-10-31; b 2.0.0 适用于基准日期在2026-05-01 至 2026-10-31的申报";
    let third = "b 3.0.0 judges reference dates from 2026-11-01 on; b 3.0.0 适用于基准日期在2026-11-01 起的申报";
    for (date, rule, why) in [
        ("1999-01-01", "b/5a", first),
        ("2026-04-30", "b/5a", first),
        ("2026-05-01", "b/5a", second),
        ("2026-10-31", "b/5a", second),
        ("2026-11-01", "b/new", third),
        ("2030-01-01", "b/new", third),
    ] {
        assert_eq!(judged(&by_date, &filing(date)), format!("{rule} {why}"));
    }
    // Without a date nothing can be judged, and nobody is named.
    assert_eq!(judged(&by_date, r#"{"filing_id": "F"}"#), "- ");
    assert_eq!(judged(&by_date, "no filing"), "- ");
}

#[test]
fn one_date_for_all_filings_chooses_the_version_too() {
    let options = Options {
        as_of: Some("2026-05-01".parse().unwrap()),
        ..Options::default()
    };
    let by_date = ByDate::new(&three(), &options, None).unwrap();
    assert!(judged(&by_date, &filing("1999-01-01")).contains("b 2.0.0"));
}

#[test]
fn reports_name_all_versions_with_their_days() {
    let by_date = by_date(&three());
    let used: Vec<String> = by_date
        .plugins_used()
        .iter()
        .map(|used| {
            format!(
                "{} {} {:?} {:?}",
                used.id, used.version, used.from, used.until
            )
        })
        .collect();
    let expect = [
        "a 0.1.0 None None",
        r#"b 1.0.0 None Some("2026-04-30")"#,
        r#"b 2.0.0 Some("2026-05-01") Some("2026-10-31")"#,
        r#"b 3.0.0 Some("2026-11-01") None"#,
    ];
    assert_eq!(used, expect);
    let versions = |date: &str| -> Vec<String> {
        let judges = by_date.at(date).plugins();
        judges.map(|j| j.description().version.clone()).collect()
    };
    assert_eq!(versions("2026-10-31"), ["0.1.0", "2.0.0"]);
}

/// One version of each plugin judges as a checker does.
#[test]
fn a_single_version_is_not_explained() {
    let turns = [turn(None, "1.0.0")];
    let mut checker = Checker::new(Options::default()).unwrap();
    checker.add(Arc::clone(&turns[0].judge)).unwrap();
    let one = by_date(&turns);
    for input in [filing("2026-06-30"), "{}".to_owned(), "[".to_owned()] {
        let judged = one.check(Source::file("f"), input.as_bytes()).report;
        let plain = checker.check(Source::file("f"), input.as_bytes()).report;
        let json = |report| serde_json::to_string(report).unwrap();
        assert_eq!(json(&judged), json(&plain));
    }
    assert_eq!(one.head(), checker.head());
    assert!(by_date(&[]).latest().plugins().next().is_none());
}

#[test]
fn a_profile_may_name_rules_of_any_version() {
    let profile = |rule: &str| {
        let text = format!(
            "id = \"p\"\ntitle = {{ zh = \"示例\", en = \"example\" }}\n[[rule]]\nid = \"{rule}\"\n\
             active = false\nreason = {{ zh = \"理由\", en = \"why\" }}\ndecided_on = 2026-06-01\n"
        );
        Profile::read("p.toml", text.as_bytes()).unwrap()
    };
    let judged = |rule: &str, date: &str| {
        let profile = profile(rule);
        let by_date = ByDate::new(&three(), &Options::default(), Some(&profile)).unwrap();
        judged(&by_date, &filing(date))
    };
    assert!(judged("b/new", "2026-11-01").starts_with("- "));
    assert!(judged("b/new", "2026-04-30").starts_with("b/5a "));
    assert!(judged("b/5a", "2026-04-30").starts_with("- "));
    assert!(judged("b/5a", "2026-11-01").starts_with("b/new "));
    let error = ByDate::new(&three(), &Options::default(), Some(&profile("b/none")));
    assert!(error.is_err_and(|error| error.to_string().contains("b/none")));
}
