//! Of a chemical: table 1, Q and β, the list of key chemicals, name and number.

use anjian_sdk::Object;

use super::{
    Missing, cas, chemical_at, chemical_cas, name_here, name_in_chemical, result_at, settled,
};
use crate::Cx;
use crate::gb18218::{self, Fact};
use crate::rules::{Chemical, LicensedChemical, Unit};
use crate::substances::{self, Cas};
use crate::two_keys::{self, Match};

pub(super) fn key(of: Chemical<'_>) -> Match {
    two_keys::is_key_chemical(of.name(), chemical_cas(of))
}

/// The fact to ask for where the list does not decide.
pub(super) fn lacking(of: Chemical<'_>) -> Fact {
    if of.name().is_none() || chemical_cas(of).answered() {
        Fact::Name
    } else {
        Fact::Cas
    }
}

pub(crate) fn is_key(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    let of = chemical_at(cx, at)?;
    let is = key(of).decided();
    if is.is_none() {
        name_in_chemical(missing, at, std::iter::once(lacking(of)));
    }
    is
}

pub(crate) fn key_settled(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    settled(is_key(cx, at, missing))
}

pub(crate) fn table1_row(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<i64> {
    let threshold = result_at(cx, at)?.threshold;
    let row = threshold.row_no;
    if row.is_none() {
        name_in_chemical(missing, at, threshold.missing.iter());
    }
    row.map(i64::from)
}

pub(crate) fn table1_settled(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    settled(table1_row(cx, at, missing))
}

pub(crate) fn q_settled(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    let threshold = result_at(cx, at)?.threshold;
    let source = threshold.settled();
    if source.is_none() {
        name_in_chemical(missing, at, threshold.missing.iter());
    }
    settled(source)
}

pub(crate) fn beta_settled(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    let result = result_at(cx, at)?;
    let assumed = result.beta_assumed();
    if assumed.is_none() {
        let beta = result
            .beta
            .map_or(gb18218::MissingFacts::NONE, |beta| beta.missing);
        name_in_chemical(missing, at, result.threshold.missing.and(beta).iter());
    }
    settled(assumed)
}

pub(crate) fn beta_assumed(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    beta_settled(cx, at, missing)?;
    result_at(cx, at)?.beta_assumed()
}

fn name_and_number(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<two_keys::NameAndNumber> {
    let of = chemical_at(cx, at)?;
    match (of.name(), of.cas()) {
        (Some(name), Some(number)) => Some(two_keys::name_and_number(name, number)),
        (name, number) => {
            let lacks = [
                name.is_none().then_some(Fact::Name),
                number.is_none().then_some(Fact::Cas),
            ];
            name_in_chemical(missing, at, lacks.into_iter().flatten());
            None
        }
    }
}

pub(crate) fn cas_check_digit_ok(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    match chemical_at(cx, at)?.cas() {
        Some(number) => Some(Cas::Number(number).valid().is_some()),
        None => {
            name_in_chemical(missing, at, std::iter::once(Fact::Cas));
            None
        }
    }
}

pub(crate) fn name_listed(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    match chemical_at(cx, at)?.name() {
        Some(name) => Some(two_keys::name_and_number(name, "").name_is_listed),
        None => {
            name_in_chemical(missing, at, std::iter::once(Fact::Name));
            None
        }
    }
}

/// The number is one of a substance that table 1 or the list of key chemicals names.
pub(crate) fn cas_is_listed(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    match chemical_at(cx, at)?.cas() {
        Some(number) => Some(
            Cas::Number(number)
                .valid()
                .is_some_and(|number| substances::by_cas(number).is_some()),
        ),
        None => {
            name_in_chemical(missing, at, std::iter::once(Fact::Cas));
            None
        }
    }
}

pub(crate) fn cas_fits_name(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    name_and_number(cx, at, missing).map(|both| both.belong_together)
}

fn listed<'f>(of: &'f Object<'f>) -> (Option<&'f str>, Cas<'f>) {
    let of = Chemical(of);
    (of.name(), chemical_cas(of))
}

pub(crate) fn licensed_in_a_unit(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    let index = *at.first()?;
    let of = LicensedChemical(cx.section.licensed_chemicals()?.get(index)?);
    let units = cx.section.units();
    // A unit whose chemicals are not filed may hold it.
    let open = units.is_none_or(|units| units.iter().any(|unit| Unit(unit).chemicals().is_none()));
    let others = units.map(|units| {
        units
            .iter()
            .flat_map(|unit| Unit(unit).chemicals().unwrap_or_default())
            .map(listed)
    });
    let is = two_keys::is_among((of.name(), cas(of.cas(), of.cas_is_none())), others)
        .filter(|found| *found || !open);
    if is.is_none() {
        let mut lacks = Vec::new();
        match units {
            None => lacks.push("units".to_owned()),
            Some(units) => {
                for (unit, of) in units.iter().enumerate() {
                    match Unit(of).chemicals() {
                        None => lacks.push(format!("units/{unit}/chemicals")),
                        Some(list) => {
                            let open = list
                                .iter()
                                .enumerate()
                                .filter(|(_, of)| matches!(listed(of).1, Cas::Unknown));
                            lacks.extend(
                                open.map(|(at, _)| format!("units/{unit}/chemicals/{at}/cas")),
                            )
                        }
                    }
                }
            }
        }
        if of.cas().is_none() {
            lacks.push(format!("licensed_chemicals/{index}/cas"));
        }
        name_here(missing, &lacks);
    }
    is
}
