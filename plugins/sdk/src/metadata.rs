//! What a plugin says of itself. The build packs descriptions, schemas and
//! pages into compressed blocks of JSON, in the members of the contract's
//! records; only `describe` and `explain` unpack them, so a filing pays nothing.

use miniz_oxide::inflate::decompress_to_vec;
use serde::de::DeserializeOwned;

use crate::contract as wit;

/// Chinese and English, in the data section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextMeta {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl From<TextMeta> for wit::Text {
    fn from(text: TextMeta) -> Self {
        wit::Text {
            zh: text.zh.into(),
            en: text.en.into(),
        }
    }
}

/// Blocks of deflated JSON.
#[derive(Clone, Copy, Debug)]
pub struct Packed {
    /// The contract's `description`.
    pub description: &'static [u8],
    /// Pairs of rule id and `page`.
    pub pages: &'static [u8],
}

/// `None` only when the build wrote something else than it read here.
fn unpack<T: DeserializeOwned>(block: &[u8]) -> Option<T> {
    serde_json::from_slice(&decompress_to_vec(block).ok()?).ok()
}

/// The contract's `describe`.
///
/// # Panics
/// When the block is not what the build wrote; the host then refuses the plugin.
#[expect(
    clippy::expect_used,
    reason = "`describe` cannot fail in the contract, and a plugin that cannot describe itself must not load"
)]
pub fn describe(packed: &Packed) -> wit::Description {
    unpack(packed.description).expect("the description that the build packed")
}

/// The contract's `explain`.
pub fn explain(packed: &Packed, id: &str) -> Option<wit::Page> {
    let pages: Vec<(String, wit::Page)> = unpack(packed.pages)?;
    pages
        .into_iter()
        .find_map(|(rule, page)| (rule == id).then_some(page))
}
