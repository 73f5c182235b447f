use anjian_model::{Outcome, Severity, Verdict};
use serde_json::Value;

use super::Profile;
use crate::double::Double;
use crate::{Checked, Checker, Options, SetupError, Source};

const EXAMPLE: &str = include_str!("../../../../sample-data/profiles/changzhou-example.toml");
const SCHEMA: &str = include_str!("../../../../schemas/profile.schema.json");

const HEAD: &str = "id = \"p\"\ntitle = { zh = \"示例\", en = \"example\" }\n";

/// A profile with one entry, which starts in line 3.
fn one(members: &str) -> String {
    format!(
        "{HEAD}[[rule]]\n{members}\nreason = {{ zh = \"理由\", en = \"why\" }}\ndecided_on = 2026-06-01\n"
    )
}

fn checker(profile: &str, all: bool) -> Result<Checker, SetupError> {
    let profile = Profile::read("p.toml", profile.as_bytes())?;
    let options = Options {
        all,
        ..Options::default()
    };
    let mut checker = Checker::new(options)?;
    checker.add(Double::with("b", |description| {
        description.rules[0].in_force_from = Some("2020-01-01".to_owned());
        description.rules[0].in_force_to = Some("2030-01-01".to_owned());
    }))?;
    checker.add(Double::with("a", |description| {
        description.sections[0].name = "other".to_owned();
    }))?;
    checker.with_profile(profile)
}

fn judge(checker: &Checker, date: &str) -> Checked<'static> {
    let filing = format!(
        r#"{{"filing_id": "F", "reference_date": "{date}", "sections": {{"test": {{"count": 1, "units": [{{"esd": false}}, {{"esd": false}}]}}}}}}"#
    );
    checker.check(Source::file("f"), filing.leak().as_bytes())
}

/// The content as JSON, where a date is text.
fn as_json(profile: &str) -> Value {
    fn json(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(date) => date.to_string().into(),
            toml::Value::Array(items) => items.into_iter().map(json).collect(),
            toml::Value::Table(members) => {
                let members = members.into_iter();
                members.map(|(key, value)| (key, json(value))).collect()
            }
            other => serde_json::to_value(other).unwrap(),
        }
    }
    json(toml::Value::Table(profile.parse().unwrap()))
}

fn fits_the_schema(profile: &str) -> bool {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.is_valid(&as_json(profile))
}

