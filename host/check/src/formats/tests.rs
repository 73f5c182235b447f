use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use serde_json::Value;

use super::{Format, Human, Json, Lang, Ndjson, Sarif};
use crate::double::Double;
use crate::input::Inputs;
use crate::{Checker, Options, Profile, run};

const FILING: &str = r#"{
  "filing_id": "F-1",
  "reference_date": "2026-06-30",
  "enterprise": {"name": "江南化工有限公司", "phone": "0519"},
  "sections": {
    "test": {
      "count": "3",
      "units": [
        {
          "id": "U-1",
          "name": "1号罐区",
          "esd": false,
          "distance_m": 12.50
        },
        {"id": "U-2", "esd": true},
        {"id": "U-3"},
        {"id": "U-4", "name": "4号罐区"}
      ]
    }
  }
}
"#;

fn checker(all: bool) -> Checker {
    let mut checker = Checker::new(Options {
        all,
        ..Options::default()
    })
    .unwrap();
    checker.add(Double::arc("b")).unwrap();
    checker
}

fn render(format: &dyn Format, files: &[(&str, &str)], threads: usize) -> String {
    render_by(&checker(false), format, files, threads)
}

fn render_by(
    checker: &Checker,
    format: &dyn Format,
    files: &[(&str, &str)],
    threads: usize,
) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let paths: Vec<_> = files
        .iter()
        .map(|(name, _)| folder.path().join(name))
        .collect();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let mut out = Vec::new();
    pool.install(|| {
        run(
            checker,
            Inputs::new(paths),
            format,
            &mut out,
            &AtomicBool::new(false),
            |_| (),
        )
    })
    .unwrap();
    let text = String::from_utf8(out).unwrap();
    let folder = folder.path().display().to_string();
    text.replace(&format!("file://{folder}/"), "")
        .replace(&format!("{folder}/"), "")
}

fn stream() -> String {
    let filing = FILING
        .replace("\n ", "")
        .replace('\n', "")
        .replace("  ", "");
    let good = r#"{"filing_id": "F-2", "reference_date": "2026-06-30", "sections": {"test": {"count": 1, "units": []}}}"#;
    format!("{good}\n{{\"filing_id\": \n\n{filing}\n{good}\n")
}

#[test]
fn human_chinese() {
    insta::assert_snapshot!(render(
        &Human::new(Lang::Zh, false),
        &[("f.json", FILING)],
        1
    ));
}

#[test]
fn human_english() {
    insta::assert_snapshot!(render(
        &Human::new(Lang::En, false),
        &[("f.json", FILING)],
        1
    ));
}

#[test]
fn human_stream() {
    insta::assert_snapshot!(render(
        &Human::new(Lang::Zh, false),
        &[("f.ndjson", &stream()), ("empty.json", "")],
        1
    ));
}

/// Tolerates the one violation of [`FILING`].
fn tolerant() -> Checker {
    let profile = r#"
        id = "changzhou-2026"
        title = { zh = "示例", en = "example" }
        [[rule]]
        id = "b/5*"
        tolerate_until = 2026-12-31
        reason = { zh = "已订货", en = "ordered" }
        decided_on = 2026-06-01
        [[rule]]
        id = "b/10"
        active = false
        reason = { zh = "不需要", en = "not needed" }
        decided_on = 2026-06-01
    "#;
    let profile = Profile::read("p.toml", profile.as_bytes()).unwrap();
    checker(false).with_profile(profile).unwrap()
}

#[test]
fn human_under_a_profile() {
    let format = Human::new(Lang::Zh, false);
    insta::assert_snapshot!(render_by(&tolerant(), &format, &[("f.json", FILING)], 1));
}

