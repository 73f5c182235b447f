//! `anjian explain`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use anjian_check::formats::{Lang, names};
use anjian_check::intake::{self, Document, Kind};
use anjian_check::schema::nearest;
use anjian_check::{Checker, Judge, Options, natural};
use anjian_model::{Confidence, Example, Instrument, Page, Rule};
use unicode_width::UnicodeWidthStr;

use crate::args::ExplainArgs;
use crate::exit::{Error, Status};
use crate::hand::Hand;
use crate::output::Progress;
use crate::rules::{cite, in_force};

/// Rules that are offered when there is none of that id.
const MAX_NEAR: usize = 8;

pub fn run(args: &ExplainArgs) -> Result<Status, Error> {
    let lang = args.lang.get();
    let progress = Progress::new(lang);
    let hand = Hand::load(&args.plugins.folders, None, Options::default(), &progress)?;
    progress.done();
    let checker = &hand.checker;
    let asked = asked(checker, &args.rule);
    if asked.is_empty() {
        return Err(Error::UnknownRule {
            id: args.rule.clone(),
            near: near(checker, &args.rule),
        });
    }
    let mut text = String::new();
    if asked.len() > 1 {
        list(&args.rule, &asked, lang, &mut text);
    }
    for (judge, rule) in &asked {
        if asked.len() > 1 {
            let _ = writeln!(text, "\n{}\n", "─".repeat(LINE));
        }
        text.push_str(&page(checker, judge, rule, lang)?);
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

/// Columns of the line between two pages.
const LINE: usize = 72;

/// The rule of that id, or the rules of a clause or article with those of the
/// devices that they demand: `order10/5.6` stands for 5.6a to 5.6e and for
/// 14-5.6a to 14-5.6e.
fn asked<'c>(checker: &'c Checker, id: &str) -> Vec<(&'c Arc<dyn Judge>, &'c Rule)> {
    if let Some(found) = checker.rule(id) {
        return vec![found];
    }
    let Some((instrument, clause)) = id.split_once('/') else {
        return Vec::new();
    };
    let clause = clause.trim_end_matches('.');
    let begins = |part: &str| {
        let rest = part.strip_prefix(clause);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let is_rule = |own: &str| checker.rule(&format!("{instrument}/{own}")).is_some();
    let of_clause = |rule: &Rule| {
        let own = rule.id.strip_prefix(instrument);
        own.and_then(|own| own.strip_prefix('/'))
            .is_some_and(|own| {
                let demanding = own.split_once('-').map(|(_, demanding)| demanding);
                begins(own) || demanding.is_some_and(|id| begins(id) && is_rule(id))
            })
    };
    let all = checker
        .rules()
        .map(|(judge, enrolled)| (judge, &enrolled.rule));
    match clause {
        "" => Vec::new(),
        _ => all.filter(|(_, rule)| of_clause(rule)).collect(),
    }
}

/// What follows, so that a reader of many pages knows what to look for.
fn list(id: &str, asked: &[(&Arc<dyn Judge>, &Rule)], lang: Lang, text: &mut String) {
    let count = asked.len();
    let head = lang.pick(
        format!("{id}：{count} 条规则"),
        format!("{id}: {}", names::rules(count)),
    );
    let _ = writeln!(text, "{head}\n");
    let widest = asked.iter().map(|(_, rule)| rule.id.width()).max();
    for (_, rule) in asked {
        let fill = " ".repeat(widest.unwrap_or(0) - rule.id.width());
        let _ = writeln!(text, "  {}{fill}  {}", rule.id, lang.of(&rule.title));
    }
}

/// The page of one rule.
fn page(
    checker: &Checker,
    judge: &Arc<dyn Judge>,
    rule: &Rule,
    lang: Lang,
) -> Result<String, Error> {
    let description = judge.description();
    let page = judge.explain(&rule.id).map_err(|cause| Error::Explain {
        plugin: description.id.clone(),
        cause,
    })?;
    let instrument = description
        .instruments
        .iter()
        .find(|instrument| instrument.key == rule.instrument);
    let body = page.as_ref().map_or("", |page| lang.of(&page.body));
    // What the build adds to a page stands below headings; its author's text has none.
    let (asks, added) = body
        .find("\n### ")
        .map_or((body, ""), |at| body.split_at(at));
    let mut text = head(rule, instrument, lang);
    let _ = write!(text, "\n{}\n", asks.trim_end());
    facts(checker, rule, lang, &mut text);
    if let Some(page) = &page {
        predicates(page, lang, &mut text);
        let _ = writeln!(text, "{}", added.replace("### ", ""));
        for (number, example) in (1..).zip(&page.examples) {
            Shown { checker, lang }.example(number, example, &mut text);
        }
    }
    Ok(text)
}

/// What begins like the id comes first, the longer alike the earlier; a slip in
/// the instrument's key is found too.
fn near(checker: &Checker, id: &str) -> String {
    let all: Vec<&str> = checker
        .rules()
        .map(|(_, enrolled)| enrolled.rule.id.as_str())
        .collect();
    let alike = |other: &str| {
        id.bytes()
            .zip(other.bytes())
            .take_while(|(a, b)| a == b)
            .count()
    };
    let key = id.find('/').map_or(id.len(), |at| at + 1);
    let mut near: Vec<&str> = all
        .iter()
        .copied()
        .filter(|other| alike(other) >= key)
        .collect();
    near.sort_by(|a, b| alike(b).cmp(&alike(a)).then_with(|| natural(a, b)));
    if near.first().is_none_or(|best| alike(best) == key)
        && let Some(close) = nearest(id, all.iter().copied())
    {
        near.retain(|other| *other != close);
        near.insert(0, close);
    }
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
        let cited = cite(found, lang);
        let between = lang.pick("", ", ");
        row(
            lang.pick("依据", "basis"),
            &format!("{cited}{between}{}", rule.clause),
        );
        row(lang.pick("发布", "issuer"), &found.issuer);
    }
    let what = [
        names::kind(rule.kind, lang),
        names::severity(rule.severity, lang),
    ];
    row(lang.pick("性质", "kind"), &what.join(lang.pick("，", ", ")));
    let mut confidence = names::confidence(rule.confidence, lang).to_owned();
    confidence.push_str(match rule.confidence {
        Confidence::High => "",
        Confidence::Medium => lang.pick(
            "，须与官方文本核对",
            ", to be compared with the official text",
        ),
        Confidence::Unverified => lang.pick("，不单独构成违反", ", never a violation of its own"),
    });
    row(lang.pick("可信度", "confidence"), &confidence);
    row(lang.pick("有效期", "in force"), &in_force(rule, lang));
    text
}

/// A fact with its unit.
fn fact_name(checker: &Checker, pointer: &str, lang: Lang) -> String {
    let fact = checker.fact(pointer);
    let title = lang.of(&fact.title);
    let unit = names::unit(&fact.unit, lang);
    match (lang, unit.is_empty()) {
        (_, true) => title.to_owned(),
        (Lang::Zh, false) => format!("{title}（{unit}）"),
        (Lang::En, false) => format!("{title} ({unit})"),
    }
}

fn facts(checker: &Checker, rule: &Rule, lang: Lang, text: &mut String) {
    if rule.facts.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{}", lang.pick("读取的事实", "facts it reads"));
    for pointer in &rule.facts {
        // Facts of an item stand below the list's.
        let indent = "  ".repeat(1 + pointer.matches("/*").count());
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let of = if pointer.starts_with("/enterprise/") {
            "enterprise."
        } else {
            ""
        };
        let title = fact_name(checker, pointer, lang);
        let _ = writeln!(text, "{indent}{title}  {of}{name}");
        let words = checker.fact(pointer).words;
        let words: Vec<String> = words
            .iter()
            .map(|(word, means)| names::word(word, lang.of(means), lang))
            .collect();
        if !words.is_empty() {
            let _ = writeln!(text, "{indent}  {}", words.join(lang.pick("；", "; ")));
        }
    }
}

fn predicates(page: &Page, lang: Lang, text: &mut String) {
    let parts = [
        (lang.pick("逐项", "each"), &page.each),
        (lang.pick("适用", "applies"), &page.applies),
        (lang.pick("违反", "violated"), &page.violated),
        (lang.pick("无法判定", "undetermined"), &page.undetermined),
    ];
    let parts = parts.iter().filter(|(_, predicate)| !predicate.is_empty());
    let width = parts.clone().map(|(name, _)| name.width()).max();
    let Some(width) = width else {
        return;
    };
    let _ = writeln!(text, "\n{}", lang.pick("判定条件", "predicates"));
    for (name, predicate) in parts {
        let mut lines = predicate.lines().map(str::trim);
        let first = lines.next().unwrap_or_default();
        let fill = " ".repeat(width - name.width());
        let _ = writeln!(text, "  {name}{fill}  {first}");
        for line in lines {
            let _ = writeln!(text, "  {}  {line}", " ".repeat(width));
        }
    }
}

/// Examples as a person reads them: each fact by its title, in the order filed.
struct Shown<'c> {
    checker: &'c Checker,
    lang: Lang,
}

