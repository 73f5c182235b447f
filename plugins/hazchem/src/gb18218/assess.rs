//! S, R and the grade of one unit.

use rust_decimal::Decimal;

use super::beta::{Beta, beta};
use super::exact::{Exact, OutOfRange, R_DEN, S_DEN, plus, quantity, times};
use super::facts::{Chemical, Fact, MissingFact, MissingFacts, Place, Readings};
use super::tables::{ALPHA_RANGE, alpha_tenths, grade_of};
use super::threshold::{Source, Threshold, threshold};

/// A sum as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Under the readings taken; `None` while a fact is missing.
    pub taken: Option<i128>,
    /// The least that it can be.
    pub least: i128,
    /// The most that it can be; `None` when nothing bounds it.
    pub most: Option<i128>,
}

impl Interval {
    const ZERO: Self = Self::sure(0);
    /// At least nothing: the term of an unknown quantity.
    const UNKNOWN: Self = Self {
        taken: None,
        least: 0,
        most: None,
    };

    const fn sure(value: i128) -> Self {
        Self {
            taken: Some(value),
            least: value,
            most: Some(value),
        }
    }

    fn with(self, term: Self) -> Result<Self, OutOfRange> {
        let add = |a: Option<i128>, b: Option<i128>| a.zip(b).map(|(a, b)| plus(a, b)).transpose();
        Ok(Self {
            taken: add(self.taken, term.taken)?,
            least: plus(self.least, term.least)?,
            most: add(self.most, term.most)?,
        })
    }

    /// The smallest interval around both readings; the first is the one taken.
    fn or(self, other: Self) -> Self {
        Self {
            taken: self.taken,
            least: self.least.min(other.least),
            most: self.most.zip(other.most).map(|(a, b)| a.max(b)),
        }
    }

    /// The value, when no fact and no reading is open.
    fn settled(self) -> Option<i128> {
        self.taken.filter(|_| self.most == Some(self.least))
    }
}

/// What was found for one chemical of the unit.
#[derive(Clone, Copy, Debug)]
pub struct ChemicalResult<'a> {
    /// The name filed.
    pub name: Option<&'a str>,
    /// The design maximum quantity filed; `None` when it is unknown.
    pub q_t: Option<Decimal>,
    /// Its threshold.
    pub threshold: Threshold,
    /// Its β; `None` when the chemical adds nothing or Q is unknown.
    pub beta: Option<Beta>,
    /// `q / Q`, in parts of S.
    pub(super) s: Interval,
    /// `β q / Q`, in parts of R without α.
    pub(super) r: Interval,
    quantity: Option<i128>,
    stock: Interval,
}

impl ChemicalResult<'_> {
    /// `q / Q` under the reading taken.
    #[must_use]
    pub fn term(&self) -> Option<Exact> {
        self.s.taken.map(Exact::s)
    }

    /// Whether β is 1 because neither table 3 nor table 4 has the substance;
    /// `None` when that is not known.
    #[must_use]
    pub fn beta_assumed(&self) -> Option<bool> {
        use super::beta::BetaSource;
        match (self.threshold.taken, &self.beta) {
            (Some(_), None) => Some(false),
            (Some(_), Some(beta)) => beta
                .taken
                .map(|(_, source)| matches!(source, BetaSource::Assumed)),
            (None, _) => None,
        }
    }

    /// The open readings that S or R rest on.
    #[must_use]
    pub fn readings(&self) -> Readings {
        let beta = self.beta.map_or(Readings::NONE, |beta| beta.readings);
        self.threshold.readings.and(beta)
    }

    /// The facts that its share of S lacks.
    #[must_use]
    pub fn missing_for_s(&self) -> MissingFacts {
        if self.s.taken.is_some() {
            return MissingFacts::NONE;
        }
        let quantity = MissingFacts::unless(self.quantity.is_some(), Fact::QDesignMax);
        self.threshold.missing.and(quantity)
    }

    /// The facts that its share of R lacks.
    #[must_use]
    pub fn missing_for_r(&self) -> MissingFacts {
        if self.r.taken.is_some() {
            return MissingFacts::NONE;
        }
        let beta = self.beta.map_or(MissingFacts::NONE, |beta| beta.missing);
        self.missing_for_s().and(beta)
    }

    fn missing_for_stock(&self) -> MissingFacts {
        if self.stock.taken.is_some() {
            return MissingFacts::NONE;
        }
        // Q is known then, so it is the stock that was not filed
        self.threshold.missing.and(MissingFacts::unless(
            self.threshold.taken.is_none(),
            Fact::QStock,
        ))
    }
}

