//! Problems and findings, each with its lines.

use anjian_model::{Confidence, Evidence, Finding, Kind, Outcome, Problem, ProblemLevel, Verdict};
use annotate_snippets::Level;

use super::snippet::{self, Mark};
use super::{Human, expected};
use crate::intake::Document;
use crate::{Checked, Checker};

impl Human {
    pub(super) fn problem(&self, checked: &Checked<'_>, problem: &Problem, out: &mut Vec<u8>) {
        let (level, name) = match problem.level {
            ProblemLevel::Error => (Level::ERROR, self.lang.pick("错误", "error")),
            ProblemLevel::Undetermined => {
                (Level::WARNING, self.lang.pick("无法判定", "undetermined"))
            }
            ProblemLevel::Warning => (Level::WARNING, self.lang.pick("警告", "warning")),
        };
        let title = level
            .with_name(name)
            .primary_title(self.lang.of(&problem.message))
            .id(problem.code.as_str());
        let span = checked.document.as_ref().and_then(|document| {
            let at = document.find(problem.pointer.as_deref()?)?;
            Some(document.span(at))
        });
        let group = match (span, problem.line) {
            (Some(span), _) => {
                let mark = Mark {
                    span,
                    label: String::new(),
                    primary: true,
                };
                title.elements(snippet::elements(checked, vec![mark]))
            }
            (None, line) => {
                let mut place = annotate_snippets::Origin::path(checked.source.path.as_str());
                let line = line.or(checked.source.line);
                if let Some(line) = line {
                    place = place.line(line as usize);
                }
                if let (Some(_), Some(column)) = (line, problem.column) {
                    place = place.char_column(column as usize);
                }
                title.element(place)
            }
        };
        self.write(out, &[group]);
    }

    pub(super) fn finding(
        &self,
        checker: &Checker,
        checked: &Checked<'_>,
        finding: &Finding,
        out: &mut Vec<u8>,
    ) {
        let (level, name) = self.word(finding);
        let (level, name) = match &finding.tolerated {
            Some(tolerated) => {
                let until = &tolerated.until;
                let until = self.lang.pick(
                    format!("{name}，容忍至 {until}"),
                    format!("{name}, tolerated until {until}"),
                );
                (Level::NOTE, until)
            }
            None => (level, name.to_owned()),
        };
        let title = level
            .with_name(name)
            .primary_title(self.lang.of(&finding.message))
            .id(finding.rule.as_str());
        let mut marks = Vec::new();
        let mut notes = Vec::new();
        // What should have been different comes first; the other facts only
        // say why the rule applies.
        let decides = finding.evidence.iter().any(|fact| fact.expected.is_some());
        for evidence in &finding.evidence {
            let primary = !decides || evidence.expected.is_some();
            match self.mark(checker, checked.document.as_ref(), evidence, primary) {
                Some(mark) => marks.push(mark),
                None => notes.push(self.label(checker, evidence, true)),
            }
        }
        if let Some(mark) = name_of_item(checked.document.as_ref(), finding) {
            marks.push(mark);
        }
        let mut group = if marks.is_empty() {
            title.elements(self.place(checked, finding))
        } else {
            title.elements(snippet::elements(checked, marks))
        };
        let fact = self.lang.pick("事实", "fact");
        for note in notes {
            group = group.element(Level::NOTE.with_name(fact).message(note));
        }
        if !finding.clause.is_empty() {
            let cited = format!("{} {}", self.instrument(checker, finding), finding.clause);
            let basis = self.lang.pick("依据", "basis");
            group = group.element(Level::NOTE.with_name(basis).message(cited));
        }
        if let Some(tolerated) = &finding.tolerated {
            let why = self.lang.pick("容忍", "tolerated");
            let reason = self.lang.of(&tolerated.reason);
            group = group.element(Level::NOTE.with_name(why).message(reason));
        }
        if finding.confidence == Confidence::Medium {
            let (note, text) = self.lang.pick(
                ("备注", "条文待核对"),
                ("note", "compare the official text"),
            );
            group = group.element(Level::NOTE.with_name(note).message(text));
        }
        self.write(out, &[group]);
    }

    /// Title and number of the instrument, in the reader's language.
    fn instrument(&self, checker: &Checker, finding: &Finding) -> String {
        checker.instrument(&finding.rule).map_or_else(
            || finding.instrument.clone(),
            |found| format!("{} {}", self.lang.of(&found.title), found.number),
        )
    }