impl Shown<'_> {
    fn example(&self, number: usize, example: &Example, text: &mut String) {
        let lang = self.lang;
        let colon = lang.pick("：", ": ");
        let said = names::outcome(example.outcome, lang);
        let _ = write!(
            text,
            "\n{} {number}{colon}{said}",
            lang.pick("例", "example")
        );
        if !example.missing.is_empty() {
            let missing = example.missing.iter();
            let missing: Vec<String> = missing
                .map(|pointer| fact_name(self.checker, pointer, lang))
                .collect();
            let missing = missing.join(lang.pick("、", ", "));
            let _ = write!(text, "{}{missing}", lang.pick("，缺少：", ", missing: "));
        }
        let _ = writeln!(text);
        let Ok((document, _)) = intake::read(example.filing.as_bytes(), 1) else {
            return;
        };
        for name in ["reference_date", "submission_date"] {
            let pointer = format!("/{name}");
            if let Some(at) = document.find(&pointer) {
                self.value(&document, at, &pointer, 1, text);
            }
        }
        for (parent, left_out) in [("/enterprise", "name"), ("/sections", "")] {
            let Some(object) = document.find(parent) else {
                continue;
            };
            for at in document.children(object) {
                let key = document.key(at).unwrap_or_default();
                let pointer = format!("{parent}/{key}");
                if parent == "/sections" {
                    self.members(&document, at, &pointer, 1, text);
                } else if key != left_out {
                    self.value(&document, at, &pointer, 1, text);
                }
            }
        }
    }

    fn members(
        &self,
        document: &Document<'_>,
        object: u32,
        base: &str,
        depth: usize,
        text: &mut String,
    ) {
        for at in document.children(object) {
            let key = document.key(at).unwrap_or_default();
            self.value(document, at, &format!("{base}/{key}"), depth, text);
        }
    }

    fn value(
        &self,
        document: &Document<'_>,
        at: u32,
        pointer: &str,
        depth: usize,
        text: &mut String,
    ) {
        let indent = "  ".repeat(depth);
        let title = fact_name(self.checker, pointer, self.lang);
        let items = document
            .children(at)
            .any(|item| document.kind(item) == Kind::Object);
        if !items {
            let value = self.words(document, at, pointer);
            let colon = self.lang.pick("：", ": ");
            let _ = writeln!(text, "{indent}{title}{colon}{value}");
            return;
        }
        for (number, item) in (1..).zip(document.children(at)) {
            let _ = writeln!(text, "{indent}{title} {number}");
            self.members(document, item, &format!("{pointer}/*"), depth + 1, text);
        }
    }

    /// A value, or the entries of a list of words.
    fn words(&self, document: &Document<'_>, at: u32, pointer: &str) -> String {
        let lang = self.lang;
        match document.kind(at) {
            Kind::Array if document.len(at) == 0 => lang.pick("没有", "none").to_owned(),
            Kind::Array => {
                let entries = document.children(at);
                let entries: Vec<String> = entries
                    .map(|entry| self.words(document, entry, pointer))
                    .collect();
                entries.join(lang.pick("、", ", "))
            }
            Kind::Null => lang.pick("未填", "not filed").to_owned(),
            Kind::True => lang.pick("是", "yes").to_owned(),
            Kind::False => lang.pick("否", "no").to_owned(),
            _ => {
                let word = document.string(at);
                let word = word.unwrap_or_else(|| document.raw(at).into());
                let fact = self.checker.fact(pointer);
                let means = fact.words.iter().find(|(other, _)| *other == word);
                match means {
                    Some((_, means)) => names::word(&word, lang.of(means), lang),
                    None if word == "none" => lang.pick("没有", "none").to_owned(),
                    None => word.into_owned(),
                }
            }
        }
    }
}