#[test]
fn machines_are_told_of_the_profile() {
    let files = [("f.json", FILING)];
    let text = render_by(&tolerant(), &Json, &files, 1);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["profile"]["id"], "changzhou-2026");
    assert_eq!(report["profile"]["inactive"], 1);
    assert_eq!(report["profile"]["tolerated"], 1);
    assert_eq!(report["summary"]["major_hazards"], 0);
    assert_eq!(report["summary"]["findings"]["tolerated"], 1);
    let filing = &report["filings"][0];
    assert_eq!(filing["profile"]["inactive"], 1);
    assert_eq!(filing["profile"]["tolerated"], 1);
    // What is tolerated stands behind what counts.
    let finding = filing["findings"].as_array().unwrap().last().unwrap();
    assert_eq!(finding["outcome"], "violated");
    assert_eq!(finding["tolerated"]["until"], "2026-12-31");
    assert_eq!(breaks_the_schema(&report), Vec::<String>::new());

    let text = render_by(&tolerant(), &Ndjson, &files, 1);
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["profile"], report["profile"]);

    let text = render_by(&tolerant(), &Sarif { lang: Lang::En }, &files, 1);
    let log: Value = serde_json::from_str(&text).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["properties"]["profile"], report["profile"]);
    let suppressed: Vec<usize> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["suppressions"].as_array().unwrap().len())
        .collect();
    assert_eq!(suppressed, [0, 0, 0, 0, 1]);
}

#[test]
fn json_is_the_report() {
    let text = render(&Json, &[("f.json", FILING), ("f.ndjson", &stream())], 2);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["report_version"], "1");
    assert_eq!(report["plugins"][0]["id"], "b");
    assert_eq!(report["summary"]["filings"], 5);
    assert_eq!(report["summary"]["verdicts"]["invalid"], 3);
    let filing = &report["filings"][0];
    assert_eq!(filing["source"], "f.json");
    assert_eq!(filing["verdict"], "invalid");
    let waiting = serde_json::json!([{
        "pointer": "/sections/test/units/*/esd",
        "title": {"zh": "紧急切断装置", "en": "emergency shut-off"},
        "rules": ["b/5a"],
    }]);
    assert_eq!(filing["waiting"], waiting);
    let finding = &filing["findings"][0];
    assert_eq!(finding["rule"], "b/5a");
    assert_eq!(finding["kind"], "major_hazard");
    assert_eq!(finding["item"]["name"], "1号罐区");
    assert_eq!(finding["evidence"][0]["value"], false);
    assert_eq!(finding["evidence"][0]["line"], 12);
    assert_eq!(report["filings"][2]["problems"][0]["line"], 2);
    assert_eq!(report["filings"][4]["source"], "f.ndjson#5");

    assert_eq!(breaks_the_schema(&report), Vec::<String>::new());
}

fn breaks_the_schema(report: &Value) -> Vec<String> {
    let schema = std::fs::read_to_string(SCHEMA).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(report)
        .map(|error| error.to_string())
        .collect()
}

const SCHEMA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../schemas/report.schema.json"
);

/// `UPDATE=1 cargo test -p anjian-check report_schema` writes it anew.
#[test]
fn report_schema_is_generated_from_the_types() {
    let schema = schemars::schema_for!(anjian_model::Report);
    let mut fresh = serde_json::to_string_pretty(&schema).unwrap();
    fresh.push('\n');
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(SCHEMA, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(SCHEMA).unwrap_or_default();
    // As values: the order of members follows features of other crates.
    let value = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    assert!(
        value(&kept) == value(&fresh),
        "run this test with UPDATE=1 and commit the file"
    );
}

#[test]
fn ndjson_has_one_line_for_each() {
    let text = render(&Ndjson, &[("f.json", FILING), ("f.ndjson", &stream())], 2);
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[5]["summary"]["filings"], 5);
    assert_eq!(lines[5]["plugins"][0]["sha256"], "00ff");
}

#[test]
fn sarif_has_what_readers_need() {
    let format = Sarif { lang: Lang::En };
    let text = render(&format, &[("申报 1.json", FILING), ("empty.json", "")], 2);
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "anjian");
    assert_eq!(driver["rules"][0]["id"], "b/5a");
    assert!(driver["rules"][0]["fullDescription"]["text"].is_string());
    let results = run["results"].as_array().unwrap();
    let short: Vec<String> = results
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            format!(
                "{} {} {} {}:{}",
                result["ruleId"].as_str().unwrap(),
                result["level"].as_str().unwrap(),
                place["artifactLocation"]["uri"].as_str().unwrap(),
                place["region"]["startLine"],
                place["region"]["startColumn"],
            )
        })
        .collect();
    assert_eq!(
        short,
        [
            "input/unknown_member warning %E7%94%B3%E6%8A%A5%201.json 4:47",
            "input/wrong_type error %E7%94%B3%E6%8A%A5%201.json 7:16",
            "b/5a error %E7%94%B3%E6%8A%A5%201.json 12:18",
            "b/5a none %E7%94%B3%E6%8A%A5%201.json 16:9",
            "b/5a none %E7%94%B3%E6%8A%A5%201.json 17:9",
            "b/10 note %E7%94%B3%E6%8A%A5%201.json null:null",
            "input/empty error empty.json 1:1",
        ]
    );
}

