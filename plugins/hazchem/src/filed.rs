//! From what was filed to what is computed: each `function` of
//! `computed.toml`. A function answers `None` when it cannot, and then names
//! the missing facts if it is handed a list.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use anjian_sdk::contract::Refusal;
use anjian_sdk::{Decimal, Object};

use crate::Cx;
use crate::diagnosis;
use crate::gb18218::{self, Assessment, Conditions, MissingFact, OutOfRange, Place, Symbols};
use crate::rules::{Chemical, LicensedChemical, Store, TankFarm, Unit};
use crate::substances::{self, Cas, Known};
use crate::two_keys::{self, Match};

/// What computed values share: the calculation is done once for each filing.
#[derive(Debug, Default)]
pub struct Cache<'f> {
    units: OnceCell<Vec<Option<Assessment<'f>>>>,
}

impl<'f> Cache<'f> {
    /// Nothing here takes local parameters.
    ///
    /// # Errors
    /// When there are some.
    pub fn new(parameters: &'f [u8]) -> Result<Self, Refusal> {
        anjian_sdk::plain::none(parameters)?;
        Ok(Cache::default())
    }
}

type Missing<'m> = Option<&'m mut Vec<String>>;

const SECTION: &str = "/sections/hazchem";

/// All units' calculations, in the order of the filing.
pub(crate) fn assessments<'c, 'f>(cx: &'c Cx<'f>) -> &'c [Option<Assessment<'f>>] {
    cx.cache.units.get_or_init(|| {
        let residents = cx
            .section
            .residents_within_500m()
            .and_then(|n| u64::try_from(n).ok());
        let units = cx.section.units().unwrap_or_default().iter().map(Unit);
        units
            .map(|unit| {
                let chemicals = unit
                    .chemicals()
                    .map(|list| list.iter().map(Chemical).map(chemical));
                exact(
                    cx,
                    gb18218::assess(unit.excluded_from_gb18218(), chemicals, residents),
                )
            })
            .collect()
    })
}

/// Notes that the exact range was left; the filing is then refused.
fn exact<T>(cx: &Cx<'_>, result: Result<T, OutOfRange>) -> Option<T> {
    if result.is_err() {
        cx.range.leave();
    }
    result.ok()
}

fn cas<'f>(number: Option<&'f str>, none: Option<bool>) -> Cas<'f> {
    match (number, none) {
        (Some(number), _) => Cas::Number(number),
        (None, Some(true)) => Cas::NoNumber,
        _ => Cas::Unknown,
    }
}

fn chemical_cas<'f>(of: Chemical<'f>) -> Cas<'f> {
    cas(of.cas(), of.cas_is_none())
}

fn chemical<'f>(of: Chemical<'f>) -> gb18218::Chemical<'f> {
    gb18218::Chemical {
        name: of.name(),
        cas: chemical_cas(of),
        // A symbol that does not exist breaks the schema: the host blanked it.
        symbols: of
            .symbols()
            .and_then(|list| Symbols::read(list.iter().map(AsRef::as_ref))),
        q_design_max_t: of.q_design_max_t(),
        q_stock_t: of.q_stock_t(),
        is_mixture: of.is_mixture(),
        mixture_same_class_as_pure: of.mixture_same_class_as_pure(),
        conditions: Conditions {
            formaldehyde_pct: of.formaldehyde_pct(),
            nitric_acid_pct: of.nitric_acid_pct(),
            fuming: of.fuming(),
            anhydrous: of.anhydrous(),
            compressed_or_liquefied: of.compressed_or_liquefied(),
            available_oxygen_pct: of.available_oxygen_pct(),
            diluent_a_pct: of.diluent_a_pct(),
            water_pct: of.water_pct(),
            ethanol_pct: of.ethanol_pct(),
            nitrogen_pct: of.nitrogen_pct(),
            unmodified: of.unmodified(),
            plasticizer_pct: of.plasticizer_pct(),
            is_solution: of.is_solution(),
            nitrocellulose_pct: of.nitrocellulose_pct(),
            combustible_pct: of.combustible_pct(),
            is_fertilizer: of.is_fertilizer(),
        },
    }
}

/// The unit at the first position and its calculation.
fn unit_at<'c, 'f>(cx: &'c Cx<'f>, at: &[usize]) -> Option<(usize, Unit<'f>, &'c Assessment<'f>)> {
    let index = *at.first()?;
    let unit = cx.section.units()?.get(index)?;
    Some((index, Unit(unit), assessments(cx).get(index)?.as_ref()?))
}

