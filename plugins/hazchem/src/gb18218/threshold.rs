//! The threshold Q of a chemical: table 1 before table 2, the lowest Q of
//! several classes, the conditions of table 1, the mixture rule.

use rust_decimal::Decimal;

use super::facts::{Chemical, Fact, MissingFacts, Reading, Readings, Symbols};
use super::tables::{CLASSES, Class, ROWS, Row};
use crate::substances::{Known, Rule, recognise};

/// Where Q comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// A row of table 1.
    Row(&'static Row),
    /// A class of table 2.
    Class(&'static Class),
    /// In neither table: it adds nothing to S.
    NoClass,
}

impl Source {
    /// Q in tonnes, as printed; `None` for [`Source::NoClass`].
    #[must_use]
    pub const fn q(self) -> Option<&'static str> {
        match self {
            Self::Row(row) => Some(row.q),
            Self::Class(class) => Some(class.q),
            Self::NoClass => None,
        }
    }

    /// The number of the row of table 1, 0 outside it.
    #[must_use]
    pub const fn row_no(self) -> u8 {
        match self {
            Self::Row(row) => row.no,
            Self::Class(_) | Self::NoClass => 0,
        }
    }

    /// `15000 / Q`; 0 when it adds nothing.
    pub(super) const fn parts(self) -> i128 {
        match self {
            Self::Row(row) => row.parts,
            Self::Class(class) => class.parts,
            Self::NoClass => 0,
        }
    }
}

/// What was found for a chemical.
#[derive(Clone, Copy, Debug)]
pub struct Threshold {
    /// The reading taken; `None` while a fact is missing.
    pub taken: Option<Source>,
    /// The other reading, where the text leaves one open.
    pub other: Option<Source>,
    /// What that open point is.
    pub readings: Readings,
    /// The facts that were needed and are unknown.
    pub missing: MissingFacts,
    /// The row of table 1: `Some(0)` when it has none, `None` when unknown.
    pub row_no: Option<u8>,
    /// The substance is coal gas other than carbon monoxide.
    pub(super) coal_gas: bool,
}

impl Threshold {
    const fn sure(source: Source) -> Self {
        Self {
            taken: Some(source),
            other: None,
            readings: Readings::NONE,
            missing: MissingFacts::NONE,
            row_no: Some(source.row_no()),
            coal_gas: false,
        }
    }

    const fn missing(facts: MissingFacts) -> Self {
        Self {
            taken: None,
            other: None,
            readings: Readings::NONE,
            missing: facts,
            row_no: None,
            coal_gas: false,
        }
    }

    const fn open(taken: Source, other: Source, reading: Reading) -> Self {
        Self {
            taken: Some(taken),
            other: Some(other),
            readings: Readings::one(reading),
            missing: MissingFacts::NONE,
            row_no: None,
            coal_gas: false,
        }
    }

    /// Q is settled: neither a fact nor a reading is open.
    #[must_use]
    pub const fn settled(&self) -> Option<Source> {
        if self.other.is_some() {
            None
        } else {
            self.taken
        }
    }
}

fn row(no: u8) -> Option<&'static Row> {
    ROWS.get(usize::from(no).checked_sub(1)?)
}

fn by_row(no: u8) -> Threshold {
    row(no).map_or(Threshold::sure(Source::NoClass), |row| {
        Threshold::sure(Source::Row(row))
    })
}

/// The class with the lowest Q.
fn lowest(symbols: Symbols) -> Source {
    symbols
        .classes()
        .reduce(|best, class| {
            if class.parts > best.parts {
                class
            } else {
                best
            }
        })
        .map_or(Source::NoClass, Source::Class)
}

/// Table 2; the substance has no row of table 1.
fn by_class(chemical: &Chemical<'_>) -> Threshold {
    match chemical.symbols {
        Some(symbols) => Threshold::sure(lowest(symbols)),
        None => Threshold {
            row_no: Some(0),
            ..Threshold::missing(MissingFacts::one(Fact::Symbols))
        },
    }
}