/// Against the schema that its authors published.
#[test]
fn sarif_keeps_the_published_schema() {
    let schema = std::fs::read_to_string(SARIF_SCHEMA).unwrap();
    // Its pattern of a language has a `]` that a strict reader wants escaped.
    let schema = schema.replace("{2}]?$", r"{2}\\]?$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let files = [
        ("申报 1.json", FILING),
        ("f.ndjson", &stream()),
        ("empty.json", ""),
    ];
    for lang in [Lang::Zh, Lang::En] {
        for checker in [checker(false), checker(true), tolerant()] {
            let text = render_by(&checker, &Sarif { lang }, &files, 1);
            let log: Value = serde_json::from_str(&text).unwrap();
            let breaks: Vec<String> = validator
                .iter_errors(&log)
                .map(|error| format!("{} {error}", error.instance_path()))
                .collect();
            assert_eq!(breaks, Vec::<String>::new());
        }
    }
    // It would see a slip.
    let log = r#"{"version": "2.1.0", "runs": [{"results": []}]}"#;
    assert!(!validator.is_valid(&serde_json::from_str(log).unwrap()));
}

const SARIF_SCHEMA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/schemas/sarif-schema-2.1.0.json"
);

#[test]
fn sarif_brackets_are_those_of_its_language() {
    let full = |lang| {
        let text = render(&Sarif { lang }, &[("f.json", FILING)], 1);
        let log: Value = serde_json::from_str(&text).unwrap();
        let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
        rule["fullDescription"]["text"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        full(Lang::Zh),
        "未设紧急切断装置（测试标准 GB 1-2020 第一条）"
    );
    assert_eq!(
        full(Lang::En),
        "no emergency shut-off (test standard GB 1-2020 第一条)"
    );
}

#[test]
fn sarif_without_results_is_whole() {
    let good =
        r#"{"filing_id": "F", "reference_date": "2026-06-30", "sections": {"test": {"count": 1}}}"#;
    let files = [
        ("a.json", good),
        ("b.json", ""),
        ("c.json", good),
        ("d.json", ""),
    ];
    let text = render(&Sarif { lang: Lang::Zh }, &files, 1);
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 2);
    let text = render(&Sarif { lang: Lang::Zh }, &[("a.json", good)], 1);
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 0);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let many = stream().repeat(300);
    for format in [&Json as &dyn Format, &Ndjson, &Human::new(Lang::Zh, false)] {
        let files = [("f.ndjson", many.as_str()), ("g.json", FILING)];
        let one = render(format, &files, 1);
        assert!(one == render(format, &files, 3));
    }
}

#[test]
fn a_stopped_run_closes_its_document() {
    let mut out = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.ndjson");
    std::fs::write(&path, stream().repeat(500)).unwrap();
    let stop = AtomicBool::new(false);
    let ran = run(
        &checker(false),
        Inputs::new([path]),
        &Json,
        &mut out,
        &stop,
        |_| {
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        },
    )
    .unwrap();
    assert!(ran.interrupted);
    let report: Value = serde_json::from_slice(&out).unwrap();
    let judged = report["filings"].as_array().unwrap().len() as u64;
    assert_eq!(ran.tally.summary.filings, judged);
    assert!(judged < 2000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn human_renders_whatever_is_filed(
        text in "[ -~安\n\t\u{0}é\u{301}🦀\u{202e}]{0,80}", number in -5_i64..5, pretty: bool,
    ) {
        let filing = serde_json::json!({
            "filing_id": text, "reference_date": "2026-06-30",
            "enterprise": {"name": text.repeat(9)},
            "sections": {"test": {
                "count": number,
                "mode": text,
                "units": [{"name": text, "esd": false}, {"id": text, "esd": text}],
            }},
        });
        let filing = if pretty {
            serde_json::to_string_pretty(&filing).unwrap()
        } else {
            filing.to_string()
        };
        for lang in [Lang::Zh, Lang::En] {
            let out = render(&Human::new(lang, true), &[("f.json", &filing)], 1);
            prop_assert!(!out.is_empty());
        }
    }
}
