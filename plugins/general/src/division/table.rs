//! What is known about who supervises which business: the built-in table, and
//! before it the profile's own records.

use std::borrow::Cow;

use serde::Deserialize;

use super::Date;
use super::form::{Confidence, DepartmentForm, Form, Name, Names, Source, TypeForm};
use super::text;

/// A kind of business.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) key: &'static str,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
    /// All that a filer may write, normal.
    pub(crate) names: &'static [&'static str],
    pub(crate) industry_codes: &'static [&'static str],
    /// Nearest first.
    pub(crate) similar_to: &'static [usize],
}

/// A department of the tables.
#[derive(Debug)]
pub(crate) struct Department {
    pub(crate) en: &'static str,
    /// All its names, normal.
    pub(crate) names: &'static [&'static str],
}

/// Who leads a business, where and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    /// The profile's own.
    pub(crate) own: bool,
    pub(crate) kind: usize,
    pub(crate) region: &'a str,
    pub(crate) lead: Option<&'a Name<'a>>,
    pub(crate) co: &'a [Name<'a>],
    pub(crate) local: &'a Name<'a>,
    pub(crate) source: Source,
    pub(crate) basis: &'a str,
    pub(crate) basis_en: &'a str,
    /// Names of the document with which the basis begins.
    pub(crate) documents: &'a [Cow<'a, str>],
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    pub(crate) confidence: Confidence,
}

impl Record<'_> {
    pub(crate) fn in_force(&self, on: Date) -> bool {
        self.from.is_none_or(|from| from <= on) && self.to.is_none_or(|to| on <= to)
    }

    pub(crate) fn holds_in(&self, region: &str) -> bool {
        region.starts_with(self.region)
    }

    /// Rests on a text that somebody has read.
    pub(crate) fn is_strong(&self) -> bool {
        let text = matches!(
            self.source,
            Source::Statute | Source::Document | Source::SuperiorDocument
        );
        text && self.lead.is_some() && self.confidence != Confidence::Unverified
    }
}

include!(concat!(env!("OUT_DIR"), "/division.rs"));

/// The place of a record in [`Table::records`].
pub(crate) type Id = usize;

/// What is built in and what the profile has of its own: its records go first,
/// its types and departments behind those that are built in.
#[derive(Debug, Default)]
pub(crate) struct Table<'f> {
    types: Vec<Type>,
    departments: Vec<Department>,
    own: Vec<Own<'f>>,
}

#[derive(Debug)]
struct Own<'f> {
    form: Form<'f>,
    kind: usize,
    from: Option<Date>,
    to: Option<Date>,
    documents: Vec<Cow<'f, str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters<'a> {
    #[serde(borrow, default)]
    division: Option<Division<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Division<'a> {
    #[serde(default)]
    types: Vec<TypeForm>,
    #[serde(default)]
    departments: Vec<DepartmentForm>,
    #[serde(borrow, default)]
    records: Vec<Form<'a>>,
}

/// The built-in type that a filed business is.
pub(crate) fn built_in_type(business: &str) -> Option<&'static Type> {
    kind_among(TYPES.iter(), business).and_then(|kind| TYPES.get(kind))
}

fn kind_among<'t>(mut types: impl Iterator<Item = &'t Type>, business: &str) -> Option<usize> {
    let business = text::normal(business);
    types.position(|of| of.names.contains(&business.as_str()))
}

impl<'f> Table<'f> {
    /// With the table in the profile's parameters, empty for none; otherwise what
    /// is wrong with it.
    pub(crate) fn new(parameters: &'f [u8]) -> Result<Self, String> {
        if parameters.is_empty() {
            return Ok(Table::default());
        }
        // A list of the same values would be read as the object.
        if parameters.trim_ascii_start().first() != Some(&b'{') {
            return Err("the parameters are no JSON object".to_owned());
        }
        let parameters: Parameters<'f> =
            serde_json::from_slice(parameters).map_err(|error| said(&error))?;
        let Some(division) = parameters.division else {
            return Ok(Table::default());
        };
        let mut table = Table::default();
        table.add_types(&division.types)?;
        table.add_departments(&division.departments)?;
        for (index, form) in division.records.into_iter().enumerate() {
            let key = form.key.clone();
            let own = table.own(form).map_err(|what| {
                let number = index + 1;
                format!("`division`: record {number}, of `{key}`: {what}")
            })?;
            table.own.push(own);
        }
        Ok(table)
    }

