//! The shapes by which a filing is read, and typed views of what was read.

use std::fmt::Write;

use super::{member, quoted};
use crate::book::Book;
use crate::schema::{Entity, Field, Ty};

/// `tank_farm` becomes `TankFarm`.
pub fn type_name(entity: &str) -> String {
    entity
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().collect::<String>() + letters.as_str()
            })
        })
        .collect()
}

fn shape_name(entity: &str) -> String {
    format!("{}_SHAPE", entity.to_uppercase())
}

/// All shapes and views of the schema.
pub fn write(book: &Book, code: &mut String) {
    let schema = &book.schema;
    for entity in schema.entities.values() {
        entity_code(&entity.name, entity, code);
    }
    entity_code("enterprise", &schema.enterprise, code);
    entity_code("section", &schema.section, code);
    let _ = write!(
        code,
        "static SECTIONS_SHAPE: sdk::Shape = sdk::Shape(&[\n    \
         sdk::Field {{ name: {}, ty: sdk::Type::Object(&SECTION_SHAPE), none: false }},\n]);\n\
         static FILING_SHAPE: sdk::Shape = sdk::Shape(&[\n    \
         sdk::Field {{ name: \"enterprise\", ty: sdk::Type::Object(&ENTERPRISE_SHAPE), none: false }},\n    \
         sdk::Field {{ name: \"sections\", ty: sdk::Type::Object(&SECTIONS_SHAPE), none: false }},\n]);\n\n",
        quoted(&schema.section_name)
    );
}

fn entity_code(name: &str, entity: &Entity, code: &mut String) {
    let _ = writeln!(
        code,
        "static {}: sdk::Shape = sdk::Shape(&[",
        shape_name(name)
    );
    for field in &entity.fields {
        let ty = match &field.ty {
            Ty::Bool => "Bool".to_owned(),
            Ty::Int => "Int".to_owned(),
            Ty::Number => "Number".to_owned(),
            Ty::Text => "Text".to_owned(),
            Ty::Date => "Date".to_owned(),
            Ty::DateTime => "DateTime".to_owned(),
            Ty::Words => "Words".to_owned(),
            Ty::Items(of) => format!("Items(&{})", shape_name(of)),
        };
        let _ = writeln!(
            code,
            "    sdk::Field {{ name: {}, ty: sdk::Type::{ty}, none: {} }},",
            quoted(&field.name),
            field.none
        );
    }
    let view = type_name(name);
    let _ = writeln!(
        code,
        "]);\n\n/// Facts of the schema; `None` is unknown.\n#[derive(Clone, Copy, Debug)]\n\
         pub struct {view}<'f>(pub &'f sdk::Object<'f>);\n\nimpl<'f> {view}<'f> {{"
    );
    for (index, field) in entity.fields.iter().enumerate() {
        getter(index, field, code);
    }
    code.push_str("}\n\n");
}

fn getter(index: usize, field: &Field, code: &mut String) {
    let (get, ty) = match &field.ty {
        Ty::Bool => ("bool", "bool"),
        Ty::Int => ("int", "i64"),
        Ty::Number => ("number", "sdk::Decimal"),
        Ty::Text => ("text", "&'f str"),
        Ty::Date => ("date", "sdk::Date"),
        Ty::DateTime => ("date_time", "sdk::DateTime"),
        Ty::Words => ("words", "&'f [sdk::Text<'f>]"),
        Ty::Items(_) => ("items", "&'f [sdk::Object<'f>]"),
    };
    let name = member(&field.name);
    let _ = writeln!(
        code,
        "    /// {}; {}.\n    pub fn {name}(self) -> Option<{ty}> {{ self.0.{get}({index}) }}",
        field.title_zh, field.title_en,
    );
    if field.none {
        let _ = writeln!(
            code,
            "    /// Whether the filer answered that there is none.\n    \
             pub fn {name}_is_none(self) -> Option<bool> {{ self.0.none({index}) }}"
        );
    }
}