/// The calculation for one unit.
#[derive(Clone, Debug)]
pub struct Assessment<'a> {
    /// Whether the unit is outside the standard.
    pub excluded: Option<bool>,
    /// The permanent residents within 500 m.
    pub residents: Option<u64>,
    /// One result for each chemical; `None` when the list is not filed.
    pub chemicals: Option<Vec<ChemicalResult<'a>>>,
    pub(super) s: Interval,
    /// Without α.
    pub(super) r: Interval,
    stock: Interval,
}

/// Judges one unit.
///
/// # Errors
/// [`OutOfRange`] when a quantity has more than twenty decimals or a sum
/// leaves the range; then nothing may be concluded.
pub fn assess<'a>(
    excluded: Option<bool>,
    chemicals: Option<impl IntoIterator<Item = Chemical<'a>>>,
    residents: Option<u64>,
) -> Result<Assessment<'a>, OutOfRange> {
    let mut unit = Assessment {
        excluded,
        residents,
        chemicals: None,
        s: Interval::UNKNOWN,
        r: Interval::UNKNOWN,
        stock: Interval::UNKNOWN,
    };
    let Some(chemicals) = chemicals else {
        return Ok(unit);
    };
    let chemicals = chemicals.into_iter();
    let mut results = Vec::with_capacity(chemicals.size_hint().0);
    (unit.s, unit.r, unit.stock) = (Interval::ZERO, Interval::ZERO, Interval::ZERO);
    for chemical in chemicals {
        let result = judge(&chemical)?;
        unit.s = unit.s.with(result.s)?;
        unit.r = unit.r.with(result.r)?;
        unit.stock = unit.stock.with(result.stock)?;
        results.push(result);
    }
    unit.chemicals = Some(results);
    Ok(unit)
}

fn judge<'a>(chemical: &Chemical<'a>) -> Result<ChemicalResult<'a>, OutOfRange> {
    let found = threshold(chemical);
    let amount = |t: Option<Decimal>| Ok(t.map(quantity).transpose()?.flatten());
    let q = amount(chemical.q_design_max_t)?;
    let stock = amount(chemical.q_stock_t)?;
    let factor = |source| beta(source, &found, chemical.symbols);
    let taken_beta = found.taken.and_then(factor);
    let (mut s, mut r) = shares(q, found.taken, taken_beta)?;
    let mut from_stock = share(stock, found.taken)?;
    if let Some(other) = found.other {
        let (other_s, other_r) = shares(q, Some(other), factor(other))?;
        (s, r) = (s.or(other_s), r.or(other_r));
        from_stock = from_stock.or(share(stock, Some(other))?);
    }
    Ok(ChemicalResult {
        name: chemical.name,
        q_t: chemical.q_design_max_t.filter(|_| q.is_some()),
        threshold: found,
        beta: taken_beta,
        s,
        r,
        quantity: q,
        stock: from_stock,
    })
}

/// `q / Q` when Q is read as `source`.
fn share(q: Option<i128>, source: Option<Source>) -> Result<Interval, OutOfRange> {
    Ok(match (q, source) {
        // nothing adds nothing, whatever Q is
        (Some(0), _) | (_, Some(Source::NoClass)) => Interval::ZERO,
        (Some(q), Some(source)) => Interval::sure(times(q, source.parts())?),
        _ => Interval::UNKNOWN,
    })
}

/// `q / Q` and `β q / Q` when Q is read as `source`.
fn shares(
    q: Option<i128>,
    source: Option<Source>,
    beta: Option<Beta>,
) -> Result<(Interval, Interval), OutOfRange> {
    let s = share(q, source)?;
    let (Some(term @ 1..), Some(beta)) = (s.taken, beta) else {
        return Ok((s, s));
    };
    let by = |tenths: u8| times(term, i128::from(tenths));
    let r = match beta.settled() {
        Some(tenths) => Interval::sure(by(tenths)?),
        None => Interval {
            taken: beta.taken.map(|(tenths, _)| by(tenths)).transpose()?,
            least: by(beta.least)?,
            most: beta.most.map(by).transpose()?,
        },
    };
    Ok((s, r))
}