    fn add_types(&mut self, forms: &[TypeForm]) -> Result<(), String> {
        if forms.is_empty() {
            return Ok(());
        }
        let mut known = Names::default();
        for of in &TYPES {
            let names: Vec<String> = of.names.iter().map(|&name| name.to_owned()).collect();
            known.of(of.key, &names)?;
        }
        let keys: Vec<&str> = TYPES
            .iter()
            .map(|of| of.key)
            .chain(forms.iter().map(|form| form.key.as_str()))
            .collect();
        for form in forms {
            let wrong = |what: String| format!("`division`: type `{}`: {what}", form.key);
            if keys.iter().filter(|key| **key == form.key).count() > 1 {
                let what = "there is another type of this key; give it one of its own";
                return Err(wrong(what.to_owned()));
            }
            let names = form.names(&mut known).map_err(wrong)?;
            let similar = form.similar_to.iter().map(|near| {
                let found = keys.iter().position(|key| key == near);
                found.ok_or_else(|| wrong(format!("there is no type `{near}`")))
            });
            let similar: Result<Vec<usize>, String> = similar.collect();
            self.types.push(Type {
                key: keep(&form.key),
                zh: keep(&form.zh),
                en: keep(&form.en),
                names: keep_all(&names),
                industry_codes: keep_all(&form.industry_codes),
                similar_to: similar?.leak(),
            });
        }
        Ok(())
    }

    fn add_departments(&mut self, forms: &[DepartmentForm]) -> Result<(), String> {
        if forms.is_empty() {
            return Ok(());
        }
        let mut known = Names::default();
        for of in &DEPARTMENTS {
            let names: Vec<String> = of.names.iter().map(|&name| name.to_owned()).collect();
            known.of(of.en, &names)?;
        }
        for form in forms {
            let wrong = |what: String| format!("`division`: department `{}`: {what}", form.zh);
            let names = form.names(&mut known).map_err(wrong)?;
            if names.is_empty() {
                return Err(wrong("it is there twice; keep one of them".to_owned()));
            }
            self.departments.push(Department {
                en: keep(&form.en),
                names: keep_all(&names),
            });
        }
        Ok(())
    }

    fn own(&self, form: Form<'f>) -> Result<Own<'f>, String> {
        let kind = self
            .types()
            .position(|of| of.key == form.key)
            .ok_or("there is no such type; division.json has those built in, `types` your own")?;
        let (from, to) = form.days()?;
        let documents = text::document_names(&form.basis);
        Ok(Own {
            documents: documents.into_iter().map(Cow::Owned).collect(),
            form,
            kind,
            from,
            to,
        })
    }

    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        TYPES.iter().chain(&self.types)
    }

    pub(crate) fn kind(&self, kind: usize) -> Option<&Type> {
        self.types().nth(kind)
    }

    /// The type that a filed business is; none for one that the table does not
    /// have.
    pub(crate) fn kind_of(&self, business: &str) -> Option<usize> {
        kind_among(self.types(), business)
    }

    pub(crate) fn departments(&self) -> impl Iterator<Item = &Department> {
        DEPARTMENTS.iter().chain(&self.departments)
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.own.iter().map(Own::record).chain(RECORDS)
    }

    pub(crate) fn record(&self, id: Id) -> Option<Record<'_>> {
        match id.checked_sub(self.own.len()) {
            None => self.own.get(id).map(Own::record),
            Some(id) => RECORDS.get(id).copied(),
        }
    }
}

/// Without line and column: they are those of the JSON, which nobody has seen.
fn said(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let what = said.rsplit_once(" at line ").map(|(what, _)| what);
    what.map_or_else(|| said.clone(), str::to_owned)
}

/// A plugin lives for one filing and frees nothing.
fn keep(text: &str) -> &'static str {
    text.to_owned().leak()
}

fn keep_all(texts: &[String]) -> &'static [&'static str] {
    let kept: Vec<&'static str> = texts.iter().map(|text| keep(text)).collect();
    kept.leak()
}

impl Own<'_> {
    fn record(&self) -> Record<'_> {
        let form = &self.form;
        Record {
            own: true,
            kind: self.kind,
            region: &form.region,
            lead: form.lead.as_ref(),
            co: &form.co,
            local: &form.local,
            source: form.source,
            basis: &form.basis,
            basis_en: &form.basis_en,
            documents: &self.documents,
            from: self.from,
            to: self.to,
            confidence: form.confidence,
        }
    }
}
