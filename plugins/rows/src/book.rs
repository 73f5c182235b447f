//! A plugin's whole rulebook, read and checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::ir::{Expr, FactRef, Node};
use crate::names::{Named, Names};
use crate::page::{self, Page};
use crate::parsed::Parsed;
use crate::predicate::{Checker, Var, Vars};
use crate::rule::{Each, Predicate, Rule};
use crate::schema::{Schema, Ty};
use crate::source::{Place, Problem, Source, nearest};
use crate::table::{self, Confidence, Kind, Outcome, Row};
use crate::tables::{Bilingual, read_toml, text_place};

/// A law, order or standard.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see the contract")]
pub struct Instrument {
    #[serde(skip)]
    pub key: String,
    pub title: Bilingual,
    pub number: String,
    pub issuer: String,
}

/// A plugin's whole rulebook.
pub struct Book {
    /// The plugin's folder.
    pub folder: PathBuf,
    /// The facts.
    pub schema: Schema,
    /// Named conditions and computed values.
    pub names: Names,
    /// What rules cite.
    pub instruments: Vec<Instrument>,
    /// In the order of folders, files and rows.
    pub rules: Vec<Rule>,
    /// Every file that was read, for the build to watch.
    pub files: Vec<PathBuf>,
}

impl Book {
    /// Reads a plugin's folder; its name is the section's name.
    ///
    /// # Errors
    /// Every mistake found, each with its place.
    pub fn load(folder: &Path, schemas: &Path) -> Result<Book, Vec<Problem>> {
        let section = folder
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let schema = Schema::load(schemas, section)?;
        let computed = folder.join("computed.toml");
        let names = Names::load(&computed, &schema)?;
        let mut files = vec![
            schemas.join("filing.schema.json"),
            schemas.join(format!("{section}.schema.json")),
            computed,
        ];
        let mut problems = Vec::new();
        let mut instruments = Vec::new();
        let mut rules: Vec<Rule> = Vec::new();
        for instrument in folders(&folder.join("rules"), &mut problems) {
            let key = file_name(&instrument);
            let file = instrument.join("instrument.toml");
            match Source::read(&file).and_then(|source| read_toml::<Instrument>(&source)) {
                Ok(read) => instruments.push(Instrument {
                    key: key.clone(),
                    ..read
                }),
                Err(problem) => problems.push(problem),
            }
            files.push(file);
            for table in tables(&instrument, &mut problems) {
                files.extend([table.clone(), table.with_extension("md")]);
                match read_article(&table, &key, &schema, &names) {
                    Ok(more) => rules.extend(more),
                    Err(more) => problems.extend(more),
                }
            }
        }
        let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
        for rule in &rules {
            if let Some(first) = seen.insert(rule.id(), &rule.place) {
                let (line, _) = first.source.position(first.offset);
                problems.push(
                    rule.place
                        .problem(format!("`{}` stands here twice", rule.id()))
                        .help(format!(
                            "the other is {}:{line}",
                            first.source.path.display()
                        )),
                );
            }
        }
        if problems.is_empty() {
            Ok(Book {
                folder: folder.to_owned(),
                schema,
                names,
                instruments,
                rules,
                files,
            })
        } else {
            Err(problems)
        }
    }

    /// Checks further predicates and names against the same facts.
    pub fn checker(&self) -> Checker<'_> {
        Checker {
            schema: &self.schema,
            names: &self.names,
        }
    }

    /// A rule by id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id() == id)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn entries(folder: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            paths
        }
        Err(error) => {
            problems.push(Problem {
                path: folder.to_owned(),
                line: 0,
                column: 0,
                message: format!("this folder cannot be read: {error}"),
                help: None,
            });
            Vec::new()
        }
    }
}

fn folders(folder: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    entries(folder, problems)
        .into_iter()
        .filter(|path| path.is_dir())
        .collect()
}

fn tables(folder: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let entries = entries(folder, problems);
    for path in &entries {
        if path.extension().is_some_and(|ext| ext == "md") && !path.with_extension("toml").exists()
        {
            problems.push(Problem {
                path: path.clone(),
                line: 0,
                column: 0,
                message: "this page has no table of rows".into(),
                help: Some(format!("write {}", path.with_extension("toml").display())),
            });
        }
    }
    entries
        .into_iter()
        .filter(|path| {
            path.extension().is_some_and(|ext| ext == "toml")
                && file_name(path) != "instrument.toml"
        })
        .collect()
}

