//! `computed.toml`: named conditions, and values that Rust computes.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::parsed::Parsed;
use crate::sample::pointer;
use crate::schema::{Schema, Ty};
use crate::source::{Place, Problem, Source};
use crate::tables::{Bilingual, read_toml, text_place};

/// What a name stands for.
pub enum Named {
    /// A condition in CEL, put in place of its name.
    Condition {
        /// For people.
        title: Bilingual,
        /// As the author wrote it.
        text: String,
        /// Checked at each use, in the place of use.
        parsed: Parsed,
    },
    /// A value that Rust computes.
    Computed {
        /// For people.
        title: Bilingual,
        /// Its type.
        ty: Ty,
        /// Its unit.
        unit: String,
        /// Path in the plugin's crate.
        function: String,
        /// Pointer patterns of what it reads, everything below included.
        reads: Vec<String>,
    },
}

/// All names of a plugin.
#[derive(Default)]
pub struct Names {
    by_name: BTreeMap<String, Named>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    define: Vec<Define>,
    #[serde(default)]
    computed: Vec<Computed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Define {
    name: Spanned<String>,
    title: Bilingual,
    expr: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Computed {
    name: Spanned<String>,
    #[serde(rename = "type")]
    ty: Spanned<String>,
    #[serde(default)]
    unit: String,
    title: Bilingual,
    function: String,
    #[serde(default)]
    reads: Vec<String>,
}

impl Names {
    /// Reads `computed.toml`; a plugin without one has no names.
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn load(path: &Path, schema: &Schema) -> Result<Names, Vec<Problem>> {
        let mut names = Names::default();
        if !path.exists() {
            return Ok(names);
        }
        let source = Source::read(path).map_err(|problem| vec![problem])?;
        let place = |offset| Place {
            source: source.clone(),
            offset,
        };
        let file: File = read_toml(&source).map_err(|problem| vec![problem])?;
        let mut problems = Vec::new();
        for define in file.define {
            let at = place(define.name.span().start);
            match Parsed::new(define.expr.get_ref(), &text_place(&source, &define.expr)) {
                Ok(parsed) => {
                    let named = Named::Condition {
                        title: define.title,
                        text: define.expr.into_inner(),
                        parsed,
                    };
                    names.add(define.name.into_inner(), named, &at, schema, &mut problems);
                }
                Err(more) => problems.extend(more),
            }
        }
        for computed in file.computed {
            let at = place(computed.name.span().start);
            let ty = match computed.ty.get_ref().as_str() {
                "boolean" => Ty::Bool,
                "integer" => Ty::Int,
                "number" => Ty::Number,
                "text" => Ty::Text,
                other => {
                    problems.push(
                        place(computed.ty.span().start)
                            .problem(format!("`{other}` is no type of a computed value"))
                            .help("boolean, integer, number, text"),
                    );
                    continue;
                }
            };
            let section = format!("/sections/{}", schema.section_name);
            let reads = if computed.reads.is_empty() {
                vec![section]
            } else {
                computed
                    .reads
                    .iter()
                    .map(|read| pointer(&schema.section_name, read))
                    .collect()
            };
            let named = Named::Computed {
                title: computed.title,
                ty,
                unit: computed.unit,
                function: computed.function,
                reads,
            };
            names.add(
                computed.name.into_inner(),
                named,
                &at,
                schema,
                &mut problems,
            );
        }
        if problems.is_empty() {
            Ok(names)
        } else {
            Err(problems)
        }
    }

    fn add(
        &mut self,
        name: String,
        named: Named,
        at: &Place,
        schema: &Schema,
        problems: &mut Vec<Problem>,
    ) {
        let (entity, field) = match name.split_once('.') {
            Some((entity, field)) => (schema.entities.get(entity), field),
            None => (Some(&schema.section), name.as_str()),
        };
        match entity {
            None => problems.push(
                at.problem(format!("`{name}`: the schema's `$defs` has no such item"))
                    .help("the name before the point is an item of `$defs`"),
            ),
            Some(entity) if entity.field(field).is_some() => problems.push(
                at.problem(format!("`{name}` is already a fact of the schema"))
                    .help("choose another name"),
            ),
            Some(_) if self.by_name.contains_key(&name) => {
                problems.push(at.problem(format!("`{name}` stands here twice")));
            }
            Some(_) => {
                self.by_name.insert(name, named);
            }
        }
    }

    /// What a full name (`unit.s_value`, `scope121`) stands for.
    pub fn get(&self, name: &str) -> Option<&Named> {
        self.by_name.get(name)
    }

    /// The names of an entity, without its prefix.
    pub fn of<'n>(&'n self, entity: &'n str) -> impl Iterator<Item = &'n str> {
        self.by_name
            .keys()
            .filter_map(move |name| match name.split_once('.') {
                Some((of, field)) => (of == entity).then_some(field),
                None => entity.is_empty().then_some(name.as_str()),
            })
    }

    /// All names in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Named)> {
        self.by_name
            .iter()
            .map(|(name, named)| (name.as_str(), named))
    }
}