#[test]
fn the_example_is_a_profile() {
    let profile = Profile::read("example", EXAMPLE.as_bytes()).unwrap();
    assert_eq!(profile.id, "changzhou-2026");
    assert_eq!(profile.sha256.len(), 64);
    assert!(fits_the_schema(EXAMPLE));
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let check = |profile: &str, in_schema: bool, expect: &str| {
        let error = checker(profile, false).err().unwrap().to_string();
        let said: Vec<&str> = error.lines().skip(1).collect();
        assert_eq!(said.join("\n"), expect, "{profile}");
        assert_eq!(fits_the_schema(profile), in_schema, "{profile}");
    };
    check(
        &one("id = \"b/5b\"\nactive = false"),
        true,
        "p.toml:4: no rule is called `b/5b`; did you mean `b/5a`?",
    );
    check(
        &one("id = \"bb/*\"\nactive = false"),
        true,
        "p.toml:4: no rule is called `bb/*`; did you mean `b/*`?",
    );
    check(
        &one("id = \"something/else\"\nactive = false"),
        true,
        "p.toml:4: no rule is called `something/else`; `anjian rules` lists all",
    );
    check(
        &one("id = \"b/*5\"\nactive = false"),
        false,
        "p.toml:4: `b/*5` is no pattern; `*` stands once, at the end, such as `ncm88/*`",
    );
    check(
        &format!("{HEAD}plugins = [\n  \"a\",\n  \"bb\",\n]\n[parameters.c]\nx = 1\n"),
        true,
        "p.toml:5: no plugin is called `bb`; did you mean `b`?\n\
         p.toml:7: no plugin is called `c`; did you mean `a`?",
    );
    check(
        &format!("{HEAD}[[rule]]\nid = \"b/5a\"\nactive = false\n"),
        false,
        "p.toml:4: the entry of `b/5a` has no reason; give reason = { zh = \"…\", en = \"…\" }",
    );
    check(
        &format!(
            "{HEAD}[[rule]]\nid = \"b/5a\"\nactive = false\nreason = {{ zh = \"理由\", en = \" \" }}\n"
        ),
        false,
        "p.toml:4: the entry of `b/5a` does not say when it was decided; give decided_on = YYYY-MM-DD\n\
         p.toml:6: the reason of `b/5a` has no text in English; give both zh and en",
    );
    check(
        &one("id = \"b/5a\""),
        false,
        "p.toml:4: the entry of `b/5a` decides nothing; give active = false, severity, from, to or tolerate_until",
    );
    check(
        &one("id = \"b/5a\"\nactive = true"),
        false,
        "p.toml:4: the entry of `b/5a` has active = true; rules are active unless they are switched off, so leave it out",
    );
    check(
        &one("id = \"b/5a\"\nactive = false\nseverity = \"low\""),
        false,
        "p.toml:4: the entry of `b/5a` switches it off and decides more; keep one of both",
    );
    check(
        &one("id = \"b/5a\"\nfrom = 2026-10-01\nto = 2026-09-30"),
        true,
        "p.toml:4: the entry of `b/5a` is from 2026-10-01 and only to 2026-09-30; correct one of the dates",
    );
    check(
        &one("id = \"b/5a\"\ntolerate_until = 2026-05-31"),
        true,
        "p.toml:4: the entry of `b/5a` tolerates until 2026-05-31, which is before the decision of 2026-06-01; correct one of the dates",
    );
    check(
        &one("id = \"b/5a\"\nfrom = 2026-10-01T08:00:00"),
        false,
        "p.toml:5: from is `2026-10-01T08:00:00`; give a date alone, YYYY-MM-DD",
    );
    check(
        &one("id = \"b/5a\"\nfrom = 2031-01-01"),
        true,
        "p.toml:4: rule `b/5a` would be in force from 2031-01-01 and only to 2030-01-01; to switch it off, give active = false",
    );
    for members in [
        "from = 2020-01-01",
        "to = 2031-01-01",
        "severity = \"critical\"",
    ] {
        check(
            &one(&format!("id = \"b/5a\"\n{members}")),
            true,
            "p.toml:4: the entry of `b/5a` changes nothing: dates can only be later than the rule's own beginning or earlier than its end, and a grade must be another one",
        );
    }
    let twice = format!(
        "{}[[rule]]\nid = \"b/5a\"\nseverity = \"low\"\nreason = {{ zh = \"理由\", en = \"why\" }}\ndecided_on = 2026-06-01\n",
        one("id = \"b/*\"\nactive = false")
    );
    check(
        &twice,
        true,
        "p.toml:9: rule `b/5a` has an entry in line 4 already; keep one of them",
    );
    check(
        &HEAD.replace("\"p\"", "\"P 1\""),
        false,
        "p.toml:1: the profile's id is \"P 1\"; it must be lower-case letters, digits, `_` and `-`",
    );
    check(
        &format!("{HEAD}[parameters]\na = 1\n[parameters.b]\nlimit = inf\n"),
        false,
        "p.toml:4: parameters of plugin `a` are no table; give [parameters.a]\n\
         p.toml:5: the parameter b.limit is inf, which JSON cannot say; give a finite number",
    );
}

#[test]
fn what_is_no_toml_is_said_with_its_line() {
    for (profile, line, said) in [
        ("id = \"p\"\ntitle = \"x", 2, "string"),
        ("id = \"p\"\n", 1, "missing field `title`"),
        (
            "id = \"p\"\ntitle = { zh = \"x\", en = \"x\" }\nplugin = []\n",
            3,
            "unknown field `plugin`, expected one of `id`, `title`, `plugins`, `rule`, `parameters`",
        ),
    ] {
        let error = Profile::read("p.toml", profile.as_bytes()).unwrap_err();
        let error = error.to_string();
        assert!(error.contains(&format!("\np.toml:{line}: ")), "{error}");
        assert!(error.contains(said), "{error}");
    }
    let error = Profile::read("p.toml", b"id = \"\xff\"").unwrap_err();
    assert!(error.to_string().contains("UTF-8"), "{error}");
}

