//! A checked predicate: every name resolved, every type known.

use std::fmt;

use crate::schema::Ty;

/// An expression with its type and unit.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub node: Node,
    /// Its type.
    pub ty: Ty,
    /// Its unit; `None` for a literal, which takes the unit of the other side.
    pub unit: Option<String>,
}

/// A filed fact.
#[derive(Clone, Debug)]
pub struct FactRef {
    /// The variable it is read from; `None` for the section, `enterprise` for the envelope.
    pub var: Option<String>,
    /// Name in the filing.
    pub field: String,
    /// Its position in the object's shape.
    pub index: usize,
    /// JSON pointer with `*` for positions.
    pub pattern: String,
    /// Variables whose positions fill the `*`, outermost first.
    pub positions: Vec<String>,
    /// Its type.
    pub ty: Ty,
    /// Whether "none" is an answer.
    pub none: bool,
}

/// A value that Rust computes.
#[derive(Clone, Debug)]
pub struct ComputedRef {
    /// As in `computed.toml`.
    pub name: String,
    /// JSON pointer of the object, with `*`.
    pub pattern: String,
    /// Variables whose positions fill the `*`.
    pub positions: Vec<String>,
}

/// A named condition at the place of its use.
#[derive(Clone, Debug)]
pub struct NamedRef {
    /// As in `computed.toml`.
    pub name: String,
    /// The variable that it is asked of, with its entity and pointer.
    pub of: Option<(String, String, String)>,
    /// Variables whose positions fill the `*`.
    pub positions: Vec<String>,
    /// The condition itself, in terms of the entity's name.
    pub expr: Box<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    Equal,
    Below,
    NotAbove,
    Above,
    NotBelow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arith {
    Add,
    Sub,
    Mul,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    Years,
    Months,
    Days,
    Hours,
    Minutes,
}

impl Period {
    /// The function's name in a predicate.
    pub fn name(self) -> &'static str {
        match self {
            Period::Years => "years",
            Period::Months => "months",
            Period::Days => "days",
            Period::Hours => "hours",
            Period::Minutes => "minutes",
        }
    }
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum Node {
    Bool(bool),
    Int(i64),
    Number(String),
    Text(String),
    /// `YYYY-MM-DD`.
    Date(String),
    Fact(FactRef),
    Computed(ComputedRef),
    /// A named condition, checked in the place of its use.
    Named(NamedRef),
    ReferenceDate,
    SubmissionDate,
    /// A word of the list that `exists` goes through.
    Word(String),
    Compare(Compare, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    OneOf(Box<Expr>, Vec<Expr>),
    Contains(Box<Expr>, FactRef),
    IsNone(FactRef),
    Has(FactRef),
    /// `all` is `!exists(!…)`.
    Exists {
        list: FactRef,
        var: String,
        entity: Option<String>,
        body: Box<Expr>,
    },
    Size(FactRef),
    Arith(Arith, Box<Expr>, Box<Expr>),
    Abs(Box<Expr>),
    /// A whole number where a number is asked for.
    AsNumber(Box<Expr>),
    /// A date moved by a number of periods; negative goes back.
    Shift(Box<Expr>, Period, Box<Expr>),
}

impl Expr {
    /// Calls `f` for this and everything below it.
    pub fn walk<'e>(&'e self, f: &mut impl FnMut(&'e Expr)) {
        f(self);
        match &self.node {
            Node::Compare(_, a, b)
            | Node::And(a, b)
            | Node::Or(a, b)
            | Node::Arith(_, a, b)
            | Node::Shift(a, _, b) => {
                a.walk(f);
                b.walk(f);
            }
            Node::Not(a) | Node::Abs(a) | Node::AsNumber(a) | Node::Contains(a, _) => a.walk(f),
            Node::OneOf(a, list) => {
                a.walk(f);
                for item in list {
                    item.walk(f);
                }
            }
            Node::Exists { body, .. } => body.walk(f),
            Node::Named(named) => named.expr.walk(f),
            Node::Bool(_)
            | Node::Int(_)
            | Node::Number(_)
            | Node::Text(_)
            | Node::Date(_)
            | Node::Fact(_)
            | Node::Computed(_)
            | Node::ReferenceDate
            | Node::SubmissionDate
            | Node::Word(_)
            | Node::IsNone(_)
            | Node::Has(_)
            | Node::Size(_) => {}
        }
    }

    /// The fact read right here, without those below.
    pub fn own_fact(&self) -> Option<&FactRef> {
        match &self.node {
            Node::Fact(fact)
            | Node::Contains(_, fact)
            | Node::IsNone(fact)
            | Node::Has(fact)
            | Node::Exists { list: fact, .. }
            | Node::Size(fact) => Some(fact),
            _ => None,
        }
    }

    /// Whether it asks about the item of this name.
    pub fn mentions(&self, var: &str) -> bool {
        let mut mentions = false;
        self.walk(&mut |expr| {
            let positions = match &expr.node {
                Node::Computed(computed) => computed.positions.as_slice(),
                Node::Named(named) => named.positions.as_slice(),
                _ => &[],
            };
            let fact = expr.own_fact();
            mentions |= positions.iter().any(|position| position == var)
                || matches!(&expr.node, Node::Named(named) if named.of.as_ref().is_some_and(|of| of.0 == var))
                || fact.is_some_and(|fact| {
                    fact.var.as_deref() == Some(var) || fact.positions.iter().any(|position| position == var)
                });
        });
        mentions
    }

    /// Whether a fact or computed value is read anywhere in it.
    pub fn reads(&self) -> bool {
        let mut reads = false;
        self.walk(&mut |expr| {
            reads |= expr.own_fact().is_some() || matches!(expr.node, Node::Computed(_));
        });
        reads
    }
}

impl fmt::Display for FactRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.var {
            Some(var) => write!(f, "{var}.{}", self.field),
            None => write!(f, "{}", self.field),
        }
    }
}

