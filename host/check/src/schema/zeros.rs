//! Sources that write 0 for "no record". Where a filing says that it comes from
//! such a source, none of its counts of 0 is known; see `x-zero-is-unknown`.

use anjian_model::{Problem, ProblemLevel, Text};
use serde_json::Value;

use super::Schemas;
use super::titles::Part;
use crate::intake::{Document, Index, Kind, escape};

/// On a yes/no fact: where it is yes, every whole number of the filing that is 0
/// counts as not filed.
const KEYWORD: &str = "x-zero-is-unknown";

impl Schemas {
    /// Blanks the zeros of such a source and says how many they are.
    pub(super) fn blank_zeros(&self, document: &mut Document<'_>) -> Option<Problem> {
        let parts: Vec<(Part<'_>, Index)> = self
            .sections
            .iter()
            .flat_map(|(name, schemas)| {
                let base = format!("/sections/{}", escape(name));
                schemas
                    .iter()
                    .map(move |(_, one)| (&one.schema, base.clone()))
            })
            .chain([(&self.envelope.schema, String::new())])
            .filter_map(|(schema, base)| Some((Part::whole(schema), document.find(&base)?)))
            .collect();
        let mut said = parts.iter();
        let said = said.find_map(|(part, at)| says_so(document, *part, *at))?;
        let mut wholes = Vec::new();
        for (part, at) in parts {
            zeros(document, part, at, &mut wholes);
        }
        wholes.sort_unstable();
        wholes.dedup();
        for at in &wholes {
            document.blank(*at);
        }
        let place = document.place(said);
        let count = wholes.len();
        (count > 0).then(|| Problem {
            code: "zero_is_unknown".to_owned(),
            level: ProblemLevel::Warning,
            message: Text {
                zh: format!(
                    "数据来源用0表示没有记录：{count} 个填0的人数、次数按没有填报处理；请填报方核实后补填"
                ),
                en: format!(
                    "the source writes 0 for no record: {count} counts of 0 were taken as not filed; \
                     the filer should confirm and file them"
                ),
            },
            pointer: Some(document.pointer(said)),
            line: Some(place.line),
            column: Some(place.column),
        })
    }
}

/// The fact of this object that says it, where it is yes.
fn says_so(document: &Document<'_>, whole: Part<'_>, object: Index) -> Option<Index> {
    document.children(object).find(|at| {
        let part = document.key(*at).and_then(|name| whole.child(&name));
        document.kind(*at) == Kind::True
            && part.and_then(|part| part.get(KEYWORD)) == Some(&Value::Bool(true))
    })
}

/// Every 0 below `at` that the schema calls a whole number.
fn zeros(document: &Document<'_>, part: Part<'_>, at: Index, found: &mut Vec<Index>) {
    match document.kind(at) {
        Kind::Object => {
            for member in document.children(at) {
                if let Some(part) = document.key(member).and_then(|name| part.child(&name)) {
                    zeros(document, part, member, found);
                }
            }
        }
        Kind::Array => {
            if let Some(part) = part.child("*") {
                for entry in document.children(at) {
                    zeros(document, part, entry, found);
                }
            }
        }
        Kind::Number
            if is_whole(part) && document.raw(at).parse::<f64>().is_ok_and(|n| n == 0.0) =>
        {
            found.push(at);
        }
        _ => {}
    }
}

fn is_whole(part: Part<'_>) -> bool {
    match part.get("type") {
        Some(Value::Array(types)) => types.iter().any(|of| of == "integer"),
        Some(of) => of == "integer",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use anjian_model::Section;

    use super::*;
    use crate::intake;

    const GENERAL: &str = r##"{"properties": {
        "zeros": {"type": ["boolean", "null"], "x-zero-is-unknown": true},
        "sure": {"type": ["boolean", "null"]},
        "num": {"type": ["integer", "null"]}, "sum": {"type": ["number", "null"]},
        "items": {"type": ["array", "null"], "items": {"$ref": "#/$defs/item"}}},
        "$defs": {"item": {"properties": {"num": {"type": ["integer", "null"]}}}}}"##;
    const OTHER: &str = r#"{"properties": {"count": {"type": ["integer", "null"]}}}"#;

    fn after(general: &str) -> (Vec<String>, String) {
        let mut schemas = Schemas::new().unwrap();
        let section = |name: &str, schema: &str| Section {
            name: name.to_owned(),
            schema: schema.to_owned(),
        };
        let sections = [section("general", GENERAL), section("other", OTHER)];
        schemas.add("test", &sections).unwrap();
        let text = format!(
            r#"{{"filing_id": "x", "reference_date": "2026-06-30",
            "enterprise": {{"name": "x", "staff_num": 0}},
            "sections": {{"general": {{{general}}}, "other": {{"count": 0}}}}}}"#
        );
        let (mut document, _) = intake::read(text.as_bytes(), 1).unwrap();
        let problems = schemas.check(&mut document);
        let bytes = document.for_plugins();
        (
            problems.into_iter().map(|of| of.message.en).collect(),
            String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    #[test]
    fn zeros_of_such_a_source_are_unknown_in_all_sections() {
        let filed = r#""num": 0, "sum": 0, "items": [{"num": 0.0}, {"num": 1}]"#;
        for (said, blanked) in [
            (r#""zeros": true"#, 4),
            (r#""zeros": false"#, 0),
            (r#""sure": true"#, 0),
        ] {
            let (problems, text) = after(&format!("{said}, {filed}"));
            assert_eq!(text.matches("null").count(), blanked, "{text}");
            assert_eq!(problems.len(), usize::from(blanked > 0), "{problems:?}");
            assert!(text.contains(r#""sum": 0,"#), "{text}");
        }
        let (problems, _) = after(&format!(r#""zeros": true, {filed}"#));
        assert!(problems[0].contains("4 counts of 0"), "{problems:?}");
    }
}
