//! Values in predicates: reading, comparing, exact arithmetic.

use std::cell::Cell;
use std::fmt::Write;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use crate::facts::Text;
use crate::logic::{At, Cond, Note, Why};

/// A value: known or not, and the facts that it came from.
#[derive(Clone, Debug)]
pub struct V<T, W> {
    /// `None` is unknown.
    pub is: Option<T>,
    /// The facts read.
    pub why: W,
}

/// Set when arithmetic left the exact range. The filing is then refused:
/// nothing may be concluded from a number that was rounded.
#[derive(Debug, Default)]
pub struct Range {
    left: Cell<bool>,
}

impl Range {
    /// Whether the exact range was left.
    pub fn was_left(&self) -> bool {
        self.left.get()
    }

    /// Notes that the exact range was left.
    pub fn leave(&self) {
        self.left.set(true);
    }

    fn keep<T>(&self, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.leave();
        }
        value
    }
}

/// A filed fact. `None` is unknown; so is, for a comparison, an answer "none".
#[inline]
pub fn read<T, W: Why>(is: Option<T>, at: At<'_>) -> V<T, W> {
    let known = is.is_some();
    V {
        is,
        why: W::read(at, known),
    }
}

/// A value written in the rule.
#[inline]
pub fn constant<T, W: Why>(value: T) -> V<T, W> {
    V {
        is: Some(value),
        why: W::nothing(),
    }
}

/// A value that Rust computes. `compute` is handed the list of missing facts
/// to fill when reasons are kept.
#[inline]
pub fn compute<T: Show + Clone, W: Why>(
    name: &'static str,
    title: crate::TextMeta,
    of: At<'_>,
    compute: &dyn Fn(Option<&mut Vec<String>>) -> Option<T>,
) -> V<T, W> {
    let is = compute(None);
    let why = W::notes(|notes| match &is {
        Some(value) => {
            let mut shown = String::new();
            value.show(&mut shown);
            notes.push(Note {
                pointer: of.pointer(),
                known: true,
                computed: Some((name, title, shown)),
                expected: None,
            });
        }
        None => {
            let mut missing = Vec::new();
            compute(Some(&mut missing));
            if missing.is_empty() {
                missing.push(of.pointer());
            }
            for pointer in missing {
                notes.push(Note {
                    pointer,
                    known: false,
                    computed: None,
                    expected: None,
                });
            }
        }
    });
    V { is, why }
}

/// A yes/no value as a condition.
#[inline]
pub fn ask<W: Why>(value: V<bool, W>) -> Cond<W> {
    let is = value.is;
    Cond {
        is,
        why: value
            .why
            .expect(|| String::from(if is == Some(true) { "false" } else { "true" })),
    }
}

/// Whether a fact is known; a filed "none" is.
#[inline]
pub fn has<W: Why>(known: bool, at: At<'_>) -> Cond<W> {
    Cond {
        is: Some(known),
        why: W::read(at, known),
    }
}

/// Whether the filer answered "there is none".
#[inline]
pub fn is_none<W: Why>(is: Option<bool>, at: At<'_>) -> Cond<W> {
    let why = W::read(at, is.is_some())
        .expect(|| String::from(if is == Some(true) { "≠ none" } else { "none" }));
    Cond { is, why }
}

/// How a value is printed as what was expected, and how parts are compared.
pub trait Show {
    /// Prints in signs that need no language.
    fn show(&self, into: &mut String);
}

impl Show for bool {
    fn show(&self, into: &mut String) {
        into.push_str(if *self { "true" } else { "false" });
    }
}

impl Show for &str {
    fn show(&self, into: &mut String) {
        into.push_str(self);
    }
}

macro_rules! show_as_display {
    ($($type:ty),*) => {$(
        impl Show for $type {
            fn show(&self, into: &mut String) {
                // Writing to a string cannot fail.
                let _ = write!(into, "{self}");
            }
        }
    )*};
}
show_as_display!(i64, Decimal, Date, DateTime, String);

/// `lhs` names what is compared where that is more than one fact.
fn shown<T: Show>(lhs: &str, sign: &str, value: Option<&T>) -> String {
    let mut text = String::from(lhs);
    text.push_str(sign);
    if let Some(value) = value {
        value.show(&mut text);
    }
    text
}

