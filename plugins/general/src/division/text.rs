//! Texts as the tables of the division compare them. The build script shares
//! this file.

/// Without blanks, with one form of brackets and of Latin letters.
pub(crate) fn normal(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            c => c.to_ascii_lowercase(),
        })
        .collect()
}

/// As a document is cited: normal, and without 《》.
pub(crate) fn citation(text: &str) -> String {
    normal(text).replace(['《', '》'], "")
}

const SHORTEST_NAME: usize = 4;

/// The names of the document with which a basis begins: its first words, and
/// the content of the brackets directly behind them.
pub(crate) fn document_names(basis: &str) -> Vec<String> {
    let basis = citation(basis);
    let (name, rest) = basis.split_at(name_end(&basis));
    let inside = bracketed(rest).filter(|inside| !is_remark(inside));
    std::iter::once(name)
        .chain(inside)
        .filter(|name| name.chars().count() >= SHORTEST_NAME)
        .map(str::to_owned)
        .collect()
}

/// Up to the first bracket or stop, or to 第 with a Chinese number.
fn name_end(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            '(' | '，' | '；' | '：' | '。' => true,
            '第' => chars
                .peek()
                .is_some_and(|(_, next)| "〇零一二三四五六七八九十百千两".contains(*next)),
            _ => false,
        };
        if ends {
            return at;
        }
    }
    text.len()
}

/// The content of the brackets with which a text begins.
fn bracketed(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('(')?;
    let mut depth = 1_usize;
    for (at, c) in inside.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return inside.get(..at);
        }
    }
    None
}

/// 2022年 and 文号未持有 name no document; any other document may contain them.
fn is_remark(text: &str) -> bool {
    let telling = text
        .chars()
        .filter(|c| !c.is_ascii_digit() && !"年月日".contains(*c));
    telling.count() < SHORTEST_NAME || ["未持有", "未见", "待核"].iter().any(|w| text.contains(w))
}