fn chemical_at<'f>(cx: &Cx<'f>, at: &[usize]) -> Option<Chemical<'f>> {
    let [unit, chemical] = at else { return None };
    Unit(cx.section.units()?.get(*unit)?)
        .chemicals()?
        .get(*chemical)
        .map(Chemical)
}

fn result_at<'c, 'f>(cx: &'c Cx<'f>, at: &[usize]) -> Option<&'c gb18218::ChemicalResult<'f>> {
    let (_, _, unit) = unit_at(cx, at)?;
    unit.chemicals.as_deref()?.get(*at.get(1)?)
}

fn name(missing: Missing<'_>, unit: usize, facts: impl Iterator<Item = MissingFact>) {
    if let Some(missing) = missing {
        missing.extend(facts.map(|fact| match fact.place {
            Place::Root => format!("{SECTION}/{}", fact.name),
            Place::Unit => format!("{SECTION}/units/{unit}/{}", fact.name),
            Place::Chemical(at) => format!("{SECTION}/units/{unit}/chemicals/{at}/{}", fact.name),
        }));
    }
}

fn name_in_chemical(
    missing: Missing<'_>,
    at: &[usize],
    facts: impl Iterator<Item = gb18218::Fact>,
) {
    if let (Some(missing), [unit, chemical]) = (missing, at) {
        missing.extend(facts.map(|fact| {
            format!(
                "{SECTION}/units/{unit}/chemicals/{chemical}/{}",
                fact.name()
            )
        }));
    }
}

fn name_here(missing: Missing<'_>, paths: &[String]) {
    if let Some(missing) = missing {
        missing.extend(paths.iter().map(|path| format!("{SECTION}/{path}")));
    }
}

/// A question is settled or its answer lacks facts; it is never settled "no".
fn settled<T>(answer: Option<T>) -> Option<bool> {
    answer.map(|_| true)
}

pub(crate) fn unit_is_major_hazard(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    let (index, _, unit) = unit_at(cx, at)?;
    let is = unit.is_major();
    if is.is_none() {
        name(missing, index, unit.missing_for_s());
    }
    is
}

pub(crate) fn unit_major_hazard_settled(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    settled(unit_is_major_hazard(cx, at, missing))
}

