//! Counts over all units, and the bonus of the diagnosis.

use std::collections::BTreeSet;

use super::chemicals::lacking;
use super::{Missing, chemical_cas, name_here};
use crate::Cx;
use crate::diagnosis;
use crate::rules::{Chemical, Unit};
use crate::substances::{Known, recognise};
use crate::two_keys::{self, Match};

/// How many kinds of chemicals of all units pass the test; its error names
/// the fact that lacks.
fn count_kinds(
    cx: &Cx<'_>,
    missing: Missing<'_>,
    test: fn(Chemical<'_>) -> Result<bool, &'static str>,
) -> Option<i64> {
    let Some(units) = cx.section.units() else {
        name_here(missing, &["units".to_owned()]);
        return None;
    };
    let mut kinds: Vec<Chemical<'_>> = Vec::new();
    let mut lacks = Vec::new();
    for (unit, of) in units.iter().enumerate() {
        let Some(chemicals) = Unit(of).chemicals() else {
            lacks.push(format!("units/{unit}/chemicals"));
            continue;
        };
        for (at, of) in chemicals.iter().enumerate() {
            let of = Chemical(of);
            match test(of) {
                Ok(true) => {
                    if !kinds.iter().any(|other| same_kind(*other, of)) {
                        kinds.push(of);
                    }
                }
                Ok(false) => {}
                Err(fact) => lacks.push(format!("units/{unit}/chemicals/{at}/{fact}")),
            }
        }
    }
    if lacks.is_empty() {
        i64::try_from(kinds.len()).ok()
    } else {
        name_here(missing, &lacks);
        None
    }
}

/// One entry of the list of key chemicals is one kind; two names that nobody
/// knows to be the same are two.
fn same_kind(a: Chemical<'_>, b: Chemical<'_>) -> bool {
    let number = |of: Chemical<'_>| {
        two_keys::key_chemical_number(of.name(), chemical_cas(of)).filter(|number| *number != 0)
    };
    let numbers = number(a).zip(number(b));
    numbers.is_some_and(|(a, b)| a == b)
        || two_keys::same_chemical((a.name(), chemical_cas(a)), (b.name(), chemical_cas(b)))
            == Some(true)
}

fn has_symbol(of: Chemical<'_>, class: &str) -> Option<bool> {
    of.symbols()
        .map(|list| list.iter().any(|symbol| symbol.starts_with(class)))
}

fn explosive(of: Chemical<'_>) -> Result<bool, &'static str> {
    diagnosis::is_explosive(of.name(), chemical_cas(of), has_symbol(of, "W1."))
        .ok_or_else(|| unnamed(of).unwrap_or("symbols"))
}

fn inhalation_toxic(of: Chemical<'_>) -> Result<bool, &'static str> {
    diagnosis::is_inhalation_toxic(
        of.name(),
        chemical_cas(of),
        of.inhalation_highly_toxic(),
        has_symbol(of, "J"),
    )
    .ok_or_else(|| unnamed(of).unwrap_or("inhalation_highly_toxic"))
}

/// The fact to ask for where nobody can say which substance this is.
fn unnamed(of: Chemical<'_>) -> Option<&'static str> {
    match recognise(of.name(), chemical_cas(of)) {
        Known::As(_) | Known::Other => None,
        Known::Two(..) => Some("cas"),
        Known::Unclear => Some(lacking(of).name()),
    }
}

fn other_key_chemical(of: Chemical<'_>) -> Result<bool, &'static str> {
    match two_keys::key_chemical_number(of.name(), chemical_cas(of)) {
        None => Err(lacking(of).name()),
        Some(0) => Ok(false),
        Some(_) => match (explosive(of), inhalation_toxic(of)) {
            (Ok(true), _) | (_, Ok(true)) => Ok(false),
            (Ok(false), Ok(false)) => Ok(true),
            (Err(fact), _) | (_, Err(fact)) => Err(fact),
        },
    }
}

pub(crate) fn explosives_count(cx: &Cx<'_>, _: &[usize], missing: Missing<'_>) -> Option<i64> {
    count_kinds(cx, missing, explosive)
}

pub(crate) fn inhalation_toxics_count(
    cx: &Cx<'_>,
    _: &[usize],
    missing: Missing<'_>,
) -> Option<i64> {
    count_kinds(cx, missing, inhalation_toxic)
}

pub(crate) fn other_key_chemicals_count(
    cx: &Cx<'_>,
    _: &[usize],
    missing: Missing<'_>,
) -> Option<i64> {
    count_kinds(cx, missing, other_key_chemical)
}

/// Kinds of key processes in all units: one entry of the catalogue counts once.
pub(crate) fn key_processes_count(cx: &Cx<'_>, _: &[usize], missing: Missing<'_>) -> Option<i64> {
    let Some(units) = cx.section.units() else {
        name_here(missing, &["units".to_owned()]);
        return None;
    };
    let mut kinds = BTreeSet::new();
    let mut lacks = Vec::new();
    for (index, unit) in units.iter().enumerate() {
        let mut open = true;
        if let Some(names) = Unit(unit).process_names() {
            open = false;
            for name in names {
                match two_keys::key_process(name) {
                    Some(number) => {
                        kinds.insert(number);
                    }
                    None => open |= two_keys::is_key_process(name) != Match::No,
                }
            }
        }
        if open {
            lacks.push(format!("units/{index}/process_names"));
        }
    }
    if lacks.is_empty() {
        i64::try_from(kinds.len()).ok()
    } else {
        name_here(missing, &lacks);
        None
    }
}

pub(crate) fn standardisation_bonus(cx: &Cx<'_>, _: &[usize], missing: Missing<'_>) -> Option<i64> {
    let bonus = cx
        .section
        .standardisation_grade()
        .map(diagnosis::standardisation_bonus);
    if bonus.is_none() {
        name_here(missing, &["standardisation_grade".to_owned()]);
    }
    bonus
}
