//! A plugin's whole rulebook, read and checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::value::Datetime;

use crate::names::Names;
use crate::page::{self, Page};
use crate::predicate::Checker;
use crate::reader::RowReader;
use crate::rule::Rule;
use crate::safeguard::{self, Safeguards};
use crate::schema::Schema;
use crate::scheme::{self, Scheme};
use crate::source::{Place, Problem, Source};
use crate::table;
use crate::tables::{Bilingual, read_toml};

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
    /// For its rows that do not say themselves, as the next five.
    pub kind: Option<table::Kind>,
    pub confidence: Option<table::Confidence>,
    pub from: Option<Datetime>,
    pub to: Option<Datetime>,
    pub by: Option<table::By>,
    pub penalty: Option<Bilingual>,
    /// Of devices that are there and dead.
    pub safeguards: Option<Safeguards>,
}

impl Instrument {
    fn shared(&self) -> table::Shared {
        table::Shared {
            clause: None,
            kind: self.kind,
            confidence: self.confidence,
            from: self.from,
            to: self.to,
            by: self.by,
            penalty: self.penalty.clone(),
        }
    }
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
    /// Scores.
    pub schemes: Vec<Scheme>,
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
        let names = Names::load(&folder.join("computed.toml"), &schema)?;
        let mut problems = Vec::new();
        let mut instruments = Vec::new();
        let mut rules: Vec<Rule> = Vec::new();
        for instrument in folders(&folder.join("rules"), &mut problems) {
            let key = file_name(&instrument);
            let file = instrument.join("instrument.toml");
            let read = Source::read(&file).and_then(|source| read_toml::<Instrument>(&source));
            let read = match read {
                Ok(read) => Instrument {
                    key: key.clone(),
                    ..read
                },
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            for table in tables(&instrument, &mut problems) {
                match read_article(&table, &read, &schema, &names) {
                    Ok(more) => rules.extend(more),
                    Err(more) => problems.extend(more),
                }
            }
            instruments.push(read);
        }
        let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
        for rule in &rules {
            if let Some(first) = seen.insert(rule.id(), &rule.place) {
                problems.push(twice(rule.id(), &rule.place, first));
            }
        }
        let mut schemes = Vec::new();
        let folder_of_schemes = folder.join("schemes");
        if problems.is_empty() && folder_of_schemes.is_dir() {
            let listed = entries(&folder_of_schemes, &mut problems);
            match scheme::load(&listed, &rules) {
                Ok(read) => schemes = read,
                Err(more) => problems.extend(more),
            }
        }
        if problems.is_empty() {
            Ok(Book {
                folder: folder.to_owned(),
                schema,
                names,
                instruments,
                rules,
                schemes,
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

fn twice(id: &str, here: &Place, first: &Place) -> Problem {
    let (line, _) = first.source.position(first.offset);
    here.problem(format!("`{id}` stands here twice"))
        .help(format!(
            "the other is {}:{line}",
            first.source.path.display()
        ))
}

fn read_article(
    table: &Path,
    instrument: &Instrument,
    schema: &Schema,
    names: &Names,
) -> Result<Vec<Rule>, Vec<Problem>> {
    let one = |problem| vec![problem];
    let source = Source::read(table).map_err(one)?;
    let rows = table::read(&source, &instrument.shared())?;
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
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    for mut row in rows {
        let place = Place {
            source: source.clone(),
            offset: row.id.span().start,
        };
        if let Some(first) = seen.get(row.id.get_ref()) {
            problems.push(twice(row.id.get_ref(), &place, first));
            continue;
        }
        seen.insert(row.id.get_ref().clone(), place.clone());
        let page = pages
            .iter_mut()
            .find(|page| {
                page.as_ref()
                    .is_some_and(|page| page.id == *row.id.get_ref())
            })
            .and_then(Option::take);
        let Some(mut page) = page else {
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
        safeguard::demand(&mut row, &mut page);
        safeguard::point_to_companion(&row, &mut page, instrument.safeguards.as_ref());
        let reader = RowReader {
            checker: Checker { schema, names },
            instrument: &instrument.key,
            place,
        };
        match reader.read(row, page).and_then(|rule| {
            let more = reader.companion(&rule, instrument.safeguards.as_ref())?;
            Ok([Some(rule), more])
        }) {
            Ok(read) => rules.extend(read.into_iter().flatten()),
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
