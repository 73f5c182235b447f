//! One expression as a constant of `anjian_sdk::expr`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rust_decimal::Decimal;

use super::{meta, quoted};
use crate::book::Book;
use crate::ir::{Arith, Compare, ComputedRef, Expr, FactRef, NamedRef, Node, Period};
use crate::names::Named;
use crate::schema::Ty;

/// The holders before the first item: the section and `enterprise`.
const FIXED: usize = 2;

/// Lays expressions down.
pub struct Layout<'b> {
    /// The rulebook.
    pub book: &'b Book,
    /// Places of the computed values in the plugin's table.
    pub computed: BTreeMap<&'b str, usize>,
    /// The named conditions met so far, by the name of their constant.
    named: BTreeMap<String, String>,
    /// Those of the section: asked once, their answers are remembered.
    remembered: BTreeSet<String>,
}

impl<'b> Layout<'b> {
    /// For one rulebook.
    pub fn new(book: &'b Book) -> Self {
        let computed = book
            .names
            .iter()
            .filter(|(_, named)| matches!(named, Named::Computed { .. }))
            .enumerate()
            .map(|(index, (name, _))| (name, index))
            .collect();
        Layout {
            book,
            computed,
            named: BTreeMap::new(),
            remembered: BTreeSet::new(),
        }
    }

    /// The constants that the expressions refer to.
    pub fn constants(self) -> String {
        self.named.into_values().collect()
    }

    /// A condition or value. `scope` names the items in sight, outermost first.
    pub fn expr(&mut self, expr: &Expr, scope: &[String]) -> String {
        let inner = match &expr.node {
            Node::Bool(is) => format!("Bool({is})"),
            Node::Int(_) | Node::Number(_) | Node::Text(_) | Node::Date(_) => {
                return constant(expr, &expr.ty);
            }
            Node::ReferenceDate => "ReferenceDate".to_owned(),
            Node::SubmissionDate => "SubmissionDate".to_owned(),
            Node::Word(name) => format!("Word({})", place(Some(name), scope)),
            Node::Fact(fact) => format!("Fact({})", self::fact(fact, scope)),
            Node::Computed(computed) => self.computed(computed, scope),
            Node::Named(named) => self.named(named, scope),
            Node::Compare(sign, a, b) => {
                let number = a.ty == Ty::Number || b.ty == Ty::Number;
                let lhs = match a.node {
                    Node::Fact(_) | Node::Computed(_) => String::new(),
                    _ => format!("{a} "),
                };
                let sign = match sign {
                    Compare::Equal => "Equal",
                    Compare::Below => "Below",
                    Compare::NotAbove => "NotAbove",
                    Compare::Above => "Above",
                    Compare::NotBelow => "NotBelow",
                };
                format!(
                    "Compare(sdk::expr::Sign::{sign}, &[{}, {}], {})",
                    self.typed(a, number, scope),
                    self.typed(b, number, scope),
                    quoted(&lhs)
                )
            }
            Node::And(a, b) => format!("And(&[{}, {}])", self.expr(a, scope), self.expr(b, scope)),
            Node::Or(a, b) => format!("Or(&[{}, {}])", self.expr(a, scope), self.expr(b, scope)),
            Node::Not(a) => format!("Not(&{})", self.expr(a, scope)),
            Node::OneOf(a, list) => {
                let items: Vec<String> = list.iter().map(|item| constant(item, &a.ty)).collect();
                format!("OneOf(&{}, &[{}])", self.expr(a, scope), items.join(", "))
            }
            Node::Contains(word, list) => {
                format!(
                    "Contains(&{}, {})",
                    self.expr(word, scope),
                    fact(list, scope)
                )
            }
            Node::IsNone(of) => format!("IsNone({})", fact(of, scope)),
            Node::Has(of) => format!("Has({})", fact(of, scope)),
            Node::Exists {
                list, var, body, ..
            } => {
                let mut inner = scope.to_vec();
                inner.push(var.clone());
                format!(
                    "Exists({}, &{})",
                    fact(list, scope),
                    self.expr(body, &inner)
                )
            }
            Node::Size(list) => format!("Size({})", fact(list, scope)),
            Node::Arith(sign, a, b) => {
                let sign = match sign {
                    Arith::Add => "Add",
                    Arith::Sub => "Sub",
                    Arith::Mul => "Mul",
                };
                let number = expr.ty == Ty::Number;
                format!(
                    "Arith(sdk::expr::Arith::{sign}, &[{}, {}])",
                    self.typed(a, number, scope),
                    self.typed(b, number, scope)
                )
            }
            Node::AsNumber(a) => return self.typed(a, true, scope),
            Node::Abs(a) => format!("Abs(&{})", self.expr(a, scope)),
            Node::Shift(moment, period, n) => {
                let period = match period {
                    Period::Years => "Years",
                    Period::Months => "Months",
                    Period::Days => "Days",
                    Period::Hours => "Hours",
                    Period::Minutes => "Minutes",
                };
                format!(
                    "Shift(sdk::expr::Period::{period}, &[{}, {}])",
                    self.expr(moment, scope),
                    self.expr(n, scope)
                )
            }
        };
        format!("sdk::expr::Expr::{inner}")
    }

