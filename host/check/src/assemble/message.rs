//! Findings in a sentence.

use anjian_model::{Item, Missing, Outcome, Rule, Text};

/// What an item is called in a sentence.
pub(crate) fn item_name(item: &Item) -> Text {
    if let Some(name) = &item.name {
        return Text {
            zh: name.clone(),
            en: name.clone(),
        };
    }
    let last = item.pointer.rsplit('/').next().unwrap_or_default();
    match last.parse::<u64>() {
        Ok(n) => Text {
            zh: format!("第 {} 项", n + 1),
            en: format!("entry {}", n + 1),
        },
        Err(_) => Text {
            zh: last.to_owned(),
            en: last.to_owned(),
        },
    }
}

/// What a finding says, in both languages.
pub(super) fn message(
    rule: &Rule,
    outcome: Outcome,
    item: Option<&Item>,
    reason: Option<&Text>,
    missing: &[Missing],
) -> Text {
    let mut zh = rule.title.zh.clone();
    let mut en = rule.title.en.clone();
    if let Some(item) = item {
        let name = item_name(item);
        zh.push_str(&format!("（{}）", name.zh));
        en.push_str(&format!(" ({})", name.en));
    }
    if outcome == Outcome::Undetermined {
        zh = format!("无法判定：{zh}");
        en = format!("cannot be decided: {en}");
    }
    if !missing.is_empty() {
        zh.push_str(&format!(
            "；缺少：{}",
            titles(missing, |text| &text.zh).join("、")
        ));
        en.push_str(&format!(
            "; missing: {}",
            titles(missing, |text| &text.en).join(", ")
        ));
    }
    if let Some(reason) = reason {
        zh.push_str(&format!("；{}", reason.zh));
        en.push_str(&format!("; {}", reason.en));
    }
    Text { zh, en }
}

fn titles(missing: &[Missing], language: impl Fn(&Text) -> &String) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    for fact in missing {
        let title = language(&fact.title).as_str();
        if !all.contains(&title) {
            all.push(title);
        }
    }
    all
}
