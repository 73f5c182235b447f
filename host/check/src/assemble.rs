//! What plugins said, with rule, clause, value and line added.

mod message;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use anjian_model::{
    Assessment, Confidence, Description, Evidence, Finding, Identification, Item, Kind, Missing,
    Outcome, Problem, ProblemLevel, RawEvidence, RawFinding, Rule, Score, ScoreItem, Severity,
    Text, Verdict,
};
use serde_json::value::RawValue;

use crate::enrolled::Enrolled;
use crate::intake::{Document, Kind as Json, Place, escape};
use crate::judge::Broken;
use crate::plan::{Dates, Scope};
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

/// A plugin that answers for a filing, or could not.
#[derive(Clone, Copy)]
pub(crate) struct Answering<'c> {
    pub(crate) plugin: &'c Description,
    pub(crate) rules: &'c [Enrolled],
    pub(crate) scope: Scope,
}

impl<'c> Answering<'c> {
    /// The one finding of a plugin that broke.
    pub(crate) fn broken(self, broken: &Broken) -> Finding {
        let judging = self.rules.iter().map(|enrolled| &enrolled.rule);
        let judging: Vec<&Rule> = judging.filter(|rule| self.scope.has(rule)).collect();
        let (id, count) = (&self.plugin.id, judging.len());
        let Text { zh, en } = &broken.0;
        let message = Text {
            zh: format!("插件 {id} 未能检查这份申报，其 {count} 条规则都没有结论：{zh}"),
            en: format!(
                "plugin {id} could not check this filing, so its {count} rules say nothing: {en}"
            ),
        };
        self.together(&judging, Outcome::Failed, message)
    }

    /// What has the same cause for many rules is said once, as grave as the
    /// gravest of them.
    fn together(self, rules: &[&Rule], outcome: Outcome, message: Text) -> Finding {
        let kind = rules.iter().map(|rule| rule.kind).min();
        let severity = rules.iter().map(|rule| rule.severity).min();
        Finding {
            rule: self.plugin.id.clone(),
            outcome,
            kind: kind.unwrap_or(Kind::Duty),
            severity: severity.unwrap_or(Severity::Critical),
            instrument: self.plugin.title.zh.clone(),
            clause: String::new(),
            confidence: Confidence::High,
            item: None,
            tolerated: None,
            message,
            evidence: Vec::new(),
            missing: Vec::new(),
        }
    }
}

