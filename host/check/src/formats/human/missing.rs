//! What is undetermined, by the fact that is missing: one missing fact is one
//! block, however many rules wait for it.

use anjian_model::{Finding, Text};
use annotate_snippets::Level;

use super::Human;
use super::snippet;
use crate::assemble::item_name;
use crate::{Checked, Checker};

/// Rules or items that a block names; the rest is counted.
const MAX_NAMED: usize = 8;

/// One fact, over all items of a list.
struct Block<'f> {
    /// The pointer with `*` for list positions.
    pattern: String,
    first: &'f str,
    title: &'f Text,
    items: Vec<Text>,
    rules: Vec<&'f Finding>,
}

impl Human {
    pub(super) fn missing(
        &self,
        checker: &Checker,
        checked: &Checked<'_>,
        findings: &[&Finding],
        out: &mut Vec<u8>,
    ) {
        let lang = self.lang;
        for block in blocks(findings) {
            let mut title = lang.pick(
                format!("缺少「{}」", block.title.zh),
                format!("{} is missing", block.title.en),
            );
            if !block.items.is_empty() {
                let names = block.items.iter().map(|name| lang.of(name).to_owned());
                let names = named(names.collect(), lang.pick("、", ", "), lang);
                title.push_str(&lang.pick(format!("（{names}）"), format!(" ({names})")));
            }
            let level = Level::WARNING.with_name(lang.pick("无法判定", "undetermined"));
            let mut group = level
                .primary_title(title)
                .id(block.pattern.as_str())
                .elements(checked.document.as_ref().map(|document| {
                    let at = document.nearest(block.first);
                    snippet::origin(checked, document, document.span(at).start)
                }));
            let count = block.rules.len();
            let rules = block.rules.iter().map(|finding| {
                let title = checker.rule(&finding.rule).map(|(_, rule)| &rule.title);
                let title = title.map_or("", |title| lang.of(title));
                format!("{} {title}", finding.rule)
            });
            let rules = named(rules.collect(), lang.pick("；", "; "), lang);
            let waiting = lang.pick(format!("{count} 条规则"), format!("{count} rules"));
            group = group.element(
                Level::NOTE
                    .with_name(lang.pick("涉及", "waiting"))
                    .message(format!("{waiting}{}{rules}", lang.pick("：", ": "))),
            );
            self.write(out, &[group]);
        }
    }
}

fn blocks<'f>(findings: &[&'f Finding]) -> Vec<Block<'f>> {
    let mut blocks: Vec<Block<'f>> = Vec::new();
    for finding in findings {
        for fact in &finding.missing {
            let pattern = pattern(&fact.pointer);
            let at = blocks.iter().position(|block| block.pattern == pattern);
            let block = match at.and_then(|at| blocks.get_mut(at)) {
                Some(block) => block,
                None => {
                    blocks.push(Block {
                        pattern,
                        first: &fact.pointer,
                        title: &fact.title,
                        items: Vec::new(),
                        rules: Vec::new(),
                    });
                    let Some(block) = blocks.last_mut() else {
                        continue;
                    };
                    block
                }
            };
            // A fact of the section is missing once, whatever items wait for it.
            if let Some(item) = &finding.item
                && block.pattern.contains('*')
            {
                let name = item_name(item);
                if !block.items.contains(&name) {
                    block.items.push(name);
                }
            }
            if block.rules.iter().all(|other| other.rule != finding.rule) {
                block.rules.push(finding);
            }
        }
    }
    blocks
}

fn pattern(pointer: &str) -> String {
    let parts: Vec<&str> = pointer
        .split('/')
        .map(|part| {
            let position = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            if position { "*" } else { part }
        })
        .collect();
    parts.join("/")
}

fn named(mut names: Vec<String>, between: &str, lang: crate::formats::Lang) -> String {
    let all = names.len();
    names.truncate(MAX_NAMED);
    let mut text = names.join(between);
    if all > MAX_NAMED {
        text.push_str(&lang.pick(
            format!(" 等 {all} 项"),
            format!(" and {} more", all - MAX_NAMED),
        ));
    }
    text
}
