//! One expression as code. Conditions become `sdk::Cond<W>`, values `sdk::V<_, W>`.

use std::collections::BTreeMap;
use std::fmt::Write;

use rust_decimal::Decimal;

use super::{member, meta, quoted};
use crate::book::Book;
use crate::ir::{Arith, Compare, ComputedRef, Expr, FactRef, NamedRef, Node};
use crate::names::Named;
use crate::schema::Ty;

/// The object that a fact is read from.
fn holder(fact: &FactRef) -> String {
    match fact.var.as_deref() {
        None => "cx.section".to_owned(),
        Some("enterprise") => "cx.enterprise".to_owned(),
        Some(var) => var.to_owned(),
    }
}

/// The fact's value.
pub fn place(fact: &FactRef) -> String {
    format!("{}.{}()", holder(fact), member(&fact.field))
}

/// Where it stands in the document.
pub fn at(pattern: &str, positions: &[String]) -> String {
    let indices: Vec<String> = positions.iter().map(|var| format!("{var}_i")).collect();
    format!(
        "sdk::At {{ pattern: {}, indices: &[{}] }}",
        quoted(pattern),
        indices.join(", ")
    )
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
            format!(
                "sdk::contains({}, {}, {})",
                value(word, book),
                place(list),
                fact_at(list)
            )
        }
        Node::IsNone(fact) => {
            format!(
                "sdk::is_none({}.0.none({}), {})",
                holder(fact),
                fact.index,
                fact_at(fact)
            )
        }
        Node::Has(fact) => {
            format!(
                "sdk::has({}.0.known({}), {})",
                holder(fact),
                fact.index,
                fact_at(fact)
            )
        }
        Node::Exists {
            list,
            var,
            entity,
            body,
        } => {
            let body = condition(body, book);
            let (list_place, at) = (place(list), fact_at(list));
            match entity {
                Some(entity) => format!(
                    "sdk::exists({list_place}, {at}, |{var}_i, {var}| {{ let {var} = {}({var}); {body} }})",
                    super::facts::type_name(entity)
                ),
                None => format!("sdk::word_exists({list_place}, {at}, |{var}| {body})"),
            }
        }
        Node::Named(named) => {
            let mut args = String::new();
            if let Some((var, ..)) = &named.of {
                let _ = write!(args, ", {var}");
                for position in &named.positions {
                    let _ = write!(args, ", {position}_i");
                }
            }
            format!("{}::<W>(cx{args})", named_function(named))
        }
        _ => format!("sdk::ask({})", value(expr, book)),
    }
}

/// One function for each named condition and list that it is asked of.
pub fn named_function(named: &NamedRef) -> String {
    shared(
        "is",
        &named.name,
        named.of.as_ref().map_or("", |(_, _, pattern)| pattern),
    )
}

/// One function for each computed value and list that it belongs to.
pub fn computed_function(computed: &ComputedRef) -> String {
    shared("value", &computed.name, &computed.pattern)
}

fn shared(what: &str, name: &str, pattern: &str) -> String {
    let place = pattern
        .rsplit_once("/sections/")
        .map_or(pattern, |(_, rest)| rest);
    let plain = |text: &str| {
        text.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
            .to_lowercase()
    };
    format!("{what}_{}_of_{}", plain(name), plain(place))
        .trim_end_matches('_')
        .replace("___", "_")
}

/// The functions that the rules share, each once.
pub fn shared_functions(book: &Book) -> BTreeMap<String, String> {
    let mut functions = BTreeMap::new();
    for predicate in book.rules.iter().flat_map(crate::rule::Rule::predicates) {
        predicate.expr.walk(&mut |expr| match &expr.node {
            Node::Named(named) => {
                let name = named_function(named);
                let (mut params, mut used) = (String::new(), String::new());
                if let Some((_, entity, _)) = &named.of {
                    let _ = write!(params, ", {entity}: {}<'_>", super::facts::type_name(entity));
                    let _ = write!(used, ", {entity}");
                    let mut positions = named.positions.clone();
                    if let Some(last) = positions.last_mut() {
                        last.clone_from(entity);
                    }
                    for position in positions {
                        let _ = write!(params, ", {position}_i: usize");
                        let _ = write!(used, ", {position}_i");
                    }
                }
                let body = condition(&named.expr, book);
                let code = format!(
                    "/// `{}`\n\
                     fn {name}<W: sdk::Why>(cx: &Cx<'_>{params}) -> sdk::Cond<W> {{\n    let _ = (cx,{});\n    {body}\n}}\n\n",
                    named.name,
                    used.trim_start_matches(',')
                );
                functions.insert(name, code);
            }
            Node::Computed(computed) => {
                if let Some(Named::Computed { title, function, ty, .. }) = book.names.get(&computed.name) {
                    let name = computed_function(computed);
                    let ty = match ty {
                        Ty::Bool => "bool",
                        Ty::Int => "i64",
                        Ty::Number => "sdk::Decimal",
                        _ => "&'static str",
                    };
                    let code = format!(
                        "/// `{}`\nfn {name}<W: sdk::Why>(cx: &Cx<'_>, at: &[usize]) -> sdk::V<{ty}, W> {{\n    \
                         let of = sdk::At {{ pattern: {}, indices: at }};\n    \
                         sdk::compute({}, {}, of, &|missing| crate::{function}(cx, at, missing))\n}}\n\n",
                        computed.name,
                        quoted(&computed.pattern),
                        quoted(&computed.name),
                        meta::text(&title.zh, &title.en),
                    );
                    functions.insert(name, code);
                }
            }
            _ => {}
        });
    }
    functions
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
    let side = |expr: &Expr| {
        if number {
            as_number(expr, book)
        } else {
            value(expr, book)
        }
    };
    format!(
        "sdk::{function}({}, {}, {})",
        side(a),
        side(b),
        quoted(&lhs)
    )
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
            let mut parts = date
                .split('-')
                .map(|part| part.trim_start_matches('0').to_owned());
            let mut next = || {
                parts
                    .next()
                    .filter(|part| !part.is_empty())
                    .unwrap_or_else(|| "0".into())
            };
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
        Node::Fact(fact) => format!("sdk::read({}, {})", place(fact), fact_at(fact)),
        Node::Computed(computed) => {
            let indices: Vec<String> = computed
                .positions
                .iter()
                .map(|var| format!("{var}_i"))
                .collect();
            format!(
                "{}(cx, &[{}])",
                computed_function(computed),
                indices.join(", ")
            )
        }
        Node::Size(list) => format!("sdk::size({}, {})", place(list), fact_at(list)),
        Node::Arith(sign, a, b) => {
            let function = match sign {
                Arith::Add => "add",
                Arith::Sub => "sub",
                Arith::Mul => "mul",
            };
            let side = |side: &Expr| {
                if expr.ty == Ty::Number {
                    as_number(side, book)
                } else {
                    value(side, book)
                }
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
