//! `anjian explain`.

use std::fmt::Write as _;
use std::io::Write as _;

use anjian_check::formats::Lang;
use anjian_check::schema::nearest;
use anjian_check::{Checker, Options};
use anjian_model::{Confidence, InForceBy, Instrument, Page, Rule};

use crate::args::ExplainArgs;
use crate::exit::{Error, Status};
use crate::hand::Hand;
use crate::rules::{kind, outcome, severity};

/// Rules that are offered when there is none of that id.
const MAX_NEAR: usize = 8;

pub fn run(args: &ExplainArgs) -> Result<Status, Error> {
    let hand = Hand::load(&args.plugins.folders, None, Options::default())?;
    let checker = &hand.checker;
    let lang = args.lang.get();
    let Some((judge, rule)) = checker.rule(&args.rule) else {
        return Err(Error::UnknownRule {
            id: args.rule.clone(),
            near: near(checker, &args.rule),
        });
    };
    let description = judge.description();
    let page = judge.explain(&rule.id).map_err(|cause| Error::Explain {
        plugin: description.id.clone(),
        cause,
    })?;
    let instrument = description
        .instruments
        .iter()
        .find(|instrument| instrument.key == rule.instrument);
    let mut text = head(rule, instrument, lang);
    facts(checker, rule, lang, &mut text);
    if let Some(page) = &page {
        predicates(page, lang, &mut text);
        let _ = write!(text, "\n{}\n", lang.of(&page.body).trim());
        examples(page, lang, &mut text);
    }
    let mut out = anstream::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(if hand.refused > 0 {
        Status::Plugin
    } else {
        Status::Clean
    })
}

fn near(checker: &Checker, id: &str) -> String {
    let all: Vec<&str> = checker
        .plugins()
        .flat_map(|judge| judge.description().rules.iter())
        .map(|rule| rule.id.as_str())
        .collect();
    let mut near: Vec<&str> = Vec::from_iter(nearest(id, all.iter().copied()));
    let instrument = id.split('/').next().unwrap_or_default();
    let alike = |other: &&&str| {
        !near.contains(other) && (other.contains(id) || other.split('/').next() == Some(instrument))
    };
    let alike: Vec<&str> = all.iter().filter(alike).copied().collect();
    near.extend(alike);
    if near.is_empty() {
        return "`anjian rules` lists all".to_owned();
    }
    near.truncate(MAX_NEAR);
    format!("near it are: {}", near.join(", "))
}

// Writing to a `String` cannot fail, so these results are dropped.

fn head(rule: &Rule, instrument: Option<&Instrument>, lang: Lang) -> String {
    let mut text = format!("{}  {}\n\n", rule.id, lang.of(&rule.title));
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(text, "{name}{}{value}", lang.pick("：", ": "));
    };
    if let Some(found) = instrument {
        let cited = format!("{} {} {}", lang.of(&found.title), found.number, rule.clause);
        row(lang.pick("依据", "basis"), &cited);
        row(lang.pick("发布", "issuer"), &found.issuer);
    }
    let what = format!(
        "{}, {}",
        kind(rule.kind, lang),
        severity(rule.severity, lang)
    );
    row(lang.pick("性质", "kind"), &what);
    let confidence = match rule.confidence {
        Confidence::High => lang.pick("可信度高", "high confidence"),
        Confidence::Medium => lang.pick(
            "可信度中等，须与官方文本核对",
            "medium confidence: compare the official text",
        ),
        Confidence::Unverified => {
            lang.pick("未核实，不单独构成违反", "not confirmed: never a violation")
        }
    };
    row(lang.pick("条文", "confidence"), confidence);
    let from = rule.in_force_from.as_deref().unwrap_or("…");
    let to = rule.in_force_to.as_deref().unwrap_or("…");
    let by = match rule.in_force_by {
        InForceBy::ReferenceDate => lang.pick("按基准日期", "by reference date"),
        InForceBy::SubmissionDate => lang.pick("按提交日期", "by submission date"),
    };
    row(
        lang.pick("有效期", "in force"),
        &format!("{from} – {to} ({by})"),
    );
    text
}

fn facts(checker: &Checker, rule: &Rule, lang: Lang, text: &mut String) {
    if rule.facts.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", lang.pick("读取的事实：", "facts it reads:"));
    for pointer in &rule.facts {
        let title = checker.title(pointer);
        let _ = writeln!(text, "  {pointer}  {}", lang.of(&title));
    }
}

fn predicates(page: &Page, lang: Lang, text: &mut String) {
    let parts = [
        ("each", &page.each),
        ("applies", &page.applies),
        ("violated", &page.violated),
        ("undetermined", &page.undetermined),
    ];
    if parts.iter().all(|(_, predicate)| predicate.is_empty()) {
        return;
    }
    let _ = writeln!(text, "\n{}", lang.pick("判定条件：", "predicates:"));
    for (name, predicate) in parts {
        if !predicate.is_empty() {
            let _ = writeln!(text, "  {name:<12} = {predicate}");
        }
    }
}

fn examples(page: &Page, lang: Lang, text: &mut String) {
    for example in &page.examples {
        let _ = write!(
            text,
            "\n{}{}",
            lang.pick("例：", "example: "),
            outcome(example.outcome, lang)
        );
        if !example.missing.is_empty() {
            let missing = example.missing.join(", ");
            let _ = write!(text, "{}{missing}", lang.pick("，缺少 ", ", missing "));
        }
        let _ = writeln!(text);
        for line in example.filing.lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
}
