//! `anjian rules`.

use std::io::Write;

use anjian_check::formats::{Lang, names};
use anjian_check::schema::nearest;
use anjian_check::{Checker, Decision, Options};
use anjian_model::{InForceBy, Instrument, Rule};
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
    let wanted: Vec<&Listed<'_>> = all
        .iter()
        .filter(|listed| is_of(plugin, listed.plugin))
        .filter(|listed| is_of(instrument, &listed.rule.instrument))
        .collect();
    let mut out = anstream::stdout().lock();
    match args.format {
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &wanted).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        ListFormat::Human => human(&mut out, &hand.checker, &wanted, args.lang.get())?,
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
    let help = match nearest(wanted, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", names.join(", ")),
    };
    Err(Error::Unknown {
        what,
        name: wanted.to_owned(),
        help,
    })
}

/// A table for each instrument, in the order of its clauses.
fn human(
    out: &mut dyn Write,
    checker: &Checker,
    wanted: &[&Listed<'_>],
    lang: Lang,
) -> std::io::Result<()> {
    let same = |a: &&Listed<'_>, b: &&Listed<'_>| {
        (a.plugin, &a.rule.instrument) == (b.plugin, &b.rule.instrument)
    };
    for rules in wanted.chunk_by(same) {
        let cited = rules
            .first()
            .and_then(|first| checker.instrument(&first.rule.id));
        if let Some(instrument) = cited {
            writeln!(out, "{}\n", cite(instrument, lang))?;
        }
        let columns = lang.pick(
            ["条款", "规则", "性质", "可信度", "有效期", "标题"],
            ["clause", "rule", "kind", "confidence", "in force", "title"],
        );
        let mut rows = vec![columns.map(str::to_owned).to_vec()];
        if rules.iter().any(|listed| listed.decision.is_some())
            && let Some(head) = rows.first_mut()
        {
            head.push(lang.pick("配置", "profile").to_owned());
        }
        rows.extend(rules.iter().map(|listed| row(listed, lang)));
        table(out, &rows)?;
        writeln!(out)?;
    }
    let count = wanted.len();
    writeln!(
        out,
        "{}",
        lang.pick(format!("共 {count} 条规则"), format!("{count} rules"))
    )
}

fn row(listed: &Listed<'_>, lang: Lang) -> Vec<String> {
    let rule = listed.rule;
    vec![
        rule.clause.clone(),
        rule.id.clone(),
        names::kind(rule.kind, lang).to_owned(),
        names::confidence(rule.confidence, lang).to_owned(),
        in_force(rule, lang),
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
        let grade = names::severity(grade, lang);
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

/// An instrument as people cite it: its full title and its number.
pub fn cite(instrument: &Instrument, lang: Lang) -> String {
    let title = lang.of(&instrument.title);
    let number = &instrument.number;
    match (lang, number.is_empty()) {
        (Lang::Zh, true) => format!("《{title}》"),
        (Lang::Zh, false) => format!("《{title}》（{number}）"),
        (Lang::En, true) => title.to_owned(),
        (Lang::En, false) => format!("{title} ({number})"),
    }
}

/// The days on which a rule is in force, and the date that decides where it is
/// not the usual one.
pub fn in_force(rule: &Rule, lang: Lang) -> String {
    let mut text = match (&rule.in_force_from, &rule.in_force_to) {
        (None, None) => lang.pick("不限", "always").to_owned(),
        (Some(from), None) => lang.pick(format!("{from} 起"), format!("from {from}")),
        (None, Some(to)) => lang.pick(format!("至 {to}"), format!("until {to}")),
        (Some(from), Some(to)) => lang.pick(format!("{from} 至 {to}"), format!("{from} to {to}")),
    };
    if rule.in_force_by == InForceBy::SubmissionDate {
        text.push_str(lang.pick("（按提交日期）", " (by submission date)"));
    }
    text
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
