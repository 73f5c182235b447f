//! The typed reading of a filing.

use std::fmt::Write;

use super::member;
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

/// All structs of the schema.
pub fn write(book: &Book, code: &mut String) {
    let schema = &book.schema;
    for entity in schema.entities.values() {
        structure(&type_name(&entity.name), entity, code);
    }
    structure("Enterprise", &schema.enterprise, code);
    structure("Section", &schema.section, code);
    let _ = write!(
        code,
        "#[derive(Debug, Default, sdk::serde::Deserialize)]\n\
         #[serde(crate = \"anjian_sdk::serde\", default)]\n\
         struct Sections<'a> {{\n    #[serde(borrow)]\n    {}: Option<Section<'a>>,\n}}\n\n\
         #[derive(Debug, Default, sdk::serde::Deserialize)]\n\
         #[serde(crate = \"anjian_sdk::serde\", default)]\n\
         struct Filing<'a> {{\n    #[serde(borrow)]\n    enterprise: Option<Enterprise<'a>>,\n    \
         #[serde(borrow)]\n    sections: Option<Sections<'a>>,\n}}\n\n",
        member(&schema.section_name)
    );
}

fn structure(name: &str, entity: &Entity, code: &mut String) {
    let _ = writeln!(
        code,
        "/// Facts of the schema; `None` is unknown.\n\
         #[derive(Debug, Default, sdk::serde::Deserialize)]\n\
         #[serde(crate = \"anjian_sdk::serde\", default)]\n\
         pub struct {name}<'a> {{"
    );
    for field in &entity.fields {
        let (ty, borrows) = field_type(field);
        if borrows {
            code.push_str("    #[serde(borrow)]\n");
        }
        let _ = writeln!(
            code,
            "    /// {}; {}.\n    pub {}: Option<{ty}>,",
            field.title_zh,
            field.title_en,
            member(&field.name)
        );
    }
    code.push_str("    #[serde(skip)]\n    #[doc(hidden)]\n    pub lifetime: std::marker::PhantomData<&'a ()>,\n}\n\n");
}

fn field_type(field: &Field) -> (String, bool) {
    let (ty, borrows) = match &field.ty {
        Ty::Bool => ("bool".to_owned(), false),
        Ty::Int => ("sdk::Int".to_owned(), false),
        Ty::Number => ("sdk::Num".to_owned(), false),
        Ty::Text => ("sdk::Text<'a>".to_owned(), true),
        Ty::Date => ("sdk::Moment<sdk::Date>".to_owned(), false),
        Ty::DateTime => ("sdk::Moment<sdk::DateTime>".to_owned(), false),
        Ty::Words => ("sdk::Words<'a>".to_owned(), true),
        Ty::Items(entity) => (format!("Vec<{}<'a>>", type_name(entity)), true),
    };
    if field.none { (format!("sdk::OrNone<{ty}>"), borrows) } else { (ty, borrows) }
}
