//! The identification of each unit, shown with its working.

use anjian_sdk::Out;
use anjian_sdk::contract::{Identification, Step, Text};

use crate::Cx;
use crate::filed::assessments;
use crate::gb18218::{self, OutOfRange, Place};
use crate::rules::rule_index;

/// Writes the working of every unit whose chemicals are filed.
pub(crate) fn working(cx: &Cx<'_>, out: &mut Out) {
    for (index, unit) in assessments(cx).iter().enumerate() {
        let Some(unit) = unit.as_ref().filter(|unit| unit.chemicals.is_some()) else {
            continue;
        };
        match identification(index, unit) {
            Ok(found) => out.identifications.push(found),
            Err(OutOfRange) => cx.range.leave(),
        }
    }
}

fn identification(
    index: usize,
    unit: &gb18218::Assessment<'_>,
) -> Result<Identification, OutOfRange> {
    let pointer = format!("/sections/hazchem/units/{index}");
    let text = |text: gb18218::Text| Text {
        zh: text.zh.into_owned(),
        en: text.en.into_owned(),
    };
    let steps = gb18218::working(unit)?
        .into_iter()
        .map(|step| Step {
            clause: step.clause.into_owned(),
            label: text(step.label),
            formula: step.formula,
            pointer: match step.place {
                Place::Root => None,
                Place::Unit => Some(pointer.clone()),
                Place::Chemical(at) => Some(format!("{pointer}/chemicals/{at}")),
            },
        })
        .collect();
    Ok(Identification {
        rule: u32::try_from(rule_index::GB18218_IDENTIFY).unwrap_or_default(),
        result: text(gb18218::result_text(unit)?),
        values: gb18218::values(unit)?
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        steps,
        pointer,
    })
}
