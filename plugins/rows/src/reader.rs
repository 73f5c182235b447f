//! One row, checked against the facts and its page.

use crate::ir::{Expr, FactRef, Node};
use crate::names::Named;
use crate::page::{self, Page};
use crate::parsed::Parsed;
use crate::predicate::{Checker, Var, Vars};
use crate::rule::{Each, Predicate, Rule};
use crate::safeguard::{self, Safeguards};
use crate::sample::ENTERPRISE;
use crate::schema::{Entity, Field, Ty};
use crate::source::{Place, Problem, nearest};
use crate::table::{Confidence, Kind, Outcome, Row};
use crate::tables::text_place;

/// Reads one row.
pub struct RowReader<'s> {
    /// The facts.
    pub checker: Checker<'s>,
    /// The folder's name.
    pub instrument: &'s str,
    /// The row's id.
    pub place: Place,
}

impl RowReader<'_> {
    /// # Errors
    /// Everything that is wrong with the row and its page.
    pub fn read(&self, row: Row, page: Page) -> Result<Rule, Vec<Problem>> {
        let mut problems = self.form(&row, &page);
        let (each, vars) = match &row.each {
            Some(each) => match self.each(each) {
                Ok(found) => found,
                Err(problem) => {
                    problems.push(problem);
                    return Err(problems);
                }
            },
            None => (Vec::new(), Vars::new()),
        };
        let mut predicate = |text: &Option<toml::Spanned<String>>, number: bool| {
            let text = text
                .as_ref()
                .filter(|text| !text.get_ref().trim().is_empty())?;
            let place = text_place(&self.place.source, text);
            let checked = Parsed::new(text.get_ref(), &place).and_then(|parsed| {
                let checked = if number {
                    self.checker.check_number(&parsed, &vars)
                } else {
                    self.checker.check(&parsed, &vars)
                };
                match checked {
                    Ok(expr) => Ok(Predicate {
                        text: text.get_ref().clone(),
                        parsed,
                        expr,
                    }),
                    Err(problem) => Err(vec![problem]),
                }
            });
            match checked {
                Ok(predicate) => Some(predicate),
                Err(more) => {
                    problems.extend(more);
                    None
                }
            }
        };
        let applies = predicate(&row.applies, false);
        let violated = predicate(&row.violated, false);
        let undetermined = predicate(&row.undetermined, false);
        let points = predicate(&row.points, true);
        for part in [&violated, &undetermined].into_iter().flatten() {
            if known_decides(&part.expr, true) {
                problems.push(
                    part.parsed
                        .start()
                        .problem("here a fact that becomes known could turn the rule against the filer")
                        .help("`has(…)` stands in `applies`, or behind `!` here: leaving a fact out must never help"),
                );
            }
        }
        let mut rule = Rule {
            row,
            place: self.place.clone(),
            each,
            vars,
            applies,
            violated,
            undetermined,
            points,
            facts: Vec::new(),
            page,
            companion: false,
        };
        rule.facts = self.facts(&rule);
        problems.extend(self.boundaries(&rule));
        problems.extend(
            rule.page
                .examples
                .iter()
                .flat_map(|example| self.names_of(example)),
        );
        if problems.is_empty() {
            Ok(rule)
        } else {
            Err(problems)
        }
    }

    /// The rule of the device that is there and dead, where the row has one.
    ///
    /// # Errors
    /// As for a row.
    pub fn companion(
        &self,
        rule: &Rule,
        template: Option<&Safeguards>,
    ) -> Result<Option<Rule>, Vec<Problem>> {
        let one = |problem| vec![problem];
        let schema = self.checker.schema;
        let field = match &rule.row.safeguard {
            Some(fact) => {
                let fact = fact.get_ref();
                Some(
                    crate::boundary::path(rule, fact, &self.checker, &rule.place)
                        .map_err(one)?
                        .1,
                )
            }
            None => None,
        };
        match safeguard::companion(rule, field, &schema.section_name, template).map_err(one)? {
            Some((row, page)) => {
                let mut made = self.read(row, page)?;
                made.companion = true;
                Ok(Some(made))
            }
            None => Ok(None),
        }
    }

    fn form(&self, row: &Row, page: &Page) -> Vec<Problem> {
        let mut problems = Vec::new();
        let id = row.id.get_ref();
        let clause_of_id = id
            .strip_prefix(self.instrument)
            .and_then(|rest| rest.strip_prefix('/'));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        if !clause_of_id.is_some_and(|clause| !clause.is_empty() && clause.chars().all(plain)) {
            problems.push(
                self.place
                    .problem(format!("`{id}` is no id for this folder"))
                    .help(format!(
                        "`{}/clause`, lower-case letters, digits, `.` and `-`",
                        self.instrument
                    )),
            );
        }
        if row.clause.is_none() {
            problems.push(
                self.place
                    .problem(format!("`{id}` cites no clause"))
                    .help("give the row or, above all rows, the file a `clause`"),
            );
        }
        if row.violated.is_none() && row.undetermined.is_none() {
            problems.push(
                self.place
                    .problem(format!("`{id}` has neither `violated` nor `undetermined`")),
            );
        }
        if row.safeguard_confidence.is_some() && row.safeguard.is_none() {
            problems.push(
                self.place
                    .problem(format!(
                        "`{id}` has a `safeguard_confidence` and no `safeguard`"
                    ))
                    .help("it is of the rule that a `safeguard` makes"),
            );
        }
        if row.confidence == Confidence::Unverified
            && row.violated.is_some()
            && row.kind != Kind::Advice
        {
            problems.push(
                self.place
                    .problem(format!("`{id}` is unverified and would yield a violation"))
                    .help("make it a lead (`undetermined` instead of `violated`) or `kind = \"advice\"`"),
            );
        }
        for (name, text) in [("zh", &row.title.zh), ("en", &row.title.en)] {
            if text.trim().is_empty() {
                problems.push(
                    self.place
                        .problem(format!("the title of `{id}` lacks `{name}`")),
                );
            }
        }
        if row.points.is_some() && row.kind != Kind::Score {
            problems.push(
                self.place
                    .problem(format!("`{id}` has points and is no `score`"))
                    .help("points belong to rows with `kind = \"score\"`"),
            );
        }
        for date in [&row.from, &row.to].into_iter().flatten() {
            if date.date.is_none() || date.time.is_some() {
                problems.push(
                    self.place
                        .problem(format!("`{id}`: a rule is in force by whole days"))
                        .help("write 2017-11-13"),
                );
            }
        }
        if let (Some(from), Some(to)) = (&row.from, &row.to)
            && from.to_string() > to.to_string()
        {
            problems.push(self.place.problem(format!("`{id}` ends before it begins")));
        }
        let mut needed = vec![Outcome::Satisfied, Outcome::Undetermined];
        if row.violated.is_some() {
            needed.push(Outcome::Violated);
        }
        for outcome in needed {
            if !page
                .examples
                .iter()
                .any(|example| example.outcome == outcome)
            {
                problems.push(
                    page.place
                        .problem(format!("`{id}` has no example that is {}", outcome.name()))
                        .help(format!(
                            "add ```json {} under `### Examples`",
                            outcome.name()
                        )),
                );
            }
        }
        problems
    }

    /// `name in list, inner in name.list`.
    fn each(&self, text: &toml::Spanned<String>) -> Result<(Vec<Each>, Vars), Problem> {
        let place = text_place(&self.place.source, text);
        let fail = |message: String| {
            place
                .problem(message)
                .help("write `unit in units`, or `unit in units, chemical in unit.chemicals`")
        };
        let schema = self.checker.schema;
        let mut all: Vec<Each> = Vec::new();
        let mut vars = Vars::new();
        for part in text.get_ref().split(',') {
            let Some((var, list)) = part.split_once(" in ") else {
                return Err(fail(format!("`{}` is no `name in list`", part.trim())));
            };
            let (var, list) = (var.trim(), list.trim());
            let (entity, outer, name) = match list.split_once('.') {
                Some((ENTERPRISE, name)) => (&schema.enterprise, None, name),
                Some((outer, name)) => {
                    let found = vars.get(outer).cloned();
                    let entity = found
                        .as_ref()
                        .and_then(|var: &Var| schema.entities.get(var.entity.as_ref()?));
                    match entity {
                        Some(entity) => (entity, found, name),
                        None => return Err(fail(format!("`{outer}` is not known here"))),
                    }
                }
                None => (&schema.section, None, list),
            };
            let of = match entity.field(name).map(|field| &field.ty) {
                Some(Ty::Items(of)) => of.clone(),
                Some(_) => return Err(fail(format!("`{list}` is no list of items"))),
                None => {
                    let lists = entity
                        .fields
                        .iter()
                        .filter(|field| matches!(field.ty, Ty::Items(_)))
                        .map(|field| field.name.as_str());
                    let near = nearest(name, lists.clone());
                    let problem = fail(format!("there is no list `{list}`"));
                    return Err(match near {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => problem.help(format!(
                            "the lists are {}",
                            lists.collect::<Vec<_>>().join(", ")
                        )),
                    });
                }
            };
            if outer.is_none() && !all.is_empty() {
                return Err(fail(format!(
                    "`{list}` does not belong to the item before it"
                )));
            }
            let envelope = entity.name == ENTERPRISE;
            let (prefix, outer_positions) = match &outer {
                Some(var) => (var.pattern.clone(), var.positions.clone()),
                None if envelope => (format!("/{ENTERPRISE}"), Vec::new()),
                None => (format!("/sections/{}", schema.section_name), Vec::new()),
            };
            let mut positions = outer_positions.clone();
            positions.push(var.to_owned());
            all.push(Each {
                var: var.to_owned(),
                entity: of.clone(),
                list: FactRef {
                    var: outer
                        .map(|var| var.code_name)
                        .or(envelope.then(|| ENTERPRISE.to_owned())),
                    field: name.to_owned(),
                    index: entity
                        .fields
                        .iter()
                        .position(|have| have.name == name)
                        .unwrap_or_default(),
                    pattern: format!("{prefix}/{name}"),
                    positions: outer_positions,
                    ty: Ty::Items(of.clone()),
                    none: false,
                },
            });
            let item = Var {
                code_name: var.to_owned(),
                entity: Some(of),
                pattern: format!("{prefix}/{name}/*"),
                positions,
                words: None,
            };
            if schema.section.field(var).is_some() || vars.insert(var.to_owned(), item).is_some() {
                return Err(fail(format!("`{var}` is already a name here")));
            }
        }
        Ok((all, vars))
    }

    fn facts(&self, rule: &Rule) -> Vec<String> {
        let mut facts: Vec<String> = rule
            .each
            .iter()
            .map(|each| each.list.pattern.clone())
            .collect();
        for predicate in rule.predicates() {
            predicate.expr.walk(&mut |expr| {
                if let Some(fact) = expr.own_fact() {
                    facts.push(fact.pattern.clone());
                }
                if let Node::Computed(computed) = &expr.node
                    && let Some(Named::Computed { reads, .. }) =
                        self.checker.names.get(&computed.name)
                {
                    facts.extend(reads.iter().cloned());
                }
            });
        }
        facts.sort();
        facts.dedup();
        facts
    }

    fn boundaries(&self, rule: &Rule) -> Vec<Problem> {
        let mut problems = Vec::new();
        for boundary in &rule.row.boundary {
            let at = Place {
                source: self.place.source.clone(),
                offset: boundary.fact.span().start,
            };
            for (value, outcome) in &boundary.cases {
                if outcome.as_str().and_then(Outcome::named).is_none() {
                    problems.push(at.problem(format!(
                        "`{value}` leads to `{outcome}`, which is no outcome"
                    )));
                }
            }
            match crate::boundary::path(rule, boundary.fact.get_ref(), &self.checker, &at) {
                Ok((_, field)) => problems.extend(boundary.cases.keys().filter_map(|value| {
                    crate::boundary::value(field, value)
                        .err()
                        .map(|said| at.problem(said))
                })),
                Err(problem) => problems.push(problem),
            }
        }
        problems
    }

    /// A misspelt fact in an example would make it a lie.
    fn names_of(&self, example: &page::Example) -> Vec<Problem> {
        let mut problems = Vec::new();
        let schema = self.checker.schema;
        for (value, entity) in [
            (&example.sample.section, &schema.section),
            (&example.sample.enterprise, &schema.enterprise),
        ] {
            self.names_in(value, entity, example, &mut problems);
        }
        for path in &example.missing {
            if !self.is_fact(path) {
                problems.push(
                    example
                        .place
                        .problem(format!("`missing={path}` names no fact"))
                        .help("the path inside the example, such as units/0/in_service"),
                );
            }
        }
        problems
    }

    fn is_fact(&self, path: &str) -> bool {
        let schema = self.checker.schema;
        let (mut entity, path) = match path.split_once('/') {
            Some((ENTERPRISE, inside)) => (&schema.enterprise, inside),
            _ => (&schema.section, path),
        };
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            let Some(field) = entity.field(part) else {
                return false;
            };
            if parts.peek().is_none() {
                return true;
            }
            let index = parts
                .next()
                .is_some_and(|index| index.bytes().all(|b| b.is_ascii_digit()));
            match &field.ty {
                Ty::Items(of) if index => match schema.entities.get(of) {
                    // An item itself may be what is missing.
                    Some(_) if parts.peek().is_none() => return true,
                    Some(of) => entity = of,
                    None => return false,
                },
                _ => return false,
            }
        }
        false
    }

    fn names_in(
        &self,
        value: &serde_json::Value,
        entity: &Entity,
        example: &page::Example,
        problems: &mut Vec<Problem>,
    ) {
        let Some(object) = value.as_object() else {
            problems.push(
                example
                    .place
                    .problem("an example is the content of the section: an object"),
            );
            return;
        };
        for (name, value) in object {
            match entity.field(name) {
                None => {
                    let known = entity.fields.iter().map(|field| field.name.as_str());
                    let problem = example
                        .place
                        .problem(format!("the example has an unknown fact `{name}`"));
                    problems.push(match nearest(name, known) {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => problem,
                    });
                }
                Some(field) => {
                    problems
                        .extend(wrong_value(field, value).map(|said| example.place.problem(said)));
                    if let (Ty::Items(of), Some(items)) = (&field.ty, value.as_array())
                        && let Some(entity) = self.checker.schema.entities.get(of)
                    {
                        for item in items {
                            self.names_in(item, entity, example, problems);
                        }
                    }
                }
            }
        }
    }
}

