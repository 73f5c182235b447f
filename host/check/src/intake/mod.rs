//! Bytes become a document with a place for every value, or a problem.
//!
//! The grammar is checked by `serde_json`. What it does not keep (the text of
//! numbers, the places of values, repeated keys) is read by [`scan`] from text
//! that is then known to be JSON, so the scanner has no grammar to get wrong.
//! `serde_json`'s own `arbitrary_precision` would keep numbers, but switches it
//! on for every crate of the build, and gives no places.

mod blank;
mod document;
mod number;
mod place;
mod scan;

use std::str;

use anjian_model::{Problem, ProblemLevel, Text};
use serde::de::IgnoredAny;

pub use document::{Children, Document, Index, Kind};
pub(crate) use document::{escape, tokens};
pub use number::{MAX_DIGITS, MAX_PLACES, is_integer};
pub use place::Place;

use scan::{Defect, Refusal};

/// Levels of lists and objects inside each other. The deepest schema of a
/// section has about ten; whoever nests deeper did not write a filing.
pub const MAX_DEPTH: usize = 64;

/// Reads a filing. `first_line` is the line of the file that the bytes start
/// at, so that places in an NDJSON stream are places in the file.
///
/// The `Ok` side may still carry problems of single values (repeated keys,
/// numbers out of range): those values are blanked and the rest can be judged.
pub fn read(bytes: &[u8], first_line: u32) -> Result<(Document<'_>, Vec<Problem>), Box<Problem>> {
    let text = utf8(bytes, first_line)?;
    if text.bytes().all(|b| b.is_ascii_whitespace()) {
        return Err(Box::new(problem(
            "empty",
            first_line,
            Some((1, 1)),
            "内容为空，没有申报可检查；请提交一个 JSON 对象",
            "the input is empty, there is no filing to check; file one JSON object",
        )));
    }
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        return Err(Box::new(syntax(text, first_line, &error)));
    }
    let (mut document, defects) = scan::scan(text, first_line)
        .map_err(|refusal| Box::new(refuse(text, first_line, refusal)))?;
    if document.kind(Document::ROOT) != Kind::Object {
        let place = document.place(Document::ROOT);
        return Err(Box::new(problem(
            "not_an_object",
            place.line,
            Some((place.line, place.column)),
            "申报应是一个 JSON 对象（以 { 开头）；多份申报请用 NDJSON，每行一份",
            "a filing is one JSON object (it starts with {); for several filings use NDJSON, one \
             on each line",
        )));
    }
    let problems = defects
        .iter()
        .map(|defect| describe(&document, defect))
        .collect();
    for defect in &defects {
        defect.blank(&mut document);
    }
    Ok((document, problems))
}

fn problem(code: &str, line: u32, place: Option<(u32, u32)>, zh: &str, en: &str) -> Problem {
    Problem {
        code: code.to_owned(),
        level: ProblemLevel::Error,
        message: Text {
            zh: zh.to_owned(),
            en: en.to_owned(),
        },
        pointer: None,
        line: Some(place.map_or(line, |(line, _)| line)),
        column: place.map(|(_, column)| column),
    }
}

fn utf8(bytes: &[u8], first_line: u32) -> Result<&str, Box<Problem>> {
    // Editors on Windows write a byte order mark; RFC 8259 lets readers skip it.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let good = str::from_utf8(good).unwrap_or_default();
        let place = place::of(good, first_line, good.len());
        let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        let (zh, en) = if utf16 {
            ("UTF-16", "UTF-16")
        } else {
            ("GBK", "GBK")
        };
        Box::new(problem(
            "not_utf8",
            place.line,
            Some((place.line, place.column)),
            &format!("不是 UTF-8 文本（可能是 {zh} 编码）；请另存为 UTF-8"),
            &format!("not UTF-8 text (it may be {en}); save it as UTF-8"),
        ))
    })
}

fn syntax(text: &str, first_line: u32, error: &serde_json::Error) -> Problem {
    let place = place::of_serde(text, first_line, error);
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    let words = if is_behind_comma(text, error) {
        "trailing comma"
    } else {
        words
    };
    problem(
        "not_json",
        place.line,
        Some((place.line, place.column)),
        &format!("不是 JSON：{}", syntax_zh(words)),
        &format!("not JSON: {words}"),
    )
}

