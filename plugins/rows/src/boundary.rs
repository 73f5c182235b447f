//! Boundary values: the fact of an example is set to each value, and the rule
//! must say what the author read in the clause.

use serde_json::Value;

use crate::predicate::Checker;
use crate::rule::Rule;
use crate::sample::{ENTERPRISE, Sample};
use crate::schema::{Field, Ty};
use crate::source::{Place, Problem};
use crate::table::{Boundary, Outcome};

/// The path of a fact inside the section, for the first item of each list:
/// `unit.distance_m` becomes `units/0/distance_m`.
///
/// # Errors
/// When there is no such fact.
pub fn path<'c>(
    rule: &Rule,
    fact: &str,
    checker: &Checker<'c>,
    at: &Place,
) -> Result<(String, &'c Field), Problem> {
    let schema = checker.schema;
    let unknown = || {
        at.problem(format!("there is no fact `{fact}` here"))
            .help("name it as the predicates do; for an item of another list `list.fact`")
    };
    let Some((scope, name)) = fact.split_once('.') else {
        let field = schema.section.field(fact).ok_or_else(unknown)?;
        return Ok((fact.to_owned(), field));
    };
    if scope == ENTERPRISE {
        let field = schema.enterprise.field(name).ok_or_else(unknown)?;
        return Ok((format!("{ENTERPRISE}/{name}"), field));
    }
    if let Some(var) = rule.vars.get(scope) {
        let entity = var
            .entity
            .as_ref()
            .and_then(|entity| schema.entities.get(entity));
        let field = entity
            .and_then(|entity| entity.field(name))
            .ok_or_else(unknown)?;
        let prefix = format!("/sections/{}/", schema.section_name);
        let item = var
            .pattern
            .strip_prefix(&prefix)
            .unwrap_or_else(|| var.pattern.trim_start_matches('/'))
            .replace('*', "0");
        return Ok((format!("{item}/{name}"), field));
    }
    // `list.fact` or `list.list.fact`: the first item.
    let mut entity = &schema.section;
    let mut path = String::new();
    let mut parts = fact.split('.').peekable();
    while let Some(part) = parts.next() {
        let field = entity.field(part).ok_or_else(unknown)?;
        path.push_str(part);
        match (&field.ty, parts.peek()) {
            (Ty::Items(of), Some(_)) => {
                entity = schema.entities.get(of).ok_or_else(unknown)?;
                path.push_str("/0/");
            }
            (_, None) => return Ok((path, field)),
            _ => return Err(unknown()),
        }
    }
    Err(unknown())
}

/// A boundary's value as it is filed. `unknown` is the absent fact.
///
/// # Errors
/// When the fact cannot have this value.
pub fn value(field: &Field, text: &str) -> Result<Value, String> {
    if text == "unknown" {
        return Ok(Value::Null);
    }
    if field.none && text == "none" {
        return Ok(Value::from("none"));
    }
    let none = || {
        format!(
            "`{}` is a {}, and `{text}` is none",
            field.name,
            field.ty.name()
        )
    };
    match field.ty {
        Ty::Bool => text.parse().map(Value::Bool).map_err(|_| none()),
        Ty::Int | Ty::Number => serde_json::from_str::<serde_json::Number>(text)
            .map(Value::Number)
            .map_err(|_| none()),
        Ty::Date if text.parse::<jiff::civil::Date>().is_err() => Err(none()),
        Ty::DateTime if text.parse::<jiff::civil::DateTime>().is_err() => Err(none()),
        Ty::Words | Ty::Items(_) => Err(format!("`{}` is a list; show it in examples", field.name)),
        Ty::Text | Ty::Date | Ty::DateTime => match &field.words {
            Some(words) if !words.iter().any(|word| word == text) => Err(format!(
                "`{}` is never `{text}`, but {}",
                field.name,
                words.join(", ")
            )),
            _ => Ok(Value::from(text)),
        },
    }
}

/// One filing with its expected outcome, made from a boundary.
pub struct Case {
    /// What was set, for messages.
    pub label: String,
    /// What it files.
    pub sample: Sample,
    /// What the rule must say.
    pub outcome: Outcome,
    /// Whether a boundary made it, and not the page.
    pub boundary: bool,
}

/// The example that a boundary changes, by its position in the page.
pub fn example(rule: &Rule, boundary: &Boundary) -> Option<usize> {
    let (outcome, number) = match &boundary.example {
        Some(name) => {
            let (name, number) = name
                .get_ref()
                .split_once(' ')
                .unwrap_or((name.get_ref(), "1"));
            (Outcome::named(name), number.parse().unwrap_or(1))
        }
        None if rule.violated.is_some() => (Some(Outcome::Violated), 1),
        None => (Some(Outcome::Undetermined), 1),
    };
    rule.page
        .examples
        .iter()
        .enumerate()
        .filter(|(_, example)| Some(example.outcome) == outcome)
        .nth(number.max(1) - 1)
        .map(|(at, _)| at)
}

/// The cases of a boundary.
///
/// # Errors
/// When the example that is to be changed does not exist.
pub fn cases(
    rule: &Rule,
    boundary: &Boundary,
    checker: &Checker<'_>,
) -> Result<Vec<Case>, Problem> {
    let at = Place {
        source: rule.place.source.clone(),
        offset: boundary.fact.span().start,
    };
    let fact = boundary.fact.get_ref();
    let (path, field) = path(rule, fact, checker, &at)?;
    let example = example(rule, boundary).and_then(|at| rule.page.examples.get(at));
    let Some(example) = example else {
        return Err(at.problem("the example that this boundary changes does not exist").help(
            "`example = \"satisfied\"` names the first satisfied one, `\"satisfied 2\"` the second",
        ));
    };
    let mut cases = Vec::new();
    for (text, outcome) in &boundary.cases {
        let mut sample = example.sample.clone();
        let Some(slot) = slot(&mut sample, &path) else {
            return Err(at.problem(format!("the example has no place for `{fact}`")));
        };
        *slot = value(field, text).map_err(|said| at.problem(said))?;
        cases.push(Case {
            label: format!("{fact} = {text}"),
            sample,
            outcome: outcome
                .as_str()
                .and_then(Outcome::named)
                .unwrap_or(Outcome::Satisfied),
            boundary: true,
        });
    }
    Ok(cases)
}

fn slot<'v>(sample: &'v mut Sample, path: &str) -> Option<&'v mut Value> {
    let enterprise = path
        .strip_prefix(ENTERPRISE)
        .and_then(|rest| rest.strip_prefix('/'));
    let (holder, path) = match enterprise {
        Some(path) => (&mut sample.enterprise, path),
        None => (&mut sample.section, path),
    };
    let (parent, name) = match path.rsplit_once('/') {
        Some((parent, name)) => (format!("/{parent}"), name),
        None => (String::new(), path),
    };
    let object = holder.pointer_mut(&parent)?.as_object_mut()?;
    Some(object.entry(name).or_insert(Value::Null))
}