/// A value that the fact cannot have would count as unknown, and the example would lie.
fn wrong_value(field: &Field, value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    if value.is_null() {
        return None;
    }
    let right = match field.ty {
        Ty::Bool => value.is_boolean(),
        Ty::Int | Ty::Number => value.is_number(),
        Ty::Text | Ty::Date | Ty::DateTime => value.is_string(),
        Ty::Words | Ty::Items(_) => value.is_array(),
    };
    if !(right || field.none && value == "none") {
        return Some(format!(
            "`{}` is a {}, and `{value}` is none",
            field.name,
            field.ty.name()
        ));
    }
    if let Some(words) = &field.words {
        let filed = match value {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let wrong = filed
            .iter()
            .filter_map(Value::as_str)
            .filter(|word| !(field.none && *word == "none"))
            .find(|word| !words.iter().any(|have| have == word));
        if let Some(word) = wrong {
            return Some(match nearest(word, words.iter().map(String::as_str)) {
                Some(near) => {
                    format!("`{}` is never `{word}`; did you mean `{near}`?", field.name)
                }
                None => format!(
                    "`{}` is never `{word}`, but {}",
                    field.name,
                    words.join(", ")
                ),
            });
        }
    }
    let text = value
        .as_str()
        .filter(|text| !(field.none && *text == "none"))?;
    let (right, form) = match field.ty {
        Ty::Date => (text.parse::<jiff::civil::Date>().is_ok(), "YYYY-MM-DD"),
        Ty::DateTime => (
            text.parse::<jiff::civil::DateTime>().is_ok(),
            "YYYY-MM-DDTHH:MM",
        ),
        _ => return None,
    };
    let or_none = if field.none { " or none" } else { "" };
    (!right).then(|| {
        format!(
            "`{}`: `{text}` is no date; write {form}{or_none}",
            field.name
        )
    })
}

/// Whether `has(…)` stands where its becoming true helps the condition become true.
fn known_decides(expr: &Expr, positive: bool) -> bool {
    match &expr.node {
        Node::Has(_) => positive,
        Node::Not(inner) => known_decides(inner, !positive),
        Node::And(a, b) | Node::Or(a, b) => {
            known_decides(a, positive) || known_decides(b, positive)
        }
        Node::Exists { body, .. } => known_decides(body, positive),
        Node::Named(named) => known_decides(&named.expr, positive),
        _ => false,
    }
}
