//! Departments, however they are written.

use super::table::{Department, Table};
use super::text::normal;

/// One that the tables know, or one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Known(usize),
    Other(String),
}

impl Body {
    pub(crate) fn known<'t>(&self, table: &'t Table<'_>) -> Option<&'t Department> {
        match self {
            Body::Known(index) => table.departments().nth(*index),
            Body::Other(_) => None,
        }
    }
}

/// The departments that a text names.
pub(crate) fn bodies(table: &Table<'_>, text: &str) -> Vec<Body> {
    split(&normal(text))
        .into_iter()
        .map(without_brackets)
        .filter(|name| !name.is_empty())
        .map(|name| body(table, name))
        .collect()
}

/// Whether two texts name a department in common.
pub(crate) fn share(table: &Table<'_>, a: &str, b: &str) -> bool {
    let b = bodies(table, b);
    bodies(table, a).iter().any(|body| b.contains(body))
}

/// Separated names; what stands in brackets belongs to its name.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(c, '、' | '，' | '；' | ',' | ';' | '/')
    })
    .collect()
}

/// Without the brackets at the end.
fn without_brackets(name: &str) -> &str {
    if !name.ends_with(')') {
        return name;
    }
    let mut depth = 0_usize;
    for (at, c) in name.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return name.get(..at).unwrap_or(name);
        }
    }
    name
}

/// 常州市新北区交通运输局 is 交通运输局; the longest name wins.
fn body(table: &Table<'_>, name: &str) -> Body {
    let known = table.departments().enumerate().flat_map(|(index, of)| {
        of.names
            .iter()
            .filter(|known| name == **known || is_whole(known) && name.ends_with(**known))
            .map(move |known| (known.len(), index))
    });
    match known.max_by_key(|(length, _)| *length) {
        Some((_, index)) => Body::Known(index),
        None => Body::Other(name.to_owned()),
    }
}

const ENDS: [&str; 16] = [
    "局", "厅", "委", "会", "院", "办", "社", "部门", "机构", "机关", "企业", "支队", "大队",
    "总队", "处", "中心",
];

/// Whether a place may stand before the name: 交通 is too short for it.
fn is_whole(name: &str) -> bool {
    name.chars().count() >= 3 && ENDS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (a, b, same) in [
            ("市交通局", "交通运输局", true),
            ("常州市新北区交通运输局", "交通运输局", true),
            ("常州市 交通运输局（运管处）", "交通运输局(港口)", true),
            ("公安局（剧毒、易制爆）", "公安局", true),
            ("公安局（剧毒、易制爆）", "易制爆", false),
            ("发改委", "发展和改革委员会", true),
            ("市网信办", "网信办", true),
            ("新北区市场监管局", "市场监督管理局", true),
            ("市监", "市场监督管理局", true),
            ("常州市交通", "交通运输局", false),
            ("住建局、城管局", "城市管理局", true),
            ("商务局/文旅局", "文化广电和旅游局", true),
            ("公安局", "交通运输局", false),
            ("网监科", "网监科", true),
            ("网监科", "新北区网监科", false),
            ("", "", false),
        ] {
            assert_eq!(share(&Table::default(), a, b), same, "{a} {b}");
        }
    }

    #[test]
    fn unknown_names_are_their_own() {
        let table = Table::default();
        let bodies = |text| bodies(&table, text);
        assert_eq!(bodies("网监科（二）"), [Body::Other("网监科".to_owned())]);
        assert!(
            bodies("市交警支队")
                .iter()
                .all(|of| of.known(&table).is_some())
        );
        assert!(bodies("，（）").is_empty());
    }
}
