//! A document against the schemas of envelope and sections.

mod breaks;
mod formats;
mod node;
mod titles;
mod zeros;

use std::collections::BTreeMap;

use anjian_model::{Problem, ProblemLevel, Section, Text};
use jsonschema::{Draft, Validator};
use serde_json::Value;
use thiserror::Error;

use crate::intake::{Document, escape, tokens};

pub use breaks::nearest;
pub use formats::date;
use node::{Filing, Place};
use titles::Part;

/// The envelope's schema, as published.
pub const ENVELOPE: &str = include_str!("../../../../schemas/filing.schema.json");

/// A schema that cannot be used.
#[derive(Debug, Error)]
#[error(
    "the schema of {whose} cannot be used: {cause}; its author should check it against JSON Schema \
     2020-12"
)]
pub struct SchemaError {
    whose: String,
    cause: String,
}

/// A schema ready for use.
struct Compiled {
    schema: Value,
    validator: Validator<Filing>,
}

impl Compiled {
    fn new(whose: &str, text: &str) -> Result<Self, SchemaError> {
        let fail = |cause: String| SchemaError {
            whose: whose.to_owned(),
            cause,
        };
        let schema: Value = serde_json::from_str(text).map_err(|error| fail(error.to_string()))?;
        let mut options = jsonschema::options_for::<Filing>()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true);
        for (name, check) in formats::FORMATS {
            options = options.with_format(name, check);
        }
        let validator = options
            .build(&schema)
            .map_err(|error| fail(error.to_string()))?;
        Ok(Self { schema, validator })
    }
}

/// What people need to know of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is called.
    pub title: Text,
    /// The unit of a quantity, else empty.
    pub unit: String,
    /// The words to choose from, with what they mean.
    pub words: Vec<(String, Text)>,
}

/// The schemas of one set of plugins.
pub struct Schemas {
    envelope: Compiled,
    /// By section name. Plugins may share a section, each with its own schema.
    sections: BTreeMap<String, Vec<(String, Compiled)>>,
    /// Sections that a profile leaves out.
    left_out: Vec<String>,
}

impl Schemas {
    /// The envelope alone.
    ///
    /// # Errors
    /// When its schema is broken, which a test rules out.
    pub fn new() -> Result<Self, SchemaError> {
        Ok(Self {
            envelope: Compiled::new("the envelope", ENVELOPE)?,
            sections: BTreeMap::new(),
            left_out: Vec::new(),
        })
    }

    /// Adds the sections of a plugin, all or none.
    ///
    /// # Errors
    /// When a schema is none.
    pub fn add(&mut self, plugin: &str, sections: &[Section]) -> Result<(), SchemaError> {
        let mut compiled = Vec::new();
        for Section { name, schema } in sections {
            let known = self.sections.get(name);
            if known.is_some_and(|known| known.iter().any(|(text, _)| text == schema)) {
                continue;
            }
            let whose = format!("section `{name}` of plugin `{plugin}`");
            compiled.push((name, schema, Compiled::new(&whose, schema)?));
        }
        for (name, text, schema) in compiled {
            let same_name = self.sections.entry(name.clone()).or_default();
            same_name.push((text.clone(), schema));
        }
        Ok(())
    }

    /// Checks a document. What breaks a schema is an error and blanked in the
    /// document; what no schema knows is a warning.
    pub fn check(&self, document: &mut Document<'_>) -> Vec<Problem> {
        let mut broken = Vec::new();
        let mut problems = Vec::new();
        self.check_part(document, &self.envelope, "", &mut broken, &mut problems);
        if let Some(sections) = document.member(Document::ROOT, "sections") {
            for at in document.children(sections) {
                let name = document.key(at).unwrap_or_default();
                let base = format!("/sections/{}", escape(&name));
                match self.sections.get(name.as_ref()) {
                    Some(schemas) => {
                        for (_, schema) in schemas {
                            self.check_part(document, schema, &base, &mut broken, &mut problems);
                        }
                    }
                    None => problems.push(self.unknown_section(document, &name, base)),
                }
            }
        }
        for at in broken {
            document.blank(at);
        }
        problems.extend(self.blank_zeros(document));
        problems
    }

