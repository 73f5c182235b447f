//! Reading of facts from JSON. Absence and `null` are `Option::None`, unknown;
//! the types here read what is there, exactly.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;

/// A number, exactly as filed. The host admits at most 18 digits, 9 of them
/// after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Num(pub Decimal);

impl<'de> Deserialize<'de> for Num {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(from)?.get();
        number(raw).map(Num).ok_or_else(|| D::Error::custom(format_args!("not a number: {raw}")))
    }
}

fn number(raw: &str) -> Option<Decimal> {
    let exact = if raw.contains(['e', 'E']) {
        Decimal::from_scientific(raw)
    } else {
        Decimal::from_str_exact(raw)
    };
    exact.ok()
}

/// A whole number. `5.0` is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int(pub i64);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(from)?.get();
        let whole = raw.parse().ok().or_else(|| {
            let exact = number(raw)?;
            if exact.is_integer() { exact.trunc().mantissa().try_into().ok() } else { None }
        });
        whole.map(Int).ok_or_else(|| D::Error::custom(format_args!("not a whole number: {raw}")))
    }
}

/// Words, borrowed from the filing unless they hold an escape.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text<'a>(pub Cow<'a, str>);

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(TextVisitor)
    }
}

/// A list of words.
pub type Words<'a> = Vec<Text<'a>>;

/// A date or a date with time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment<T>(pub T);

impl<'de, T: std::str::FromStr<Err = jiff::Error>> Deserialize<'de> for Moment<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(from)?.0;
        text.parse().map(Moment).map_err(|_| D::Error::custom(format_args!("not a date: {text}")))
    }
}

/// A fact for which the filer may answer `"none"`: there is none. That is
/// known, and not the same as unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrNone<T> {
    /// Answered: there is none.
    None,
    /// Answered.
    Some(T),
}

/// The word that means "there is none" in a filing.
pub(crate) const NONE: &str = "none";

impl<'de: 'a, 'a> Deserialize<'de> for OrNone<Text<'a>> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(from)?;
        Ok(if text.0 == NONE { OrNone::None } else { OrNone::Some(text) })
    }
}

impl<'de, T: std::str::FromStr<Err = jiff::Error>> Deserialize<'de> for OrNone<Moment<T>> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(from)?.0;
        if text == NONE {
            return Ok(OrNone::None);
        }
        match text.parse() {
            Ok(moment) => Ok(OrNone::Some(Moment(moment))),
            Err(_) => Err(D::Error::custom(format_args!("not a date: {text}"))),
        }
    }
}

impl<'de> Deserialize<'de> for OrNone<Num> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        or_none(from, number, Num)
    }
}

impl<'de> Deserialize<'de> for OrNone<Int> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        or_none(from, |raw| raw.parse().ok(), Int)
    }
}

fn or_none<'de, D: Deserializer<'de>, N, T>(
    from: D,
    read: fn(&str) -> Option<N>,
    wrap: fn(N) -> T,
) -> Result<OrNone<T>, D::Error> {
    let raw = <&RawValue>::deserialize(from)?.get();
    if raw.trim_matches('"') == NONE {
        return Ok(OrNone::None);
    }
    match read(raw) {
        Some(n) => Ok(OrNone::Some(wrap(n))),
        None => Err(D::Error::custom(format_args!("not a number: {raw}"))),
    }
}
