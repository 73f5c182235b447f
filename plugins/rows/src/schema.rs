//! The facts, read from the JSON Schemas: the envelope and the plugin's section.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::sample::ENTERPRISE;
use crate::source::{Place, Problem, Source};
use crate::tables::Bilingual;

/// The type of a fact or expression.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Ty {
    Bool,
    Int,
    Number,
    Text,
    Date,
    DateTime,
    /// A list of texts.
    Words,
    /// A list of items of an entity.
    Items(String),
}

impl Ty {
    /// In the author's words.
    pub fn name(&self) -> &'static str {
        match self {
            Ty::Bool => "yes/no",
            Ty::Int => "whole number",
            Ty::Number => "number",
            Ty::Text => "text",
            Ty::Date => "date",
            Ty::DateTime => "date with time",
            Ty::Words => "list of words",
            Ty::Items(_) => "list of items",
        }
    }
}

/// One fact.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name in the filing.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// `x-unit`, empty without.
    pub unit: String,
    /// Whether "none" is an answer.
    pub none: bool,
    /// The words to choose from, for texts and lists of words.
    pub words: Option<Vec<String>>,
    /// What words mean, where the schema says.
    pub meanings: BTreeMap<String, Bilingual>,
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
}

/// An object with facts.
#[derive(Clone, Debug, Default)]
pub struct Entity {
    /// `unit`; empty for the section itself.
    pub name: String,
    /// In the order of the schema.
    pub fields: Vec<Field>,
}

impl Entity {
    /// A fact by name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// All facts a plugin can read.
#[derive(Debug)]
pub struct Schema {
    /// Member of `sections`.
    pub section_name: String,
    /// The section's own facts.
    pub section: Entity,
    /// `enterprise` of the envelope.
    pub enterprise: Entity,
    /// By name in `$defs`.
    pub entities: BTreeMap<String, Entity>,
    /// The section's schema as text, without insignificant space.
    pub text: String,
}

impl Schema {
    /// Reads `filing.schema.json` and `SECTION.schema.json` in `dir`.
    ///
    /// # Errors
    /// Everything that is wrong with the two files.
    pub fn load(dir: &Path, section: &str) -> Result<Schema, Vec<Problem>> {
        let mut problems = Vec::new();
        let envelope = Document::read(&dir.join("filing.schema.json"));
        let own = Document::read(&dir.join(format!("{section}.schema.json")));
        let (envelope, own) = match (envelope, own) {
            (Ok(envelope), Ok(own)) => (envelope, own),
            (a, b) => return Err(a.err().into_iter().chain(b.err()).collect()),
        };
        let enterprise = match envelope.value.pointer("/properties/enterprise") {
            Some(object) => envelope.entity(
                &["properties", ENTERPRISE],
                ENTERPRISE,
                object,
                &mut problems,
            ),
            None => Entity::default(),
        };
        let mut entities = BTreeMap::new();
        for document in [&envelope, &own] {
            let Some(Value::Object(definitions)) = document.value.get("$defs") else {
                continue;
            };
            // What is no object is an answer that several facts share.
            for (name, object) in definitions
                .iter()
                .filter(|(_, object)| object.get("properties").is_some())
            {
                let path = ["$defs", name];
                let entity = document.entity(&path, name, object, &mut problems);
                if entities.insert(name.clone(), entity).is_some() {
                    problems.push(own.at(&path).problem(format!(
                        "`{name}` is an item of the envelope; an item of the section has another name"
                    )));
                }
            }
        }
        let root = own.entity(&[], "", &own.value, &mut problems);
        if root.field(ENTERPRISE).is_some() {
            problems.push(
                own.at(&["properties", ENTERPRISE]).problem(
                    "`enterprise` is the envelope's; a fact of the section has another name",
                ),
            );
        }
        for entity in entities.values().chain([&root, &enterprise]) {
            for field in &entity.fields {
                if let Ty::Items(of) = &field.ty
                    && !entities.contains_key(of)
                {
                    let path = ["$defs", &entity.name, "properties", &field.name];
                    let path = if entity.name.is_empty() {
                        &path[2..]
                    } else {
                        &path[..]
                    };
                    problems.push(own.at(path).problem(format!(
                        "`{}` is a list of `{of}`, and `$defs` has no `{of}`",
                        field.name
                    )));
                }
            }
        }
        if problems.is_empty() {
            Ok(Schema {
                section_name: section.to_owned(),
                section: root,
                enterprise,
                entities,
                text: own.value.to_string(),
            })
        } else {
            Err(problems)
        }
    }
}

struct Document {
    source: Rc<Source>,
    value: Value,
}

impl Document {
    fn read(path: &Path) -> Result<Document, Problem> {
        let source = Source::read(path)?;
        match serde_json::from_str(&source.text) {
            Ok(value) => Ok(Document { source, value }),
            Err(error) => Err(Problem {
                path: path.to_owned(),
                line: error.line(),
                column: error.column(),
                message: format!("this is not JSON: {error}"),
                help: None,
            }),
        }
    }

    /// Where a member is declared: the names that lead to it from the root.
    fn at(&self, path: &[&str]) -> Place {
        let mut found = 0;
        let mut object = 0;
        for name in path {
            let Some((key, value)) = member(&self.source.text, object, name) else {
                break;
            };
            (found, object) = (key, value);
        }
        Place {
            source: Rc::clone(&self.source),
            offset: found,
        }
    }

