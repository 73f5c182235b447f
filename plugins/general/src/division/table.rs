//! What is known about who supervises which business: the built-in table, and
//! before it the profile's own records.

use std::borrow::Cow;

use serde::Deserialize;

use super::Date;
use super::form::{Confidence, Form, Name, Source};
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

/// All records, the profile's own first.
#[derive(Debug, Default)]
pub(crate) struct Table<'f> {
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
struct Parameters<'a> {
    #[serde(borrow, default)]
    division: Option<Division<'a>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Division<'a> {
    #[serde(borrow)]
    records: Vec<Form<'a>>,
}

impl<'f> Table<'f> {
    /// With the records in the profile's parameters, empty for none; otherwise
    /// what is wrong with them.
    pub(crate) fn new(parameters: &'f [u8]) -> Result<Self, String> {
        if parameters.is_empty() {
            return Ok(Table::default());
        }
        // A list of the same values would be read as the object.
        if parameters.trim_ascii_start().first() != Some(&b'{') {
            return Err("the parameters are no JSON object".to_owned());
        }
        let parameters: Parameters<'f> = serde_json::from_slice(parameters)
            .map_err(|error| format!("parameter `division`: {error}"))?;
        let records = parameters.division.map(|division| division.records);
        let own: Result<Vec<Own<'f>>, String> = records
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, form)| {
                let key = form.key.clone();
                own(form).map_err(|what| {
                    let number = index + 1;
                    format!("parameter `division`: record {number}, of `{key}`: {what}")
                })
            })
            .collect();
        Ok(Table { own: own? })
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

fn own(form: Form<'_>) -> Result<Own<'_>, String> {
    let kind = TYPES
        .iter()
        .position(|of| of.key == form.key)
        .ok_or("there is no such type; division.json has their keys")?;
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

/// The type that a filed business is; none for one that the table does not have.
pub(crate) fn kind_of(business: &str) -> Option<usize> {
    let business = text::normal(business);
    TYPES
        .iter()
        .position(|of| of.names.contains(&business.as_str()))
}
