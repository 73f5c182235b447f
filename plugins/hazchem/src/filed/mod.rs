//! From what was filed to what is computed: each `function` of
//! `computed.toml`. A function answers `None` when it cannot, and then names
//! the missing facts if it is handed a list.

pub(crate) mod chemicals;
pub(crate) mod counts;
pub(crate) mod units;

use std::cell::OnceCell;

use anjian_sdk::contract::Refusal;

use crate::Cx;
use crate::gb18218::{self, Assessment, Conditions, MissingFact, OutOfRange, Place, Symbols};
use crate::rules::{Chemical, Unit};
use crate::substances::Cas;

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

/// A mixture with a class of its own is no other name of a pure substance.
fn chemical_cas<'f>(of: Chemical<'f>) -> Cas<'f> {
    match cas(of.cas(), of.cas_is_none()) {
        Cas::NoNumber
            if of.is_mixture() == Some(true) && of.mixture_same_class_as_pure() == Some(false) =>
        {
            Cas::OwnClass
        }
        cas => cas,
    }
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
