//! What breaks a schema, in the words of the one who filed it.

use anjian_model::{Problem, ProblemLevel, Text};
use jsonschema::error::{TypeKind, ValidationErrorKind as Break};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::titles::{self, Part};
use crate::intake::{Document, Index, Kind, escape, tokens};
use crate::words::short;

/// Words to choose from that a message lists; more are in the schema.
const MAX_WORDS: usize = 12;

/// What one break of a schema comes to.
pub(super) struct Said {
    pub(super) problems: Vec<Problem>,
    /// The value that must not be judged.
    pub(super) blank: Option<Index>,
}

/// Explains an error of the value at `base`.
pub(super) fn explain(
    document: &Document<'_>,
    whole: Part<'_>,
    base: &str,
    error: &ValidationError<'_>,
) -> Said {
    let inside = error.instance_path().as_str();
    let pointer = format!("{base}{inside}");
    let Some(at) = document.find(&pointer) else {
        return Said {
            problems: Vec::new(),
            blank: None,
        };
    };
    // Refused already when it was read: one problem for one value.
    if document.is_blanked(at) {
        return Said {
            problems: Vec::new(),
            blank: None,
        };
    }
    let part = tokens(inside).try_fold(whole, |part, token| part.child(&token));
    if let Break::AdditionalProperties { unexpected } = error.kind() {
        let problems = unexpected
            .iter()
            .map(|name| unknown_member(document, part, &pointer, name))
            .collect();
        return Said {
            problems,
            blank: None,
        };
    }
    let title = titles::title(whole, tokens(inside)).unwrap_or_else(|| Text {
        zh: "申报".to_owned(),
        en: "the filing".to_owned(),
    });
    let found = found(document, at);
    let (code, blank, message) = match error.kind() {
        Break::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let member = part.and_then(|part| part.child(name)?.title());
            let member = member.unwrap_or_default();
            let message = Text {
                zh: format!(
                    "「{title}」缺少必填的 {name}（{member}）",
                    title = title.zh,
                    member = member.zh
                ),
                en: format!(
                    "{title} lacks {name} ({member}), which is required",
                    title = title.en,
                    member = member.en
                ),
            };
            ("missing_member", None, message)
        }
        kind => {
            let (code, expected) = expected(kind, part, error, document, at);
            let message = Text {
                zh: format!("「{}」应为{}，实为 {found}", title.zh, spaced(&expected.zh)),
                en: format!("{}: expected {}, found {found}", title.en, expected.en),
            };
            (code, Some(at), message)
        }
    };
    let place = document.place(at);
    Said {
        problems: vec![Problem {
            code: code.to_owned(),
            level: ProblemLevel::Error,
            message,
            pointer: Some(pointer),
            line: Some(place.line),
            column: Some(place.column),
        }],
        blank,
    }
}

/// Latin letters keep a blank from the Chinese before them.
fn spaced(zh: &str) -> String {
    let latin = zh.starts_with(|c: char| c.is_ascii_alphanumeric());
    format!("{}{zh}", if latin { " " } else { "" })
}

fn found(document: &Document<'_>, at: Index) -> String {
    match document.kind(at) {
        Kind::Array => "[…]".to_owned(),
        Kind::Object => "{…}".to_owned(),
        _ => short(document.raw(at)),
    }
}

fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

fn expected(
    kind: &Break,
    part: Option<Part<'_>>,
    error: &ValidationError<'_>,
    document: &Document<'_>,
    at: Index,
) -> (&'static str, Text) {
    let bound = |zh: &str, sign: &str, limit: &Value| {
        (
            "out_of_bounds",
            both(
                format!("{zh} {limit} 的数"),
                format!("a number {sign} {limit}"),
            ),
        )
    };
    match kind {
        Break::Type { kind } => ("wrong_type", types(kind, document, at)),
        Break::Enum { options } => ("unknown_word", words(options, part)),
        Break::Constant { expected_value } => (
            "unknown_word",
            both(expected_value.to_string(), expected_value.to_string()),
        ),
        Break::Format { format } => ("bad_format", format_words(format)),
        Break::Minimum { limit } => bound("不小于", ">=", limit),
        Break::Maximum { limit } => bound("不大于", "<=", limit),
        Break::ExclusiveMinimum { limit } => bound("大于", ">", limit),
        Break::ExclusiveMaximum { limit } => bound("小于", "<", limit),
        Break::Pattern { pattern } => (
            "bad_format",
            both(
                format!("符合 {pattern} 的文字"),
                format!("text that matches {pattern}"),
            ),
        ),
        Break::MinLength { limit: 1 } => ("bad_format", both("非空文字", "text that is not empty")),
        Break::MinLength { limit } => (
            "bad_format",
            both(
                format!("至少 {limit} 个字符"),
                format!("at least {limit} characters"),
            ),
        ),
        Break::MaxLength { limit } => (
            "bad_format",
            both(
                format!("至多 {limit} 个字符"),
                format!("at most {limit} characters"),
            ),
        ),
        Break::MinItems { limit } => (
            "out_of_bounds",
            both(
                format!("至少 {limit} 项"),
                format!("at least {limit} entries"),
            ),
        ),
        Break::MaxItems { limit } => (
            "out_of_bounds",
            both(
                format!("至多 {limit} 项"),
                format!("at most {limit} entries"),
            ),
        ),
        Break::UniqueItems => (
            "repeated_entry",
            both("各不相同的列表", "a list without repeats"),
        ),
        other => (
            "breaks_schema",
            both(
                format!("满足 {}（{error}）", other.keyword()),
                format!("what `{}` asks ({error})", other.keyword()),
            ),
        ),
    }
}

