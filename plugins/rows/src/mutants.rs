//! Each row's near misses: a sign turned, a condition dropped, a number one off. A page whose
//! examples cannot tell the row from its mutants would not notice an author
//! who was off by one.

use std::str::FromStr;

use cel::common::ast::operators as op;
use cel::common::ast::{Expr as Cel, IdedExpr, LiteralValue};

use rust_decimal::Decimal;

use crate::interpret::Trees;
use crate::parsed::quantifier;
use crate::rule::Rule;

/// A changed row.
pub struct Mutant {
    /// What was changed, for the author.
    pub label: String,
    which: Which,
    tree: IdedExpr,
}

#[derive(Clone, Copy)]
enum Which {
    Applies,
    Violated,
    Undetermined,
}

impl Mutant {
    /// The row's predicates with the changed one in its place.
    pub fn trees<'t>(&'t self, rule: &'t Rule) -> Trees<'t> {
        let trees = Trees::of(rule);
        let tree = Some(&self.tree);
        match self.which {
            Which::Applies => Trees {
                applies: tree,
                ..trees
            },
            Which::Violated => Trees {
                violated: tree,
                ..trees
            },
            Which::Undetermined => Trees {
                undetermined: tree,
                ..trees
            },
        }
    }
}

/// All mutants of a row.
pub fn of(rule: &Rule) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (which, name, predicate) in [
        (Which::Applies, "applies", &rule.applies),
        (Which::Violated, "violated", &rule.violated),
        (Which::Undetermined, "undetermined", &rule.undetermined),
    ] {
        if let Some(predicate) = predicate {
            let root = &predicate.parsed.tree;
            for (label, tree) in changed(root) {
                mutants.push(Mutant {
                    label: format!("{name}: {label}"),
                    which,
                    tree,
                });
            }
        }
    }
    mutants
}

/// A named condition with one node changed, in all ways.
pub fn of_condition(tree: &IdedExpr) -> Vec<(String, IdedExpr)> {
    changed(tree)
}

/// The tree with one node changed, in all ways.
fn changed(tree: &IdedExpr) -> Vec<(String, IdedExpr)> {
    let mut all = Vec::new();
    let with = |expr: Cel| IdedExpr { id: tree.id, expr };
    match &tree.expr {
        Cel::Call(call) => {
            let turned: &[&str] = match call.func_name.as_str() {
                op::LESS => &[op::LESS_EQUALS, op::GREATER],
                op::LESS_EQUALS => &[op::LESS, op::GREATER],
                op::GREATER => &[op::GREATER_EQUALS, op::LESS],
                op::GREATER_EQUALS => &[op::GREATER, op::LESS],
                op::EQUALS => &[op::NOT_EQUALS],
                op::NOT_EQUALS => &[op::EQUALS],
                op::LOGICAL_AND => &[op::LOGICAL_OR],
                op::LOGICAL_OR => &[op::LOGICAL_AND],
                _ => &[],
            };
            for sign in turned {
                let mut call = call.clone();
                let label = format!(
                    "`{}` turned into `{}` in `{}`",
                    bare(&call.func_name),
                    bare(sign),
                    written(tree)
                );
                call.func_name = (*sign).to_owned();
                all.push((label, with(Cel::Call(call))));
            }
            match (call.func_name.as_str(), call.args.as_slice()) {
                (op::LOGICAL_AND | op::LOGICAL_OR, [a, b]) => {
                    all.push((format!("`{}` dropped", written(a)), b.clone()));
                    all.push((format!("`{}` dropped", written(b)), a.clone()));
                }
                (op::LOGICAL_NOT, [a]) => {
                    all.push((format!("`!` dropped before `{}`", written(a)), a.clone()));
                }
                (op::IN, [a, list]) => all.extend(with_fewer(tree, a, list)),
                _ => {}
            }
            for (index, arg) in call.args.iter().enumerate() {
                for (label, arg) in changed(arg) {
                    let label = match arg.expr {
                        Cel::Literal(_) => format!("{label} in `{}`", written(tree)),
                        _ => label,
                    };
                    let mut call = call.clone();
                    if let Some(slot) = call.args.get_mut(index) {
                        *slot = arg;
                    }
                    all.push((label, with(Cel::Call(call))));
                }
            }
        }
        Cel::Literal(literal) => {
            for near in near(literal) {
                let label = format!("{} instead of {}", shown(&near), shown(literal));
                all.push((label, with(Cel::Literal(near))));
            }
        }
        Cel::Comprehension(of) => {
            if let Cel::Call(step) = &of.loop_step.expr
                && let [result, body] = step.args.as_slice()
            {
                for (label, body) in changed(body) {
                    let mut of = of.clone();
                    let mut step = step.clone();
                    step.args = vec![result.clone(), body];
                    of.loop_step = IdedExpr {
                        id: of.loop_step.id,
                        expr: Cel::Call(step),
                    };
                    all.push((label, with(Cel::Comprehension(of))));
                }
            }
        }
        _ => {}
    }
    all
}