fn read_article(
    table: &Path,
    instrument: &str,
    schema: &Schema,
    names: &Names,
) -> Result<Vec<Rule>, Vec<Problem>> {
    let one = |problem| vec![problem];
    let source = Source::read(table).map_err(one)?;
    let rows = table::read(&source).map_err(one)?;
    let page_path = table.with_extension("md");
    let pages = match Source::read(&page_path) {
        Ok(source) => page::read(&source)?,
        Err(problem) => {
            return Err(one(problem.help(
                "each table has a page beside it, with the same name and `.md`",
            )));
        }
    };
    let mut pages: Vec<Option<Page>> = pages.into_iter().map(Some).collect();
    let mut problems = Vec::new();
    let mut rules = Vec::new();
    for row in rows {
        let place = Place {
            source: source.clone(),
            offset: row.id.span().start,
        };
        let page = pages
            .iter_mut()
            .find(|page| {
                page.as_ref()
                    .is_some_and(|page| page.id == *row.id.get_ref())
            })
            .and_then(Option::take);
        let Some(page) = page else {
            problems.push(
                place
                    .problem(format!("`{}` has no page", row.id.get_ref()))
                    .help(format!(
                        "write `## {}` in {}, see plugins/README.md, `A page`",
                        row.id.get_ref(),
                        page_path.display()
                    )),
            );
            continue;
        };
        let reader = RowReader {
            checker: Checker { schema, names },
            instrument,
            place,
        };
        match reader.read(row, page) {
            Ok(rule) => rules.push(rule),
            Err(more) => problems.extend(more),
        }
    }
    for page in pages.into_iter().flatten() {
        problems.push(
            page.place
                .problem(format!("`{}` has no row", page.id))
                .help(format!("the rows of this page are {}", table.display())),
        );
    }
    if problems.is_empty() {
        Ok(rules)
    } else {
        Err(problems)
    }
}

struct RowReader<'s> {
    checker: Checker<'s>,
    instrument: &'s str,
    place: Place,
}

impl RowReader<'_> {
    fn read(&self, row: Row, page: Page) -> Result<Rule, Vec<Problem>> {
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
        let mut predicate = |text: &Option<toml::Spanned<String>>| {
            let text = text
                .as_ref()
                .filter(|text| !text.get_ref().trim().is_empty())?;
            let place = text_place(&self.place.source, text);
            let checked = Parsed::new(text.get_ref(), &place).and_then(|parsed| {
                match self.checker.check(&parsed, &vars) {
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
        let applies = predicate(&row.applies);
        let violated = predicate(&row.violated);
        let undetermined = predicate(&row.undetermined);
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
            facts: Vec::new(),
            page,
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
        for date in [&row.from, &row.to].into_iter().flatten() {
            if date.get_ref().date.is_none() || date.get_ref().time.is_some() {
                let place = Place {
                    source: self.place.source.clone(),
                    offset: date.span().start,
                };
                problems.push(
                    place
                        .problem("a rule is in force by whole days")
                        .help("write 2017-11-13"),
                );
            }
        }
        if let (Some(from), Some(to)) = (&row.from, &row.to)
            && from.get_ref().to_string() > to.get_ref().to_string()
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
                    let lists = entity.fields.iter().map(|field| field.name.as_str());
                    let problem = fail(format!("there is no list `{list}`"));
                    return Err(match nearest(name, lists) {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => problem,
                    });
                }
            };
            let (prefix, outer_positions) = match &outer {
                Some(var) => (var.pattern.clone(), var.positions.clone()),
                None => (format!("/sections/{}", schema.section_name), Vec::new()),
            };
            let mut positions = outer_positions.clone();
            positions.push(var.to_owned());
            all.push(Each {
                var: var.to_owned(),
                entity: of.clone(),
                list: FactRef {
                    var: outer.map(|var| var.code_name),
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
            if boundary.cases.len() < 2 {
                problems.push(
                    at.problem("a boundary has two sides")
                        .help("name a value on each side"),
                );
            }
            for (value, outcome) in &boundary.cases {
                if outcome.as_str().and_then(Outcome::named).is_none() {
                    problems.push(at.problem(format!(
                        "`{value}` leads to `{outcome}`, which is no outcome"
                    )));
                }
            }
            if let Err(problem) =
                crate::boundary::path(rule, boundary.fact.get_ref(), &self.checker, &at)
            {
                problems.push(problem);
            }
        }
        problems
    }

    /// A misspelt fact in an example would make it a lie.
    fn names_of(&self, example: &page::Example) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.names_in(
            &example.section,
            &self.checker.schema.section,
            example,
            &mut problems,
        );
        for path in &example.missing {
            if !self.is_fact(path) {
                problems.push(
                    example
                        .place
                        .problem(format!("`missing={path}` names no fact"))
                        .help("the path inside the section, such as units/0/in_service"),
                );
            }
        }
        problems
    }

    fn is_fact(&self, path: &str) -> bool {
        let schema = self.checker.schema;
        let mut entity = &schema.section;
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
        entity: &crate::schema::Entity,
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
                        .extend(wrong_date(field, value).map(|said| example.place.problem(said)));
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

/// A date that is none would count as unknown, and the example would lie.
fn wrong_date(field: &crate::schema::Field, value: &serde_json::Value) -> Option<String> {
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