    /// As a number where the other side is one.
    fn typed(&mut self, expr: &Expr, number: bool, scope: &[String]) -> String {
        match (&expr.node, &expr.ty) {
            (Node::Int(_), _) if number => constant(expr, &Ty::Number),
            (_, Ty::Int) if number => {
                format!("sdk::expr::Expr::AsNumber(&{})", self.expr(expr, scope))
            }
            _ => self.expr(expr, scope),
        }
    }

    fn computed(&self, computed: &ComputedRef, scope: &[String]) -> String {
        let title = match self.book.names.get(&computed.name) {
            Some(Named::Computed { title, .. }) => meta::text(&title.zh, &title.en),
            _ => meta::text("", ""),
        };
        format!(
            "Computed(&sdk::expr::Computed {{ index: {}, holder: {}, pattern: {}, name: {}, title: {title} }})",
            self.computed
                .get(computed.name.as_str())
                .copied()
                .unwrap_or_default(),
            place(computed.positions.last().map(String::as_str), scope),
            quoted(&computed.pattern),
            quoted(&computed.name),
        )
    }

    /// One constant for each named condition and list that it is asked of.
    fn named(&mut self, named: &NamedRef, scope: &[String]) -> String {
        let pattern = named.of.as_ref().map_or("", |(_, _, pattern)| pattern);
        let place_of_use = pattern
            .rsplit_once("/sections/")
            .map_or(pattern, |(_, rest)| rest);
        let constant: String = format!("IS_{}_{place_of_use}", named.name)
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_uppercase()
                } else {
                    '_'
                }
            })
            .collect();
        let inner: Vec<String> = named
            .of
            .iter()
            .map(|(_, entity, _)| entity.clone())
            .collect();
        if !self.named.contains_key(&constant) {
            // Its place in line is its number: taken before its own parts.
            self.named.insert(constant.clone(), String::new());
            let body = self.expr(&named.expr, &inner);
            let code = format!(
                "/// `{}`\nstatic {constant}: sdk::expr::Expr = {body};\n\n",
                named.name
            );
            self.named.insert(constant.clone(), code);
        }
        match &named.of {
            Some((var, ..)) => {
                format!("NamedOf({}, &{constant})", place(Some(var), scope))
            }
            None => {
                let code = format!("Named({constant}_ANSWER, &{constant})");
                self.remembered.insert(constant);
                code
            }
        }
    }

    /// Numbers of the remembered answers.
    pub fn answers(&self) -> String {
        let mut code = String::new();
        for (number, constant) in self.remembered.iter().enumerate() {
            let _ = writeln!(code, "const {constant}_ANSWER: u16 = {number};");
        }
        code
    }
}

/// The number of the object that a name stands for.
fn place(name: Option<&str>, scope: &[String]) -> usize {
    match name {
        None => 0,
        Some("enterprise") => 1,
        Some(name) => scope
            .iter()
            .rposition(|have| have == name)
            .map_or(0, |at| at + FIXED),
    }
}

/// A filed fact.
pub fn fact(fact: &FactRef, scope: &[String]) -> String {
    format!(
        "&sdk::expr::Fact {{ holder: {}, field: {}, pattern: {} }}",
        place(fact.var.as_deref(), scope),
        fact.index,
        quoted(&fact.pattern)
    )
}

/// A constant of the given type.
fn constant(expr: &Expr, ty: &Ty) -> String {
    let inner = match &expr.node {
        Node::Int(n) if *ty == Ty::Number => decimal(&n.to_string()),
        Node::Int(n) => format!("Int({n})"),
        Node::Number(n) => decimal(n),
        Node::Text(word) => format!("Text({})", quoted(word)),
        Node::Date(date) => {
            let mut parts = date
                .split('-')
                .map(|part| part.trim_start_matches('0').to_owned());
            let mut next = || {
                parts
                    .next()
                    .filter(|part| !part.is_empty())
                    .unwrap_or_else(|| "0".into())
            };
            format!(
                "Date(sdk::Date::constant({}, {}, {}))",
                next(),
                next(),
                next()
            )
        }
        Node::Bool(is) => format!("Bool({is})"),
        // The checker lets only constants into lists.
        _ => "NotAConstant".to_owned(),
    };
    format!("sdk::expr::Expr::{inner}")
}

/// An exact number.
pub fn digits(exact: Decimal) -> String {
    let parts = exact.unpack();
    format!(
        "sdk::Decimal::from_parts({}, {}, {}, {}, {})",
        parts.lo, parts.mid, parts.hi, parts.negative, parts.scale
    )
}

fn decimal(digits: &str) -> String {
    match Decimal::from_str_exact(digits) {
        Ok(exact) => format!("Number(&{})", self::digits(exact)),
        // The checker refuses such digits.
        Err(_) => "TooManyDigits".to_owned(),
    }
}