/// A row with one condition: inside it the row, outside it table 2.
fn when(
    condition: Option<bool>,
    no: u8,
    chemical: &Chemical<'_>,
    facts: MissingFacts,
) -> Threshold {
    match condition {
        Some(true) => by_row(no),
        Some(false) => by_class(chemical),
        None => Threshold::missing(facts),
    }
}

fn known<T>(value: Option<T>, fact: Fact) -> MissingFacts {
    MissingFacts::unless(value.is_some(), fact)
}

/// Three-valued "and".
fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Three-valued "or".
fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    both(a.map(|a| !a), b.map(|b| !b)).map(|neither| !neither)
}

const fn tenths(value: u32) -> Decimal {
    Decimal::from_parts(value, 0, 0, false, 1)
}

fn above(value: Option<Decimal>, limit: u32) -> Option<bool> {
    value.map(|value| value > tenths(limit))
}

fn below(value: Option<Decimal>, limit: u32) -> Option<bool> {
    value.map(|value| value < tenths(limit))
}

fn at_least(value: Option<Decimal>, limit: u32) -> Option<bool> {
    below(value, limit).map(|below| !below)
}

fn at_most(value: Option<Decimal>, limit: u32) -> Option<bool> {
    above(value, limit).map(|above| !above)
}

/// Finds the threshold of a chemical.
#[must_use]
pub fn threshold(chemical: &Chemical<'_>) -> Threshold {
    match recognise(chemical.name, chemical.cas) {
        Known::As(substance) => by_rule(substance.rule, chemical),
        Known::Two(first, second) => {
            // The name says one thing and the number another. That only
            // matters when table 1 has different rows for them.
            match (
                by_rule(first.rule, chemical),
                by_rule(second.rule, chemical),
            ) {
                (a, b) if a.row_no.is_some() && a.row_no == b.row_no => a,
                _ => Threshold::missing(
                    MissingFacts::one(Fact::Name).and(MissingFacts::one(Fact::Cas)),
                ),
            }
        }
        Known::Other => unlisted(chemical),
        Known::Unclear => {
            let cas = chemical.cas.answered();
            let name = chemical.name.is_some() && !cas;
            Threshold::missing(
                MissingFacts::unless(name, Fact::Name).and(MissingFacts::unless(cas, Fact::Cas)),
            )
        }
    }
}

/// Goods of a name that no list has go by their class, unless they count as a
/// pure substance that nobody named.
fn unlisted(chemical: &Chemical<'_>) -> Threshold {
    // the number is that of the pure substance, and it is not in table 1
    if chemical.cas.valid().is_some() {
        return by_class(chemical);
    }
    match (chemical.is_mixture, chemical.mixture_same_class_as_pure) {
        (Some(false), _) | (_, Some(false)) => by_class(chemical),
        (Some(true), Some(true)) => Threshold::missing(MissingFacts::one(Fact::Name)),
        (Some(true), None) => Threshold::missing(MissingFacts::one(Fact::SameClass)),
        (None, _) => Threshold::missing(MissingFacts::one(Fact::IsMixture)),
    }
}

fn by_rule(rule: Rule, chemical: &Chemical<'_>) -> Threshold {
    let found = by_condition(rule, chemical);
    let names_a_mixture = match found.taken {
        Some(Source::Row(row)) => row.mixture,
        Some(Source::Class(_) | Source::NoClass) | None => true,
    };
    if names_a_mixture {
        return found;
    }
    // A mixture of a substance of table 1 counts whole when it has the class
    // of the pure substance, and by its own class when it has not.
    match (chemical.is_mixture, chemical.mixture_same_class_as_pure) {
        (Some(false), _) | (Some(true), Some(true)) => found,
        (Some(true), Some(false)) => by_class(chemical),
        (Some(true), None) => Threshold::missing(MissingFacts::one(Fact::SameClass)),
        (None, _) => Threshold::missing(MissingFacts::one(Fact::IsMixture)),
    }
}