/// A number one step up and down, a whole one by one, another by its last digit.
/// No quantity is negative.
fn near(literal: &LiteralValue) -> Vec<LiteralValue> {
    match literal {
        LiteralValue::Int(n) => [n.inner() - 1, n.inner() + 1]
            .into_iter()
            .filter(|n| *n >= 0)
            .map(|n| LiteralValue::Int(n.into()))
            .collect(),
        LiteralValue::Double(n) => {
            let Ok(exact) = Decimal::from_str(&n.inner().to_string()) else {
                return Vec::new();
            };
            let step = Decimal::new(1, exact.scale());
            [exact - step, exact + step]
                .into_iter()
                .filter_map(|n| n.to_string().parse::<f64>().ok())
                .map(|n| LiteralValue::Double(n.into()))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn shown(literal: &LiteralValue) -> String {
    match literal {
        LiteralValue::Boolean(is) => is.inner().to_string(),
        LiteralValue::Int(n) => n.inner().to_string(),
        LiteralValue::Double(n) => n.inner().to_string(),
        LiteralValue::String(text) => format!("\"{}\"", text.inner()),
        _ => "…".to_owned(),
    }
}

/// `x in [..]` without one of the words.
fn with_fewer(tree: &IdedExpr, a: &IdedExpr, list: &IdedExpr) -> Vec<(String, IdedExpr)> {
    let (Cel::Call(call), Cel::List(words)) = (&tree.expr, &list.expr) else {
        return Vec::new();
    };
    if words.elements.len() < 2 {
        return Vec::new();
    }
    let without = |index: usize| {
        let mut fewer = words.clone();
        let word = fewer.elements.remove(index);
        let mut call = call.clone();
        call.args = vec![
            a.clone(),
            IdedExpr {
                id: list.id,
                expr: Cel::List(fewer),
            },
        ];
        let expr = Cel::Call(call);
        (
            format!(
                "{} dropped from the words of `{}`",
                written(&word),
                written(a)
            ),
            IdedExpr { id: tree.id, expr },
        )
    };
    (0..words.elements.len()).map(without).collect()
}

/// A tree as its author wrote it, more or less.
fn written(tree: &IdedExpr) -> String {
    let all = |list: &[IdedExpr]| list.iter().map(written).collect::<Vec<_>>().join(", ");
    match &tree.expr {
        Cel::Ident(name) => name.clone(),
        Cel::Literal(literal) => shown(literal),
        Cel::Select(select) => {
            let of = written(&select.operand);
            if select.test {
                format!("has({of}.{})", select.field)
            } else {
                format!("{of}.{}", select.field)
            }
        }
        Cel::List(list) => format!("[{}]", all(&list.elements)),
        Cel::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (op::LOGICAL_NOT, [a]) => format!("!{}", written(a)),
            (op::IN, [a, b]) => format!("{} in {}", written(a), written(b)),
            (name, [a, b]) if name.starts_with('_') => {
                format!("{} {} {}", written(a), bare(name), written(b))
            }
            (name, args) => format!("{name}({})", all(args)),
        },
        Cel::Comprehension(of) => {
            let body = quantifier(of);
            let name = if body.is_none_or(|(exists, _)| exists) {
                "exists"
            } else {
                "all"
            };
            format!(
                "{}.{name}({}, {})",
                written(&of.iter_range),
                of.iter_var,
                body.map_or_else(String::new, |(_, body)| written(body))
            )
        }
        _ => "…".to_owned(),
    }
}

fn bare(name: &str) -> &str {
    name.trim_matches('_')
}
