//! A page's text, and what its row adds below headings: the penalty, the names
//! that the row asks, and its boundary values. An author's own text has no
//! headings.

use rust_decimal::Decimal;
use unicode_width::UnicodeWidthStr;

use crate::book::Book;
use crate::boundary;
use crate::ir::Node;
use crate::names::Named;
use crate::rule::Rule;
use crate::schema::{Field, Ty};
use crate::table::{Boundary, Kind, Outcome};
use crate::tables::Bilingual;

/// The language of a text.
#[derive(Clone, Copy)]
enum Lang {
    Zh,
    En,
}

impl Lang {
    fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// The text of a rule's page in both languages.
pub fn body(rule: &Rule, book: &Book) -> Bilingual {
    Bilingual {
        zh: text(rule, book, Lang::Zh),
        en: text(rule, book, Lang::En),
    }
}

fn text(rule: &Rule, book: &Book, lang: Lang) -> String {
    let own = lang.pick(&rule.page.zh, &rule.page.en).clone();
    [
        companion(rule, book, lang),
        penalty(rule, lang),
        names(rule, book, lang),
        boundaries(rule, book, lang),
    ]
    .into_iter()
    .flatten()
    .fold(own, |text, part| format!("{text}\n\n{part}"))
}

/// The rule that judges the device which is there and dead: whoever reads here
/// that a dead device is "satisfied" must learn that it is not fine.
fn companion(rule: &Rule, book: &Book, lang: Lang) -> Option<String> {
    rule.row.safeguard.as_ref().filter(|_| !rule.companion)?;
    let mut made = book
        .rules
        .iter()
        .skip_while(|other| other.id() != rule.id());
    let id = made.nth(1).filter(|made| made.companion)?.id();
    Some(lang.pick(
        format!("- 已设置但失效、停用或者被旁路的，由 {id} 判定，同样违反。"),
        format!("A device that is there and failed, bypassed or not used is judged by {id}: that is violated too."),
    ))
}

/// What the law threatens, where something can be violated.
fn penalty(rule: &Rule, lang: Lang) -> Option<String> {
    let decides = matches!(rule.row.kind, Kind::MajorHazard | Kind::Duty);
    let penalty = rule.row.penalty.as_ref().filter(|_| decides)?;
    let text = lang.pick(&penalty.zh, &penalty.en);
    let head = lang.pick("### 罚则", "### penalty");
    Some(format!("{head}\n\n{text}"))
}

/// What the names in the predicates stand for, those inside names included.
fn names(rule: &Rule, book: &Book, lang: Lang) -> Option<String> {
    let mut asked: Vec<&str> = Vec::new();
    for predicate in rule.predicates() {
        predicate.expr.walk(&mut |expr| {
            let name = match &expr.node {
                Node::Named(named) => &named.name,
                Node::Computed(computed) => &computed.name,
                _ => return,
            };
            if !asked.contains(&name.as_str()) {
                asked.push(name);
            }
        });
    }
    let lines: Vec<String> = asked
        .into_iter()
        .filter_map(|name| {
            let (title, stands_for) = match book.names.get(name)? {
                Named::Condition { title, text, .. } => {
                    let words: Vec<&str> = text.split_whitespace().collect();
                    (title, format!("`{}`", words.join(" ")))
                }
                Named::Computed { title, .. } => {
                    (title, lang.pick("由程序计算", "computed").to_owned())
                }
            };
            let title = lang.pick(&title.zh, &title.en);
            let colon = lang.pick("：", ": ");
            Some(format!("- `{name}` {title}{colon}{stands_for}"))
        })
        .collect();
    let head = lang.pick("### 用语", "### names");
    (!lines.is_empty()).then(|| format!("{head}\n\n{}", lines.join("\n")))
}

/// The boundary values as a table, each with the example that it changes.
fn boundaries(rule: &Rule, book: &Book, lang: Lang) -> Option<String> {
    if rule.row.boundary.is_empty() {
        return None;
    }
    let mut rows = vec![
        lang.pick(
            ["事实", "取值", "结论", "其余同"],
            ["fact", "value", "outcome", "otherwise as"],
        )
        .map(str::to_owned),
    ];
    for boundary in &rule.row.boundary {
        let checker = book.checker();
        let Ok((_, field)) = boundary::path(rule, boundary.fact.get_ref(), &checker, &rule.place)
        else {
            continue;
        };
        let mut fact = lang.pick(&field.title_zh, &field.title_en).clone();
        let unit = unit(&field.unit, lang);
        if !unit.is_empty() {
            fact.push_str(&lang.pick(format!("（{unit}）"), format!(" ({unit})")));
        }
        let example = boundary::example(rule, boundary)
            .map(|at| format!("{} {}", lang.pick("例", "example"), at + 1))
            .unwrap_or_default();
        for (value, outcome) in cases(boundary, field) {
            rows.push([
                std::mem::take(&mut fact),
                shown(value, field, lang),
                said(outcome, lang).to_owned(),
                example.clone(),
            ]);
        }
    }
    let head = lang.pick("### 界限值", "### boundary values");
    Some(format!("{head}\n\n{}", table(&rows)))
}

/// The cases of a boundary: numbers by size, words as in the schema, unknown last.
fn cases<'b>(boundary: &'b Boundary, field: &Field) -> Vec<(&'b str, Outcome)> {
    let place = |value: &str| {
        let number = value.parse::<Decimal>().unwrap_or_default();
        let word = field.words.iter().flatten().position(|word| word == value);
        (value == "unknown", value == "none", word, number)
    };
    let mut cases: Vec<(&str, Outcome)> = boundary
        .cases
        .iter()
        .filter_map(|(value, outcome)| Some((value.as_str(), Outcome::named(outcome.as_str()?)?)))
        .collect();
    cases.sort_by(|(a, _), (b, _)| place(a).cmp(&place(b)).then_with(|| a.cmp(b)));
    cases
}

fn shown(value: &str, field: &Field, lang: Lang) -> String {
    if let Some(means) = field.meanings.get(value) {
        let means = lang.pick(&means.zh, &means.en);
        return if means == value {
            value.to_owned()
        } else {
            lang.pick(format!("{means}（{value}）"), format!("{means} ({value})"))
        };
    }
    match (value, &field.ty) {
        ("unknown", _) => lang.pick("未填", "not filed"),
        ("none", _) if field.none => lang.pick("没有", "none"),
        ("true", Ty::Bool) => lang.pick("是", "yes"),
        ("false", Ty::Bool) => lang.pick("否", "no"),
        _ => value,
    }
    .to_owned()
}

fn unit(unit: &str, lang: Lang) -> &str {
    let zh = match unit {
        "persons" => "人",
        "yuan" => "元",
        "years" => "年",
        "months" => "个月",
        "days" => "天",
        "h" => "小时",
        "min" => "分钟",
        other => other,
    };
    lang.pick(zh, unit)
}

fn said(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Violated => lang.pick("违反", "violated"),
        Outcome::Undetermined => lang.pick("无法判定", "undetermined"),
        Outcome::Satisfied => lang.pick("符合", "satisfied"),
        Outcome::NotApplicable => lang.pick("不适用", "not applicable"),
    }
}

/// A table of Markdown whose columns stand below each other in plain text too.
/// The first row is its head.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())))
                .collect();
            format!("| {} |", cells.join(" | "))
        })
        .collect();
    let rule = widths.map(|width| "-".repeat(width + 2));
    lines.insert(1.min(lines.len()), format!("|{}|", rule.join("|")));
    lines.join("\n")
}