/// What one plugin adds to a report.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) findings: Vec<Finding>,
    /// Rules in force by law that the profile left out.
    pub(crate) inactive: u64,
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

    /// The rules that are left out of a filing and would else be in force.
    fn silent(&self, answering: Answering<'c>) -> Vec<&'c Rule> {
        let rules = answering.rules.iter();
        let judging = rules.filter(|enrolled| enrolled.judges(self.dates));
        let rules = judging.map(|enrolled| &enrolled.rule);
        rules.filter(|rule| !answering.scope.has(rule)).collect()
    }

    /// A section that cannot be read has one cause, however many rules of the
    /// plugin read it.
    pub(crate) fn unreadable(&self, answering: Answering<'c>, section: &str) -> Option<Finding> {
        let silent = self.silent(answering);
        let count = silent.len();
        if count == 0 {
            return None;
        }
        let pointer = format!("/sections/{}", escape(section));
        let title = &self.fact(&pointer).title;
        let id = &answering.plugin.id;
        let message = Text {
            zh: format!(
                "章节“{section}”（{}）无法读取，插件 {id} 的 {count} 条规则没有判定；请先改正该章节",
                title.zh
            ),
            en: format!(
                "not evaluated because section \"{section}\" ({}) cannot be read: {count} rules of \
                 plugin {id}; correct the section first",
                title.en
            ),
        };
        let mut finding = answering.together(&silent, Outcome::Undetermined, message);
        finding.evidence.push(self.evidence(RawEvidence {
            pointer,
            computed: None,
            expected: None,
        }));
        Some(finding)
    }

    /// The rules of a plugin without a section in the filing, beside those
    /// that read only the envelope.
    pub(crate) fn without_section(&self, answering: Answering<'c>) -> Option<Finding> {
        let silent = self.silent(answering);
        let (id, count) = (&answering.plugin.id, silent.len());
        if count == 0 || !self.all {
            return None;
        }
        let message = Text {
            zh: format!("申报中没有插件 {id} 的章节，其 {count} 条规则不适用"),
            en: format!("the filing has no section of plugin {id}, so {count} rules do not apply"),
        };
        Some(answering.together(&silent, Outcome::NotApplicable, message))
    }

    /// What the plugin said.
    pub(crate) fn answer(
        &self,
        answering: Answering<'c>,
        assessment: Assessment,
        parts: &mut Parts,
    ) {
        let Answering {
            plugin,
            rules,
            scope,
        } = answering;
        let judging = |rule: usize| {
            let enrolled = rules.get(rule);
            enrolled.filter(|enrolled| scope.has(&enrolled.rule))
        };
        let cited = |rule: usize| judging(rule).filter(|enrolled| enrolled.judges(self.dates));
        let mut told = vec![false; rules.len()];
        for raw in assessment.findings {
            if let Some(enrolled) = cited(raw.rule) {
                if let Some(told) = told.get_mut(raw.rule) {
                    *told = true;
                }
                parts.findings.push(self.finding(enrolled, raw));
            }
        }
        for (n, outcome) in assessment.outcomes.into_iter().enumerate() {
            let Some(enrolled) = judging(n).filter(|_| told.get(n) == Some(&false)) else {
                continue;
            };
            let bare = RawFinding {
                rule: n,
                outcome,
                item: None,
                reason: None,
                evidence: Vec::new(),
                missing: Vec::new(),
            };
            if !enrolled.judges(self.dates) {
                let by_law = plugin.rules.get(n);
                let decided = by_law.is_some_and(|rule| self.dates.in_force(rule));
                parts.inactive += u64::from(decided);
                if self.all {
                    parts.findings.push(self.left_out(enrolled, bare, decided));
                }
            } else if self.all || matches!(outcome, Outcome::Violated | Outcome::Undetermined) {
                // Even without detail a violation must never get lost.
                parts.findings.push(self.finding(enrolled, bare));
            }
        }
        let left_out = match assessment.scores.is_empty() {
            true => Vec::new(),
            false => self.left_out_by_profile(answering),
        };
        for raw in assessment.scores {
            if let Some(Enrolled { rule, .. }) = cited(raw.rule) {
                let items = raw.items.into_iter();
                let items = items.map(|item| marked(item, &left_out)).collect();
                parts.scores.push(Score {
                    rule: rule.id.clone(),
                    title: raw.title,
                    points: raw.points,
                    maximum: raw.maximum,
                    items,
                });
            }
        }
        for raw in assessment.identifications {
            if let Some(Enrolled {
                rule, instrument, ..
            }) = cited(raw.rule)
            {
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

    /// The rules in force by law that the profile leaves out.
    fn left_out_by_profile(&self, answering: Answering<'c>) -> Vec<&'c Rule> {
        let both = answering.plugin.rules.iter().zip(answering.rules);
        both.filter(|(by_law, enrolled)| {
            enrolled.decision.is_some()
                && self.dates.in_force(by_law)
                && !enrolled.judges(self.dates)
        })
        .map(|(by_law, _)| by_law)
        .collect()
    }

    /// A rule that is not in force, or that the profile left out.
    fn left_out(&self, enrolled: &Enrolled, bare: RawFinding, decided: bool) -> Finding {
        let date = self.dates.deciding(&enrolled.rule);
        let reason = match &enrolled.decision {
            Some(decision) if decided => Text {
                zh: format!("{date} 时该条由配置停用：{}", decision.reason.zh),
                en: format!("left out by the profile on {date}: {}", decision.reason.en),
            },
            _ => Text {
                zh: format!("{date} 时该条不在有效期内"),
                en: format!("not in force on {date}"),
            },
        };
        let raw = RawFinding {
            outcome: Outcome::NotApplicable,
            reason: Some(reason),
            ..bare
        };
        self.finding(enrolled, raw)
    }

    fn finding(&self, enrolled: &Enrolled, raw: RawFinding) -> Finding {
        let Enrolled {
            rule, instrument, ..
        } = enrolled;
        let violated = raw.outcome == Outcome::Violated;
        let tolerated = violated.then(|| enrolled.tolerated(self.dates)).flatten();
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
            instrument: instrument.clone(),
            clause: rule.clause.clone(),
            confidence: rule.confidence,
            tolerated,
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

/// A scheme counts as it was issued, whole: a profile decides what is judged,
/// not what a score is made of. So that nobody wonders at the points of a rule
/// that is switched off, its lines say so. They begin with the rule's title,
/// and what is added stands in brackets.
fn marked(mut item: ScoreItem, left_out: &[&Rule]) -> ScoreItem {
    let of = |rule: &&Rule| {
        let rest = item.label.zh.strip_prefix(rule.title.zh.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('（'))
    };
    if left_out.iter().any(of) {
        item.label
            .zh
            .push_str("（该条已由配置停用，评分仍按方案计）");
        item.label
            .en
            .push_str(" (left out by the profile; the scheme counts it all the same)");
    }
    item
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

/// What failed, major hazards, other violations, what is undetermined, notes,
/// and what is in order; each by severity, rule and place, so that equal
/// filings give equal reports. Last, contradictions go before what follows
/// from them.
pub(crate) fn sort(findings: &mut Vec<Finding>) {
    fn grave(finding: &Finding) -> impl Ord + use<> {
        let verdict = finding.verdict();
        let minor = verdict == Verdict::NonCompliant && finding.kind != Kind::MajorHazard;
        let in_order = finding.outcome >= Outcome::Satisfied;
        (verdict, minor, in_order, finding.severity, finding.outcome)
    }
    fn place(finding: &Finding) -> &str {
        finding.item.as_ref().map_or("", |item| &item.pointer)
    }
    findings.sort_by(|a, b| {
        grave(a)
            .cmp(&grave(b))
            .then_with(|| natural(&a.rule, &b.rule))
            .then_with(|| natural(place(a), place(b)))
    });
    causes_first(findings);
}

/// Where what was filed contradicts what was computed, duties that rest on the
/// same computed value are broken for that reason: an enterprise that does not
/// know of its major hazard has not registered it either.
fn causes_first(findings: &mut Vec<Finding>) {
    let decides = |finding: &&Finding| {
        finding.verdict() == Verdict::NonCompliant && finding.kind != Kind::MajorHazard
    };
    let computed = |finding: &Finding| -> Vec<(String, String)> {
        let facts = finding.evidence.iter();
        facts
            .filter_map(|fact| Some((fact.pointer.clone(), fact.computed.as_ref()?.name.clone())))
            .collect()
    };
    let is_cause = |finding: &Finding| finding.kind == Kind::Consistency;
    if !findings.iter().filter(decides).any(is_cause) {
        return;
    }
    let mut first: HashMap<(String, String), usize> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        if decides(&finding) && !is_cause(finding) {
            for value in computed(finding) {
                first.entry(value).or_insert(at);
            }
        }
    }
    let mut places: Vec<(usize, bool)> = Vec::with_capacity(findings.len());
    for (at, finding) in findings.iter().enumerate() {
        let cause = decides(&finding) && is_cause(finding);
        let follows = computed(finding).into_iter();
        let follows = follows.filter_map(|value| first.get(&value).copied()).min();
        places.push(match follows {
            Some(follows) if cause && follows < at => (follows, false),
            _ => (at, true),
        });
    }
    let mut placed: Vec<_> = places.into_iter().zip(findings.drain(..)).collect();
    placed.sort_by_key(|(place, _)| *place);
    findings.extend(placed.into_iter().map(|(_, finding)| finding));
}

/// How many rules are violated and tolerated.
pub(crate) fn tolerated_rules(findings: &[Finding]) -> u64 {
    let tolerated = findings
        .iter()
        .filter(|finding| finding.tolerated.is_some());
    let rules: HashSet<&str> = tolerated.map(|finding| finding.rule.as_str()).collect();
    rules.len() as u64
}

/// The worst of all.
pub(crate) fn verdict(problems: &[Problem], findings: &[Finding]) -> Verdict {
    let input = match problems.iter().map(|problem| problem.level).min() {
        Some(ProblemLevel::Error) => Verdict::Invalid,
        Some(ProblemLevel::Undetermined) => Verdict::Undetermined,
        Some(ProblemLevel::Warning) | None => Verdict::Compliant,
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
