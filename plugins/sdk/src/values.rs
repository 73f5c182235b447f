//! Values in predicates: comparing, exact arithmetic, calendar.

use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt;

use jiff::Span;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use crate::expr::{Arith, Period};

/// A known value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Val<'a> {
    Bool(bool),
    Int(i64),
    Number(Decimal),
    Text(&'a str),
    Date(Date),
    DateTime(DateTime),
}

impl fmt::Display for Val<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Val::Bool(is) => is.fmt(f),
            Val::Int(n) => n.fmt(f),
            // Zeros that arithmetic left behind say nothing.
            Val::Number(n) => n.normalize().fmt(f),
            Val::Text(text) => f.write_str(text),
            Val::Date(date) => date.fmt(f),
            Val::DateTime(at) => at.fmt(f),
        }
    }
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

    /// Notes it when there is no exact result.
    pub(crate) fn keep<T>(&self, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.leave();
        }
        value
    }
}

/// The order of two values of one type; `None` for values of two.
pub(crate) fn order(a: Val<'_>, b: Val<'_>) -> Option<Ordering> {
    Some(match (a, b) {
        (Val::Bool(a), Val::Bool(b)) => a.cmp(&b),
        (Val::Int(a), Val::Int(b)) => a.cmp(&b),
        (Val::Number(a), Val::Number(b)) => a.cmp(&b),
        (Val::Text(a), Val::Text(b)) => a.cmp(b),
        (Val::Date(a), Val::Date(b)) => a.cmp(&b),
        (Val::DateTime(a), Val::DateTime(b)) => a.cmp(&b),
        _ => return None,
    })
}

/// The library rounds when the digits do not fit; a lost place shows as a
/// smaller scale.
fn unrounded(result: Option<Decimal>, scale: u32) -> Option<Decimal> {
    result.filter(|result| result.is_zero() || result.scale() >= scale)
}

/// `None` when the exact result cannot be represented.
pub(crate) fn arith<'a>(sign: Arith, a: Val<'a>, b: Val<'a>) -> Option<Val<'a>> {
    match (a, b) {
        (Val::Int(a), Val::Int(b)) => match sign {
            Arith::Add => a.checked_add(b),
            Arith::Sub => a.checked_sub(b),
            Arith::Mul => a.checked_mul(b),
        }
        .map(Val::Int),
        (Val::Number(a), Val::Number(b)) => {
            let scale = a.scale().max(b.scale());
            match sign {
                Arith::Add => unrounded(a.checked_add(b), scale),
                Arith::Sub => unrounded(a.checked_sub(b), scale),
                Arith::Mul => {
                    let (a, b) = (a.normalize(), b.normalize());
                    unrounded(a.checked_mul(b), a.scale() + b.scale())
                }
            }
            .map(Val::Number)
        }
        _ => None,
    }
}

/// As above.
pub(crate) fn abs(a: Val<'_>) -> Option<Val<'_>> {
    match a {
        Val::Int(a) => a.checked_abs().map(Val::Int),
        Val::Number(a) => Some(Val::Number(a.abs())),
        _ => None,
    }
}

/// A moment moved by a calendar period; `None` outside the calendar. The last
/// day of a shorter month stands in for a day that it lacks.
pub(crate) fn shift<'a>(moment: Val<'a>, period: Period, n: Val<'a>) -> Option<Val<'a>> {
    let Val::Int(n) = n else { return None };
    let span = Span::new();
    let by = match period {
        Period::Years => span.try_years(n),
        Period::Months => span.try_months(n),
        Period::Days => span.try_days(n),
        Period::Hours => span.try_hours(n),
        Period::Minutes => span.try_minutes(n),
    }
    .ok()?;
    match moment {
        Val::Date(date) => date.checked_add(by).ok().map(Val::Date),
        Val::DateTime(at) => at.checked_add(by).ok().map(Val::DateTime),
        _ => None,
    }
}
