//! What is undetermined, by the fact that is missing: one missing fact is one
//! block, however many rules wait for it.

use anjian_model::{Finding, Verdict};
use annotate_snippets::Level;

use super::Human;
use super::snippet;
use crate::assemble::item_name;
use crate::formats::{Lang, names};
use crate::waiting::{Block, blocks};
use crate::{Checked, Checker};

/// Items, or rules with their titles, that a block names.
const MAX_NAMED: usize = 8;

/// Rules that a block names by their ids alone; the rest is counted.
const MAX_IDS: usize = 64;

impl Human {
    pub(super) fn missing(
        &self,
        checker: &Checker,
        checked: &Checked<'_>,
        findings: &[&Finding],
        out: &mut Vec<u8>,
    ) {
        let lang = self.lang;
        for block in blocks(findings.iter().copied()) {
            let mut title = lang.pick(
                format!("缺少「{}」", block.title.zh),
                format!("{} is missing", block.title.en),
            );
            let items = items(&block, lang);
            if !items.is_empty() {
                let names = named(items, MAX_NAMED, lang.pick("、", ", "), lang);
                title.push_str(&lang.pick(format!("（{names}）"), format!(" ({names})")));
            }
            let level = if blocked(&block) == Verdict::Compliant {
                Level::NOTE
            } else {
                Level::WARNING
            };
            let mut group = level
                .with_name(lang.pick("无法判定", "undetermined"))
                .primary_title(title)
                .id(block.pattern.as_str())
                .elements(checked.document.as_ref().map(|document| {
                    let at = document.nearest(block.first);
                    snippet::origin(checked, document, document.span(at).start)
                }));
            let count = block.rules.len();
            let ids = block.rules.iter().map(|finding| finding.rule.as_str());
            let rules = if count > MAX_NAMED {
                let ids = ids.map(str::to_owned).collect();
                named(ids, MAX_IDS, lang.pick("、", ", "), lang)
            } else {
                let titled = ids.map(|id| {
                    let title = checker.rule(id).map(|(_, rule)| lang.of(&rule.title));
                    format!("{id} {}", title.unwrap_or_default())
                });
                titled.collect::<Vec<_>>().join(lang.pick("；", "; "))
            };
            let waiting = lang.pick(format!("{count} 条规则"), names::rules(count));
            group = group.element(
                Level::NOTE
                    .with_name(lang.pick("涉及", "waiting"))
                    .message(format!("{waiting}{}{rules}", lang.pick("：", ": "))),
            );
            self.write(out, &[group]);
        }
    }
}

/// The gravest verdict that waits for the fact.
fn blocked(block: &Block<'_>) -> Verdict {
    let verdicts = block.rules.iter().map(|finding| finding.verdict());
    verdicts.min().unwrap_or(Verdict::Compliant)
}

/// The items that wait. A fact of the section is missing once, whatever items
/// wait for it.
fn items(block: &Block<'_>, lang: Lang) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    if block.pattern.contains('*') {
        let items = block
            .findings
            .iter()
            .filter_map(|found| found.item.as_ref());
        for item in items {
            let name = lang.of(&item_name(item)).to_owned();
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Names up to a number; the rest is counted.
pub(super) fn named(mut names: Vec<String>, most: usize, between: &str, lang: Lang) -> String {
    let all = names.len();
    names.truncate(most);
    let mut text = names.join(between);
    if all > most {
        text.push_str(&lang.pick(format!(" 等 {all} 项"), format!(" and {} more", all - most)));
    }
    text
}
