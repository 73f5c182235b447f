//! The report for people: like what a good compiler says, with the filing's
//! own lines, the facts marked in them, and the clause.

mod expected;
mod findings;
mod missing;
mod snippet;
mod summary;
mod working;

use std::io;

use anjian_model::{FilingReport, Finding, Kind, Outcome, ProblemLevel, Verdict};
use annotate_snippets::{Group, Level, Renderer};

use super::{Format, Lang};
use crate::waiting::waits;
use crate::{Checked, Checker, Tally};

/// Columns that a report may take. Reports are also printed and pasted, so the
/// width of the terminal does not decide.
const WIDTH: usize = 120;

/// For people at a terminal.
pub struct Human {
    lang: Lang,
    renderer: Renderer,
}

impl Human {
    /// In a language, with colours or without.
    pub fn new(lang: Lang, colour: bool) -> Self {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        Self {
            lang,
            renderer: renderer.term_width(WIDTH),
        }
    }

    fn write(&self, out: &mut Vec<u8>, groups: &[Group<'_>]) {
        out.extend_from_slice(self.renderer.render(groups).as_bytes());
        out.extend_from_slice(b"\n\n");
    }

    /// A line of its own.
    fn line(&self, out: &mut Vec<u8>, level: &Level<'_>, name: &str, text: &str) {
        let title = level.clone().with_name(name).primary_title(text);
        let line = self.renderer.render(&[Group::with_title(title)]);
        out.extend_from_slice(line.trim_end().as_bytes());
        out.push(b'\n');
    }
}

impl Format for Human {
    fn begin(&self, _: &Checker, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }

    fn filing(
        &self,
        checker: &Checker,
        checked: &Checked<'_>,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        let report = &checked.report;
        for problem in &report.problems {
            self.problem(checked, problem, out);
        }
        let shown = report
            .findings
            .iter()
            .filter(|finding| checker.options().all || !is_points_lost(finding));
        let (grouped, single): (Vec<_>, Vec<_>) = shown.partition(|finding| waits(finding));
        let (notes, single): (Vec<_>, Vec<_>) = single
            .into_iter()
            .partition(|finding| finding.verdict() == Verdict::Compliant);
        for finding in single {
            self.finding(checker, checked, finding, out);
        }
        self.missing(checker, checked, &grouped, out);
        for finding in notes {
            self.finding(checker, checked, finding, out);
        }
        for identification in &report.identifications {
            self.working(checker, identification, out);
        }
        for score in &report.scores {
            self.score(score, out);
        }
        self.verdict(report, out);
        Ok(())
    }

    fn end(&self, checker: &Checker, tally: &Tally, out: &mut Vec<u8>) -> io::Result<()> {
        self.summary(checker, tally, out);
        Ok(())
    }
}

impl Human {
    fn verdict(&self, report: &FilingReport, out: &mut Vec<u8>) {
        let lang = self.lang;
        let (level, name) = match report.verdict {
            Verdict::Failed => (Level::ERROR, lang.pick("未能检查", "failed")),
            Verdict::Invalid => (Level::ERROR, lang.pick("无效", "invalid")),
            Verdict::NonCompliant => (Level::ERROR, lang.pick("不合规", "non-compliant")),
            Verdict::Undetermined => (Level::WARNING, lang.pick("无法判定", "undetermined")),
            Verdict::Compliant => (Level::NOTE, lang.pick("合规", "compliant")),
        };
        let mut text = report.source.clone();
        if let Some(enterprise) = &report.enterprise {
            text.push(' ');
            text.push_str(enterprise);
        }
        if let Some(id) = &report.filing_id {
            text.push_str(&lang.pick(format!("（{id}）"), format!(" ({id})")));
        }
        let counts = self.counts(report);
        if !counts.is_empty() {
            text.push_str(lang.pick("：", ": "));
            text.push_str(&counts.join(lang.pick("，", ", ")));
        }
        self.line(out, &level, name, &text);
        let said = !report.problems.is_empty()
            || !report.findings.is_empty()
            || !report.identifications.is_empty();
        if said {
            out.push(b'\n');
        }
    }

    fn counts(&self, report: &FilingReport) -> Vec<String> {
        let findings = |keep: fn(&Finding) -> bool| {
            let kept = report.findings.iter().filter(|finding| keep(finding));
            kept.count()
        };
        let problems = |level| {
            let of_level = report.problems.iter().filter(|found| found.level == level);
            of_level.count()
        };
        let counts = [
            (problems(ProblemLevel::Error), ("处错误", "error", "errors")),
            (
                findings(|finding| finding.verdict() == Verdict::Failed),
                ("个插件失败", "plugin failed", "plugins failed"),
            ),
            (
                findings(|finding| is_major(finding) && decides(finding)),
                ("项重大事故隐患", "major hazard", "major hazards"),
            ),
            (
                findings(|finding| !is_major(finding) && decides(finding)),
                ("项违反", "violation", "violations"),
            ),
            (
                findings(|finding| finding.verdict() == Verdict::Undetermined)
                    + problems(ProblemLevel::Undetermined),
                ("项无法判定", "undecided", "undecided"),
            ),
            (
                findings(|finding| finding.tolerated.is_some()),
                ("项容忍", "tolerated", "tolerated"),
            ),
            (findings(is_note), ("条提示", "note", "notes")),
            (
                problems(ProblemLevel::Warning),
                ("条警告", "warning", "warnings"),
            ),
        ];
        counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, (zh, one, many))| match (self.lang, count) {
                (Lang::Zh, _) => format!("{count} {zh}"),
                (Lang::En, 1) => format!("1 {one}"),
                (Lang::En, _) => format!("{count} {many}"),
            })
            .collect()
    }
}

fn is_major(finding: &Finding) -> bool {
    finding.kind == Kind::MajorHazard
}

fn decides(finding: &Finding) -> bool {
    finding.verdict() == Verdict::NonCompliant
}

/// Worth showing, but it says nothing against the enterprise. The score
/// itself shows what cost points.
fn is_note(finding: &Finding) -> bool {
    finding.outcome == Outcome::Violated
        && finding.verdict() == Verdict::Compliant
        && finding.tolerated.is_none()
        && !is_points_lost(finding)
}

fn is_points_lost(finding: &Finding) -> bool {
    finding.kind == Kind::Score && finding.outcome == Outcome::Violated
}
