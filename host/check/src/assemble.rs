//! What plugins said, with rule, clause, value and line added.

mod message;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use anjian_model::{
    Assessment, Description, Evidence, Finding, Identification, Item, Kind, Missing, Outcome,
    Problem, ProblemLevel, RawEvidence, RawFinding, Rule, Score, Severity, Text, Verdict,
};
use serde_json::value::RawValue;

use crate::intake::{Document, Kind as Json, Place};
use crate::judge::Broken;
use crate::plan::Dates;
use crate::schema::Schemas;
use crate::words::natural;
pub(crate) use message::item_name;
use message::message;

/// Bytes of a list or object that evidence repeats. A list of words fits; a
/// list of a thousand units would stand in the report once for each finding,
/// and the pointer and line say where it is.
const MAX_VALUE: usize = 1024;

/// What all parts of one filing's report look at.
pub(crate) struct Assembler<'c, 'd> {
    pub(crate) document: &'c Document<'d>,
    pub(crate) schemas: &'c Schemas,
    pub(crate) dates: &'c Dates,
    /// Also what is satisfied or does not apply.
    pub(crate) all: bool,
    /// By pointer. Rules of one sector read the same few facts again and again.
    facts: RefCell<HashMap<String, Rc<Fact>>>,
}

/// What is said of a fact wherever it is evidence.
struct Fact {
    title: Text,
    value: Option<Box<RawValue>>,
    place: Option<Place>,
}

/// What one plugin adds to a report.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) findings: Vec<Finding>,
    pub(crate) scores: Vec<Score>,
    pub(crate) identifications: Vec<Identification>,
}

impl<'c, 'd> Assembler<'c, 'd> {
    pub(crate) fn new(
        document: &'c Document<'d>,
        schemas: &'c Schemas,
        dates: &'c Dates,
        all: bool,
    ) -> Self {
        Self {
            document,
            schemas,
            dates,
            all,
            facts: RefCell::default(),
        }
    }

    fn fact(&self, pointer: &str) -> Rc<Fact> {
        if let Some(fact) = self.facts.borrow().get(pointer) {
            return Rc::clone(fact);
        }
        let at = self.document.find(pointer);
        let fact = Rc::new(Fact {
            title: self.schemas.title(pointer),
            value: at.and_then(|at| value(self.document, at)),
            place: at.map(|at| self.document.place(at)),
        });
        let mut facts = self.facts.borrow_mut();
        facts.insert(pointer.to_owned(), Rc::clone(&fact));
        fact
    }

    /// An answer. `instruments` has the citation for each rule.
    pub(crate) fn answer(
        &self,
        description: &Description,
        instruments: &[String],
        assessment: Assessment,
        parts: &mut Parts,
    ) {
        let rules = &description.rules;
        let cited = |rule: usize| {
            let stated = rules.get(rule)?;
            let instrument = instruments.get(rule)?;
            self.dates.in_force(stated).then_some((stated, instrument))
        };
        let mut told = vec![false; rules.len()];
        for raw in assessment.findings {
            if let Some((rule, instrument)) = cited(raw.rule) {
                if let Some(told) = told.get_mut(raw.rule) {
                    *told = true;
                }
                parts.findings.push(self.finding(rule, instrument, raw));
            }
        }
        for (n, outcome) in assessment.outcomes.into_iter().enumerate() {
            if told.get(n).copied().unwrap_or(true) {
                continue;
            }
            let bare = RawFinding {
                rule: n,
                outcome,
                item: None,
                reason: None,
                evidence: Vec::new(),
                missing: Vec::new(),
            };
            match (cited(n), outcome) {
                // No detail was given, but a violation must never get lost.
                (Some((rule, instrument)), Outcome::Violated | Outcome::Undetermined) => {
                    parts.findings.push(self.finding(rule, instrument, bare));
                }
                (Some((rule, instrument)), _) if self.all => {
                    parts.findings.push(self.finding(rule, instrument, bare));
                }
                (None, _) if self.all => {
                    parts
                        .findings
                        .extend(self.not_in_force(rules, instruments, bare));
                }
                _ => {}
            }
        }
        for raw in assessment.scores {
            if let Some((rule, _)) = cited(raw.rule) {
                parts.scores.push(Score {
                    rule: rule.id.clone(),
                    title: raw.title,
                    points: raw.points,
                    maximum: raw.maximum,
                    items: raw.items,
                });
            }
        }
        for raw in assessment.identifications {
            if let Some((rule, instrument)) = cited(raw.rule) {
                parts.identifications.push(Identification {
                    rule: rule.id.clone(),
                    instrument: instrument.clone(),
                    item: self.item(raw.pointer),
                    result: raw.result,
                    values: raw.values.into_iter().collect(),
                    steps: raw.steps,
                });
            }
        }
    }