/// As an author would write it.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Node::Bool(is) => write!(f, "{is}"),
            Node::Int(n) => write!(f, "{n}"),
            Node::Number(n) => write!(f, "{n}"),
            Node::Text(text) => write!(f, "\"{text}\""),
            Node::Date(date) => write!(f, "{date}"),
            Node::Fact(fact) => write!(f, "{fact}"),
            Node::Computed(computed) => write!(f, "{}", computed.name),
            Node::Named(named) => write!(f, "{}", named.name),
            Node::ReferenceDate => write!(f, "reference_date"),
            Node::SubmissionDate => write!(f, "submission_date"),
            Node::Word(name) => write!(f, "{name}"),
            Node::Compare(sign, a, b) => {
                let sign = match sign {
                    Compare::Equal => "==",
                    Compare::Below => "<",
                    Compare::NotAbove => "<=",
                    Compare::Above => ">",
                    Compare::NotBelow => ">=",
                };
                write!(f, "{a} {sign} {b}")
            }
            Node::And(a, b) => write!(f, "({a} && {b})"),
            Node::Or(a, b) => write!(f, "({a} || {b})"),
            Node::Not(a) => write!(f, "!({a})"),
            Node::OneOf(a, list) => {
                write!(f, "{a} in [")?;
                for (n, item) in list.iter().enumerate() {
                    write!(f, "{}{item}", if n > 0 { ", " } else { "" })?;
                }
                write!(f, "]")
            }
            Node::Contains(a, list) => write!(f, "{a} in {list}"),
            Node::IsNone(fact) => write!(f, "{fact} == none"),
            Node::Has(fact) => write!(f, "has({fact})"),
            Node::Exists {
                list, var, body, ..
            } => write!(f, "{list}.exists({var}, {body})"),
            Node::Size(list) => write!(f, "size({list})"),
            Node::Arith(sign, a, b) => {
                let sign = match sign {
                    Arith::Add => "+",
                    Arith::Sub => "-",
                    Arith::Mul => "*",
                };
                write!(f, "{a} {sign} {b}")
            }
            Node::Abs(a) => write!(f, "abs({a})"),
            Node::AsNumber(a) => write!(f, "{a}"),
            Node::Shift(a, period, n) => write!(f, "{a} + {}({n})", period.name()),
        }
    }
}
