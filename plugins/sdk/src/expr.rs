//! Rules as the build lays them down: constants in the data section. One
//! evaluator ([`crate::eval`]) serves them all, so a rule costs a plugin a few
//! hundred bytes and no code.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::TextMeta;

/// A filed fact.
#[derive(Debug)]
pub struct Fact {
    /// The object that holds it: 0 the section, 1 `enterprise`, then the items
    /// in sight, outermost first.
    pub holder: u8,
    /// Its position in the holder's shape.
    pub field: u16,
    /// JSON pointer with `*` for positions.
    pub pattern: &'static str,
}

/// A value that the plugin's own code computes.
#[derive(Debug)]
pub struct Computed {
    /// Its place in the plugin's table of functions.
    pub index: u16,
    /// The object that it belongs to, numbered as in [`Fact`].
    pub holder: u8,
    /// JSON pointer of that object.
    pub pattern: &'static str,
    /// As in `computed.toml`.
    pub name: &'static str,
    /// For people.
    pub title: TextMeta,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Sign {
    Equal,
    Below,
    NotAbove,
    Above,
    NotBelow,
}

/// Exact arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Arith {
    Add,
    Sub,
    Mul,
}

/// A calendar period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Period {
    Years,
    Months,
    Days,
    Hours,
    Minutes,
}

/// A checked predicate or value. The build has checked the types; an
/// expression of the wrong type counts as unknown.
#[derive(Debug)]
pub enum Expr {
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// An exact number.
    Number(&'static Decimal),
    /// A word.
    Text(&'static str),
    /// A date.
    Date(Date),
    /// The date that the facts describe.
    ReferenceDate,
    /// The date of filing.
    SubmissionDate,
    /// A filed fact.
    Fact(&'static Fact),
    /// The word that `exists` stands at, numbered as in [`Fact::holder`].
    Word(u8),
    /// A computed value.
    Computed(&'static Computed),
    /// A named condition of the section; the number is its place in the memory
    /// of answers.
    Named(u16, &'static Expr),
    /// A named condition of an item: in it, 2 is this holder.
    NamedOf(u8, &'static Expr),
    /// A whole number where a number is asked for.
    AsNumber(&'static Expr),
    /// The text names what is compared, where that is more than one fact.
    Compare(Sign, &'static [Expr; 2], &'static str),
    /// Both hold.
    And(&'static [Expr; 2]),
    /// One holds.
    Or(&'static [Expr; 2]),
    /// It does not hold.
    Not(&'static Expr),
    /// The value is one of these constants.
    OneOf(&'static Expr, &'static [Expr]),
    /// The list of words has this word.
    Contains(&'static Expr, &'static Fact),
    /// The filer answered "there is none".
    IsNone(&'static Fact),
    /// The fact is known.
    Has(&'static Fact),
    /// It holds for some item or word; inside, that is the next holder.
    Exists(&'static Fact, &'static Expr),
    /// The number of entries.
    Size(&'static Fact),
    /// Exact arithmetic.
    Arith(Arith, &'static [Expr; 2]),
    /// The absolute value.
    Abs(&'static Expr),
    /// A date moved by so many periods.
    Shift(Period, &'static [Expr; 2]),
}

/// A list that a rule goes through.
#[derive(Debug)]
pub struct Each {
    /// The list.
    pub list: &'static Fact,
    /// JSON pointer of an item.
    pub item: &'static str,
    /// The part of `applies` that does not ask about the items: where it is
    /// false, an unknown list does not matter.
    pub gate: Expr,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// The lists, outermost first.
    pub each: &'static [Each],
    /// When the clause applies.
    pub applies: Expr,
    /// When it is broken.
    pub violated: Expr,
    /// When a person has to look.
    pub undetermined: Expr,
    /// What a violation costs in a score.
    pub points: Option<Expr>,
    /// Why a person has to look.
    pub because: Option<TextMeta>,
}
