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
use crate::map::{Encoded, Map, Open};
use crate::output::Progress;

#[derive(Serialize)]
struct Listed<'r> {
    plugin: &'r str,
    #[serde(flatten)]
    rule: &'r Rule,
    /// What the profile decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'r Decision>,
}

/// What is listed of one instrument of one plugin.
struct Part<'r> {
    plugin: &'r str,
    key: &'r str,
    instrument: Option<&'r Instrument>,
    rules: Vec<&'r Listed<'r>>,
    open: Vec<&'r Open>,
}

pub fn run(args: &RulesArgs) -> Result<Status, Error> {
    let lang = args.lang.get();
    let progress = Progress::new(lang);
    let hand = Hand::load(
        &args.plugins.folders,
        Some(&args.profile),
        Options::default(),
        &progress,
    )?;
    progress.done();
    let replaced: Vec<&str> = hand.files.iter().map(|(id, _)| id.as_str()).collect();
    let mut map = Map::without(&replaced);
    // What a profile leaves out is not open.
    map.open.retain(|row| {
        let mut judging = hand.checker.plugins();
        judging.any(|judge| judge.description().id == row.plugin)
    });
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
    let open = map.open.iter().map(Open::instrument);
    known("instrument", instrument, keys.chain(open))?;
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
        ListFormat::Human => {
            let open = map.open.iter();
            let open = open
                .filter(|row| is_of(plugin, &row.plugin))
                .filter(|row| is_of(instrument, row.instrument()));
            let parts = parts(&hand.checker, &map, &wanted, open);
            human(&mut out, &map, &parts, lang)?;
            profile(&mut out, &hand.checker, lang)?;
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

/// Instruments in the order of the plugins, behind each plugin's own those of
/// which nothing is encoded.
fn parts<'r>(
    checker: &'r Checker,
    map: &'r Map,
    rules: &[&'r Listed<'r>],
    open: impl Iterator<Item = &'r Open>,
) -> Vec<Part<'r>> {
    let mut parts: Vec<Part<'r>> = Vec::new();
    for listed in rules {
        let (plugin, key) = (listed.plugin, listed.rule.instrument.as_str());
        match parts.last_mut() {
            Some(last) if (last.plugin, last.key) == (plugin, key) => last.rules.push(listed),
            _ => parts.push(Part {
                plugin,
                key,
                instrument: checker.instrument(&listed.rule.id),
                rules: vec![listed],
                open: Vec::new(),
            }),
        }
    }
    for row in open {
        let (plugin, key) = (row.plugin.as_str(), row.instrument());
        let same = |part: &&mut Part<'r>| (part.plugin, part.key) == (plugin, key);
        if let Some(part) = parts.iter_mut().find(same) {
            part.open.push(row);
            continue;
        }
        let cited = checker
            .plugins()
            .flat_map(|judge| &judge.description().instruments);
        let mut cited = cited.chain(&map.instruments);
        let last = parts.iter().rposition(|part| part.plugin == plugin);
        let part = Part {
            plugin,
            key,
            instrument: cited.find(|instrument| instrument.key == key),
            rules: Vec::new(),
            open: vec![row],
        };
        parts.insert(last.map_or(parts.len(), |last| last + 1), part);
    }
    parts
}

/// A table for each instrument, in the order of its clauses, and the rows of
/// the law that no rule encodes.
fn human(out: &mut dyn Write, map: &Map, parts: &[Part<'_>], lang: Lang) -> std::io::Result<()> {
    let mut counts = [0; 3];
    for part in parts {
        if let Some(instrument) = part.instrument {
            writeln!(out, "{}\n", cite(instrument, lang))?;
        }
        if !part.rules.is_empty() {
            table(out, &rules_table(map, &part.rules, lang))?;
            writeln!(out)?;
        }
        if !part.open.is_empty() {
            writeln!(out, "{}\n", lang.pick("未编码", "not encoded"))?;
            let columns = lang.pick(
                ["条款", "条目", "标题", "原因"],
                ["clause", "row", "title", "why"],
            );
            let mut rows = vec![columns.map(str::to_owned).to_vec()];
            rows.extend(part.open.iter().map(|row| {
                vec![
                    row.clause.clone(),
                    row.row.clone(),
                    lang.of(&row.title).to_owned(),
                    lang.of(&row.why).to_owned(),
                ]
            }));
            table(out, &rows)?;
            writeln!(out)?;
        }
        let leads = part.rules.iter().filter(|listed| is_lead(map, listed));
        for (sum, more) in counts
            .iter_mut()
            .zip([part.rules.len(), leads.count(), part.open.len()])
        {
            *sum += more;
        }
    }
    let [rules, leads, open] = counts;
    writeln!(
        out,
        "{}",
        lang.pick(
            format!("共 {rules} 条规则，其中线索 {leads} 条；未编码 {open} 条"),
            format!(
                "{}, of these {}; not encoded: {}",
                names::rules(rules),
                names::count(leads, "lead", "leads"),
                names::count(open, "row", "rows"),
            ),
        )
    )
}

fn is_lead(map: &Map, listed: &Listed<'_>) -> bool {
    map.rules.get(&listed.rule.id).is_some_and(|rule| rule.lead)
}

fn rules_table(map: &Map, rules: &[&Listed<'_>], lang: Lang) -> Vec<Vec<String>> {
    let columns = lang.pick(
        [
            "条款",
            "规则",
            "性质",
            "可信度",
            "有效期",
            "例",
            "界限值",
            "标题",
        ],
        [
            "clause",
            "rule",
            "kind",
            "confidence",
            "in force",
            "examples",
            "boundary values",
            "title",
        ],
    );
    let mut head = columns.map(str::to_owned).to_vec();
    if rules.iter().any(|listed| listed.decision.is_some()) {
        head.push(lang.pick("配置", "profile").to_owned());
    }
    let mut rows = vec![head];
    rows.extend(rules.iter().map(|listed| row(map, listed, lang)));
    rows
}

fn row(map: &Map, listed: &Listed<'_>, lang: Lang) -> Vec<String> {
    let rule = listed.rule;
    let encoded = map.rules.get(&rule.id);
    let number = |count: fn(&Encoded) -> usize| {
        encoded.map_or_else(String::new, |rule| count(rule).to_string())
    };
    let mut kind = names::kind(rule.kind, lang).to_owned();
    if is_lead(map, listed) {
        kind.push_str(lang.pick("（线索）", " (lead)"));
    }
    vec![
        rule.clause.clone(),
        rule.id.clone(),
        kind,
        names::confidence(rule.confidence, lang).to_owned(),
        in_force(rule, lang),
        number(|rule| rule.examples),
        number(|rule| rule.boundary_values),
        lang.of(&rule.title).to_owned(),
        listed
            .decision
            .map_or_else(String::new, |decision| decided(decision, lang)),
    ]
}

/// Who answers for what was decided.
fn profile(out: &mut dyn Write, checker: &Checker, lang: Lang) -> std::io::Result<()> {
    let Some(profile) = checker.profile() else {
        return Ok(());
    };
    let (id, signed) = (&profile.id, names::signed_by(&profile.signed_by, lang));
    writeln!(
        out,
        "{}",
        lang.pick(
            format!("配置 {id}：{signed}"),
            format!("profile {id}: {signed}")
        )
    )
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