    /// How grave the finding is, in a word.
    fn word(&self, finding: &Finding) -> (Level<'static>, &'static str) {
        let lang = self.lang;
        match (finding.outcome, finding.kind) {
            (Outcome::Failed, _) => (Level::ERROR, lang.pick("未能检查", "failed")),
            (Outcome::Violated, Kind::MajorHazard) => {
                (Level::ERROR, lang.pick("重大事故隐患", "major hazard"))
            }
            (Outcome::Violated, Kind::Consistency) => {
                (Level::ERROR, lang.pick("前后矛盾", "inconsistent"))
            }
            (Outcome::Violated, Kind::Duty) => (Level::ERROR, lang.pick("违反", "violation")),
            (Outcome::Violated, Kind::Identification) => {
                (Level::WARNING, lang.pick("辨识", "identification"))
            }
            (Outcome::Violated, Kind::Division) => {
                (Level::INFO, lang.pick("责任划分", "responsibility"))
            }
            (Outcome::Violated, Kind::Score) => (Level::INFO, lang.pick("扣分", "points lost")),
            (Outcome::Violated, Kind::Advice) => (Level::INFO, lang.pick("提示", "advice")),
            (Outcome::Undetermined, kind) => {
                let level = if kind.verdict(Outcome::Undetermined) == Verdict::Compliant {
                    Level::NOTE
                } else {
                    Level::WARNING
                };
                (level, lang.pick("无法判定", "undetermined"))
            }
            (Outcome::Satisfied, _) => (Level::NOTE, lang.pick("符合", "satisfied")),
            (Outcome::NotApplicable, _) => (Level::NOTE, lang.pick("不适用", "not applicable")),
        }
    }

    fn mark(
        &self,
        checker: &Checker,
        document: Option<&Document<'_>>,
        evidence: &Evidence,
        primary: bool,
    ) -> Option<Mark> {
        let document = document?;
        let at = document.find(&evidence.pointer)?;
        Some(Mark {
            span: document.span(at),
            label: self.label(checker, evidence, false),
            primary,
        })
    }

    /// What the fact is and what it should be. The value itself stands in the
    /// line above it, unless there is no line.
    fn label(&self, checker: &Checker, evidence: &Evidence, with_value: bool) -> String {
        let mut label = self.lang.of(&evidence.title).to_owned();
        let fact = checker.fact(&evidence.pointer);
        if let Some(computed) = &evidence.computed {
            label.push_str(&format!(" = {}", computed.value));
        } else if let Some(value) = &evidence.value {
            if with_value {
                label.push_str(&format!(" = {}", value.get()));
            }
            if let Some(meaning) = expected::meaning(self.lang, &fact, value.get()) {
                label.push_str(self.lang.pick("：", ": "));
                label.push_str(meaning);
            }
        }
        if let Some(expected) = &evidence.expected {
            label.push_str(self.lang.pick("，", ", "));
            label.push_str(&expected::clause(self.lang, &fact, expected));
        }
        label
    }

    fn place<'s>(
        &self,
        checked: &'s Checked<'_>,
        finding: &Finding,
    ) -> Vec<annotate_snippets::Element<'s>> {
        let pointer = finding.item.as_ref().map(|item| item.pointer.as_str());
        match (&checked.document, pointer) {
            (Some(document), Some(pointer)) => {
                let at = document.nearest(pointer);
                vec![snippet::origin(checked, document, document.span(at).start)]
            }
            _ => {
                let mut place = annotate_snippets::Origin::path(checked.source.path.as_str());
                if let Some(line) = checked.source.line {
                    place = place.line(line as usize);
                }
                vec![place.into()]
            }
        }
    }
}

/// The member that names the item, so that the reader sees which one it is.
fn name_of_item(document: Option<&Document<'_>>, finding: &Finding) -> Option<Mark> {
    let item = finding.item.as_ref()?;
    item.name.as_ref()?;
    finding.evidence.first()?;
    let document = document?;
    let at = document.find(&item.pointer)?;
    let name = ["name", "id"]
        .into_iter()
        .find_map(|key| document.member(at, key))?;
    Some(Mark {
        span: document.span(name),
        label: String::new(),
        primary: false,
    })
}
