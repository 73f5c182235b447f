//! What a fact should have been, in the words of the form.

use anjian_model::Text;

use crate::formats::Lang;
use crate::schema::Fact;

/// The meaning of a word to choose from; what is no such word stays.
fn word<'w>(lang: Lang, fact: &'w Fact, word: &'w str) -> &'w str {
    let known = fact.words.iter().find(|(known, _)| known == word);
    known.map_or(word, |(_, text): &(String, Text)| lang.of(text))
}

/// What a filed value means, where the form has it as a word to choose from.
pub(super) fn meaning<'w>(lang: Lang, fact: &'w Fact, value: &str) -> Option<&'w str> {
    let filed = value.strip_prefix('"')?.strip_suffix('"')?;
    let (_, text) = fact.words.iter().find(|(known, _)| known == filed)?;
    Some(lang.of(text))
}

/// `expected` as plugins write it, with signs that need no language, as a
/// clause that follows the name of the fact.
pub(super) fn clause(lang: Lang, fact: &Fact, expected: &str) -> String {
    let (sign, rest) = expected.split_once(' ').unwrap_or(("", expected));
    let list = |rest: &str| {
        let words = rest.trim_start_matches('{').trim_end_matches('}');
        let words: Vec<&str> = words.split(", ").map(|one| word(lang, fact, one)).collect();
        words.join(lang.pick("、", ", "))
    };
    let unit = if rest.parse::<f64>().is_ok() && !fact.unit.is_empty() {
        format!(" {}", fact.unit)
    } else {
        String::new()
    };
    match (sign, rest) {
        ("", "true") => lang.pick("应为 true（是）", "should be true").to_owned(),
        ("", "false") => lang.pick("应为 false（否）", "should be false").to_owned(),
        ("≠", "none") => lang.pick("不应为“无”", "should not be none").to_owned(),
        ("", "none") => lang.pick("应为“无”", "should be none").to_owned(),
        ("≠", _) => format!(
            "{}{}{unit}",
            lang.pick("不应为", "should not be "),
            word(lang, fact, rest)
        ),
        ("=", _) => format!(
            "{}{}{unit}",
            lang.pick("应为", "should be "),
            word(lang, fact, rest)
        ),
        ("∈", _) => match lang {
            Lang::Zh => format!("应为其中之一：{}", list(rest)),
            Lang::En => format!("should be one of: {}", list(rest)),
        },
        ("∉", _) => format!("{}{}", lang.pick("不应为", "should not be "), list(rest)),
        ("∋", _) => format!("{}{}", lang.pick("应含", "should contain "), list(rest)),
        ("∌", _) => format!(
            "{}{}",
            lang.pick("不应含", "should not contain "),
            list(rest)
        ),
        ("≥" | "≤" | "<" | ">", _) => {
            format!("{}{sign} {rest}{unit}", lang.pick("应 ", "should be "))
        }
        _ => format!("{}{expected}", lang.pick("应满足 ", "should satisfy ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact() -> Fact {
        let text = |zh: &str, en: &str| Text {
            zh: zh.into(),
            en: en.into(),
        };
        Fact {
            title: text("报警装置", "alarm"),
            unit: "m".into(),
            words: vec![
                ("absent".into(), text("未设置", "absent")),
                ("failed".into(), text("失效", "out of order")),
            ],
        }
    }

    #[test]
    fn clauses() {
        let check = |expected: &str, zh: &str, en: &str| {
            assert_eq!(clause(Lang::Zh, &fact(), expected), zh);
            assert_eq!(clause(Lang::En, &fact(), expected), en);
        };
        check("true", "应为 true（是）", "should be true");
        check("≠ absent", "不应为未设置", "should not be absent");
        check("= failed", "应为失效", "should be out of order");
        check(
            "∉ {absent, failed}",
            "不应为未设置、失效",
            "should not be absent, out of order",
        );
        check("∋ absent", "应含未设置", "should contain absent");
        check("≥ 500", "应 ≥ 500 m", "should be ≥ 500 m");
        check("≠ 0", "不应为0 m", "should not be 0 m");
        check("≠ none", "不应为“无”", "should not be none");
        check(
            "a + months(3) ≥ 2026-01-01",
            "应满足 a + months(3) ≥ 2026-01-01",
            "should satisfy a + months(3) ≥ 2026-01-01",
        );
        check("≥ 2026-01-01", "应 ≥ 2026-01-01", "should be ≥ 2026-01-01");
    }

    #[test]
    fn meanings() {
        assert_eq!(meaning(Lang::Zh, &fact(), "\"failed\""), Some("失效"));
        assert_eq!(meaning(Lang::Zh, &fact(), "12"), None);
    }
}
