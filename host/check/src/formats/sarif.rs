//! SARIF 2.1.0, for code review tools and editors.

use std::io;

use anjian_model::{
    Evidence, Finding, Kind, Outcome, Problem, ProblemLevel, Rule, Severity, Tolerated, Verdict,
};
use serde_json::{Value, json};

use super::{Format, Lang};
use crate::{Checked, Checker, Tally};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Rule ids of problems with the input itself start with this.
const INPUT: &str = "input/";

/// One run. `results` is written as the run goes on.
pub struct Sarif {
    /// Of the messages; SARIF has one for each result.
    pub lang: Lang,
}

impl Format for Sarif {
    fn begin(&self, checker: &Checker, out: &mut Vec<u8>) -> io::Result<()> {
        let rules: Vec<Value> = checker
            .rules()
            .map(|(judge, enrolled)| {
                let rule = &enrolled.rule;
                let instruments = &judge.description().instruments;
                let instrument = instruments
                    .iter()
                    .find(|found| found.key == rule.instrument);
                let cited = instrument.map_or(String::new(), |found| {
                    let cited = format!("{} {}", self.lang.of(&found.title), found.number);
                    cited.trim_end().to_owned()
                });
                self.rule(rule, &cited)
            })
            .collect();
        let extensions: Vec<Value> = checker
            .plugins_used()
            .into_iter()
            .map(|plugin| {
                json!({
                    "name": plugin.id,
                    "version": plugin.version,
                    "properties": {"sha256": plugin.sha256},
                })
            })
            .collect();
        let tool = json!({
            "driver": {
                "name": "anjian",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            },
            "extensions": extensions,
        });
        let language = self.lang.pick("zh-CN", "en");
        out.extend_from_slice(b"{\"$schema\":");
        serde_json::to_writer(&mut *out, SCHEMA)?;
        out.extend_from_slice(b",\"version\":\"2.1.0\",\"runs\":[{\"language\":");
        serde_json::to_writer(&mut *out, language)?;
        out.extend_from_slice(b",\"columnKind\":\"unicodeCodePoints\",\"tool\":");
        serde_json::to_writer(&mut *out, &tool)?;
        out.extend_from_slice(b",\"results\":[\n");
        Ok(())
    }

    fn filing(
        &self,
        checker: &Checker,
        checked: &Checked<'_>,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        let problems = checked.report.problems.iter();
        let results = problems
            .map(|problem| (self.problem(checked, problem), None))
            .chain(checked.report.findings.iter().map(|finding| {
                let result = self.finding(checked, finding);
                (result, finding.tolerated.as_ref())
            }));
        for (n, (mut result, tolerated)) in results.enumerate() {
            // SARIF wants it on all results of a run or on none.
            if checker.profile().is_some()
                && let Some(result) = result.as_object_mut()
            {
                result.insert("suppressions".to_owned(), self.suppressions(tolerated));
            }
            if n > 0 {
                out.extend_from_slice(b",\n");
            }
            serde_json::to_writer(&mut *out, &result)?;
        }
        Ok(())
    }

    fn between(&self) -> &'static [u8] {
        b",\n"
    }

    fn end(&self, checker: &Checker, tally: &Tally, out: &mut Vec<u8>) -> io::Result<()> {
        let invocations = json!([{
            "executionSuccessful": tally.summary.findings.failed == 0,
        }]);
        out.extend_from_slice(b"\n],\"invocations\":");
        serde_json::to_writer(&mut *out, &invocations)?;
        out.extend_from_slice(b",\"properties\":{\"summary\":");
        serde_json::to_writer(&mut *out, &tally.summary)?;
        if let Some(profile) = checker.profile_used() {
            out.extend_from_slice(b",\"profile\":");
            serde_json::to_writer(&mut *out, &profile)?;
        }
        out.extend_from_slice(b"}}]}\n");
        Ok(())
    }
}

impl Sarif {
    fn rule(&self, rule: &Rule, instrument: &str) -> Value {
        let title = self.lang.of(&rule.title);
        let clause = &rule.clause;
        let full = self.lang.pick(
            format!("{title}（{instrument} {clause}）"),
            format!("{title} ({instrument} {clause})"),
        );
        json!({
            "id": rule.id,
            "shortDescription": {"text": title},
            "fullDescription": {"text": full},
            "help": {"text": format!("anjian explain {}", rule.id)},
            "defaultConfiguration": {"level": level(rule.kind, rule.severity)},
            "properties": {
                "kind": rule.kind,
                "severity": rule.severity,
                "confidence": rule.confidence,
                "clause": rule.clause,
            },
        })
    }