fn types(kind: &TypeKind, document: &Document<'_>, at: Index) -> Text {
    let mut wanted: Vec<JsonType> = match kind {
        TypeKind::Single(one) => vec![*one],
        TypeKind::Multiple(set) => set.into_iter().collect(),
    };
    let nullable = wanted.contains(&JsonType::Null);
    wanted.retain(|one| *one != JsonType::Null);
    let name = |one: &JsonType| match one {
        JsonType::Boolean => ("true 或 false", "true or false"),
        JsonType::Integer => ("整数", "an integer"),
        JsonType::Number => ("数字", "a number"),
        JsonType::String => ("文字", "text"),
        JsonType::Array => ("列表", "a list"),
        JsonType::Object => ("对象", "an object"),
        JsonType::Null => ("null", "null"),
    };
    let mut zh = wanted
        .iter()
        .map(|one| name(one).0)
        .collect::<Vec<_>>()
        .join("或");
    let mut en = wanted
        .iter()
        .map(|one| name(one).1)
        .collect::<Vec<_>>()
        .join(" or ");
    let quoted_number = wanted
        .iter()
        .any(|one| matches!(one, JsonType::Number | JsonType::Integer))
        && document
            .string(at)
            .is_some_and(|text| text.trim().parse::<f64>().is_ok());
    if quoted_number {
        zh.push_str("（去掉引号）");
        en.push_str(" (without the quotes)");
    } else if nullable {
        zh.push_str("（未知时写 null）");
        en.push_str(" (null where it is unknown)");
    }
    both(zh, en)
}

fn words(options: &Value, part: Option<Part<'_>>) -> Text {
    let mut zh = Vec::new();
    let mut en = Vec::new();
    let all = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let known: Vec<&Value> = all.iter().filter(|option| !option.is_null()).collect();
    for option in known.iter().take(MAX_WORDS) {
        let meaning = option.as_str().and_then(|word| part?.word(word));
        match meaning {
            Some(text) => {
                zh.push(format!("{option}（{}）", text.zh));
                en.push(format!("{option} ({})", text.en));
            }
            None => {
                zh.push(option.to_string());
                en.push(option.to_string());
            }
        }
    }
    let more = if known.len() > MAX_WORDS {
        "、…"
    } else {
        ""
    };
    let more_en = if known.len() > MAX_WORDS { ", …" } else { "" };
    both(
        format!("其中之一：{}{more}", zh.join("、")),
        format!("one of {}{more_en}", en.join(", ")),
    )
}

fn format_words(format: &str) -> Text {
    let none = format.ends_with("-or-none");
    let (zh, en) = match format.trim_end_matches("-or-none") {
        "date" => (
            "日历上存在的日期 YYYY-MM-DD",
            "a date of the calendar, YYYY-MM-DD",
        ),
        "date-time-local" => (
            "日历上存在的日期和时间 YYYY-MM-DDTHH:MM",
            "a date of the calendar with time, YYYY-MM-DDTHH:MM",
        ),
        other => return both(format!("格式 {other}"), format!("the format {other}")),
    };
    if none {
        both(
            format!("{zh}，或 \"none\"（没有）"),
            format!("{en}, or \"none\" (there is none)"),
        )
    } else {
        both(zh, en)
    }
}

fn unknown_member(
    document: &Document<'_>,
    part: Option<Part<'_>>,
    object: &str,
    name: &str,
) -> Problem {
    let pointer = format!("{object}/{}", escape(name));
    let known = part.and_then(Part::properties);
    let near = known.and_then(|known| nearest(name, known.keys().map(String::as_str)));
    let (zh, en) = match near {
        Some(near) => {
            let title = part
                .and_then(|part| part.child(near)?.title())
                .unwrap_or_default();
            (
                format!("；是否指“{near}”（{}）？", title.zh),
                format!("; did you mean \"{near}\" ({})?", title.en),
            )
        }
        None => (String::new(), String::new()),
    };
    let place = document.find(&pointer).map(|at| document.place(at));
    Problem {
        code: "unknown_member".to_owned(),
        level: ProblemLevel::Warning,
        message: Text {
            zh: format!("成员“{}”不在模式中，未被检查{zh}", short(name)),
            en: format!(
                "member \"{}\" is not in the schema and was not checked{en}",
                short(name)
            ),
        },
        pointer: Some(pointer),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
    }
}

/// The known name that a mistyped one most likely means.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // One slip in three letters still reads as the same word.
    let most = (name.chars().count() / 3).max(1);
    known
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, other)| other)
}
