//! `anjian rules`.

use std::io::Write;

use anjian_check::formats::Lang;
use anjian_check::{Decision, Options, natural};
use anjian_model::{Kind, Outcome, Rule, Severity};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::args::{ListFormat, RulesArgs};
use crate::exit::{Error, Status};
use crate::hand::Hand;

#[derive(Serialize)]
struct Listed<'r> {
    plugin: &'r str,
    #[serde(flatten)]
    rule: &'r Rule,
    /// What the profile decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'r Decision>,
}

pub fn run(args: &RulesArgs) -> Result<Status, Error> {
    let hand = Hand::load(
        &args.plugins.folders,
        args.profile.file.as_deref(),
        Options::default(),
    )?;
    let all: Vec<Listed<'_>> = hand
        .checker
        .rules()
        .map(|(judge, enrolled)| Listed {
            plugin: &judge.description().id,
            rule: &enrolled.rule,
            decision: enrolled.decision.as_deref(),
        })
        .collect();
    let is_of = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
    let plugin = args.plugin.as_deref();
    let instrument = args.instrument.as_deref();
    known("plugin", plugin, all.iter().map(|listed| listed.plugin))?;
    let keys = all.iter().map(|listed| listed.rule.instrument.as_str());
    known("instrument", instrument, keys)?;
    let mut wanted: Vec<&Listed<'_>> = all
        .iter()
        .filter(|listed| is_of(plugin, listed.plugin))
        .filter(|listed| is_of(instrument, &listed.rule.instrument))
        .collect();
    wanted.sort_by(|a, b| natural(&a.rule.id, &b.rule.id));
    let mut out = anstream::stdout().lock();
    match args.format {
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &wanted).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        ListFormat::Human => {
            let lang = args.lang.get();
            let rows: Vec<Vec<String>> = wanted.iter().map(|listed| row(listed, lang)).collect();
            table(&mut out, &rows)?;
        }
    }
    out.flush()?;
    Ok(if hand.refused > 0 {
        Status::Plugin
    } else {
        Status::Clean
    })
}

fn known<'n>(
    what: &'static str,
    wanted: Option<&str>,
    names: impl Iterator<Item = &'n str>,
) -> Result<(), Error> {
    let Some(wanted) = wanted else {
        return Ok(());
    };
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    if names.contains(&wanted) {
        return Ok(());
    }
    Err(Error::Unknown {
        what,
        name: wanted.to_owned(),
        known: names.join(", "),
    })
}

fn row(listed: &Listed<'_>, lang: Lang) -> Vec<String> {
    let rule = listed.rule;
    let from = rule.in_force_from.as_deref().unwrap_or("");
    let to = rule.in_force_to.as_deref();
    let dates = to.map_or_else(|| from.to_owned(), |to| format!("{from} – {to}"));
    vec![
        rule.id.clone(),
        rule.clause.clone(),
        kind(rule.kind, lang).to_owned(),
        dates,
        lang.of(&rule.title).to_owned(),
        listed
            .decision
            .map_or_else(String::new, |decision| decided(decision, lang)),
    ]
}

/// What the profile decided, and why.
fn decided(decision: &Decision, lang: Lang) -> String {
    let mut parts = Vec::new();
    if !decision.active {
        parts.push(lang.pick("停用", "switched off").to_owned());
    }
    if let Some(grade) = decision.severity {
        let grade = severity(grade, lang);
        parts.push(lang.pick(format!("改为{grade}"), format!("graded {grade}")));
    }
    if let Some(from) = &decision.from {
        parts.push(lang.pick(format!("自 {from} 起"), format!("from {from}")));
    }
    if let Some(to) = &decision.to {
        parts.push(lang.pick(format!("至 {to} 止"), format!("to {to}")));
    }
    if let Some(until) = &decision.tolerate_until {
        parts.push(lang.pick(
            format!("容忍至 {until}"),
            format!("tolerated until {until}"),
        ));
    }
    let parts = parts.join(lang.pick("，", ", "));
    let reason = lang.of(&decision.reason);
    lang.pick(format!("{parts}：{reason}"), format!("{parts}: {reason}"))
}

/// Rows with their columns below each other.
pub fn table(out: &mut dyn Write, rows: &[Vec<String>]) -> std::io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|n| {
            let cells = rows.iter().filter_map(|row| row.get(n));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

pub fn kind(kind: Kind, lang: Lang) -> &'static str {
    match kind {
        Kind::MajorHazard => lang.pick("重大事故隐患", "major hazard"),
        Kind::Duty => lang.pick("法定义务", "duty"),
        Kind::Division => lang.pick("责任划分", "division of responsibility"),
        Kind::Consistency => lang.pick("前后一致", "consistency"),
        Kind::Advice => lang.pick("提示", "advice"),
        Kind::Identification => lang.pick("辨识计算", "identification"),
        Kind::Score => lang.pick("评分", "score"),
    }
}

pub fn severity(severity: Severity, lang: Lang) -> &'static str {
    match severity {
        Severity::Critical => lang.pick("特别严重", "critical"),
        Severity::High => lang.pick("严重", "high"),
        Severity::Medium => lang.pick("中等", "medium"),
        Severity::Low => lang.pick("较低", "low"),
        Severity::Info => lang.pick("供参考", "for information"),
    }
}

pub fn outcome(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Failed => lang.pick("未能检查", "failed"),
        Outcome::Violated => lang.pick("违反", "violated"),
        Outcome::Undetermined => lang.pick("无法判定", "undetermined"),
        Outcome::Satisfied => lang.pick("符合", "satisfied"),
        Outcome::NotApplicable => lang.pick("不适用", "not applicable"),
    }
}
