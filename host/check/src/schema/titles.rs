//! What facts are called, read from the schemas.

use std::borrow::Cow;

use anjian_model::Text;
use serde_json::{Map, Value};

/// References inside references; a longer chain is a circle.
const MAX_REFS: usize = 16;

/// The part of a schema that describes a value, with the whole for `$ref`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'s> {
    root: &'s Value,
    part: &'s Value,
}

impl<'s> Part<'s> {
    pub(crate) fn whole(root: &'s Value) -> Self {
        Self { root, part: root }
    }

    /// The part itself, then what it refers to.
    fn chain(self) -> impl Iterator<Item = &'s Value> {
        let mut next = Some(self.part);
        std::iter::from_fn(move || {
            let part = next?;
            next = part
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|name| self.root.pointer(name.strip_prefix('#')?));
            Some(part)
        })
        .take(MAX_REFS)
    }

    /// The keyword's value, of the part or of what it refers to.
    pub(crate) fn get(self, keyword: &str) -> Option<&'s Value> {
        self.chain().find_map(|part| part.get(keyword))
    }

    fn branches(self) -> impl Iterator<Item = Self> {
        self.chain().flat_map(move |part| {
            ["anyOf", "oneOf", "allOf"]
                .into_iter()
                .filter_map(|keyword| part.get(keyword)?.as_array())
                .flatten()
                .map(move |part| Self {
                    root: self.root,
                    part,
                })
        })
    }

    /// The part for a member or an entry.
    pub(crate) fn child(self, token: &str) -> Option<Self> {
        let of = |part| Self {
            root: self.root,
            part,
        };
        let entry = token == "*" || token.bytes().all(|b| b.is_ascii_digit());
        self.chain()
            .find_map(|part| {
                let member = part.get("properties").and_then(|all| all.get(token));
                let item = part.get("items").filter(|items| entry && items.is_object());
                member.or(item)
            })
            .map(of)
            .or_else(|| self.branches().find_map(|branch| branch.child(token)))
    }

    /// Names of the members that it knows, with their titles.
    pub(crate) fn properties(self) -> Option<&'s Map<String, Value>> {
        self.get("properties").and_then(Value::as_object)
    }

    /// Its title in both languages, where the schema has one.
    pub(crate) fn title(self) -> Option<Text> {
        let words = |keyword| self.get(keyword).and_then(Value::as_str);
        let zh = words("title")?;
        Some(Text {
            zh: zh.to_owned(),
            en: words("x-title-en").unwrap_or(zh).to_owned(),
        })
    }

    /// The unit of a quantity.
    pub(crate) fn unit(self) -> Option<&'s str> {
        self.get("x-unit")
            .and_then(Value::as_str)
            .filter(|unit| !unit.is_empty())
    }

    /// The words to choose from, with what they mean, also those of a list.
    pub(crate) fn words(self) -> Vec<(String, Text)> {
        let part = Some(self)
            .filter(|part| part.get("x-enum").is_some())
            .or_else(|| self.child("*"));
        let words = part.and_then(|part| part.get("enum")?.as_array());
        words
            .into_iter()
            .flatten()
            .filter_map(|word| {
                let word = word.as_str()?;
                Some((word.to_owned(), part?.word(word)?))
            })
            .collect()
    }

    /// What a word to choose from means.
    pub(crate) fn word(self, word: &str) -> Option<Text> {
        let text = self.get("x-enum")?.get(word)?;
        serde_json::from_value(text.clone()).ok()
    }
}

/// What the value is called: the title of the nearest part on the way to it
/// that has one, else the last name of the pointer.
pub(crate) fn title<'t>(
    whole: Part<'_>,
    tokens: impl Iterator<Item = Cow<'t, str>>,
) -> Option<Text> {
    let mut part = Some(whole);
    let mut name = None;
    for token in tokens {
        part = part.and_then(|part| part.child(&token));
        name = Some(token);
    }
    part.and_then(Part::title).or_else(|| {
        let name = name?;
        Some(Text {
            zh: name.clone().into_owned(),
            en: name.into_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Part, title};
    use crate::intake::tokens;

    #[test]
    fn walks_references_and_lists() {
        let schema = json!({
            "title": "章节", "x-title-en": "section",
            "properties": {
                "units": {"type": ["array", "null"], "items": {"$ref": "#/$defs/unit"}},
                "loop": {"$ref": "#/$defs/loop"},
                "either": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/unit"}]},
            },
            "$defs": {
                "unit": {"title": "单元", "x-title-en": "unit", "properties": {
                    "esd": {"title": "紧急切断", "x-title-en": "shut-off"}
                }},
                "loop": {"$ref": "#/$defs/loop"},
            }
        });
        for (pointer, expect) in [
            ("", Some("section")),
            ("/units/0/esd", Some("shut-off")),
            ("/units/*/esd", Some("shut-off")),
            ("/units/12", Some("unit")),
            ("/units/0/other", Some("other")),
            ("/either/esd", Some("shut-off")),
            ("/loop/x", Some("x")),
            ("/units", Some("units")),
        ] {
            let found = title(Part::whole(&schema), tokens(pointer)).map(|text| text.en);
            assert_eq!(found.as_deref(), expect, "{pointer}");
        }
    }
}