pub(crate) fn unit_s_value(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<Decimal> {
    let (index, _, unit) = unit_at(cx, at)?;
    match unit.s() {
        Some(s) => exact(cx, s.to_decimal()),
        None => {
            name(missing, index, unit.missing_for_s());
            None
        }
    }
}

pub(crate) fn unit_s_stock(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<Decimal> {
    let (index, _, unit) = unit_at(cx, at)?;
    match unit.s_stock() {
        Some(s) => exact(cx, s.to_decimal()),
        None => {
            name(missing, index, unit.missing_for_stock());
            None
        }
    }
}

pub(crate) fn unit_r_value(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<Decimal> {
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

pub(crate) fn unit_declared_s_tolerance(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<Decimal> {
    tolerance(unit_at(cx, at)?.1.declared_s(), "declared_s", at, missing)
}

pub(crate) fn unit_declared_r_tolerance(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<Decimal> {
    tolerance(unit_at(cx, at)?.1.declared_r(), "declared_r", at, missing)
}

pub(crate) fn unit_alpha(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<Decimal> {
    let (index, _, unit) = unit_at(cx, at)?;
    let tenths = unit.alpha();
    if tenths.is_none() {
        name(missing, index, unit.missing_for_alpha());
    }
    tenths.map(|tenths| Decimal::new(i64::from(tenths), 1))
}

pub(crate) fn unit_computed_grade(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<i64> {
    let (index, _, unit) = unit_at(cx, at)?;
    let grade = exact(cx, unit.grade())?;
    if grade.is_none() {
        name(missing, index, unit.missing_for_r());
    }
    grade.map(i64::from)
}

pub(crate) fn unit_grade_settled(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    settled(unit_computed_grade(cx, at, missing))
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
        Ok(unit) => unit_computed_grade(cx, &[unit], missing),
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
        Ok(unit) => unit_is_major_hazard(cx, &[unit], missing),
        Err(lacks) => {
            name_here(missing, &lacks);
            None
        }
    }
}

fn process_names(cx: &Cx<'_>, at: &[usize]) -> Option<Match> {
    let unit = Unit(cx.section.units()?.get(*at.first()?)?);
    Some(two_keys::unit_has_key_process(
        unit.process_names()
            .map(|names| names.iter().map(AsRef::as_ref)),
    ))
}

pub(crate) fn unit_has_key_process(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    let is = process_names(cx, at)?.decided();
    if let (None, Some(unit)) = (is, at.first()) {
        name_here(missing, &[format!("units/{unit}/process_names")]);
    }
    is
}

pub(crate) fn unit_key_process_settled(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    settled(unit_has_key_process(cx, at, missing))
}

pub(crate) fn unit_has_key_chemical(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
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
                    .map(|(of, _)| format!("units/{index}/chemicals/{of}/cas"))
                    .collect();
                name_here(missing, &paths);
            }
        }
    }
    found.decided()
}

fn key(of: Chemical<'_>) -> Match {
    two_keys::is_key_chemical(of.name(), chemical_cas(of))
}

pub(crate) fn chemical_is_key(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    let of = chemical_at(cx, at)?;
    let is = key(of).decided();
    if is.is_none() {
        let lacks = match (of.name(), chemical_cas(of)) {
            (None, _) => gb18218::Fact::Name,
            _ => gb18218::Fact::Cas,
        };
        name_in_chemical(missing, at, std::iter::once(lacks));
    }
    is
}

pub(crate) fn chemical_key_settled(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    settled(chemical_is_key(cx, at, missing))
}

pub(crate) fn chemical_table1_row(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<i64> {
    let threshold = result_at(cx, at)?.threshold;
    let row = threshold.row_no;
    if row.is_none() {
        name_in_chemical(missing, at, threshold.missing.iter());
    }
    row.map(i64::from)
}

pub(crate) fn chemical_table1_settled(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    settled(chemical_table1_row(cx, at, missing))
}

pub(crate) fn chemical_q_settled(cx: &Cx<'_>, at: &[usize], missing: Missing<'_>) -> Option<bool> {
    let threshold = result_at(cx, at)?.threshold;
    let source = threshold.settled();
    if source.is_none() {
        name_in_chemical(missing, at, threshold.missing.iter());
    }
    settled(source)
}

pub(crate) fn chemical_beta_settled(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
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

pub(crate) fn chemical_beta_assumed(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    chemical_beta_settled(cx, at, missing)?;
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
                name.is_none().then_some(gb18218::Fact::Name),
                number.is_none().then_some(gb18218::Fact::Cas),
            ];
            name_in_chemical(missing, at, lacks.into_iter().flatten());
            None
        }
    }
}

pub(crate) fn chemical_cas_check_digit_ok(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    match chemical_at(cx, at)?.cas() {
        Some(number) => Some(Cas::Number(number).valid().is_some()),
        None => {
            name_in_chemical(missing, at, std::iter::once(gb18218::Fact::Cas));
            None
        }
    }
}

pub(crate) fn chemical_name_listed(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    match chemical_at(cx, at)?.name() {
        Some(name) => Some(two_keys::name_and_number(name, "").name_is_listed),
        None => {
            name_in_chemical(missing, at, std::iter::once(gb18218::Fact::Name));
            None
        }
    }
}

pub(crate) fn chemical_cas_fits_name(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    name_and_number(cx, at, missing).map(|both| both.belong_together)
}

fn listed<'f>(of: &'f Object<'f>) -> (Option<&'f str>, Cas<'f>) {
    let of = Chemical(of);
    (of.name(), chemical_cas(of))
}

pub(crate) fn licensed_chemical_in_a_unit(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
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
            unit_is_major_hazard(cx, &[index], Some(missing));
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
        match unit_computed_grade(cx, &[index], None) {
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
            unit_computed_grade(cx, &[index], Some(missing));
        }
    }
    None
}

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
    match substances::recognise(of.name(), chemical_cas(of)) {
        Known::As(_) | Known::Other => None,
        Known::Two(..) => Some("cas"),
        Known::Unclear => Some(if of.name().is_none() { "name" } else { "cas" }),
    }
}

fn other_key_chemical(of: Chemical<'_>) -> Result<bool, &'static str> {
    match two_keys::key_chemical_number(of.name(), chemical_cas(of)) {
        None if of.name().is_none() => Err("name"),
        None => Err("cas"),
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