    fn problem(&self, checked: &Checked<'_>, problem: &Problem) -> Value {
        let level = match problem.level {
            ProblemLevel::Error => "error",
            ProblemLevel::Undetermined | ProblemLevel::Warning => "warning",
        };
        let start = problem.line.map(|line| (line, problem.column));
        json!({
            "ruleId": format!("{INPUT}{}", problem.code),
            "level": level,
            "message": {"text": self.lang.of(&problem.message)},
            "locations": [location(checked, problem.pointer.as_deref(), start)],
        })
    }

    fn finding(&self, checked: &Checked<'_>, finding: &Finding) -> Value {
        // SARIF has `kind` for what is no failure, and then no level.
        let (kind, level) = match finding.outcome {
            Outcome::Failed => ("fail", "error"),
            Outcome::Violated => ("fail", level(finding.kind, finding.severity)),
            Outcome::Undetermined => ("open", "none"),
            Outcome::Satisfied => ("pass", "none"),
            Outcome::NotApplicable => ("notApplicable", "none"),
        };
        let mut locations: Vec<Value> = finding
            .evidence
            .iter()
            .map(|evidence| self.evidence(checked, evidence))
            .collect();
        if locations.is_empty() {
            let missing = finding.missing.first().map(|fact| fact.pointer.as_str());
            let item = finding.item.as_ref().map(|item| item.pointer.as_str());
            locations.push(location(checked, missing.or(item), None));
        }
        let related = locations.split_off(1);
        let mut result = json!({
            "ruleId": finding.rule,
            "kind": kind,
            "level": level,
            "message": {"text": self.lang.of(&finding.message)},
            "locations": locations,
            "properties": {
                "filing_id": checked.report.filing_id,
                "clause": finding.clause,
                "instrument": finding.instrument,
                "missing": finding.missing.iter().map(|fact| &fact.pointer).collect::<Vec<_>>(),
            },
        });
        if !related.is_empty()
            && let Some(result) = result.as_object_mut()
        {
            result.insert("relatedLocations".to_owned(), Value::from(related));
        }
        result
    }

    /// What a profile tolerates is suppressed from outside.
    fn suppressions(&self, tolerated: Option<&Tolerated>) -> Value {
        let suppression = tolerated.map(|tolerated| {
            json!({
                "kind": "external",
                "status": "accepted",
                "justification": self.lang.of(&tolerated.reason),
                "properties": {"until": tolerated.until},
            })
        });
        Value::from_iter(suppression)
    }

    fn evidence(&self, checked: &Checked<'_>, evidence: &Evidence) -> Value {
        let start = evidence.line.map(|line| (line, evidence.column));
        let mut place = location(checked, Some(&evidence.pointer), start);
        let mut text = self.lang.of(&evidence.title).to_owned();
        if let Some(expected) = &evidence.expected {
            text.push_str(self.lang.pick("，应为 ", ": should be "));
            text.push_str(expected);
        }
        if let Some(place) = place.as_object_mut() {
            place.insert("message".to_owned(), json!({"text": text}));
        }
        place
    }
}

fn level(kind: Kind, severity: Severity) -> &'static str {
    match (kind.verdict(Outcome::Violated), severity) {
        (Verdict::Compliant, _) | (_, Severity::Info) => "note",
        (Verdict::NonCompliant, Severity::Critical | Severity::High) => "error",
        _ => "warning",
    }
}

/// A place in the file; for a fact that is not there, of what is around it.
fn location(
    checked: &Checked<'_>,
    pointer: Option<&str>,
    start: Option<(u32, Option<u32>)>,
) -> Value {
    let mut region = None;
    if let (Some(document), Some(pointer)) = (&checked.document, pointer) {
        let span = document.span(document.nearest(pointer));
        let (from, to) = (document.place_of(span.start), document.place_of(span.end));
        region = Some(json!({
            "startLine": from.line,
            "startColumn": from.column,
            "endLine": to.line,
            "endColumn": to.column,
        }));
    } else if let Some((line, column)) = start {
        region = Some(json!({"startLine": line, "startColumn": column.unwrap_or(1)}));
    }
    let mut physical = json!({"artifactLocation": {"uri": uri(&checked.source.path)}});
    if let (Some(physical), Some(region)) = (physical.as_object_mut(), region) {
        physical.insert("region".to_owned(), region);
    }
    match pointer {
        Some(pointer) => json!({
            "physicalLocation": physical,
            "logicalLocations": [{"fullyQualifiedName": pointer, "kind": "value"}],
        }),
        None => json!({"physicalLocation": physical}),
    }
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    if path == "-" {
        return "stdin".to_owned();
    }
    let mut out = String::new();
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