    /// The one finding of a plugin that broke: the cause is the same for all
    /// its rules, so it is said once.
    pub(crate) fn broken(description: &Description, broken: &Broken) -> Finding {
        let rules = &description.rules;
        let Text { zh, en } = &broken.0;
        let (id, count) = (&description.id, rules.len());
        Finding {
            rule: id.clone(),
            outcome: Outcome::Failed,
            // As grave as the gravest rule that gave no answer.
            kind: rules
                .iter()
                .map(|rule| rule.kind)
                .min()
                .unwrap_or(Kind::Duty),
            severity: rules
                .iter()
                .map(|rule| rule.severity)
                .min()
                .unwrap_or(Severity::Critical),
            instrument: description.title.zh.clone(),
            clause: String::new(),
            confidence: anjian_model::Confidence::High,
            item: None,
            message: Text {
                zh: format!("插件 {id} 未能检查这份申报，其 {count} 条规则都没有结论：{zh}"),
                en: format!(
                    "plugin {id} could not check this filing, so its {count} rules say nothing: {en}"
                ),
            },
            evidence: Vec::new(),
            missing: Vec::new(),
        }
    }

    fn not_in_force(
        &self,
        rules: &[Rule],
        instruments: &[String],
        bare: RawFinding,
    ) -> Option<Finding> {
        let rule = rules.get(bare.rule)?;
        let instrument = instruments.get(bare.rule)?;
        let date = self.dates.deciding(rule);
        let raw = RawFinding {
            outcome: Outcome::NotApplicable,
            reason: Some(Text {
                zh: format!("{date} 时该条不在有效期内"),
                en: format!("not in force on {date}"),
            }),
            ..bare
        };
        Some(self.finding(rule, instrument, raw))
    }

    fn finding(&self, rule: &Rule, instrument: &str, raw: RawFinding) -> Finding {
        let item = raw.item.map(|pointer| self.item(pointer));
        let missing: Vec<Missing> = raw
            .missing
            .into_iter()
            .map(|pointer| Missing {
                title: self.fact(&pointer).title.clone(),
                pointer,
            })
            .collect();
        Finding {
            rule: rule.id.clone(),
            outcome: raw.outcome,
            kind: rule.kind,
            severity: rule.severity,
            instrument: instrument.to_owned(),
            clause: rule.clause.clone(),
            confidence: rule.confidence,
            message: message(
                rule,
                raw.outcome,
                item.as_ref(),
                raw.reason.as_ref(),
                &missing,
            ),
            item,
            evidence: raw
                .evidence
                .into_iter()
                .map(|raw| self.evidence(raw))
                .collect(),
            missing,
        }
    }

    fn evidence(&self, raw: RawEvidence) -> Evidence {
        let RawEvidence {
            pointer,
            computed,
            expected,
        } = raw;
        let fact = self.fact(&pointer);
        let place = fact.place;
        let (title, value) = match &computed {
            Some(computed) => (computed.title.clone(), None),
            None => (fact.title.clone(), fact.value.clone()),
        };
        Evidence {
            pointer,
            title,
            value,
            computed,
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            expected,
        }
    }

    fn item(&self, pointer: String) -> Item {
        let at = self.document.find(&pointer);
        let name = at.and_then(|at| {
            ["name", "id"].into_iter().find_map(|key| {
                let at = self.document.member(at, key)?;
                let filed = match self.document.kind(at) {
                    Json::Number => Some(self.document.raw(at).to_owned()),
                    _ => self.document.string(at).map(Into::into),
                };
                filed.filter(|name: &String| !name.is_empty())
            })
        });
        Item { pointer, name }
    }
}

/// The value as filed, on one line.
fn value(document: &Document<'_>, at: u32) -> Option<Box<RawValue>> {
    let raw = document.raw(at);
    let raw = match document.kind(at) {
        Json::Array | Json::Object if raw.len() > MAX_VALUE => return None,
        Json::Array | Json::Object => without_spaces(raw),
        _ => raw.to_owned(),
    };
    RawValue::from_string(raw).ok()
}

fn without_spaces(json: &str) -> String {
    let mut in_string = false;
    let mut escaped = false;
    json.chars()
        .filter(|c| {
            if in_string {
                in_string = escaped || *c != '"';
                escaped = !escaped && *c == '\\';
                return true;
            }
            in_string = *c == '"';
            !c.is_ascii_whitespace()
        })
        .collect()
}

/// Graver first, then by rule and place, so that equal filings give equal reports.
pub(crate) fn sort(findings: &mut [Finding]) {
    fn place(finding: &Finding) -> &str {
        finding.item.as_ref().map_or("", |item| &item.pointer)
    }
    findings.sort_by(|a, b| {
        (a.severity, a.outcome)
            .cmp(&(b.severity, b.outcome))
            .then_with(|| natural(&a.rule, &b.rule))
            .then_with(|| natural(place(a), place(b)))
    });
}

/// The worst of all.
pub(crate) fn verdict(problems: &[Problem], findings: &[Finding]) -> Verdict {
    let broken = problems
        .iter()
        .any(|problem| problem.level == ProblemLevel::Error);
    let input = if broken {
        Verdict::Invalid
    } else {
        Verdict::Compliant
    };
    let found = findings.iter().map(Finding::verdict);
    found.fold(input, Ord::min)
}

#[cfg(test)]
mod tests {
    use super::without_spaces;

    #[test]
    fn spaces_outside_strings_go() {
        assert_eq!(
            without_spaces("[ \"a b\",\n \"c \\\" d\", 1.50 ]"),
            r#"["a b","c \" d",1.50]"#
        );
    }
}
