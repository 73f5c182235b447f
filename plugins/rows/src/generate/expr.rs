//! One expression as code. Conditions become `sdk::Cond<W>`, values `sdk::V<_, W>`.

use rust_decimal::Decimal;

use super::{member, meta, quoted};
use crate::book::Book;
use crate::ir::{Arith, Compare, Expr, FactRef, Node};
use crate::names::Named;
use crate::schema::Ty;

/// Where a fact stands in the typed filing.
pub fn place(fact: &FactRef) -> String {
    let field = member(&fact.field);
    match fact.var.as_deref() {
        None => format!("cx.section.{field}"),
        Some("enterprise") => format!("cx.enterprise.{field}"),
        Some(var) => format!("{var}.{field}"),
    }
}

/// Where it stands in the document.
pub fn at(pattern: &str, positions: &[String]) -> String {
    let indices: Vec<String> = positions.iter().map(|var| format!("{var}_i")).collect();
    format!("sdk::At {{ pattern: {}, indices: &[{}] }}", quoted(pattern), indices.join(", "))
}

fn fact_at(fact: &FactRef) -> String {
    at(&fact.pattern, &fact.positions)
}

/// A condition.
pub fn condition(expr: &Expr, book: &Book) -> String {
    match &expr.node {
        Node::Bool(is) => format!("sdk::Cond::always({is})"),
        Node::And(a, b) => format!("sdk::and({}, {})", condition(a, book), condition(b, book)),
        Node::Or(a, b) => format!("sdk::or({}, {})", condition(a, book), condition(b, book)),
        Node::Not(a) => format!("sdk::not({})", condition(a, book)),
        Node::Compare(sign, a, b) => compare(*sign, a, b, book),
        Node::OneOf(a, list) => {
            let items: Vec<String> = list.iter().map(|item| constant(item, &a.ty)).collect();
            format!("sdk::one_of({}, [{}])", value(a, book), items.join(", "))
        }
        Node::Contains(word, list) => {
            format!("sdk::contains({}, &{}, {})", value(word, book), place(list), fact_at(list))
        }
        Node::IsNone(fact) => format!("sdk::is_none(&{}, {})", place(fact), fact_at(fact)),
        Node::Has(fact) => format!("sdk::has(&{}, {})", place(fact), fact_at(fact)),
        Node::Exists { list, var, entity, body } => {
            let body = condition(body, book);
            let (list_place, at) = (place(list), fact_at(list));
            match entity {
                Some(_) => format!("sdk::exists(&{list_place}, {at}, |{var}_i, {var}| {body})"),
                None => format!("sdk::word_exists(&{list_place}, {at}, |{var}| {body})"),
            }
        }
        _ => format!("sdk::ask({})", value(expr, book)),
    }
}

fn compare(sign: Compare, a: &Expr, b: &Expr, book: &Book) -> String {
    let function = match sign {
        Compare::Equal => "equal",
        Compare::Below => "below",
        Compare::NotAbove => "not_above",
        Compare::Above => "above",
        Compare::NotBelow => "not_below",
    };
    let number = a.ty == Ty::Number || b.ty == Ty::Number;
    let lhs = match a.node {
        Node::Fact(_) | Node::Computed(_) => String::new(),
        _ => format!("{a} "),
    };
    let side = |expr: &Expr| if number { as_number(expr, book) } else { value(expr, book) };
    format!("sdk::{function}({}, {}, {})", side(a), side(b), quoted(&lhs))
}

fn as_number(expr: &Expr, book: &Book) -> String {
    match (&expr.node, &expr.ty) {
        (Node::Int(_), _) => format!("sdk::constant({})", constant(expr, &Ty::Number)),
        (_, Ty::Int) => format!("sdk::int_as_number({})", value(expr, book)),
        _ => value(expr, book),
    }
}

/// A constant of the given type.
fn constant(expr: &Expr, ty: &Ty) -> String {
    match &expr.node {
        Node::Int(n) if *ty == Ty::Number => decimal(&n.to_string()),
        Node::Int(n) => format!("{n}_i64"),
        Node::Number(n) => decimal(n),
        Node::Text(word) => quoted(word),
        Node::Date(date) => {
            let mut parts = date.split('-').map(|part| part.trim_start_matches('0').to_owned());
            let mut next = || parts.next().filter(|part| !part.is_empty()).unwrap_or_else(|| "0".into());
            format!("sdk::Date::constant({}, {}, {})", next(), next(), next())
        }
        Node::Bool(is) => is.to_string(),
        _ => value_of_nothing(),
    }
}

/// The checker lets only constants into lists.
fn value_of_nothing() -> String {
    "compile_error!(\"a list written in a rule holds only constants\")".to_owned()
}

fn decimal(digits: &str) -> String {
    match Decimal::from_str_exact(digits) {
        Ok(exact) => {
            let parts = exact.unpack();
            format!(
                "sdk::Decimal::from_parts({}, {}, {}, {}, {})",
                parts.lo, parts.mid, parts.hi, parts.negative, parts.scale
            )
        }
        Err(_) => format!("compile_error!(\"{digits} has too many digits\")"),
    }
}

/// A value.
fn value(expr: &Expr, book: &Book) -> String {
    match &expr.node {
        Node::Int(_) | Node::Number(_) | Node::Text(_) | Node::Date(_) => {
            format!("sdk::constant({})", constant(expr, &expr.ty))
        }
        Node::ReferenceDate => "sdk::constant(cx.dates.reference)".to_owned(),
        Node::SubmissionDate => "sdk::constant(cx.dates.submission)".to_owned(),
        Node::Word(name) => format!("sdk::constant({name})"),
        Node::Fact(fact) if fact.ty == Ty::Text && fact.none => {
            format!("sdk::text(sdk::some(&{}), {})", place(fact), fact_at(fact))
        }
        Node::Fact(fact) if fact.ty == Ty::Text => {
            format!("sdk::text({}.as_ref(), {})", place(fact), fact_at(fact))
        }
        Node::Fact(fact) => format!("sdk::fact(&{}, {})", place(fact), fact_at(fact)),
        Node::Computed(computed) => {
            let (title, function) = match book.names.get(&computed.name) {
                Some(Named::Computed { title, function, .. }) => {
                    (meta::text(&title.zh, &title.en), function.as_str())
                }
                _ => (meta::text("", ""), ""),
            };
            let indices: Vec<String> = computed.positions.iter().map(|var| format!("{var}_i")).collect();
            format!(
                "sdk::compute({}, {title}, {}, |missing| crate::{function}(cx, &[{}], missing))",
                quoted(&computed.name),
                at(&computed.pattern, &computed.positions),
                indices.join(", ")
            )
        }
        Node::Size(list) => format!("sdk::size(&{}, {})", place(list), fact_at(list)),
        Node::Arith(sign, a, b) => {
            let function = match sign {
                Arith::Add => "add",
                Arith::Sub => "sub",
                Arith::Mul => "mul",
            };
            let side = |side: &Expr| {
                if expr.ty == Ty::Number { as_number(side, book) } else { value(side, book) }
            };
            format!("sdk::{function}(&cx.range, {}, {})", side(a), side(b))
        }
        Node::Abs(a) => format!("sdk::abs(&cx.range, {})", value(a, book)),
        Node::Shift(moment, period, n) => format!(
            "sdk::shift(&cx.range, {}, {}, sdk::periods::{})",
            value(moment, book),
            value(n, book),
            period.name()
        ),
        // Only reached for conditions inside values, which the checker refuses.
        _ => value_of_nothing(),
    }
}
