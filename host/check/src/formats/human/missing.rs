//! What is undetermined, by the fact that is missing: one missing fact is one
//! block, however many rules wait for it.

use std::cmp::Reverse;

use anjian_model::{Finding, Text, Verdict};
use annotate_snippets::Level;

use super::Human;
use super::snippet;
use crate::assemble::item_name;
use crate::formats::Lang;
use crate::{Checked, Checker};

/// Items, or rules with their titles, that a block names.
const MAX_NAMED: usize = 8;

/// Rules that a block names by their ids alone; the rest is counted.
const MAX_IDS: usize = 64;

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
                let names = named(names.collect(), MAX_NAMED, lang.pick("、", ", "), lang);
                title.push_str(&lang.pick(format!("（{names}）"), format!(" ({names})")));
            }
            let level = if block.blocked() == Verdict::Compliant {
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

impl Block<'_> {
    /// The gravest verdict that waits for the fact.
    fn blocked(&self) -> Verdict {
        let verdicts = self.rules.iter().map(|finding| finding.verdict());
        verdicts.min().unwrap_or(Verdict::Compliant)
    }

    /// How much waits for the fact: rules that decide, and all rules.
    fn weight(&self) -> (usize, usize) {
        let deciding = |finding: &&&Finding| finding.verdict() != Verdict::Compliant;
        (self.rules.iter().filter(deciding).count(), self.rules.len())
    }
}

/// The facts for which most rules wait come first: they are the root causes.
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
    blocks.sort_by_key(|block| Reverse(block.weight()));
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

#[cfg(test)]
mod tests {
    use anjian_model::{Finding, Kind, Missing, Outcome};

    use super::blocks;
    use crate::double;

    fn finding(rule: &str, kind: Kind, missing: &[&str]) -> Finding {
        let stated = double::rule(rule);
        let missing = missing.iter().map(|&pointer| Missing {
            pointer: pointer.to_owned(),
            title: double::text("事实", "fact"),
        });
        Finding {
            rule: stated.id,
            outcome: Outcome::Undetermined,
            kind,
            severity: stated.severity,
            instrument: stated.instrument,
            clause: stated.clause,
            confidence: stated.confidence,
            item: None,
            message: stated.title,
            tolerated: None,
            evidence: Vec::new(),
            missing: missing.collect(),
        }
    }

    #[test]
    fn what_most_rules_wait_for_comes_first() {
        let findings = [
            finding("t/1", Kind::Duty, &["/s/one"]),
            finding("t/2", Kind::Advice, &["/s/advised"]),
            finding("t/3", Kind::Advice, &["/s/advised"]),
            finding("t/4", Kind::Duty, &["/s/list", "/s/one"]),
            finding("t/5", Kind::Duty, &["/s/list"]),
            finding("t/5", Kind::Duty, &["/s/list"]),
            finding("t/6", Kind::Advice, &["/s/list"]),
            finding("t/7", Kind::Duty, &["/s/units/0/esd"]),
            finding("t/7", Kind::Duty, &["/s/units/1/esd"]),
        ];
        let shown: Vec<String> = blocks(&findings.iter().collect::<Vec<_>>())
            .iter()
            .map(|block| {
                let rules: Vec<&str> = block.rules.iter().map(|found| &*found.rule).collect();
                format!("{} {}", block.pattern, rules.join(" "))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "/s/list t/4 t/5 t/6",
                "/s/one t/1 t/4",
                "/s/units/*/esd t/7",
                "/s/advised t/2 t/3",
            ]
        );
    }
}
