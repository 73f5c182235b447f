//! The second opinion: the same rows, judged straight from the CEL tree and
//! the JSON document, in the plainest way and without a thought for speed. It
//! shares no code with the generated rules beyond the CEL parser.

use std::collections::BTreeMap;

use cel::common::ast::operators as op;
use cel::common::ast::{Expr as Cel, IdedExpr, LiteralValue};
use jiff::Span;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::book::Book;
use crate::names::Named;
use crate::parsed::quantifier;
use crate::rule::Rule;
use crate::sample::ENTERPRISE;
use crate::schema::{Entity, Ty};
use crate::table::Outcome;

/// What an expression comes to.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Val<'v> {
    Unknown,
    /// The filer answered "there is none".
    None,
    Bool(bool),
    Number(Decimal),
    Text(String),
    Date(Date),
    DateTime(DateTime),
    List(&'v [Value], Option<&'v Entity>, Vec<usize>),
}

/// Looks a computed value up: name, positions.
pub type Lookup<'l> = &'l dyn Fn(&str, &[usize]) -> Val<'static>;

/// One filing as the interpreter sees it.
pub struct Filing<'f> {
    /// `enterprise` of the envelope.
    pub enterprise: &'f Value,
    /// The plugin's section.
    pub section: &'f Value,
    /// The date that the facts describe.
    pub reference_date: Date,
    /// The date of filing.
    pub submission_date: Date,
    /// Values that Rust computes.
    pub computed: Lookup<'f>,
    /// A named condition that is tried otherwise, by a mutant.
    pub instead: Option<(&'f str, &'f IdedExpr)>,
}

#[derive(Clone)]
enum Bound<'v> {
    Item(&'v Value, &'v Entity, Vec<usize>),
    Word(String),
}

type Scope<'v> = BTreeMap<String, Bound<'v>>;

/// The three predicates that decide; a mutant replaces one of them.
#[derive(Clone, Copy, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Trees<'t> {
    pub applies: Option<&'t IdedExpr>,
    pub violated: Option<&'t IdedExpr>,
    pub undetermined: Option<&'t IdedExpr>,
}

impl<'t> Trees<'t> {
    /// As the row has them.
    pub fn of(rule: &'t Rule) -> Self {
        let tree = |predicate: &'t Option<crate::rule::Predicate>| {
            predicate.as_ref().map(|predicate| &predicate.parsed.tree)
        };
        Trees {
            applies: tree(&rule.applies),
            violated: tree(&rule.violated),
            undetermined: tree(&rule.undetermined),
        }
    }
}

/// What a rule says: the worst, and each item that is violated or undetermined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The worst of all items.
    pub outcome: Outcome,
    /// Items that are violated or undetermined, in order: positions, outcome,
    /// and whether the row's own `undetermined` condition decided.
    pub items: Vec<(Vec<usize>, Outcome, bool)>,
}

/// Judges one rule.
pub fn judge(book: &Book, rule: &Rule, trees: Trees<'_>, filing: &Filing<'_>) -> Judgement {
    let reader = Reader { book, filing };
    let mut found = Judgement {
        outcome: Outcome::NotApplicable,
        items: Vec::new(),
    };
    reader.each(rule, 0, &mut Scope::new(), &[], trees, &mut found);
    found
}

struct Reader<'r> {
    book: &'r Book,
    filing: &'r Filing<'r>,
}

fn grave(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Violated => 3,
        Outcome::Undetermined => 2,
        Outcome::Satisfied => 1,
        Outcome::NotApplicable => 0,
    }
}

impl<'r> Reader<'r> {
    fn each(
        &self,
        rule: &'r Rule,
        depth: usize,
        scope: &mut Scope<'r>,
        indices: &[usize],
        trees: Trees<'_>,
        found: &mut Judgement,
    ) {
        let mut note = |(outcome, because): (Outcome, bool)| {
            if grave(outcome) > grave(found.outcome) {
                found.outcome = outcome;
            }
            if grave(outcome) >= 2 {
                found.items.push((indices.to_vec(), outcome, because));
            }
        };
        let Some(each) = rule.each.get(depth) else {
            note(self.decide(trees, scope));
            return;
        };
        let holder = match each.list.var.as_deref() {
            Some(ENTERPRISE) => self.filing.enterprise,
            Some(var) => match scope.get(var) {
                Some(Bound::Item(item, ..)) => *item,
                _ => return,
            },
            None => self.filing.section,
        };
        let Some(list) = holder.get(&each.list.field).and_then(Value::as_array) else {
            // Nobody knows the items; what does not ask about them may decide.
            let applies = trees
                .applies
                .map_or(Some(true), |tree| truth(&self.eval(tree, scope)));
            if applies != Some(false) {
                note((Outcome::Undetermined, false));
            }
            return;
        };
        let Some(entity) = self.book.schema.entities.get(&each.entity) else {
            return;
        };
        for (index, item) in list.iter().enumerate() {
            let mut indices = indices.to_vec();
            indices.push(index);
            scope.insert(each.var.clone(), Bound::Item(item, entity, indices.clone()));
            self.each(rule, depth + 1, scope, &indices, trees, found);
        }
        scope.remove(&each.var);
    }

