//! Of a unit: GB 18218, the key processes and the key chemicals.

use anjian_sdk::Decimal;

use super::chemicals::{key, lacking};
use super::{Missing, assessments, chemical_cas, exact, name, name_here, settled, unit_at};
use crate::Cx;
use crate::gb18218;
use crate::rules::{Chemical, Store, TankFarm, Unit};
use crate::two_keys;

pub(crate) fn is_major_hazard(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    let (index, _, unit) = unit_at(cx, at)?;
    let is = unit.is_major();
    if is.is_none() {
        name(missing, index, unit.missing_for_s());
    }
    is
}

pub(crate) fn major_hazard_settled(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    settled(is_major_hazard(cx, at, missing))
}

pub(crate) fn s_value(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<Decimal> {
    let (index, _, unit) = unit_at(cx, at)?;
    match unit.s() {
        Some(s) => exact(cx, s.to_decimal()),
        None => {
            name(missing, index, unit.missing_for_s());
            None
        }
    }
}

pub(crate) fn s_stock(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<Decimal> {
    let (index, _, unit) = unit_at(cx, at)?;
    match unit.s_stock() {
        Some(s) => exact(cx, s.to_decimal()),
        None => {
            name(missing, index, unit.missing_for_stock());
            None
        }
    }
}

pub(crate) fn r_value(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<Decimal> {
    let (index, _, unit) = unit_at(cx, at)?;
    match exact(cx, unit.r())? {
        Some(r) => exact(cx, r.to_decimal()),
        None => {
            name(missing, index, unit.missing_for_r());
            None
        }
    }
}

fn tolerance(
    declared: Option<Decimal>,
    fact: &str,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<Decimal> {
    match declared {
        Some(declared) => gb18218::tolerance(declared),
        None => {
            if let Some(unit) = at.first() {
                name_here(missing, &[format!("units/{unit}/{fact}")]);
            }
            None
        }
    }
}

pub(crate) fn declared_s_tolerance(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<Decimal> {
    tolerance(unit_at(cx, at)?.1.declared_s(), "declared_s", at, missing)
}

pub(crate) fn declared_r_tolerance(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<Decimal> {
    tolerance(unit_at(cx, at)?.1.declared_r(), "declared_r", at, missing)
}

pub(crate) fn alpha(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<Decimal> {
    let (index, _, unit) = unit_at(cx, at)?;
    let tenths = unit.alpha();
    if tenths.is_none() {
        name(missing, index, unit.missing_for_alpha());
    }
    tenths.map(|tenths| Decimal::new(i64::from(tenths), 1))
}

pub(crate) fn computed_grade(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<i64> {
    let (index, _, unit) = unit_at(cx, at)?;
    let grade = exact(cx, unit.grade())?;
    if grade.is_none() {
        name(missing, index, unit.missing_for_r());
    }
    grade.map(i64::from)
}

pub(crate) fn grade_settled(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    settled(computed_grade(cx, at, missing))
}

/// The place of the unit that a tank farm or a store names; otherwise what
/// lacks, as paths inside the section.
fn unit_named(
    cx: &Cx<'_>,
    list: &str,
    index: usize,
    id: Option<&str>,
) -> Result<usize, Vec<String>> {
    let (Some(id), Some(units)) = (id, cx.section.units()) else {
        let mut lacks = Vec::new();
        if id.is_none() {
            lacks.push(format!("{list}/{index}/unit_id"));
        }
        if cx.section.units().is_none() {
            lacks.push("units".to_owned());
        }
        return Err(lacks);
    };
    let mut named = units
        .iter()
        .enumerate()
        .filter(|(_, unit)| Unit(unit).id() == Some(id));
    match (named.next(), named.next()) {
        (Some((unit, _)), None) => Ok(unit),
        // No unit of that name, or several: nobody can say which is meant.
        _ => Err(vec![format!("{list}/{index}/unit_id")]),
    }
}

/// The grade of the unit that the tank farm names.
pub(crate) fn tank_farm_grade(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<i64> {
    let index = *at.first()?;
    let farm = TankFarm(cx.section.tank_farms()?.get(index)?);
    match unit_named(cx, "tank_farms", index, farm.unit_id()) {
        Ok(unit) => computed_grade(cx, &[unit], missing),
        Err(lacks) => {
            name_here(missing, &lacks);
            None
        }
    }
}

/// Whether the unit that the store names is a major hazard.
pub(crate) fn store_is_major_hazard(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    let index = *at.first()?;
    let store = Store(cx.section.stores()?.get(index)?);
    match unit_named(cx, "stores", index, store.unit_id()) {
        Ok(unit) => is_major_hazard(cx, &[unit], missing),
        Err(lacks) => {
            name_here(missing, &lacks);
            None
        }
    }
}

/// Whether one of the unit's processes is one of these numbers of the catalogue.
fn has_process(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>, numbers: &[u8]) -> Option<bool> {
    let index = *at.first()?;
    let unit = Unit(cx.section.units()?.get(index)?);
    let names = unit
        .process_names()
        .map(|names| names.iter().map(AsRef::as_ref));
    let has = two_keys::unit_has_process(names, numbers);
    if has.is_none() {
        name_here(missing, &[format!("units/{index}/process_names")]);
    }
    has
}

pub(crate) fn has_nitration(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    has_process(cx, at, missing, &[two_keys::NITRATION])
}

pub(crate) fn has_one_of_four(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    has_process(cx, at, missing, &two_keys::FOUR_OF_2024)
}

pub(crate) fn has_key_process(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    has_process(cx, at, missing, &two_keys::ALL)
}

pub(crate) fn key_process_settled(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    settled(has_key_process(cx, at, missing))
}

pub(crate) fn has_key_chemical(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    let index = *at.first()?;
    let unit = Unit(cx.section.units()?.get(index)?);
    let chemicals = unit.chemicals();
    let found = two_keys::unit_has_key_chemical(chemicals.map(|list| {
        list.iter()
            .map(Chemical)
            .map(|of| (of.name(), chemical_cas(of)))
    }));
    if found.decided().is_none() {
        match chemicals {
            None => name_here(missing, &[format!("units/{index}/chemicals")]),
            Some(list) => {
                let open = list
                    .iter()
                    .enumerate()
                    .filter(|(_, of)| key(Chemical(of)).decided().is_none());
                let paths: Vec<String> = open
                    .map(|(at, of)| {
                        let lacks = lacking(Chemical(of)).name();
                        format!("units/{index}/chemicals/{at}/{lacks}")
                    })
                    .collect();
                name_here(missing, &paths);
            }
        }
    }
    found.decided()
}

pub(crate) fn major_hazards_computed_count(
    cx: &Cx<'_>,
    _: &[usize],
    missing: Missing<'_>,
) -> Option<i64> {
    if cx.section.units().is_none() {
        name_here(missing, &["units".to_owned()]);
        return None;
    }
    let mut count = 0;
    let mut open = Vec::new();
    for (index, unit) in assessments(cx).iter().enumerate() {
        match unit.as_ref()?.is_major() {
            Some(is) => count += i64::from(is),
            None => open.push(index),
        }
    }
    if open.is_empty() {
        return Some(count);
    }
    if let Some(missing) = missing {
        for index in open {
            is_major_hazard(cx, &[index], Some(missing));
        }
    }
    None
}

/// The most severe grade of all units; 0 when none is a major hazard. Grade 1
/// decides even where other units are open.
pub(crate) fn most_severe_grade(cx: &Cx<'_>, _: &[usize], missing: Missing<'_>) -> Option<i64> {
    let Some(units) = cx.section.units() else {
        name_here(missing, &["units".to_owned()]);
        return None;
    };
    let mut worst = 0;
    let mut open = Vec::new();
    for index in 0..units.len() {
        match computed_grade(cx, &[index], None) {
            Some(grade) if grade > 0 && (worst == 0 || grade < worst) => worst = grade,
            Some(_) => {}
            None => open.push(index),
        }
    }
    if worst == 1 || open.is_empty() {
        return Some(worst);
    }
    if let Some(missing) = missing {
        for index in open {
            computed_grade(cx, &[index], Some(missing));
        }
    }
    None
}
