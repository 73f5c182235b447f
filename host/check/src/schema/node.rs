//! A document as `jsonschema` reads it, so that a filing is parsed once and
//! its numbers keep their digits.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde_json::Value;

use crate::intake::{self, Children, Document, Index, Kind};

/// The representation.
pub(crate) struct Filing;

/// A value of a document, or a member name as a string.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    Value(&'a Document<'a>, Index),
    Name(&'a str),
}

impl Json for Filing {
    type Node<'a> = Place<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    /// A look-up compares with every member before it, so one pass over the
    /// members is as dear as two look-ups.
    const KEYS_PER_LOOKUP: usize = 2;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Self::Node<'_>) -> T) -> T {
        f(Place::Name(string))
    }
}

/// A number as filed.
pub(crate) struct Number<'a>(&'a str);

impl JsonNumber for Number<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    // Bounds in schemas are small, and a number has at most nine places, so a
    // double tells it from every bound below four million.
    fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok()
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        Cow::Owned(serde_json::from_str(self.0).unwrap_or_else(|_| 0.into()))
    }

    fn is_integer(&self) -> bool {
        intake::is_integer(self.0)
    }
}

/// An object or a list of a document.
#[derive(Clone, Copy)]
pub(crate) struct Container<'a>(&'a Document<'a>, Index);

impl<'a> Place<'a> {
    fn container(&self, wanted: Kind) -> Option<Container<'a>> {
        match *self {
            Self::Value(document, at) if document.kind(at) == wanted => {
                Some(Container(document, at))
            }
            _ => None,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Value(document, at) => document.kind(*at),
            Self::Name(_) => Kind::String,
        }
    }
}

impl<'a> Node<'a, Filing> for Place<'a> {
    type Object = Container<'a>;
    type Array = Container<'a>;
    type Number = Number<'a>;

    fn as_object(&self) -> Option<Container<'a>> {
        self.container(Kind::Object)
    }

    fn as_array(&self) -> Option<Container<'a>> {
        self.container(Kind::Array)
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match *self {
            Self::Value(document, at) => document.string(at),
            Self::Name(name) => Some(Cow::Borrowed(name)),
        }
    }

    fn as_number(&self) -> Option<Number<'a>> {
        match *self {
            Self::Value(document, at) if document.kind(at) == Kind::Number => {
                Some(Number(document.raw(at)))
            }
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.kind() {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    fn is_number(&self) -> bool {
        self.kind() == Kind::Number
    }

    fn json_type(&self) -> JsonType {
        match self.kind() {
            Kind::Null => JsonType::Null,
            Kind::True | Kind::False => JsonType::Boolean,
            Kind::Number => JsonType::Number,
            Kind::String | Kind::EscapedString => JsonType::String,
            Kind::Array => JsonType::Array,
            Kind::Object => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self.kind(), expected) {
            (Kind::String | Kind::EscapedString, Value::String(expected)) => {
                self.as_string().is_some_and(|found| found == *expected)
            }
            (Kind::Null, Value::Null)
            | (Kind::True, Value::Bool(true))
            | (Kind::False, Value::Bool(false)) => true,
            (Kind::Number, Value::Number(_))
            | (Kind::Array, Value::Array(_))
            | (Kind::Object, Value::Object(_)) => {
                jsonschema::json::cmp::equal(&self.to_value(), expected)
            }
            _ => false,
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match *self {
            Self::Name(name) => Value::from(name),
            Self::Value(document, at) => {
                serde_json::from_str(document.raw(at)).unwrap_or(Value::Null)
            }
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        match self {
            Self::Value(document, at) => Some(NodeIdentity::tagged(
                std::ptr::from_ref(*document) as usize,
                *at,
            )),
            Self::Name(_) => None,
        }
    }
}

impl<'a> Object<'a, Filing> for Container<'a> {
    type Node = Place<'a>;
    type MemberName = Cow<'a, str>;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        self.0.len(self.1)
    }

    fn get(&self, key: &String) -> Option<Place<'a>> {
        let at = self.0.member(self.1, key)?;
        Some(Place::Value(self.0, at))
    }

    fn members(&self) -> Members<'a> {
        Members(self.0, self.0.children(self.1))
    }
}

impl<'a> Array<'a, Filing> for Container<'a> {
    type Node = Place<'a>;
    type ElementsIter = Elements<'a>;

    fn len(&self) -> usize {
        self.0.len(self.1)
    }

    fn elements(&self) -> Elements<'a> {
        Elements(self.0, self.0.children(self.1))
    }
}

/// Names and values of an object.
pub(crate) struct Members<'a>(&'a Document<'a>, Children<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, Place<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.1.next()?;
        let name = self.0.key(at).unwrap_or_default();
        Some((name, Place::Value(self.0, at)))
    }
}

/// Entries of a list.
pub(crate) struct Elements<'a>(&'a Document<'a>, Children<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = Place<'a>;

    fn next(&mut self) -> Option<Place<'a>> {
        self.1.next().map(|at| Place::Value(self.0, at))
    }
}