    fn decide(&self, trees: Trees<'_>, scope: &Scope<'r>) -> (Outcome, bool) {
        let ask = |tree: Option<&IdedExpr>, default| match tree {
            Some(tree) => truth(&self.eval(tree, scope)),
            None => Some(default),
        };
        match ask(trees.applies, true) {
            Some(false) => return (Outcome::NotApplicable, false),
            None => return (Outcome::Undetermined, false),
            Some(true) => {}
        }
        match ask(trees.violated, false) {
            Some(true) => return (Outcome::Violated, false),
            None => return (Outcome::Undetermined, false),
            Some(false) => {}
        }
        match ask(trees.undetermined, false) {
            Some(false) => (Outcome::Satisfied, false),
            is => (Outcome::Undetermined, is.is_some()),
        }
    }

    fn eval(&self, tree: &IdedExpr, scope: &Scope<'r>) -> Val<'r> {
        match &tree.expr {
            Cel::Literal(LiteralValue::Boolean(is)) => Val::Bool(*is.inner()),
            Cel::Literal(LiteralValue::Int(n)) => Val::Number(Decimal::from(*n.inner())),
            // The shortest digits that give this float are the digits written.
            Cel::Literal(LiteralValue::Double(n)) => {
                Decimal::from_str_exact(&n.inner().to_string()).map_or(Val::Unknown, Val::Number)
            }
            Cel::Literal(LiteralValue::String(text)) => Val::Text(text.inner().to_owned()),
            Cel::Ident(name) => self.bare(name, scope),
            Cel::Select(select) => {
                let Cel::Ident(of) = &select.operand.expr else {
                    return Val::Unknown;
                };
                let section = &self.book.schema.section_name;
                if !scope.contains_key(of) && of != "enterprise" && of != section {
                    return Val::Unknown;
                }
                let value = self.member(of, &select.field, scope);
                if select.test {
                    Val::Bool(!matches!(value, Val::Unknown))
                } else {
                    value
                }
            }
            Cel::Call(call) => self.call(&call.func_name, &call.args, scope),
            Cel::Comprehension(of) => {
                let Some((exists, body)) = quantifier(of) else {
                    return Val::Unknown;
                };
                let Val::List(list, entity, at) = self.eval(&of.iter_range, scope) else {
                    return Val::Unknown;
                };
                let mut result = Some(!exists);
                for (index, item) in list.iter().enumerate() {
                    let mut inner = scope.clone();
                    let bound = match entity {
                        Some(entity) => {
                            let mut at = at.clone();
                            at.push(index);
                            Bound::Item(item, entity, at)
                        }
                        None => Bound::Word(item.as_str().unwrap_or_default().to_owned()),
                    };
                    inner.insert(of.iter_var.clone(), bound);
                    let is = truth(&self.eval(body, &inner));
                    result = if exists {
                        or(result, is)
                    } else {
                        and(result, is)
                    };
                }
                from_truth(result)
            }
            _ => Val::Unknown,
        }
    }

    fn bare(&self, name: &str, scope: &Scope<'r>) -> Val<'r> {
        match name {
            "reference_date" => return Val::Date(self.filing.reference_date),
            "submission_date" => return Val::Date(self.filing.submission_date),
            _ => {}
        }
        if let Some(Bound::Word(word)) = scope.get(name) {
            return Val::Text(word.clone());
        }
        self.fact(
            name,
            name,
            self.filing.section,
            &self.book.schema.section,
            &[],
            None,
        )
    }

    fn member(&self, of: &str, field: &str, scope: &Scope<'r>) -> Val<'r> {
        match scope.get(of) {
            Some(Bound::Item(item, entity, at)) => {
                let full = format!("{}.{field}", entity.name);
                self.fact(
                    &full,
                    field,
                    item,
                    entity,
                    at,
                    Some((&entity.name, scope.get(of))),
                )
            }
            _ if of == "enterprise" => self.fact(
                "",
                field,
                self.filing.enterprise,
                &self.book.schema.enterprise,
                &[],
                None,
            ),
            _ => self.bare(field, &Scope::new()),
        }
    }

    fn fact(
        &self,
        full: &str,
        field: &str,
        holder: &'r Value,
        entity: &'r Entity,
        at: &[usize],
        item: Option<(&str, Option<&Bound<'r>>)>,
    ) -> Val<'r> {
        match self.book.names.get(full) {
            Some(Named::Computed { .. }) => return (self.filing.computed)(full, at),
            Some(Named::Condition { parsed, .. }) => {
                let mut inner = Scope::new();
                if let Some((name, Some(bound))) = item {
                    inner.insert(name.to_owned(), bound.clone());
                }
                let tree = match self.filing.instead {
                    Some((name, tree)) if name == full => tree,
                    _ => &parsed.tree,
                };
                return self.eval(tree, &inner);
            }
            None => {}
        }
        let (Some(field), Some(value)) = (entity.field(field), holder.get(field)) else {
            return Val::Unknown;
        };
        if field.none && value.as_str() == Some("none") {
            return Val::None;
        }
        let known = match (&field.ty, value) {
            (Ty::Bool, Value::Bool(is)) => Some(Val::Bool(*is)),
            (Ty::Int | Ty::Number, Value::Number(n)) => decimal(&n.to_string()).map(Val::Number),
            (Ty::Text, Value::String(text)) => Some(free(text, field.none)),
            (Ty::Date, Value::String(text)) => text.parse().ok().map(Val::Date),
            (Ty::DateTime, Value::String(text)) => text.parse().ok().map(Val::DateTime),
            (Ty::Words, Value::Array(list)) => Some(Val::List(list, None, Vec::new())),
            (Ty::Items(of), Value::Array(list)) => Some(Val::List(
                list,
                self.book.schema.entities.get(of),
                at.to_vec(),
            )),
            _ => None,
        };
        known.unwrap_or(Val::Unknown)
    }

    fn call(&self, name: &str, args: &[IdedExpr], scope: &Scope<'r>) -> Val<'r> {
        let is_none = |tree: &IdedExpr| matches!(&tree.expr, Cel::Ident(name) if name == "none");
        match (name, args) {
            (op::LOGICAL_AND, [a, b]) => from_truth(and(
                truth(&self.eval(a, scope)),
                truth(&self.eval(b, scope)),
            )),
            (op::LOGICAL_OR, [a, b]) => {
                from_truth(or(truth(&self.eval(a, scope)), truth(&self.eval(b, scope))))
            }
            (op::LOGICAL_NOT, [a]) => from_truth(truth(&self.eval(a, scope)).map(|is| !is)),
            (op::EQUALS | op::NOT_EQUALS, [a, b]) => {
                let left = self.eval(a, scope);
                let same = if is_none(b) {
                    (!matches!(left, Val::Unknown)).then_some(matches!(left, Val::None))
                } else {
                    compare(&left, &self.eval(b, scope)).map(|order| order.is_eq())
                };
                from_truth(same.map(|same| same == (name == op::EQUALS)))
            }
            (op::LESS | op::LESS_EQUALS | op::GREATER | op::GREATER_EQUALS, [a, b]) => {
                let order = compare(&self.eval(a, scope), &self.eval(b, scope));
                from_truth(order.map(|order| match name {
                    op::LESS => order.is_lt(),
                    op::LESS_EQUALS => order.is_le(),
                    op::GREATER => order.is_gt(),
                    _ => order.is_ge(),
                }))
            }
            (op::IN, [a, b]) => {
                let left = self.eval(a, scope);
                let list: Option<Vec<Val<'_>>> = match &b.expr {
                    Cel::List(list) => {
                        Some(list.elements.iter().map(|e| self.eval(e, scope)).collect())
                    }
                    _ => match self.eval(b, scope) {
                        Val::List(list, ..) => Some(
                            list.iter()
                                .filter_map(Value::as_str)
                                .map(|word| Val::Text(word.to_owned()))
                                .collect(),
                        ),
                        _ => None,
                    },
                };
                let known = !matches!(left, Val::Unknown | Val::None);
                from_truth(list.filter(|_| known).map(|list| {
                    list.iter()
                        .any(|item| compare(&left, item).is_some_and(|order| order.is_eq()))
                }))
            }
            (op::ADD | op::SUBSTRACT, [a, b]) => {
                if let Cel::Call(period) = &b.expr
                    && let [n] = period.args.as_slice()
                    && let Some(span) =
                        self.span(&period.func_name, n, name == op::SUBSTRACT, scope)
                {
                    return match (self.eval(a, scope), span) {
                        (Val::Date(date), Some(span)) => {
                            date.checked_add(span).map_or(Val::Unknown, Val::Date)
                        }
                        (Val::DateTime(at), Some(span)) => {
                            at.checked_add(span).map_or(Val::Unknown, Val::DateTime)
                        }
                        _ => Val::Unknown,
                    };
                }
                self.arith(name, a, b, scope)
            }
            (op::MULTIPLY, [a, b]) => self.arith(name, a, b, scope),
            (op::NEGATE, [a]) => match self.eval(a, scope) {
                Val::Number(n) => Val::Number(-n),
                _ => Val::Unknown,
            },
            ("abs", [a]) => match self.eval(a, scope) {
                Val::Number(n) => Val::Number(n.abs()),
                _ => Val::Unknown,
            },
            ("size", [a]) => match self.eval(a, scope) {
                Val::List(list, ..) => Val::Number(Decimal::from(list.len())),
                _ => Val::Unknown,
            },
            ("date", [a]) => match self.eval(a, scope) {
                Val::Text(text) => text.parse().map_or(Val::Unknown, Val::Date),
                _ => Val::Unknown,
            },
            _ => Val::Unknown,
        }
    }

    /// `None` when the name is no period; `Some(None)` when the number is unknown.
    fn span(
        &self,
        name: &str,
        n: &IdedExpr,
        back: bool,
        scope: &Scope<'r>,
    ) -> Option<Option<Span>> {
        if !["years", "months", "days", "hours", "minutes"].contains(&name) {
            return None;
        }
        let Val::Number(n) = self.eval(n, scope) else {
            return Some(None);
        };
        let n = i64::try_from(n).unwrap_or_default() * if back { -1 } else { 1 };
        let span = Span::new();
        Some(
            match name {
                "years" => span.try_years(n),
                "months" => span.try_months(n),
                "days" => span.try_days(n),
                "hours" => span.try_hours(n),
                _ => span.try_minutes(n),
            }
            .ok(),
        )
    }

    fn arith(&self, name: &str, a: &IdedExpr, b: &IdedExpr, scope: &Scope<'r>) -> Val<'r> {
        let (Val::Number(a), Val::Number(b)) = (self.eval(a, scope), self.eval(b, scope)) else {
            return Val::Unknown;
        };
        let result = match name {
            op::ADD => a.checked_add(b),
            op::SUBSTRACT => a.checked_sub(b),
            _ => a.checked_mul(b),
        };
        result.map_or(Val::Unknown, Val::Number)
    }
}

/// A text that says nothing is no answer.
fn free(text: &str, none: bool) -> Val<'static> {
    match text.trim() {
        "无" | "没有" | "暂无" | "无此项" | "none" | "None" | "NONE" if none => Val::None,
        "无" | "没有" | "暂无" | "无此项" | "none" | "None" | "NONE" => Val::Unknown,
        "不详" | "未知" | "不清楚" | "N/A" | "n/a" | "NA" | "null" => Val::Unknown,
        bare if bare
            .trim_matches(['/', '／', '\\', '-', '－', '–', '—', '_', '…'])
            .is_empty() =>
        {
            Val::Unknown
        }
        _ => Val::Text(text.to_owned()),
    }
}

fn decimal(digits: &str) -> Option<Decimal> {
    Decimal::from_str_exact(digits)
        .or_else(|_| Decimal::from_scientific(digits))
        .ok()
}

fn truth(value: &Val<'_>) -> Option<bool> {
    match value {
        Val::Bool(is) => Some(*is),
        _ => None,
    }
}

fn from_truth(is: Option<bool>) -> Val<'static> {
    is.map_or(Val::Unknown, Val::Bool)
}

fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

fn compare(a: &Val<'_>, b: &Val<'_>) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Val::Bool(a), Val::Bool(b)) => Some(a.cmp(b)),
        (Val::Number(a), Val::Number(b)) => Some(a.cmp(b)),
        (Val::Text(a), Val::Text(b)) => Some(a.cmp(b)),
        (Val::Date(a), Val::Date(b)) => Some(a.cmp(b)),
        (Val::DateTime(a), Val::DateTime(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
