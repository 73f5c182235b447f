//! What all TOML files share: reading with places, and texts in two languages.

use std::rc::Rc;

use serde::Deserialize;
use toml::Spanned;

use crate::source::{Place, Problem, Source};

/// Chinese and English, as rows write it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Bilingual {
    pub zh: String,
    pub en: String,
}

/// Reads TOML with our kind of problem.
pub(crate) fn read_toml<T: for<'de> Deserialize<'de>>(source: &Rc<Source>) -> Result<T, Problem> {
    toml::from_str(&source.text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let place = Place {
            source: source.clone(),
            offset,
        };
        place.problem(error.message().to_owned())
    })
}

/// Where the characters of a TOML string begin, behind its quotes.
pub(crate) fn text_place(source: &Rc<Source>, text: &Spanned<String>) -> Place {
    let span = text.span();
    let raw = source.text.get(span.clone()).unwrap_or_default();
    let quotes = match raw {
        raw if raw.starts_with("\"\"\"\n") || raw.starts_with("'''\n") => 4,
        raw if raw.starts_with("\"\"\"") || raw.starts_with("'''") => 3,
        _ => 1,
    };
    Place {
        source: source.clone(),
        offset: span.start + quotes,
    }
}