fn by_condition(rule: Rule, chemical: &Chemical<'_>) -> Threshold {
    let c = &chemical.conditions;
    match rule {
        Rule::None => by_class(chemical),
        Rule::Row(no) => by_row(no),
        Rule::CoalGas => Threshold {
            coal_gas: true,
            ..by_row(13)
        },
        Rule::Formaldehyde => {
            let facts = known(c.formaldehyde_pct, Fact::FormaldehydePct);
            when(above(c.formaldehyde_pct, 900), 8, chemical, facts)
        }
        Rule::HydrogenChloride => when(
            c.anhydrous,
            11,
            chemical,
            known(c.anhydrous, Fact::Anhydrous),
        ),
        Rule::Anhydrous(no) => match c.anhydrous {
            // "anhydrous" by name, not by the fact
            Some(false) => Threshold::missing(MissingFacts::one(Fact::Anhydrous)),
            Some(true) | None => by_row(no),
        },
        Rule::HydrochloricAcid => match c.anhydrous {
            Some(true) => Threshold::missing(MissingFacts::one(Fact::Anhydrous)),
            Some(false) | None => by_class(chemical),
        },
        // its number is that of its solution too
        Rule::HydrogenFluoride => match c.anhydrous {
            Some(false) => aqueous_fluoride(chemical),
            Some(true) => by_row(20),
            None => Threshold::missing(MissingFacts::one(Fact::Anhydrous)),
        },
        Rule::HydrofluoricAcid => match c.anhydrous {
            Some(true) => Threshold::missing(MissingFacts::one(Fact::Anhydrous)),
            Some(false) | None => aqueous_fluoride(chemical),
        },
        Rule::Oxygen => {
            let facts = known(c.compressed_or_liquefied, Fact::CompressedOrLiquefied);
            when(c.compressed_or_liquefied, 56, chemical, facts)
        }
        Rule::Peroxide => {
            let oxygen = both(
                above(c.available_oxygen_pct, 100),
                at_most(c.available_oxygen_pct, 107),
            );
            let facts = known(c.available_oxygen_pct, Fact::AvailableOxygenPct)
                .and(known(c.diluent_a_pct, Fact::DiluentAPct));
            when(
                both(oxygen, at_least(c.diluent_a_pct, 480)),
                72,
                chemical,
                facts,
            )
        }
        Rule::FumingNitricAcid => match c.fuming {
            Some(false) => Threshold::missing(MissingFacts::one(Fact::Fuming)),
            Some(true) | None => by_row(80),
        },
        Rule::NitricAcid => nitric_acid(chemical),
        Rule::AmmoniumNitrate => match c.is_fertilizer {
            Some(is_fertilizer) => ammonium_nitrate(chemical, is_fertilizer),
            // rows 43 and 44 or row 45: no content gives both the same Q
            None => Threshold::missing(
                MissingFacts::one(Fact::IsFertilizer)
                    .and(known(c.combustible_pct, Fact::CombustiblePct)),
            ),
        },
        Rule::Fertilizer => ammonium_nitrate(chemical, true),
        Rule::Nitrocellulose { solution } => nitrocellulose(chemical, solution),
    }
}

fn aqueous_fluoride(chemical: &Chemical<'_>) -> Threshold {
    match (by_class(chemical).taken, row(20)) {
        (Some(class), Some(row)) => {
            Threshold::open(class, Source::Row(row), Reading::AqueousFluoride)
        }
        _ => Threshold::missing(MissingFacts::one(Fact::Symbols)),
    }
}

fn nitric_acid(chemical: &Chemical<'_>) -> Threshold {
    let c = &chemical.conditions;
    let strong = above(c.nitric_acid_pct, 700);
    match (c.fuming, strong) {
        // acid that fumes has more than 70 %, so one of the two is wrong
        (Some(true), Some(false)) => Threshold::missing(
            MissingFacts::one(Fact::Fuming).and(MissingFacts::one(Fact::NitricAcidPct)),
        ),
        (Some(true), _) => by_row(80),
        (_, Some(false)) => by_class(chemical),
        (Some(false), Some(true)) => by_row(81),
        _ => Threshold::missing(
            known(c.fuming, Fact::Fuming).and(known(c.nitric_acid_pct, Fact::NitricAcidPct)),
        ),
    }
}

