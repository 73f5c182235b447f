//! The end of a run: the counts, major hazards first.

use anjian_model::{Kind, Outcome, Verdict};
use annotate_snippets::Level;
use unicode_width::UnicodeWidthStr;

use super::Human;
use super::missing::named;
use crate::formats::names::{self, signed_by};
use crate::tally::RuleTally;
use crate::{Checker, Decision, Profile, Tally};

/// Rules of a list; the rest is counted. The machine formats have all.
const MAX_RULES: usize = 20;

/// Characters of a digest that people compare.
const DIGEST: usize = 12;

impl Human {
    pub(super) fn summary(&self, checker: &Checker, tally: &Tally, out: &mut Vec<u8>) {
        let lang = self.lang;
        self.list(
            checker,
            tally,
            Level::ERROR,
            lang.pick("重大事故隐患", "major hazards"),
            |rule| (rule.kind == Kind::MajorHazard).then_some(rule.violated),
            out,
        );
        self.list(
            checker,
            tally,
            Level::ERROR,
            lang.pick("其他违反", "other violations"),
            |rule| {
                let decides = rule.kind.verdict(Outcome::Violated) == Verdict::NonCompliant;
                (decides && rule.kind != Kind::MajorHazard).then_some(rule.violated)
            },
            out,
        );
        let summary = &tally.summary;
        let verdicts = &summary.verdicts;
        let counts = [
            (verdicts.failed, "未能检查", "failed"),
            (verdicts.invalid, "无效", "invalid"),
            (verdicts.non_compliant, "不合规", "non-compliant"),
            (verdicts.undetermined, "无法判定", "undetermined"),
            (verdicts.compliant, "合规", "compliant"),
        ];
        let counts: Vec<String> = counts
            .into_iter()
            .filter(|(count, _, _)| *count > 0)
            .map(|(count, zh, en)| lang.pick(format!("{zh} {count}"), format!("{count} {en}")))
            .collect();
        let filings = summary.filings;
        let mut text = lang.pick(
            format!("{filings} 份申报"),
            names::count(filings, "filing", "filings"),
        );
        if !counts.is_empty() {
            text.push_str(lang.pick("：", ": "));
            text.push_str(&counts.join(lang.pick("，", ", ")));
        }
        self.line(out, &Level::INFO, lang.pick("合计", "total"), &text);
        // A verdict that cannot be traced to the bytes behind it is worth little.
        let plugins: Vec<String> = checker
            .plugins_used()
            .into_iter()
            .map(|plugin| {
                let digest = plugin.sha256.get(..DIGEST).unwrap_or(&plugin.sha256);
                format!("{} {} ({digest})", plugin.id, plugin.version)
            })
            .collect();
        let plugins = plugins.join(lang.pick("，", ", "));
        self.line(out, &Level::INFO, lang.pick("插件", "plugins"), &plugins);
        if let Some(profile) = checker.profile() {
            self.profile(checker, profile, tally, out);
        }
    }

    /// Who reads the report must see what it leaves out and lets pass.
    fn profile(&self, checker: &Checker, profile: &Profile, tally: &Tally, out: &mut Vec<u8>) {
        let lang = self.lang;
        let Some(used) = checker.profile_used() else {
            return;
        };
        let named = |keep: fn(&Decision) -> bool| {
            let entries: Vec<String> = profile.entries(keep).map(str::to_owned).collect();
            if entries.is_empty() {
                return String::new();
            }
            let named = named(entries, MAX_RULES, lang.pick("、", ", "), lang);
            lang.pick(format!("（{named}）"), format!(" ({named})"))
        };
        let (off, tolerated) = (named(Decision::leaves_out), named(Decision::tolerates));
        let (inactive, rules) = (used.inactive, used.tolerated);
        let findings = tally.summary.findings.tolerated;
        let digest = used.sha256.get(..DIGEST).unwrap_or(&used.sha256);
        let (id, title) = (&used.id, lang.of(&used.title));
        let signed = signed_by(&used.signed_by, lang);
        let text = lang.pick(
            format!(
                "{id} {title} ({digest}，{signed})：停用或限期 {inactive} 条规则{off}，容忍 {rules} \
                 条规则{tolerated}，本次容忍 {findings} 项"
            ),
            format!(
                "{id} {title} ({digest}, {signed}): {} switched off or limited by date{off}, {} \
                 tolerated{tolerated}, {} tolerated here",
                names::rules(inactive),
                names::rules(rules),
                names::count(findings, "finding", "findings"),
            ),
        );
        self.line(out, &Level::INFO, lang.pick("配置", "profile"), &text);
    }

    fn list(
        &self,
        checker: &Checker,
        tally: &Tally,
        level: Level<'_>,
        name: &str,
        count: impl Fn(&RuleTally) -> Option<u64>,
        out: &mut Vec<u8>,
    ) {
        let mut rules: Vec<(u64, &str)> = tally
            .rules
            .iter()
            .filter_map(|(id, rule)| Some((count(rule).filter(|n| *n > 0)?, id.as_str())))
            .collect();
        if rules.is_empty() {
            return;
        }
        rules.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| crate::words::natural(a.1, b.1)));
        let total: u64 = rules.iter().map(|(count, _)| count).sum();
        let text = self.lang.pick(
            format!("{total} 项，涉及 {} 条规则", rules.len()),
            format!("{total}, of {}", names::rules(rules.len())),
        );
        self.line(out, &level, name, &text);
        let widest = rules.iter().map(|(_, id)| id.width()).max().unwrap_or(0);
        for (count, id) in rules.iter().take(MAX_RULES) {
            let title = checker.rule(id).map(|(_, rule)| self.lang.of(&rule.title));
            let title = title.unwrap_or_default();
            let line = format!("  {count:>6} ×  {id:<widest$}  {title}\n");
            out.extend_from_slice(line.as_bytes());
        }
        if let Some(more) = rules.len().checked_sub(MAX_RULES).filter(|more| *more > 0) {
            let line = self.lang.pick(
                format!("          另有 {more} 条规则\n"),
                format!("          and {more} more\n"),
            );
            out.extend_from_slice(line.as_bytes());
        }
        out.push(b'\n');
    }
}
