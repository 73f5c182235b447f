//! Reading of facts from JSON, driven by tables that the build makes of the
//! schema. One reader serves all objects, so a fact costs a plugin one line of
//! a table and no code. Absence and `null` are unknown, and so is a text that only
//! fills its field.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use crate::values::Val;

/// The facts of an object, in the order of the schema.
#[derive(Debug)]
pub struct Shape(pub &'static [Field]);

/// One fact.
#[derive(Debug)]
pub struct Field {
    /// Name in the filing.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// Whether the filer may answer `"none"`.
    pub none: bool,
}

/// What a fact holds.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Type {
    Bool,
    Int,
    Number,
    Text,
    Date,
    DateTime,
    Words,
    Object(&'static Shape),
    Items(&'static Shape),
}

/// Words, borrowed from the filing unless they hold an escape.
pub type Text<'a> = Cow<'a, str>;

/// What was filed.
#[derive(Debug, Default)]
pub(crate) enum Value<'a> {
    #[default]
    Unknown,
    /// Answered: there is none.
    None,
    Bool(bool),
    Int(i64),
    Number(Decimal),
    Text(Text<'a>),
    Date(Date),
    DateTime(DateTime),
    Words(Vec<Text<'a>>),
    Object(Object<'a>),
    Items(Vec<Object<'a>>),
}

impl Value<'_> {
    /// The value, where it is one; unknown, "none" and lists are not.
    pub(crate) fn plain(&self) -> Option<Val<'_>> {
        Some(match self {
            Value::Bool(is) => Val::Bool(*is),
            Value::Int(n) => Val::Int(*n),
            Value::Number(n) => Val::Number(*n),
            Value::Text(text) => Val::Text(text),
            Value::Date(date) => Val::Date(*date),
            Value::DateTime(at) => Val::DateTime(*at),
            Value::Unknown | Value::None | Value::Words(_) | Value::Object(_) | Value::Items(_) => {
                return None;
            }
        })
    }
}

/// An object of the filing. Facts are asked for by their position in its
/// [`Shape`]; generated code knows the positions.
#[derive(Debug, Default)]
pub struct Object<'a> {
    values: Vec<Value<'a>>,
}

macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident: $variant:ident($value:ident) -> $ty:ty = $get:expr;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub fn $name(&self, field: usize) -> Option<$ty> {
            match self.values.get(field) {
                Some(Value::$variant($value)) => Some($get),
                _ => None,
            }
        }
    )*};
}

impl<'a> Object<'a> {
    getters! {
        /// A yes/no fact.
        bool: Bool(is) -> bool = *is;
        /// A whole number.
        int: Int(n) -> i64 = *n;
        /// An exact number.
        number: Number(n) -> Decimal = *n;
        /// A text.
        text: Text(text) -> &str = text;
        /// A date.
        date: Date(date) -> Date = *date;
        /// A date with time of day.
        date_time: DateTime(at) -> DateTime = *at;
        /// A list of words.
        words: Words(list) -> &[Text<'a>] = list;
        /// An object inside.
        object: Object(object) -> &Object<'a> = object;
        /// A list of objects.
        items: Items(list) -> &[Object<'a>] = list;
    }

    /// The fact at a position of the shape.
    #[inline]
    pub(crate) fn value(&self, field: usize) -> Option<&Value<'a>> {
        self.values.get(field)
    }

    /// Whether the filer answered "none".
    #[inline]
    pub fn none(&self, field: usize) -> Option<bool> {
        match self.values.get(field) {
            None | Some(Value::Unknown) => None,
            Some(value) => Some(matches!(value, Value::None)),
        }
    }

    /// Reads a filing.
    ///
    /// # Errors
    /// When the bytes are not what the shape describes.
    pub fn read(json: &'a [u8], shape: &'static Shape) -> Result<Object<'a>, serde_json::Error> {
        let mut from = serde_json::Deserializer::from_slice(json);
        let object = OfShape(shape).deserialize(&mut from)?;
        from.end()?;
        Ok(object)
    }
}

