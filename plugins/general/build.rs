//! The rows become `rules.rs`, the tables of the division of responsibility
//! `division.rs`.

#[path = "src/division/form.rs"]
mod form;
#[path = "src/division/text.rs"]
mod text;

use std::fmt::Write;
use std::path::Path;

use form::{Confidence, DepartmentForm, Form, Name, Names, Source, TypeForm};
use jiff::civil::Date;
use serde::Deserialize;

const TABLE: &str = "division.json";
const DEPARTMENTS: &str = "departments.json";

fn main() {
    anjian_rows::build();
    for file in [
        TABLE,
        DEPARTMENTS,
        "src/division/form.rs",
        "src/division/text.rs",
    ] {
        println!("cargo::rerun-if-changed={file}");
    }
    if let Err(problem) = write() {
        println!("cargo::error={problem}");
    }
}

fn write() -> Result<(), String> {
    let mut code = String::from("// Generated from the two tables; see build.rs.\n");
    departments(&read(DEPARTMENTS)?, &mut code)?;
    table(&read(TABLE)?, &mut code)?;
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    std::fs::write(Path::new(&out).join("division.rs"), code)
        .map_err(|error| format!("the generated tables cannot be written: {error}"))
}

fn read(file: &str) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("plugins/general/{file}: {error}"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Departments {
    departments: Vec<DepartmentForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table<'a> {
    #[serde(rename = "version")]
    _version: String,
    #[serde(rename = "title", borrow)]
    _title: Name<'a>,
    types: Vec<TypeForm>,
    #[serde(borrow)]
    records: Vec<Form<'a>>,
}

fn departments(json: &str, code: &mut String) -> Result<(), String> {
    let file: Departments = serde_json::from_str(json)
        .map_err(|error| format!("plugins/general/{DEPARTMENTS}: {error}"))?;
    let mut names = Names::default();
    let _ = writeln!(
        code,
        "pub(super) static DEPARTMENTS: [Department; {}] = [",
        file.departments.len()
    );
    for form in &file.departments {
        let wrong = |what| format!("plugins/general/{DEPARTMENTS}: `{}`: {what}", form.zh);
        let own = form.names(&mut names).map_err(wrong)?;
        let _ = writeln!(
            code,
            "    Department {{ en: {:?}, names: &{own:?} }},",
            form.en
        );
    }
    code.push_str("];\n");
    Ok(())
}

fn table(json: &str, code: &mut String) -> Result<(), String> {
    let file: Table<'_> =
        serde_json::from_str(json).map_err(|error| format!("plugins/general/{TABLE}: {error}"))?;
    let place = |key: &str| file.types.iter().position(|of| of.key == key);
    types(&file, code)?;
    let mut rows = String::new();
    for (index, form) in file.records.iter().enumerate() {
        let wrong = |what: String| {
            let (number, key) = (index + 1, &form.key);
            format!("plugins/general/{TABLE}: record {number}, of `{key}`: {what}")
        };
        let kind = place(&form.key).ok_or_else(|| wrong("there is no such type".to_owned()))?;
        let days = form.days().map_err(wrong)?;
        record(index, kind, form, days, code, &mut rows);
    }
    let _ = writeln!(
        code,
        "pub(super) static RECORDS: [Record<'static>; {}] = [\n{rows}];",
        file.records.len()
    );
    Ok(())
}

fn types(file: &Table<'_>, code: &mut String) -> Result<(), String> {
    let mut names = Names::default();
    let _ = writeln!(
        code,
        "pub(crate) static TYPES: [Type; {}] = [",
        file.types.len()
    );
    for of in &file.types {
        let wrong = |what: String| format!("plugins/general/{TABLE}: type `{}`: {what}", of.key);
        let own = of.names(&mut names).map_err(wrong)?;
        let mut similar = Vec::new();
        for key in &of.similar_to {
            let found = file.types.iter().position(|other| other.key == *key);
            similar.push(found.ok_or_else(|| wrong(format!("there is no type `{key}`")))?);
        }
        let _ = writeln!(
            code,
            "    Type {{ key: {:?}, zh: {:?}, en: {:?}, names: &{own:?}, industry_codes: &{:?}, \
             similar_to: &{similar:?} }},",
            of.key, of.zh, of.en, of.industry_codes
        );
    }
    code.push_str("];\n");
    Ok(())
}

/// Parts with an address of their own, then the row that refers to them.
fn record(
    index: usize,
    kind: usize,
    form: &Form<'_>,
    (from, to): (Option<Date>, Option<Date>),
    code: &mut String,
    rows: &mut String,
) {
    let lead = match &form.lead {
        Some(lead) => {
            let _ = writeln!(code, "static LEAD_{index}: Name<'static> = {};", name(lead));
            format!("Some(&LEAD_{index})")
        }
        None => "None".to_owned(),
    };
    let co: Vec<String> = form.co.iter().map(name).collect();
    let documents: Vec<String> = text::document_names(&form.basis)
        .iter()
        .map(|name| format!("Cow::Borrowed({name:?})"))
        .collect();
    let _ = writeln!(
        code,
        "static LOCAL_{index}: Name<'static> = {};\n\
         static CO_{index}: [Name<'static>; {}] = [{}];\n\
         static DOCUMENTS_{index}: [Cow<'static, str>; {}] = [{}];",
        name(&form.local),
        co.len(),
        co.join(", "),
        documents.len(),
        documents.join(", ")
    );
    let (source, confidence) = (source(form.source), confidence(form.confidence));
    let _ = writeln!(
        rows,
        "    Record {{ own: false, kind: {kind}, region: {:?}, lead: {lead}, co: &CO_{index}, \
         local: &LOCAL_{index}, source: Source::{source}, basis: {:?}, basis_en: {:?}, \
         documents: &DOCUMENTS_{index}, from: {}, to: {}, confidence: Confidence::{confidence} }},",
        form.region,
        form.basis,
        form.basis_en,
        date(from),
        date(to)
    );
}

fn name(of: &Name<'_>) -> String {
    format!(
        "Name {{ zh: Cow::Borrowed({:?}), en: Cow::Borrowed({:?}) }}",
        of.zh, of.en
    )
}

fn date(of: Option<Date>) -> String {
    match of {
        Some(of) => format!(
            "Some(Date::constant({}, {}, {}))",
            of.year(),
            of.month(),
            of.day()
        ),
        None => "None".to_owned(),
    }
}

fn source(of: Source) -> &'static str {
    match of {
        Source::Statute => "Statute",
        Source::Document => "Document",
        Source::SuperiorDocument => "SuperiorDocument",
        Source::Default => "Default",
        Source::Open => "Open",
    }
}

fn confidence(of: Confidence) -> &'static str {
    match of {
        Confidence::High => "High",
        Confidence::Medium => "Medium",
        Confidence::Unverified => "Unverified",
    }
}