#[test]
fn parameters_are_json_digit_for_digit() {
    let check = |toml: &str, expect: &str| {
        let text = format!("{HEAD}[parameters.b]\n{toml}\n");
        let profile = Profile::read("p.toml", text.as_bytes()).unwrap();
        assert_eq!(
            String::from_utf8_lossy(profile.parameters("b")),
            expect,
            "{toml}"
        );
        assert_eq!(profile.parameters("a"), b"");
    };
    check("", "{}");
    check("a = 0.10", r#"{"a":0.10}"#);
    check(
        "a = 123456789.123456789012345678",
        r#"{"a":123456789.123456789012345678}"#,
    );
    check(
        "a = [+1, 1_000, 0x10, -2.5e3]",
        r#"{"a":[1,1000,16,-2.5e3]}"#,
    );
    check(
        "a = { day = 2026-06-01, \"引\\\"号\" = true }",
        r#"{"a":{"day":"2026-06-01","引\"号":true}}"#,
    );
}

#[test]
fn parameters_that_a_plugin_refuses_are_told_with_their_line() {
    let given = |wrong: &str| format!("{HEAD}\n[parameters.b]\nwrong = {wrong}\n");
    assert!(checker(&given("false"), false).is_ok());
    let error = checker(&given("true"), false).err().unwrap().to_string();
    let said = "\np.toml:4: plugin `b` cannot use its parameters: `wrong` is true";
    assert!(error.ends_with(said), "{error}");
}

/// Findings of rule b/5a, with the verdict before them.
#[test]
fn what_a_decision_does() {
    let check = |members: &str, date: &str, expect: &str| {
        let checker = checker(&one(&format!("id = \"b/5a\"\n{members}")), false).unwrap();
        let report = judge(&checker, date).report;
        let mut said = format!("{:?}", report.verdict);
        for finding in &report.findings {
            said.push_str(&format!(" {:?} {:?}", finding.outcome, finding.severity));
            if let Some(tolerated) = &finding.tolerated {
                assert_eq!(tolerated.reason.en, "why");
                said.push_str(&format!(" until {}", tolerated.until));
            }
        }
        let effect = report.profile.unwrap();
        said.push_str(&format!(" {}/{}", effect.inactive, effect.tolerated));
        assert_eq!(said, expect, "{members} {date}");
    };
    let counted = "NonCompliant Violated Critical Violated Critical 0/0";
    check("active = false", "2026-06-30", "Compliant 1/0");
    check("active = false", "2019-06-30", "Compliant 0/0");
    check(
        "severity = \"low\"",
        "2026-06-30",
        "NonCompliant Violated Low Violated Low 0/0",
    );
    check("from = 2026-10-01", "2026-09-30", "Compliant 1/0");
    check("from = 2026-10-01", "2026-10-01", counted);
    check("to = 2026-10-01", "2026-10-01", counted);
    check("to = 2026-10-01", "2026-10-02", "Compliant 1/0");
    check(
        "tolerate_until = 2026-12-31",
        "2026-12-31",
        "Compliant Violated Critical until 2026-12-31 Violated Critical until 2026-12-31 0/1",
    );
    check("tolerate_until = 2026-12-31", "2027-01-01", counted);
}

#[test]
fn what_is_unknown_is_not_tolerated() {
    let checker = checker(&one("id = \"b/5a\"\ntolerate_until = 2026-12-31"), false).unwrap();
    let filing = br#"{"filing_id": "F", "reference_date": "2026-06-30", "sections": {"test": {"count": 1, "units": [{}]}}}"#;
    let report = checker.check(Source::file("f"), filing).report;
    assert_eq!(report.verdict, Verdict::Undetermined);
    assert_eq!(report.findings[0].tolerated, None);
}

#[test]
fn all_tells_what_was_left_out() {
    let checker = checker(&one("id = \"b/5a\"\nactive = false"), true).unwrap();
    let report = judge(&checker, "2026-06-30").report;
    let finding = &report.findings[0];
    assert_eq!(finding.outcome, Outcome::NotApplicable);
    assert_eq!(
        finding.message.en,
        "no emergency shut-off; left out by the profile on 2026-06-30: why"
    );
}

#[test]
fn a_plugin_that_does_not_apply_judges_nothing() {
    let checker = checker(&format!("{HEAD}plugins = [\"a\"]\n"), false).unwrap();
    assert_eq!(checker.plugins().len(), 1);
    let report = judge(&checker, "2026-06-30").report;
    let codes: Vec<&str> = report.problems.iter().map(|found| &*found.code).collect();
    assert_eq!(codes, ["nothing_checked", "unknown_section"]);
}

#[test]
fn a_plugin_without_active_rules_checks_nothing() {
    let checker = checker(&one("id = \"b/*\"\nactive = false"), false).unwrap();
    let report = judge(&checker, "2026-06-30").report;
    assert_eq!(report.verdict, Verdict::Invalid);
    assert_eq!(report.problems[0].code, "nothing_checked");
}

#[test]
fn reports_name_the_profile() {
    let checker = checker(
        &one("id = \"b/*\"\nseverity = \"low\"\nto = 2029-01-01"),
        false,
    );
    let checker = checker.unwrap();
    let used = checker.profile_used().unwrap();
    assert_eq!(
        (used.id.as_str(), used.inactive, used.tolerated),
        ("p", 3, 0)
    );
    assert_eq!(used.title.en, "example");
    let (_, rule) = checker.rule("b/5a").unwrap();
    assert_eq!(rule.severity, Severity::Low);
    assert_eq!(rule.in_force_to.as_deref(), Some("2029-01-01"));
}
