//! The command from outside: exit statuses, bad input, parity of the formats.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The command; what it compiles stays within the target folder.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anjian"));
    command.env("ANJIAN_CACHE", env!("CARGO_TARGET_TMPDIR"));
    command
}

fn anjian(args: &[&str]) -> Output {
    command().args(args).output().unwrap()
}

fn with_input(args: &[&str], input: &[u8]) -> Output {
    let mut child = command()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

/// Judges one input and expects an exit status.
fn check(input: &[u8], more: &[&str], status: i32) -> Value {
    let mut args = vec!["check", "-", "--format", "json"];
    args.extend(more);
    let output = with_input(&args, input);
    assert_eq!(
        output.status.code(),
        Some(status),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
}

fn filing(section: &Value) -> Vec<u8> {
    let filing = json!({
        "filing_id": "t-1", "reference_date": "2026-06-30",
        "enterprise": {"name": "测试化工有限公司"}, "sections": {"hazchem": section},
    });
    serde_json::to_vec(&filing).unwrap()
}

/// One rule is violated for sure.
fn violating() -> Vec<u8> {
    filing(&json!({"is_chemical_enterprise": true, "hazard_system_established": false}))
}

fn sample_data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample-data")
}

fn clean() -> Vec<u8> {
    fs::read(sample_data().join("hazchem/01-compliant-paint-maker/filing.json")).unwrap()
}

#[test]
fn status_0_when_nothing_is_found() {
    let report = check(&clean(), &[], 0);
    assert_eq!(report["filings"][0]["verdict"], "compliant");
    check(&violating(), &["--fail-on", "never"], 0);
}

#[test]
fn status_1_on_findings() {
    let report = check(&violating(), &[], 1);
    assert_eq!(report["filings"][0]["verdict"], "non_compliant");
    check(&violating(), &["--fail-on", "major_hazard"], 1);
}

/// A misspelled section beside a good one: nobody looked at it.
#[test]
fn a_section_that_nobody_checks_is_not_compliant() {
    let mut filing: Value = serde_json::from_slice(&clean()).unwrap();
    filing["sections"]["genral"] = json!({});
    let filing = serde_json::to_vec(&filing).unwrap();
    let report = check(&filing, &["--fail-on", "undetermined"], 1);
    assert_eq!(report["filings"][0]["verdict"], "undetermined");
    assert_eq!(report["filings"][0]["problems"][0]["level"], "undetermined");
    check(&filing, &[], 0);
}

#[test]
fn status_2_on_usage() {
    for args in [
        &["check"][..],
        &["chekc"],
        &["check", "-", "--as-of", "2026-02-30"],
        &["explain", "no/such"],
    ] {
        assert_eq!(anjian(args).status.code(), Some(2), "{args:?}");
    }
}

/// What a person reads, in this order.
#[track_caller]
fn says(args: &[&str], lines: &[&str]) {
    let output = anjian(args);
    let text = String::from_utf8(output.stdout).unwrap();
    let mut rest = text.as_str();
    for line in lines {
        let at = rest.find(line).unwrap_or_else(|| panic!("{line}\n{text}"));
        rest = &rest[at + line.len()..];
    }
}

#[test]
fn rules_of_an_instrument_stand_in_the_order_of_clauses() {
    says(
        &["rules", "--instrument", "order10"],
        &[
            "《工贸企业重大事故隐患判定标准》（应急管理部令第10号）\n",
            "条款 ",
            " 例 ",
            "order10/3.1a",
            "2023-05-15 起",
            "order10/5.6a",
            "order10/5.6e",
            "（线索）",
            "order10/14-7.7a",
            "条规则，其中线索 ",
            "；未编码 0 条\n",
        ],
    );
    // Of these nothing is encoded, and the list says why.
    for (key, row) in [("reg53", "reg53/has"), ("order6", "order6/6")] {
        says(
            &["rules", "--instrument", key],
            &["\n未编码\n", row, "条文未核实\n", "共 0 条规则"],
        );
    }
    says(
        &["rules", "--instrument", "gb18218", "--lang", "en"],
        &[
            "(GB 18218-2018)\n",
            "clause ",
            "confidence",
            " rules, of these ",
        ],
    );
}

#[test]
fn a_mistyped_instrument_is_answered_with_the_nearest() {
    let output = anjian(&["rules", "--instrument", "order100"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("did you mean `order10`?"), "{error}");
}

#[test]
fn explain_reads_as_a_page() {
    says(
        &["explain", "order10/5.6a"],
        &[
            "order10/5.6a  ",
            "依据：《工贸企业重大事故隐患判定标准》（应急管理部令第10号）第五条第（六）项\n",
            "性质：重大事故隐患，特别严重\n",
            "有效期：2023-05-15 起\n",
            "- 界限：",
            "\n读取的事实\n",
            "    结晶器冷却水进水压力监测报警装置  mould_inlet_pressure_alarm\n",
            "未设置（absent）；",
            "\n判定条件\n",
            "\n用语\n",
            "- `deep_well_casting` ",
            "\n界限值\n",
            "| 未设置（absent） ",
            "\n例 1：违反\n",
            "  基准日期：2026-06-30\n",
            "    结晶器冷却水进水压力监测报警装置：未设置（absent）\n",
        ],
    );
    says(
        &["explain", "hazchem121/3a", "--lang", "en"],
        &[
            "basis: ",
            "confidence: high\n",
            "in force: from 2017-11-13\n",
            "\nfacts it reads\n",
            " (m)  external_distance_actual_m\n",
            "\npredicates\n",
            "\nnames\n",
            "\nboundary values\n",
            "| 499.9 ",
            "| 500 ",
            "\nexample 1: violated\n",
        ],
    );
}

/// A clause without a letter stands for all its rules, those of dead devices
/// and of leads included.
#[test]
fn explain_shows_all_rules_of_a_clause() {
    says(
        &["explain", "order10/5.6"],
        &[
            "order10/5.6：13 条规则\n",
            "  order10/14-5.6d ",
            "\norder10/5.6a  结晶器冷却水未设进水压力监测报警\n",
            "由 order10/14-5.6a 判定",
            "\n罚则\n\n安全生产法第一百零二条",
            "5万元以上10万元以下",
            "\n界限值\n",
            "\n例 1：违反\n",
            "\norder10/14-5.6a  ",
            "\norder10/5.6e  ",
        ],
    );
    let output = anjian(&["explain", "order10/5.6x"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    let near = "near it are: order10/5.6a, order10/5.6b, order10/5.6c, ";
    assert!(error.contains(near), "{error}");
}

#[test]
fn status_3_on_what_is_no_filing() {
    for input in [
        &b""[..],
        b"\xff\xfe",
        b"{",
        b"[1,2]",
        br#"{"filing_id":"x"}"#,
    ] {
        let report = check(input, &[], 3);
        assert_eq!(
            report["filings"][0]["verdict"],
            "invalid",
            "{}",
            String::from_utf8_lossy(input)
        );
    }
}

#[test]
fn status_4_when_a_plugin_cannot_be_loaded_and_the_others_judge() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("broken.wasm"), b"no wasm").unwrap();
    let report = check(
        &violating(),
        &["--plugins", folder.path().to_str().unwrap()],
        4,
    );
    assert_eq!(report["filings"][0]["verdict"], "non_compliant");
}

#[test]
fn a_plugin_of_a_folder_takes_the_place_of_the_built_in_one_of_its_id() {
    let folder = TempDir::new().unwrap();
    let mining = anjian_bundle::PLUGINS
        .iter()
        .find(|bundled| bundled.name == "mining")
        .unwrap();
    fs::write(folder.path().join("mine.wasm"), mining.component).unwrap();
    let output = anjian(&[
        "plugin",
        "list",
        "--plugins",
        folder.path().to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(0));
    let list = String::from_utf8(output.stdout).unwrap();
    let mines: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with("mining"))
        .collect();
    assert!(mines.len() == 1 && mines[0].contains("mine.wasm"), "{list}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("takes the place of the built-in"), "{said}");
}

/// A filing that the guests of `tests/guests` read too.
fn for_guest(name: &str) -> (TempDir, Vec<u8>) {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("guest.wasm"),
        anjian_tests::guest(name).unwrap(),
    )
    .unwrap();
    let mut filing: Value = serde_json::from_slice(&violating()).unwrap();
    filing["sections"]["test"] = json!({});
    (folder, serde_json::to_vec(&filing).unwrap())
}

#[test]
fn status_5_when_a_plugin_breaks_on_a_filing_and_the_others_judge() {
    for guest in [
        "panics",
        "spins",
        "recurses",
        "eats_memory",
        "returns_a_gigabyte",
        "returns_bad_rule_index",
    ] {
        let (folder, filing) = for_guest(guest);
        let report = check(&filing, &["--plugins", folder.path().to_str().unwrap()], 5);
        let found = &report["filings"][0];
        assert_eq!(found["verdict"], "failed", "{guest}");
        let outcomes: Vec<&str> = found["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|f| f["outcome"].as_str())
            .collect();
        assert!(
            outcomes.contains(&"failed") && outcomes.contains(&"violated"),
            "{guest}: {outcomes:?}"
        );
    }
}

/// Standard input stays open all the while: only the signal ends the run.
#[cfg(unix)]
#[test]
fn status_130_at_the_first_interruption_with_what_came_so_far() {
    const LINES: usize = 1_000;
    let mut child = command()
        .args(["check", "-", "--format", "ndjson"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let line = [&violating()[..], b"\n"].concat();
    input.write_all(&line.repeat(LINES)).unwrap();
    let mut reports = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..LINES {
        reports.next().unwrap().unwrap();
    }
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let last: Value = serde_json::from_str(&reports.next().unwrap().unwrap()).unwrap();
    assert_eq!(last["summary"]["filings"], LINES);
    assert!(reports.next().is_none());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("已中断；此前 1000 份申报"), "{said}");
    drop(input);
}

#[test]
fn the_graver_status_wins() {
    let (folder, filing) = for_guest("panics");
    let mut input = filing.clone();
    input.extend(b"\nnot json\n");
    let plugins = folder.path().to_str().unwrap().to_owned();
    check(&input, &["--plugins", &plugins], 5);
    fs::write(folder.path().join("zz.wasm"), b"no wasm").unwrap();
    check(&input, &["--plugins", &plugins], 4);
}

#[test]
fn a_broken_line_is_reported_with_its_line_and_the_others_are_checked() {
    let mut input = violating();
    input.extend(b"\n{\"filing_id\": oops}\n");
    input.extend(violating());
    input.push(b'\n');
    let report = check(&input, &[], 3);
    let filings = report["filings"].as_array().unwrap();
    assert_eq!(filings.len(), 3);
    assert_eq!(filings[1]["verdict"], "invalid");
    assert_eq!(filings[1]["problems"][0]["line"], 2);
    assert_eq!(filings[2]["verdict"], "non_compliant");
    assert_eq!(filings[2]["findings"][0]["evidence"][0]["line"], 3);
}

#[test]
fn one_broken_value_does_not_hide_a_major_hazard() {
    let section = json!({
        "is_chemical_enterprise": true, "hazard_system_established": false, "posts_total": "fifty",
    });
    let report = check(&filing(&section), &[], 3);
    let found = &report["filings"][0];
    assert_eq!(found["verdict"], "invalid");
    assert_eq!(
        found["problems"][0]["pointer"],
        "/sections/hazchem/posts_total"
    );
    let rules: Vec<&str> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["outcome"] == "violated")
        .filter_map(|f| f["rule"].as_str())
        .collect();
    assert!(rules.contains(&"hazchem121/16b"), "{rules:?}");
}

#[test]
fn bad_input_gets_a_clear_error() {
    let deep = [vec![b'['; 10_000], vec![b']'; 10_000]].concat();
    let cases: &[(&str, Vec<u8>, &str)] = &[
        ("not UTF-8", b"{\"filing_id\":\"\xff\"}".to_vec(), "not_utf8"),
        ("deep", deep, "too_deep"),
        ("duplicate keys", br#"{"filing_id":"a","filing_id":"b","reference_date":"2026-06-30"}"#.to_vec(), "duplicate_key"),
        ("number", filing(&json!({})).strip_suffix(b"}}}").map_or(Vec::new(), |_| {
            br#"{"filing_id":"a","reference_date":"2026-06-30","enterprise":{"name":"a"},"sections":{"hazchem":{"posts_total":1e999}}}"#.to_vec()
        }), "number"),
        ("date", br#"{"filing_id":"a","reference_date":"2026-02-30","enterprise":{"name":"a"}}"#.to_vec(), "bad_format"),
    ];
    for (name, input, code) in cases {
        let report = check(input, &[], 3);
        let codes: Vec<&str> = report["filings"][0]["problems"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|problem| problem["code"].as_str())
            .collect();
        assert!(
            codes.iter().any(|found| found.contains(code)),
            "{name}: {codes:?}"
        );
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused_without_reading_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("huge.json");
    // Sparse: 200 MB that take no room.
    fs::File::create(&path)
        .unwrap()
        .set_len(200_000_000)
        .unwrap();
    fs::write(folder.path().join("small.json"), violating()).unwrap();
    let output = anjian(&["check", folder.path().to_str().unwrap(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(3));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let [huge, small] = &report["filings"].as_array().unwrap()[..] else {
        panic!("{report}");
    };
    assert_eq!(huge["problems"][0]["code"], "too_large");
    assert_eq!(small["verdict"], "non_compliant", "the other is judged");
}

#[test]
fn the_output_does_not_depend_on_the_number_of_threads() {
    let data = sample_data();
    for format in ["human", "json", "ndjson", "sarif"] {
        let run = |jobs| {
            let output = anjian(&[
                "check",
                data.to_str().unwrap(),
                "--format",
                format,
                "--jobs",
                jobs,
            ]);
            output.stdout
        };
        assert_eq!(run("1"), run("2"), "{format}");
    }
}

/// Each scenario of the sample data gives the report that stands beside it.
/// `UPDATE=1` writes them.
#[test]
fn sample_data_gives_the_expected_reports() {
    let mut folders: Vec<PathBuf> = fs::read_dir(sample_data())
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .flat_map(|sector| {
            fs::read_dir(sector.path())
                .unwrap()
                .flatten()
                .map(|entry| entry.path())
        })
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() >= 12, "only {} scenarios", folders.len());
    for folder in folders {
        let output = command()
            .args(["check", ".", "--format", "json"])
            .current_dir(&folder)
            .output()
            .unwrap();
        let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
        // The digest changes with the compiler; everything else must not.
        for plugin in report["plugins"].as_array_mut().unwrap() {
            plugin["sha256"] = Value::Null;
        }
        let expected = folder.join("expected.json");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(
                &expected,
                serde_json::to_string_pretty(&report).unwrap() + "\n",
            )
            .unwrap();
            continue;
        }
        let text = fs::read_to_string(&expected)
            .unwrap_or_else(|error| panic!("{}: {error}", expected.display()));
        let expected: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(report, expected, "{}", folder.display());
        assert!(
            folder.join("README.md").exists(),
            "{} has no README",
            folder.display()
        );
    }
}