impl Assessment<'_> {
    /// S, when every term is settled.
    #[must_use]
    pub fn s(&self) -> Option<Exact> {
        self.s.settled().map(Exact::s)
    }

    /// The least that S can be.
    #[must_use]
    pub const fn s_least(&self) -> Exact {
        Exact::s(self.s.least)
    }

    /// S with the stock in place of the design maximum: what a wrong
    /// calculation would give.
    #[must_use]
    pub fn s_stock(&self) -> Option<Exact> {
        self.stock.settled().map(Exact::s)
    }

    /// Whether the unit is a major hazard: S ≥ 1. An excluded unit is none.
    #[must_use]
    pub fn is_major(&self) -> Option<bool> {
        let below = self.s.most.is_some_and(|most| most < S_DEN);
        match self.excluded {
            Some(true) => Some(false),
            _ if below => Some(false),
            Some(false) if self.s.least >= S_DEN => Some(true),
            _ => None,
        }
    }

    /// α in tenths.
    #[must_use]
    pub fn alpha(&self) -> Option<u8> {
        self.residents.map(alpha_tenths)
    }

    /// R, when every term and α are settled.
    ///
    /// # Errors
    /// [`OutOfRange`] when the product leaves the range.
    pub fn r(&self) -> Result<Option<Exact>, OutOfRange> {
        let (Some(sum), Some(alpha)) = (self.r.settled(), self.alpha()) else {
            return Ok(None);
        };
        times(sum, i128::from(alpha)).map(|num| Some(Exact::r(num)))
    }

    /// The least that R can be.
    ///
    /// # Errors
    /// [`OutOfRange`] when the product leaves the range.
    pub fn r_least(&self) -> Result<Exact, OutOfRange> {
        let alpha = self.alpha().unwrap_or(ALPHA_RANGE.0);
        times(self.r.least, i128::from(alpha)).map(Exact::r)
    }

    /// The grade: 1 to 4 for a major hazard, 0 for none. `None` when it is
    /// not the same for everything that is open.
    ///
    /// # Errors
    /// [`OutOfRange`] when a product leaves the range.
    pub fn grade(&self) -> Result<Option<u8>, OutOfRange> {
        match self.is_major() {
            None => return Ok(None),
            Some(false) => return Ok(Some(0)),
            Some(true) => {}
        }
        let at_least = self.at_least_grade()?;
        if at_least == 1 {
            return Ok(Some(1));
        }
        let Some(most) = self.r.most else {
            return Ok(None);
        };
        let alpha = self.alpha().unwrap_or(ALPHA_RANGE.1);
        let upper = grade_of(times(most, i128::from(alpha))?, R_DEN).ok_or(OutOfRange)?;
        Ok((upper == at_least).then_some(at_least))
    }

    /// The grade of the least that R can be: the true one is this or more
    /// severe, if the unit is a major hazard.
    ///
    /// # Errors
    /// [`OutOfRange`] when a product leaves the range.
    pub fn at_least_grade(&self) -> Result<u8, OutOfRange> {
        grade_of(self.r_least()?.num, R_DEN).ok_or(OutOfRange)
    }

    /// The chemicals, or none when the list is not filed.
    #[must_use]
    pub fn results(&self) -> &[ChemicalResult<'_>] {
        self.chemicals.as_deref().unwrap_or(&[])
    }

    /// The facts that S lacks. Also those that the decision "major hazard or
    /// not" lacks, when [`Assessment::is_major`] is `None`.
    pub fn missing_for_s(&self) -> impl Iterator<Item = MissingFact> {
        self.unit_facts()
            .chain(self.each(|chemical| chemical.missing_for_s()))
    }

    /// The facts that R and the grade lack.
    pub fn missing_for_r(&self) -> impl Iterator<Item = MissingFact> {
        self.unit_facts()
            .chain(self.each(|chemical| chemical.missing_for_r()))
            .chain(self.missing_for_alpha())
    }

    /// The fact that α lacks.
    pub fn missing_for_alpha(&self) -> impl Iterator<Item = MissingFact> {
        let missing = self.residents.is_none();
        missing
            .then_some(MissingFact {
                place: Place::Root,
                name: "residents_within_500m",
            })
            .into_iter()
    }

    /// The facts that [`Assessment::s_stock`] lacks.
    pub fn missing_for_stock(&self) -> impl Iterator<Item = MissingFact> {
        self.list_fact()
            .chain(self.each(|chemical| chemical.missing_for_stock()))
    }

    fn unit_facts(&self) -> impl Iterator<Item = MissingFact> {
        let excluded = self.excluded.is_none().then_some(MissingFact {
            place: Place::Unit,
            name: "excluded_from_gb18218",
        });
        excluded.into_iter().chain(self.list_fact())
    }

    fn list_fact(&self) -> impl Iterator<Item = MissingFact> {
        let missing = self.chemicals.is_none();
        missing
            .then_some(MissingFact {
                place: Place::Unit,
                name: "chemicals",
            })
            .into_iter()
    }

    fn each(
        &self,
        missing: fn(&ChemicalResult<'_>) -> MissingFacts,
    ) -> impl Iterator<Item = MissingFact> {
        self.results()
            .iter()
            .enumerate()
            .flat_map(move |(index, result)| {
                missing(result).iter().map(move |fact| MissingFact {
                    place: Place::Chemical(index),
                    name: fact.name(),
                })
            })
    }
}