fn refuse(text: &str, first_line: u32, refusal: Refusal) -> Problem {
    let (at, code, zh, en) = match refusal {
        Refusal::TooDeep(at) => (
            at,
            "too_deep",
            format!("嵌套超过 {MAX_DEPTH} 层；申报不需要这么深，请检查生成它的程序"),
            format!(
                "nested more than {MAX_DEPTH} levels deep; no filing needs that, check the program \
                 that wrote it"
            ),
        ),
        Refusal::Surrogate(at) => (
            at,
            "not_json",
            "不是 JSON：字符串里的 \\u 转义不是一个完整的字符".to_owned(),
            "not JSON: a \\u escape in the string is half of a character".to_owned(),
        ),
    };
    let place = place::of(text, first_line, at);
    problem(code, place.line, Some((place.line, place.column)), &zh, &en)
}

/// Whether the parser met a closing bracket behind a comma. It then asks for
/// the next member or value, and the reader has to drop the comma.
fn is_behind_comma(text: &str, error: &serde_json::Error) -> bool {
    let lines = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1));
    let at = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    let (before, rest) = text.as_bytes().split_at(at.min(text.len()));
    matches!(rest.first(), Some(b'}' | b']')) && before.trim_ascii_end().ends_with(b",")
}

fn syntax_zh(words: &str) -> &'static str {
    match words {
        w if w.starts_with("EOF") => "内容没有写完就结束了",
        "trailing comma" => "最后一项后面多了逗号",
        "trailing characters" => "结束之后还有多余内容",
        "expected value" => "这里应有一个值",
        "expected ident" => "这里只能写 true、false 或 null；文字应写在双引号里",
        "key must be a string" => "成员名应写在双引号里",
        "expected `:`" => "成员名后面缺少冒号",
        "invalid number" => "数字写法不正确",
        "number out of range" => "数字过大",
        "invalid escape" => "字符串中的转义不正确",
        "invalid unicode code point"
        | "lone leading surrogate in hex escape"
        | "unexpected end of hex escape" => "字符串中的 \\u 转义不完整",
        w if w.starts_with("expected `,`") => "缺少逗号或结束括号",
        w if w.starts_with("control character") => "字符串中有未转义的控制字符（如换行）",
        _ => "写法不符合 JSON 语法",
    }
}

fn describe(document: &Document<'_>, defect: &Defect) -> Problem {
    let (at, code, message) = match defect {
        Defect::Repeated { first, again, .. } => {
            let name = document.key(*again).unwrap_or_default();
            let place = document.place(*first);
            (
                *again,
                "duplicate_key",
                Text {
                    zh: format!(
                        "成员“{name}”重复（首次在第 {} 行第 {} 列），无法判断以哪个为准，按未知处理；请只保留一个",
                        place.line, place.column
                    ),
                    en: format!(
                        "member \"{name}\" is given again (first at line {}, column {}); which one \
                         holds cannot be told, so it counts as unknown; keep one",
                        place.line, place.column
                    ),
                },
            )
        }
        Defect::Number { at, fault } => {
            let (zh, en) = fault.words();
            let found = crate::words::short(document.raw(*at));
            (
                *at,
                "number_out_of_range",
                Text {
                    zh: format!(
                        "数字 {found} {zh}，规则无法精确计算，按未知处理；最多 {MAX_DIGITS} 位有效数字、小数点后 {MAX_PLACES} 位"
                    ),
                    en: format!(
                        "the number {found} {en}, so rules cannot calculate with it exactly and it \
                         counts as unknown; at most {MAX_DIGITS} digits, {MAX_PLACES} of them after \
                         the point"
                    ),
                },
            )
        }
    };
    let place = document.place(at);
    Problem {
        code: code.to_owned(),
        level: ProblemLevel::Error,
        message,
        pointer: Some(document.pointer(at)),
        line: Some(place.line),
        column: Some(place.column),
    }
}

#[cfg(test)]
mod tests;