    fn entity(
        &self,
        path: &[&str],
        name: &str,
        object: &Value,
        problems: &mut Vec<Problem>,
    ) -> Entity {
        let mut entity = Entity {
            name: name.to_owned(),
            fields: Vec::new(),
        };
        if object.get("additionalProperties") != Some(&Value::Bool(false)) {
            let what = if name.is_empty() { "the section" } else { name };
            problems.push(
                self.at(path)
                    .problem(format!("{what} has no `\"additionalProperties\": false`"))
                    .help("without it a misspelt fact would be swallowed"),
            );
        }
        if let Some(Value::Object(properties)) = object.get("properties") {
            for (name, property) in properties {
                let path = [path, &["properties", name]].concat();
                match self.field(&path, name, property) {
                    Ok(field) => entity.fields.push(field),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        entity
    }

    fn field(&self, path: &[&str], name: &str, property: &Value) -> Result<Field, Problem> {
        let object = &self.resolved(property);
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let fail = |message: String, help: &str| self.at(path).problem(message).help(help);
        if !name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        {
            return Err(fail(
                format!("`{name}` is no name of a fact"),
                "lower-case English words joined by `_`",
            ));
        }
        if text("title").is_empty() || text("x-title-en").is_empty() {
            return Err(fail(
                format!("`{name}` lacks a title"),
                "give it `title` (Chinese) and `x-title-en`",
            ));
        }
        let ty = ty(|| self.at(path), name, object)?;
        let none = object.get("x-none") == Some(&Value::Bool(true));
        let format = text("format");
        if none && matches!(format, "date" | "date-time-local") {
            return Err(fail(
                format!("`{name}` admits \"none\", and its format does not"),
                "the format is then `date-or-none` or `date-time-local-or-none`",
            ));
        }
        let unit = text("x-unit").to_owned();
        if ty == Ty::Number && unit.is_empty() && object.get("x-unit").is_none() {
            return Err(fail(
                format!("`{name}` is a number without a unit"),
                "give it `x-unit`; a pure number has `\"x-unit\": \"\"`",
            ));
        }
        let words = object
            .get("enum")
            .or_else(|| object.get("items").and_then(|items| items.get("enum")))
            .and_then(Value::as_array)
            .map(|words| {
                words
                    .iter()
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect()
            });
        let meanings = object
            .get("x-enum")
            .or_else(|| object.get("items").and_then(|items| items.get("x-enum")))
            .and_then(|meanings| serde_json::from_value(meanings.clone()).ok())
            .unwrap_or_default();
        Ok(Field {
            name: name.to_owned(),
            ty,
            unit,
            none,
            words,
            meanings,
            title_zh: text("title").to_owned(),
            title_en: text("x-title-en").to_owned(),
        })
    }

    /// A property with what it refers to in `$defs`.
    fn resolved(&self, property: &Value) -> Map<String, Value> {
        let mut object = property.as_object().cloned().unwrap_or_default();
        let shared = property
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|name| self.value.pointer(name.strip_prefix('#')?))
            .and_then(Value::as_object);
        for (key, value) in shared.into_iter().flatten() {
            object.entry(key.clone()).or_insert_with(|| value.clone());
        }
        object
    }
}

/// Where an object's member is named, and where its value begins, from an
/// offset before the object. The text is known to be JSON.
fn member(text: &str, from: usize, name: &str) -> Option<(usize, usize)> {
    let mut depth = 0;
    let mut at = from;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 1 => return None,
            b'}' | b']' => depth -= 1,
            b'"' => {
                let end = at + 1 + string(text.get(at + 1..)?)?;
                let rest = text.get(end + 1..)?.trim_start();
                if depth == 1 && rest.starts_with(':') && text.get(at + 1..end) == Some(name) {
                    return Some((at, text.len() - rest.len() + 1));
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The bytes of a string up to its closing quote.
fn string(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        end
    })
}

fn ty(at: impl FnOnce() -> Place, name: &str, object: &Map<String, Value>) -> Result<Ty, Problem> {
    let types: Vec<&str> = match object.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    };
    let format = object
        .get("format")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let items = object.get("items");
    let answer = types.iter().find(|ty| **ty != "null").copied();
    let ty = match answer {
        Some("boolean") => Some(Ty::Bool),
        Some("integer") => Some(Ty::Int),
        Some("number") => Some(Ty::Number),
        Some("string") => match format {
            "date" | "date-or-none" => Some(Ty::Date),
            "date-time-local" | "date-time-local-or-none" => Some(Ty::DateTime),
            _ => Some(Ty::Text),
        },
        Some("array") => match items.and_then(|items| items.get("$ref")) {
            Some(Value::String(to)) => to
                .strip_prefix("#/$defs/")
                .map(|entity| Ty::Items(entity.to_owned())),
            _ if items.and_then(|items| items.get("type")) == Some(&Value::from("string")) => {
                Some(Ty::Words)
            }
            _ => None,
        },
        _ => None,
    };
    ty.ok_or_else(|| {
        at().problem(format!("the type of `{name}` is none that rules can read"))
            .help(
                "boolean, integer, number, string, an array of strings, or an array of \
             `{\"$ref\": \"#/$defs/…\"}`; each with \"null\"",
            )
    })
}