/// The signs that are printed as expected when a comparison came out true, and
/// when it came out false.
type Signs = [&'static str; 2];

#[inline]
fn compare<T: Show, W: Why>(
    a: V<T, W>,
    b: V<T, W>,
    lhs: &'static str,
    holds: impl FnOnce(&T, &T) -> bool,
    signs: Signs,
) -> Cond<W> {
    let is = match (&a.is, &b.is) {
        (Some(a), Some(b)) => Some(holds(a, b)),
        _ => None,
    };
    let why = match is {
        Some(is) => {
            let [if_true, if_false] = signs;
            let sign = if is { if_true } else { if_false };
            a.why.expect(|| shown(lhs, sign, b.is.as_ref())).both(b.why)
        }
        None => a.why.both(b.why),
    };
    Cond { is, why }
}

/// `a == b`. `lhs` is empty when `a` is one fact, otherwise its text.
#[inline]
pub fn equal<T: PartialEq + Show, W: Why>(a: V<T, W>, b: V<T, W>, lhs: &'static str) -> Cond<W> {
    compare(a, b, lhs, |a, b| a == b, ["≠ ", "= "])
}

/// `a < b`. `lhs` is empty when `a` is one fact, otherwise its text.
#[inline]
pub fn below<T: Ord + Show, W: Why>(a: V<T, W>, b: V<T, W>, lhs: &'static str) -> Cond<W> {
    compare(a, b, lhs, |a, b| a < b, ["≥ ", "< "])
}

/// `a <= b`. `lhs` is empty when `a` is one fact, otherwise its text.
#[inline]
pub fn not_above<T: Ord + Show, W: Why>(a: V<T, W>, b: V<T, W>, lhs: &'static str) -> Cond<W> {
    compare(a, b, lhs, |a, b| a <= b, ["> ", "≤ "])
}

/// `a > b`. `lhs` is empty when `a` is one fact, otherwise its text.
#[inline]
pub fn above<T: Ord + Show, W: Why>(a: V<T, W>, b: V<T, W>, lhs: &'static str) -> Cond<W> {
    compare(a, b, lhs, |a, b| a > b, ["≤ ", "> "])
}

/// `a >= b`. `lhs` is empty when `a` is one fact, otherwise its text.
#[inline]
pub fn not_below<T: Ord + Show, W: Why>(a: V<T, W>, b: V<T, W>, lhs: &'static str) -> Cond<W> {
    compare(a, b, lhs, |a, b| a >= b, ["< ", "≥ "])
}

/// A list written in the rule, as it is printed.
fn literal_list<T: Show>(list: &[T]) -> String {
    let mut text = String::from("{");
    for (n, value) in list.iter().enumerate() {
        if n > 0 {
            text.push_str(", ");
        }
        value.show(&mut text);
    }
    text.push('}');
    text
}

/// `a in [..]`.
#[inline]
pub fn one_of<T: PartialEq + Show, W: Why, const N: usize>(a: V<T, W>, list: [T; N]) -> Cond<W> {
    let is = a.is.as_ref().map(|a| list.contains(a));
    let why = a.why.expect(|| {
        let sign = if is == Some(true) { "∉ " } else { "∈ " };
        let mut text = String::from(sign);
        text.push_str(&literal_list(&list));
        text
    });
    Cond { is, why }
}

/// `"word" in list`.
#[inline]
pub fn contains<W: Why>(word: V<&str, W>, list: Option<&[Text<'_>]>, at: At<'_>) -> Cond<W> {
    let is = match (&word.is, list) {
        (Some(word), Some(list)) => Some(list.iter().any(|have| have == word)),
        _ => None,
    };
    let why = W::read(at, list.is_some())
        .expect(|| {
            shown(
                "",
                if is == Some(true) { "∌ " } else { "∋ " },
                word.is.as_ref(),
            )
        })
        .both(word.why);
    Cond { is, why }
}

/// `list.exists(x, …)` over items. `all` is `not(exists(not))`.
#[inline]
pub fn exists<'f, T, W: Why>(
    list: Option<&'f [T]>,
    at: At<'_>,
    holds: impl Fn(usize, &'f T) -> Cond<W>,
) -> Cond<W> {
    let Some(list) = list else {
        return Cond {
            is: None,
            why: W::read(at, false),
        };
    };
    let mut found = Cond {
        is: Some(false),
        why: W::nothing(),
    };
    for (index, item) in list.iter().enumerate() {
        found = crate::or(found, holds(index, item));
    }
    match found.is {
        Some(false) => Cond {
            is: Some(false),
            why: W::read(at, true),
        },
        _ => found,
    }
}

/// `list.exists(x, …)` over words: the list itself is the fact.
#[inline]
pub fn word_exists<W: Why>(
    list: Option<&[Text<'_>]>,
    at: At<'_>,
    holds: impl Fn(&str) -> Cond<W>,
) -> Cond<W> {
    let Some(list) = list else {
        return Cond {
            is: None,
            why: W::read(at, false),
        };
    };
    let mut found = Cond {
        is: Some(false),
        why: W::nothing(),
    };
    for word in list {
        found = crate::or(found, holds(word));
    }
    let list = W::read(at, true);
    let why = if found.is == Some(false) {
        list
    } else {
        list.both(found.why)
    };
    Cond { is: found.is, why }
}

/// `size(list)`.
#[inline]
pub fn size<T, W: Why>(list: Option<&[T]>, at: At<'_>) -> V<i64, W> {
    read(list.and_then(|list| i64::try_from(list.len()).ok()), at)
}

/// A whole number as a decimal.
#[inline]
pub fn int_as_number<W>(a: V<i64, W>) -> V<Decimal, W> {
    V {
        is: a.is.map(Decimal::from),
        why: a.why,
    }
}

/// A computed value of any type, for the interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Dynamic {
    Bool(bool),
    Int(i64),
    Number(Decimal),
    Text(&'static str),
}

/// Exact arithmetic.
pub trait Exact: Sized {
    /// `None` when the exact result cannot be represented.
    fn exact_add(&self, other: &Self) -> Option<Self>;
    /// As above.
    fn exact_sub(&self, other: &Self) -> Option<Self>;
    /// As above.
    fn exact_mul(&self, other: &Self) -> Option<Self>;
    /// As above.
    fn exact_abs(&self) -> Option<Self>;
}

impl Exact for i64 {
    fn exact_add(&self, other: &Self) -> Option<Self> {
        self.checked_add(*other)
    }
    fn exact_sub(&self, other: &Self) -> Option<Self> {
        self.checked_sub(*other)
    }
    fn exact_mul(&self, other: &Self) -> Option<Self> {
        self.checked_mul(*other)
    }
    fn exact_abs(&self) -> Option<Self> {
        self.checked_abs()
    }
}

/// The library rounds when the digits do not fit; a lost place shows as a
/// smaller scale.
fn unrounded(result: Option<Decimal>, scale: u32) -> Option<Decimal> {
    result.filter(|result| result.is_zero() || result.scale() >= scale)
}

impl Exact for Decimal {
    fn exact_add(&self, other: &Self) -> Option<Self> {
        unrounded(self.checked_add(*other), self.scale().max(other.scale()))
    }
    fn exact_sub(&self, other: &Self) -> Option<Self> {
        unrounded(self.checked_sub(*other), self.scale().max(other.scale()))
    }
    fn exact_mul(&self, other: &Self) -> Option<Self> {
        let (a, b) = (self.normalize(), other.normalize());
        unrounded(a.checked_mul(b), a.scale() + b.scale())
    }
    fn exact_abs(&self) -> Option<Self> {
        Some(self.abs())
    }
}

#[inline]
fn combine<T, W: Why>(
    range: &Range,
    a: V<T, W>,
    b: V<T, W>,
    exact: impl FnOnce(&T, &T) -> Option<T>,
) -> V<T, W> {
    let is = match (&a.is, &b.is) {
        (Some(a), Some(b)) => range.keep(exact(a, b)),
        _ => None,
    };
    V {
        is,
        why: a.why.both(b.why),
    }
}

/// `a + b`.
#[inline]
pub fn add<T: Exact, W: Why>(range: &Range, a: V<T, W>, b: V<T, W>) -> V<T, W> {
    combine(range, a, b, T::exact_add)
}

/// `a - b`.
#[inline]
pub fn sub<T: Exact, W: Why>(range: &Range, a: V<T, W>, b: V<T, W>) -> V<T, W> {
    combine(range, a, b, T::exact_sub)
}

/// `a * b`.
#[inline]
pub fn mul<T: Exact, W: Why>(range: &Range, a: V<T, W>, b: V<T, W>) -> V<T, W> {
    combine(range, a, b, T::exact_mul)
}

/// `abs(a)`.
#[inline]
pub fn abs<T: Exact, W: Why>(range: &Range, a: V<T, W>) -> V<T, W> {
    let is = a.is.and_then(|a| range.keep(a.exact_abs()));
    V { is, why: a.why }
}

/// Dates that calendar periods move.
pub trait Calendar: Sized {
    /// `None` outside the calendar.
    fn moved(self, by: jiff::Span) -> Option<Self>;
}

impl Calendar for Date {
    fn moved(self, by: jiff::Span) -> Option<Self> {
        self.checked_add(by).ok()
    }
}

impl Calendar for DateTime {
    fn moved(self, by: jiff::Span) -> Option<Self> {
        self.checked_add(by).ok()
    }
}

/// `moment + months(n)`: a calendar period. The last day of a shorter month
/// stands in for a day that it lacks.
#[inline]
pub fn shift<T: Calendar, W: Why>(
    range: &Range,
    moment: V<T, W>,
    n: V<i64, W>,
    period: fn(i64) -> Option<jiff::Span>,
) -> V<T, W> {
    let is = match (moment.is, n.is) {
        (Some(moment), Some(n)) => range.keep(period(n).and_then(|by| moment.moved(by))),
        _ => None,
    };
    V {
        is,
        why: moment.why.both(n.why),
    }
}

/// Periods for [`shift`], `None` when there are too many.
pub mod periods {
    use jiff::Span;

    /// Calendar years.
    pub fn years(n: i64) -> Option<Span> {
        Span::new().try_years(n).ok()
    }
    /// Calendar months.
    pub fn months(n: i64) -> Option<Span> {
        Span::new().try_months(n).ok()
    }
    /// Days.
    pub fn days(n: i64) -> Option<Span> {
        Span::new().try_days(n).ok()
    }
    /// Hours.
    pub fn hours(n: i64) -> Option<Span> {
        Span::new().try_hours(n).ok()
    }
    /// Minutes.
    pub fn minutes(n: i64) -> Option<Span> {
        Span::new().try_minutes(n).ok()
    }
}
