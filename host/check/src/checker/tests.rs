use anjian_model::{Computed, Evidence, Finding, Kind, Outcome, Severity};

use super::{Checker, Options, SetupError, Source};
use crate::double::{self, Double};

fn checker(options: Options) -> Checker {
    let mut checker = Checker::new(options).unwrap();
    checker.add(Double::arc("b")).unwrap();
    checker
}

/// A report as lines: verdict, problems, findings, in the words that matter.
fn lines(checker: &Checker, input: &str) -> Vec<String> {
    let report = checker
        .check(Source::file("f.json"), input.as_bytes())
        .report;
    let mut lines = vec![format!("{:?}", report.verdict)];
    for p in &report.problems {
        let place = format!("{}:{}", p.line.unwrap_or(0), p.column.unwrap_or(0));
        let pointer = p.pointer.clone().unwrap_or_default();
        lines.push(format!(
            "{:?} {} {pointer} {place} {}",
            p.level, p.code, p.message.en
        ));
    }
    for f in &report.findings {
        let facts: Vec<String> = f
            .evidence
            .iter()
            .map(|e| {
                let value = e.value.as_ref().map_or("-", |value| value.get());
                let place = format!("{}:{}", e.line.unwrap_or(0), e.column.unwrap_or(0));
                format!(" [{}={value} {place}]", e.title.en)
            })
            .collect();
        lines.push(format!(
            "{:?} {} {}{}",
            f.outcome,
            f.rule,
            f.message.en,
            facts.concat()
        ));
    }
    lines
}

#[track_caller]
fn check(sections: &str, expect: &[&str]) {
    let input = filing(sections);
    assert_eq!(lines(&checker(Options::default()), &input), expect);
}

fn filing(sections: &str) -> String {
    format!(
        "{{\"filing_id\": \"F1\", \"reference_date\": \"2026-06-30\",\n \"sections\": {sections}}}"
    )
}