fn ammonium_nitrate(chemical: &Chemical<'_>, fertilizer: bool) -> Threshold {
    let combustible = chemical.conditions.combustible_pct;
    let facts = known(combustible, Fact::CombustiblePct);
    if !fertilizer {
        return match above(combustible, 2) {
            Some(true) => by_row(43),
            Some(false) => by_row(44),
            None => Threshold::missing(facts),
        };
    }
    match (above(combustible, 4), row(43), by_class(chemical).taken) {
        (Some(false), _, _) => by_row(45),
        (Some(true), Some(row), Some(class)) => {
            Threshold::open(Source::Row(row), class, Reading::FertilizerOverLimit)
        }
        (Some(true), _, _) => Threshold::missing(MissingFacts::one(Fact::Symbols)),
        (None, _, _) => Threshold::missing(facts),
    }
}

/// Rows 37 to 42 share one number; what was filed about the content decides.
fn nitrocellulose(chemical: &Chemical<'_>, solution: Option<bool>) -> Threshold {
    let c = &chemical.conditions;
    let solution = c.is_solution.or(solution);
    let dry_goods = solution.map(|solution| !solution);
    let solution_fact = MissingFacts::unless(solution.is_some(), Fact::IsSolution);
    let water = known(c.water_pct, Fact::WaterPct);
    let ethanol = known(c.ethanol_pct, Fact::EthanolPct);
    let nitrogen = known(c.nitrogen_pct, Fact::NitrogenPct);
    let modified =
        known(c.unmodified, Fact::Unmodified).and(known(c.plasticizer_pct, Fact::PlasticizerPct));
    let low_nitrogen = at_most(c.nitrogen_pct, 126);
    let rows = [
        (
            37,
            dry_goods,
            both(below(c.water_pct, 250), below(c.ethanol_pct, 250)),
            water.and(ethanol),
        ),
        (
            38,
            dry_goods,
            either(c.unmodified, below(c.plasticizer_pct, 180)),
            modified,
        ),
        (39, dry_goods, at_least(c.ethanol_pct, 250), ethanol),
        (40, dry_goods, low_nitrogen, nitrogen),
        (41, dry_goods, at_least(c.water_pct, 250), water),
        (
            42,
            solution,
            both(low_nitrogen, at_most(c.nitrocellulose_pct, 550)),
            nitrogen.and(known(c.nitrocellulose_pct, Fact::NitrocellulosePct)),
        ),
    ];
    let mut fitting: Option<(&Row, &Row)> = None;
    let mut possible: Option<(&Row, &Row)> = None;
    let mut missing = MissingFacts::NONE;
    for (no, kind, content, facts) in rows {
        let Some(row) = row(no) else { continue };
        match both(kind, content) {
            Some(true) => fitting = Some(widen(fitting, row)),
            Some(false) => continue,
            None => missing = missing.and(facts).and(solution_fact),
        }
        possible = Some(widen(possible, row));
    }
    match (fitting, possible) {
        (None, None) => by_class(chemical),
        (Some((lowest, _)), Some((low, high))) if low.parts == high.parts => {
            Threshold::sure(Source::Row(lowest))
        }
        (Some((low, high)), _) if missing.is_empty() => {
            Threshold::open(Source::Row(low), Source::Row(high), Reading::SeveralRows)
        }
        _ => Threshold::missing(missing),
    }
}

/// The rows with the lowest and the highest Q so far.
fn widen(
    so_far: Option<(&'static Row, &'static Row)>,
    row: &'static Row,
) -> (&'static Row, &'static Row) {
    let (low, high) = so_far.unwrap_or((row, row));
    (
        if row.parts > low.parts { row } else { low },
        if row.parts < high.parts { row } else { high },
    )
}

const _: () = assert!(ROWS.len() == 85 && CLASSES.len() == 24);
