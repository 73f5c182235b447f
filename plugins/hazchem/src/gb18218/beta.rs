//! The correction factor β: table 3 by substance, else table 4 by class.

use super::facts::{Fact, MissingFacts, Reading, Readings, Symbols};
use super::tables::{BETA_RANGE, Class};
use super::threshold::{Source, Threshold};

/// Where β comes from.
#[derive(Clone, Copy, Debug)]
pub enum BetaSource {
    /// Table 3, by name.
    Substance,
    /// Table 4, by this class: the one with the largest β.
    Class(&'static Class),
    /// 1, since neither table has the substance.
    Assumed,
}

/// β of a chemical in tenths.
#[derive(Clone, Copy, Debug)]
pub struct Beta {
    /// The reading taken and where it comes from; `None` while the classes
    /// are not filed.
    pub taken: Option<(u8, BetaSource)>,
    /// The least that it can be under any reading.
    pub least: u8,
    /// The most that it can be; `None` when nothing bounds it.
    pub most: Option<u8>,
    /// What is open.
    pub readings: Readings,
    /// The facts that were needed and are unknown.
    pub missing: MissingFacts,
}

impl Beta {
    const fn sure(tenths: u8, source: BetaSource) -> Self {
        Self {
            taken: Some((tenths, source)),
            least: tenths,
            most: Some(tenths),
            readings: Readings::NONE,
            missing: MissingFacts::NONE,
        }
    }

    const fn open(self, least: u8, most: u8, reading: Reading) -> Self {
        Self {
            least,
            most: Some(most),
            readings: Readings::one(reading),
            ..self
        }
    }

    /// β is settled: neither a fact nor a reading is open.
    #[must_use]
    pub const fn settled(&self) -> Option<u8> {
        match (self.taken, self.most) {
            (Some((tenths, _)), Some(most)) if self.least == most => Some(tenths),
            _ => None,
        }
    }
}

/// β for a threshold that was read as `source`. `None` when the chemical adds
/// nothing.
pub(super) fn beta(source: Source, found: &Threshold, symbols: Option<Symbols>) -> Option<Beta> {
    if let Source::Row(row) = source
        && row.beta != 0
        && !found.coal_gas
    {
        return Some(Beta::sure(row.beta, BetaSource::Substance));
    }
    let filed = symbols.and_then(Span::of);
    match source {
        Source::NoClass => None,
        Source::Row(row) if row.beta != 0 => {
            let sure = Beta::sure(row.beta, BetaSource::Substance);
            // Table 3 names carbon monoxide; its mixtures are read along.
            let (least, most) = filed.map_or(BETA_RANGE, |span| (span.least, span.most.beta));
            Some(sure.open(
                row.beta.min(least),
                row.beta.max(most),
                Reading::CoalGasBeta,
            ))
        }
        Source::Row(_) => Some(match (filed, symbols) {
            (Some(span), _) => span.beta(span.least),
            (None, Some(_)) => Beta::sure(BETA_RANGE.0, BetaSource::Assumed).open(
                BETA_RANGE.0,
                BETA_RANGE.1,
                Reading::NoClassBeta,
            ),
            (None, None) => Beta {
                taken: None,
                least: BETA_RANGE.0,
                most: None,
                readings: Readings::NONE,
                missing: MissingFacts::one(Fact::Symbols),
            },
        }),
        Source::Class(class) => {
            let span = filed.unwrap_or(Span {
                least: class.beta,
                most: class,
                deciding: class,
            });
            Some(span.beta(span.deciding.beta))
        }
    }
}

/// What the classes of a chemical have for β.
#[derive(Clone, Copy)]
struct Span {
    least: u8,
    most: &'static Class,
    /// The class that gives Q; of several with the same Q the one with the
    /// smallest β.
    deciding: &'static Class,
}

impl Span {
    fn of(symbols: Symbols) -> Option<Self> {
        symbols.classes().fold(None, |span: Option<Self>, class| {
            let Some(span) = span else {
                return Some(Self {
                    least: class.beta,
                    most: class,
                    deciding: class,
                });
            };
            let lower_q = class.parts > span.deciding.parts
                || class.parts == span.deciding.parts && class.beta < span.deciding.beta;
            Some(Self {
                least: span.least.min(class.beta),
                most: if class.beta > span.most.beta {
                    class
                } else {
                    span.most
                },
                deciding: if lower_q { class } else { span.deciding },
            })
        })
    }

    /// The largest β is taken; `other` is the other reading.
    const fn beta(self, other: u8) -> Beta {
        let sure = Beta::sure(self.most.beta, BetaSource::Class(self.most));
        if other == self.most.beta {
            sure
        } else {
            sure.open(other, self.most.beta, Reading::SeveralBeta)
        }
    }
}