    fn check_part(
        &self,
        document: &Document<'_>,
        compiled: &Compiled,
        base: &str,
        broken: &mut Vec<u32>,
        problems: &mut Vec<Problem>,
    ) {
        let Some(at) = document.find(base) else {
            return;
        };
        let place = Place::Value(document, at);
        // Most filings are in order, and asking yes or no is twice as fast as
        // asking for the reasons.
        if compiled.validator.is_valid(place) {
            return;
        }
        let whole = Part::whole(&compiled.schema);
        for error in compiled.validator.iter_errors(place) {
            let said = breaks::explain(document, whole, base, &error);
            broken.extend(said.blank);
            for problem in said.problems {
                // Plugins that share a section may say the same of it.
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
    }

    /// Names sections that nobody checks because a profile says so. Those that
    /// a plugin declares are checked all the same.
    pub fn leave_out(&mut self, names: Vec<String>) {
        self.left_out = names;
    }

    fn unknown_section(&self, document: &Document<'_>, name: &str, pointer: String) -> Problem {
        let known: Vec<&str> = self.sections.keys().map(String::as_str).collect();
        let (zh, en) = match nearest(name, known.iter().copied()) {
            Some(near) => (
                format!("；是否指“{near}”？"),
                format!("; did you mean \"{near}\"?"),
            ),
            None if known.is_empty() => (String::new(), String::new()),
            None => (
                format!("；可检查的章节：{}", known.join("、")),
                format!("; sections that can be checked: {}", known.join(", ")),
            ),
        };
        let place = document.find(&pointer).map(|at| document.place(at));
        // What an authority left out is decided; what nobody knows is open.
        let level = if self.left_out.iter().any(|left_out| left_out == name) {
            ProblemLevel::Warning
        } else {
            ProblemLevel::Undetermined
        };
        Problem {
            code: "unknown_section".to_owned(),
            level,
            message: Text {
                zh: format!("没有插件检查章节“{name}”，其内容未被检查{zh}"),
                en: format!(
                    "no plugin checks section \"{name}\", so its content was not checked{en}"
                ),
            },
            pointer: Some(pointer),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
        }
    }

    /// What the fact of a pointer is called, in the schema that knows it.
    pub fn title(&self, pointer: &str) -> Text {
        let (schemas, inside) = self.of(pointer);
        schemas
            .into_iter()
            .find_map(|schema| titles::title(Part::whole(schema), tokens(pointer).skip(inside)))
            .unwrap_or_else(|| {
                let last = tokens(pointer).last().unwrap_or_default().into_owned();
                Text {
                    zh: last.clone(),
                    en: last,
                }
            })
    }

    /// What people need to know of the fact of a pointer.
    pub fn fact(&self, pointer: &str) -> Fact {
        let (schemas, inside) = self.of(pointer);
        let part = schemas.into_iter().find_map(|schema| {
            tokens(pointer)
                .skip(inside)
                .try_fold(Part::whole(schema), |part, token| part.child(&token))
        });
        Fact {
            title: self.title(pointer),
            unit: part.and_then(Part::unit).unwrap_or_default().to_owned(),
            words: part.map(Part::words).unwrap_or_default(),
        }
    }

    /// The schemas that describe a pointer, and how many of its names lead to
    /// where they begin.
    fn of(&self, pointer: &str) -> (Vec<&Value>, usize) {
        let name = tokens(pointer).nth(1);
        let section = name
            .filter(|_| pointer.starts_with("/sections/"))
            .and_then(|name| self.sections.get(name.as_ref()));
        match section {
            Some(all) => (all.iter().map(|(_, one)| &one.schema).collect(), 2),
            None => (vec![&self.envelope.schema], 0),
        }
    }

    /// Names of the sections that plugins declare.
    pub fn section_names(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str)
    }
}