struct OfShape(&'static Shape);

impl<'de> DeserializeSeed<'de> for OfShape {
    type Value = Object<'de>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Object<'de>, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OfShape {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let Shape(fields) = self.0;
        let mut values = Vec::new();
        values.resize_with(fields.len(), Value::default);
        // Filings mostly keep the schema's order: the search begins behind the
        // fact found last.
        let mut next = 0;
        while let Some(Key(name)) = map.next_key()? {
            let found = (next..fields.len())
                .chain(0..next)
                .find(|index| fields.get(*index).is_some_and(|field| field.name == name));
            match found.and_then(|index| Some((index, fields.get(index)?, values.get_mut(index)?)))
            {
                Some((index, field, slot)) => {
                    *slot = map.next_value_seed(OfField(field))?;
                    next = index + 1;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Object { values })
    }
}

/// The word that means "there is none" in a filing.
const NONE: &str = "none";

/// What a clerk writes for "there is none".
const NONE_IN_WORDS: [&str; 6] = ["无", "没有", "暂无", "无此项", "None", "NONE"];

/// What a clerk writes where nothing is known, beside blanks and strokes.
const UNKNOWN_IN_WORDS: [&str; 7] = ["不详", "未知", "不清楚", "N/A", "n/a", "NA", "null"];

/// A text, unless it only fills its field: nobody's name is 无 or a stroke.
fn filed(text: Text<'_>, none: bool) -> Value<'_> {
    let bare = text.trim();
    let stroke = |c: char| "/／\\-－–—_…".contains(c);
    if NONE_IN_WORDS.contains(&bare) || bare == NONE {
        if none { Value::None } else { Value::Unknown }
    } else if bare.chars().all(stroke) || UNKNOWN_IN_WORDS.contains(&bare) {
        Value::Unknown
    } else {
        Value::Text(text)
    }
}

struct OfField(&'static Field);

impl<'de> DeserializeSeed<'de> for OfField {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value<'de>, D::Error> {
        let field = self.0;
        let wrong = |what: &str| D::Error::custom(format_args!("`{}`: {what}", field.name));
        Ok(match field.ty {
            Type::Bool => Option::<bool>::deserialize(from)?.map_or(Value::Unknown, Value::Bool),
            Type::Int | Type::Number => {
                let raw = <&RawValue>::deserialize(from)?.get();
                if raw == "null" {
                    Value::Unknown
                } else if field.none && raw.trim_matches('"') == NONE {
                    Value::None
                } else if matches!(field.ty, Type::Int) {
                    Value::Int(whole(raw).ok_or_else(|| wrong("not a whole number"))?)
                } else {
                    Value::Number(number(raw).ok_or_else(|| wrong("not a number"))?)
                }
            }
            Type::Text | Type::Date | Type::DateTime => match Option::<Key<'_>>::deserialize(from)?
            {
                None => Value::Unknown,
                Some(Key(text)) if field.none && text == NONE => Value::None,
                Some(Key(text)) => match field.ty {
                    Type::Date => Value::Date(text.parse().map_err(|_| wrong("not a date"))?),
                    Type::DateTime => {
                        Value::DateTime(text.parse().map_err(|_| wrong("not a date with time"))?)
                    }
                    _ => filed(text, field.none),
                },
            },
            Type::Words => Option::<Vec<Key<'_>>>::deserialize(from)?
                .map_or(Value::Unknown, |list| {
                    Value::Words(list.into_iter().map(|Key(text)| text).collect())
                }),
            Type::Object(shape) => from.deserialize_option(MaybeObject(shape))?,
            Type::Items(shape) => from.deserialize_option(MaybeItems(shape))?,
        })
    }
}

/// An exact number. The host admits at most 18 digits, 9 of them after the point.
fn number(raw: &str) -> Option<Decimal> {
    if raw.contains(['e', 'E']) {
        Decimal::from_scientific(raw).ok()
    } else {
        Decimal::from_str_exact(raw).ok()
    }
}

/// A whole number; `5.0` is one.
fn whole(raw: &str) -> Option<i64> {
    raw.parse().ok().or_else(|| {
        let exact = number(raw)?;
        if exact.is_integer() {
            exact.normalize().try_into().ok()
        } else {
            None
        }
    })
}

/// A borrowed text where possible; `Cow`'s own reading always copies.
struct Key<'a>(Text<'a>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Visit)
    }
}

/// An object or `null`.
struct MaybeObject(&'static Shape);

impl<'de> Visitor<'de> for MaybeObject {
    type Value = Value<'de>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or null")
    }
    fn visit_unit<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Unknown)
    }
    fn visit_none<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Unknown)
    }
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value<'de>, D::Error> {
        OfShape(self.0).deserialize(from).map(Value::Object)
    }
}

/// A list of objects or `null`.
struct MaybeItems(&'static Shape);

impl<'de> Visitor<'de> for MaybeItems {
    type Value = Value<'de>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects or null")
    }
    fn visit_unit<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Unknown)
    }
    fn visit_none<E: Error>(self) -> Result<Value<'de>, E> {
        Ok(Value::Unknown)
    }
    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value<'de>, D::Error> {
        from.deserialize_seq(Items(self.0)).map(Value::Items)
    }
}

struct Items(&'static Shape);

impl<'de> Visitor<'de> for Items {
    type Value = Vec<Object<'de>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Object<'de>>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(OfShape(self.0))? {
            items.push(item);
        }
        Ok(items)
    }
}