#[test]
fn verdicts() {
    check(r#"{"test": {"count": 1, "units": []}}"#, &["Compliant"]);
    check(
        r#"{"test": {"count": null, "units": [{"esd": true}]}}"#,
        &["Compliant", "Violated b/10 no count; better give it"],
    );
    check(
        r#"{"test": {"count": 1, "units": [{"esd": false}, {"name": "储罐", "esd": false}, {"id": "U-3"}]}}"#,
        &[
            "NonCompliant",
            "Violated b/5a no emergency shut-off (entry 1) [emergency shut-off=false 2:54]",
            "Violated b/5a no emergency shut-off (储罐) [emergency shut-off=false 2:84]",
            "Undetermined b/5a cannot be decided: no emergency shut-off (U-3); missing: emergency shut-off",
        ],
    );
    check(
        r#"{"test": {"count": 1, "units": [{"id": "U-1"}]}}"#,
        &[
            "Undetermined",
            "Undetermined b/5a cannot be decided: no emergency shut-off (U-1); missing: emergency shut-off",
        ],
    );
}

#[test]
fn facts_that_break_the_schema_are_unknown_and_the_rest_is_judged() {
    check(
        r#"{"test": {"count": "3", "mode": "off", "last_drill": "2026-02-30", "units": [{"esd": 1}, {"esd": false, "distance_m": -0.5}]}}"#,
        &[
            "Invalid",
            r#"Error wrong_type /sections/test/count 2:33 count: expected an integer (without the quotes), found "3""#,
            r#"Error unknown_word /sections/test/mode 2:46 mode: expected one of "manual" (manual), "auto" (automatic), found "off""#,
            r#"Error bad_format /sections/test/last_drill 2:67 last drill: expected a date of the calendar, YYYY-MM-DD, or "none" (there is none), found "2026-02-30""#,
            "Error wrong_type /sections/test/units/0/esd 2:99 emergency shut-off: expected true or false (null where it is unknown), found 1",
            "Error out_of_bounds /sections/test/units/1/distance_m 2:132 external distance: expected a number >= 0, found -0.5",
            "Violated b/5a no emergency shut-off (entry 2) [emergency shut-off=false 2:111]",
            "Undetermined b/5a cannot be decided: no emergency shut-off (entry 1); missing: emergency shut-off",
            "Violated b/10 no count; better give it",
        ],
    );
    check(
        r#"{"test": "none"}"#,
        &[
            "Invalid",
            r#"Error wrong_type /sections/test 2:23 test section: expected an object, found "none""#,
            r#"Undetermined b not evaluated because section "test" (test section) cannot be read: 3 rules of plugin b; correct the section first [test section="none" 2:23]"#,
        ],
    );
    check(
        r#"{"test": {"count": 1, "count": 2, "units": []}}"#,
        &[
            "Invalid",
            r#"Error duplicate_key /sections/test/count 2:45 member "count" is given again (first at line 2, column 33); which one holds cannot be told, so it counts as unknown; keep one"#,
            "Violated b/10 no count; better give it",
        ],
    );
    check(
        r#"{"test": {"count": 1e400, "units": []}}"#,
        &[
            "Invalid",
            "Error number_out_of_range /sections/test/count 2:33 the number 1e400 is too large or too small, so rules cannot calculate with it exactly and it counts as unknown; at most 18 digits, 9 of them after the point",
            "Violated b/10 no count; better give it",
        ],
    );
}

#[test]
fn unknown_members_are_told_and_do_not_invalidate() {
    check(
        r#"{"test": {"count": 1, "unit": [], "zzzzz": 1}}"#,
        &[
            "Compliant",
            r#"Warning unknown_member /sections/test/unit 2:44 member "unit" is not in the schema and was not checked; did you mean "units" (units)?"#,
            r#"Warning unknown_member /sections/test/zzzzz 2:57 member "zzzzz" is not in the schema and was not checked"#,
        ],
    );
}

/// Nobody looked at it, so nobody may say that it is in order.
#[test]
fn a_section_that_nobody_checks_leaves_the_filing_undetermined() {
    check(
        r#"{"test": {"count": 1, "units": []}, "tset": {}}"#,
        &[
            "Undetermined",
            r#"Undetermined unknown_section /sections/tset 2:58 no plugin checks section "tset", so its content was not checked; did you mean "test"?"#,
        ],
    );
}

#[test]
fn what_nobody_checks_is_not_compliant() {
    check(
        "{}",
        &[
            "Invalid",
            "Error nothing_checked /sections 2:14 no plugin checks any section of the filing, so nothing was checked; sections that can be checked: test",
        ],
    );
}

#[test]
fn a_plugin_that_breaks_fails_alone() {
    let mut checker = checker(Options::default());
    let other = Double::with("a", |description| {
        description.sections[0].name = "other".to_owned();
    });
    checker.add(other).unwrap();
    let input = filing(r#"{"test": {"count": 666}, "other": {}}"#);
    assert_eq!(
        lines(&checker, &input),
        [
            "Failed",
            "Failed b plugin b could not check this filing, so its 3 rules say nothing: the plugin broke down",
            "Violated a/10 no count; better give it",
        ],
    );
}

/// Rule b/10 reads only the envelope, and a/10 its section.
fn with_envelope_rule(all: bool) -> Checker {
    let mut checker = Checker::new(Options {
        all,
        ..Options::default()
    })
    .unwrap();
    let envelope = Double::with("b", |description| {
        description.rules[1].facts = vec!["/enterprise/uscc".to_owned()];
        description.rules[1].kind = Kind::Duty;
    });
    let other = Double::with("a", |description| {
        description.sections[0].name = "other".to_owned();
    });
    checker.add(envelope).unwrap();
    checker.add(other).unwrap();
    checker
}

#[test]
fn a_rule_that_reads_only_the_envelope_judges_every_filing() {
    let check = |sections: &str, all: bool, expect: &[&str]| {
        let found = lines(&with_envelope_rule(all), &filing(sections));
        assert_eq!(found, expect, "{sections}");
    };
    check(
        r#"{"other": {"count": 1}}"#,
        false,
        &["NonCompliant", "Violated b/10 no count; better give it"],
    );
    check(
        r#"{"other": {"count": 1}}"#,
        true,
        &[
            "NonCompliant",
            "Violated b/10 no count; better give it",
            "NotApplicable a/5a no emergency shut-off",
            "NotApplicable b the filing has no section of plugin b, so 2 rules do not apply",
            "Satisfied a/10 no count",
            "NotApplicable a/11 no emergency shut-off",
        ],
    );
    // It is no check of a sector.
    check(
        "{}",
        false,
        &[
            "Invalid",
            "Error nothing_checked /sections 2:14 no plugin checks any section of the filing, so nothing was checked; sections that can be checked: other, test",
            "Violated b/10 no count; better give it",
        ],
    );
    // A section that cannot be read hides the rules of the section only.
    check(
        r#"{"test": 7}"#,
        false,
        &[
            "Invalid",
            "Error wrong_type /sections/test 2:23 test section: expected an object, found 7",
            "Violated b/10 no count; better give it",
            r#"Undetermined b not evaluated because section "test" (test section) cannot be read: 2 rules of plugin b; correct the section first [test section=7 2:23]"#,
        ],
    );
}

#[test]
fn findings_are_sorted_by_what_they_mean() {
    let mut checker = Checker::new(Options::default()).unwrap();
    for (id, kind, severity) in [
        ("advice", Kind::Advice, Severity::Critical),
        ("duty", Kind::Duty, Severity::Critical),
        ("hazard", Kind::MajorHazard, Severity::Low),
        ("identification", Kind::Identification, Severity::Critical),
        ("score", Kind::Score, Severity::Critical),
    ] {
        let double = Double::with(id, |description| {
            description.rules[0].kind = kind;
            description.rules[0].severity = severity;
        });
        checker.add(double).unwrap();
    }
    let input = filing(r#"{"test": {"count": 1, "units": [{"esd": false}, {}]}}"#);
    let report = checker.check(Source::file("f"), input.as_bytes()).report;
    let found: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{:?} {}", finding.outcome, finding.rule))
        .collect();
    assert_eq!(
        found,
        [
            "Violated hazard/5a",
            "Violated duty/5a",
            "Violated identification/5a",
            "Undetermined duty/5a",
            "Undetermined identification/5a",
            "Undetermined hazard/5a",
            "Violated advice/5a",
            "Violated score/5a",
            "Undetermined advice/5a",
            "Undetermined score/5a",
        ]
    );
}

/// A contradiction goes before the duties that rest on the same computed value,
/// and no further: the others keep their places.
#[test]
fn a_cause_stands_before_what_follows_from_it() {
    let finding = |rule: &str, kind, computed: &[&str]| {
        let stated = double::rule(rule);
        let evidence = computed.iter().map(|pointer| Evidence {
            pointer: (*pointer).to_owned(),
            title: double::text("算得", "computed"),
            value: None,
            computed: Some(Computed {
                name: "unit.is_major_hazard".to_owned(),
                title: double::text("算得", "computed"),
                value: "true".to_owned(),
            }),
            line: None,
            column: None,
            expected: None,
        });
        Finding {
            rule: stated.id,
            outcome: Outcome::Violated,
            kind,
            severity: match kind {
                Kind::Consistency => Severity::Medium,
                _ => Severity::High,
            },
            instrument: stated.instrument,
            clause: stated.clause,
            confidence: stated.confidence,
            item: None,
            message: stated.title,
            tolerated: None,
            evidence: evidence.collect(),
            missing: Vec::new(),
        }
    };
    let mut findings = vec![
        finding("t/9", Kind::Consistency, &["/s/units/1"]),
        finding("t/8", Kind::Consistency, &["/s/other"]),
        finding("t/7", Kind::Duty, &["/s/units/1"]),
        finding("t/6", Kind::Duty, &[]),
        finding("t/5", Kind::Duty, &["/s/units/1"]),
        finding("t/4", Kind::MajorHazard, &["/s/units/1"]),
    ];
    crate::assemble::sort(&mut findings);
    let order: Vec<&str> = findings.iter().map(|found| &*found.rule).collect();
    assert_eq!(order, ["t/4", "t/9", "t/5", "t/6", "t/7", "t/8"]);
}

#[test]
fn filings_without_identity_or_date_are_not_judged() {
    for (envelope, expect) in [
        (
            r#"{"reference_date": "2026-06-30", "sections": {"test": {}}}"#,
            "missing_member  1:1 safety filing lacks",
        ),
        (
            r#"{"filing_id": "F", "sections": {"test": {}}}"#,
            "missing_member  1:1 safety filing lacks",
        ),
        (
            r#"{"filing_id": "F", "reference_date": "2026-02-30", "sections": {"test": {}}}"#,
            "bad_format /reference_date 1:38 reference date: expected a date",
        ),
        (
            r#"{"filing_id": 7, "reference_date": "2026-02-28", "sections": {"test": {}}}"#,
            "wrong_type /filing_id 1:15 filing id: expected text, found 7",
        ),
        (
            r#"{"filing_id": "F", "reference_date": "2026-02-28", "submission_date": "2026-04-31", "sections": {"test": {}}}"#,
            "bad_format /submission_date 1:71 submission date: expected a date",
        ),
    ] {
        let lines = lines(&checker(Options::default()), envelope);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(lines[0], "Invalid");
        assert!(lines[1].contains(expect), "{lines:?}");
    }
}

#[test]
fn rules_out_of_force_say_nothing() {
    let judged = |as_of: Option<&str>, all| {
        let options = Options {
            as_of: as_of.map(|date| date.parse().unwrap()),
            all,
        };
        let mut checker = Checker::new(options).unwrap();
        let young = Double::with("b", |description| {
            description.rules[0].in_force_from = Some("2026-07-01".to_owned());
        });
        checker.add(young).unwrap();
        lines(
            &checker,
            &filing(r#"{"test": {"count": 1, "units": [{"esd": false}]}}"#),
        )
    };
    assert_eq!(judged(None, false), ["Compliant"]);
    assert_eq!(
        judged(None, true),
        [
            "Compliant",
            "NotApplicable b/5a no emergency shut-off; not in force on 2026-06-30",
            "Satisfied b/10 no count",
            "NotApplicable b/11 no emergency shut-off",
        ]
    );
    assert_eq!(judged(Some("2026-07-01"), false)[0], "NonCompliant");
}

#[test]
fn a_violation_without_detail_is_not_lost() {
    let mut checker = Checker::new(Options::default()).unwrap();
    checker.add(Double::arc("b")).unwrap();
    let checked = checker.check(
        Source::file("f"),
        br#"{"filing_id":"F","reference_date":"2026-06-30","sections":{"test":{"units":[{"id":"x"}],"count":1}}}"#,
    );
    let finding = &checked.report.findings[0];
    assert_eq!(finding.outcome, Outcome::Undetermined);
    assert_eq!(finding.severity, Severity::Critical);
    assert_eq!(finding.instrument, "测试标准 GB 1-2020");
    assert_eq!(checked.report.identifications.len(), 1);
}

#[test]
fn plugins_that_do_not_fit_together() {
    let mut checker = checker(Options::default());
    let same = checker.add(Double::arc("b")).unwrap_err();
    assert!(matches!(same, SetupError::SamePlugin(_)), "{same}");
    let rule = Double::with("c", |description| {
        description.rules.push(double::rule("b/10"));
    });
    let rule = checker.add(rule).unwrap_err();
    assert!(matches!(rule, SetupError::SameRule { .. }), "{rule}");
    let schema = Double::with("d", |description| {
        description.sections[0].schema = r#"{"type": "objekt"}"#.to_owned();
    });
    let schema = checker.add(schema).unwrap_err();
    assert!(matches!(schema, SetupError::Schema(_)), "{schema}");
    assert_eq!(checker.plugins().len(), 1);
}

#[test]
fn many_problems_are_cut() {
    let units = vec![r#"{"esd": 1}"#; 500].join(",");
    let input = filing(&format!(
        r#"{{"test": {{"count": 1, "units": [{units}]}}}}"#
    ));
    let report = checker(Options::default())
        .check(Source::file("f"), input.as_bytes())
        .report;
    assert_eq!(report.problems.len(), super::MAX_PROBLEMS + 1);
    let last = &report.problems.last().unwrap().message.en;
    assert_eq!(
        last,
        "400 more problems are not listed; correct the ones above first"
    );
    assert_eq!(report.findings.len(), 500);
}

#[test]
fn lines_of_a_stream_keep_their_number() {
    let source = Source {
        path: "f.ndjson".to_owned(),
        line: Some(7),
    };
    let checker = checker(Options::default());
    let report = checker.check(source, b"{\"a\" 1}").report;
    assert_eq!(report.source, "f.ndjson#7");
    assert_eq!(report.problems[0].line, Some(7));
}
