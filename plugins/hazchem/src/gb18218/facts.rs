//! What goes in: the facts of a chemical; and the names by which a missing
//! fact or an open reading is reported.

use rust_decimal::Decimal;

use super::tables::CLASSES;
use crate::substances::Cas;

/// The classes of table 2 that were filed for a chemical. An empty set means
/// "filed as none of them"; a list that was not filed is `None` outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Symbols(u32);

impl Symbols {
    /// No class of tables 1 and 2.
    pub const NONE: Self = Self(0);

    /// Adds a class by its symbol; `None` when there is no such symbol.
    #[must_use]
    pub fn with(self, symbol: &str) -> Option<Self> {
        let index = CLASSES.iter().position(|class| class.symbol == symbol)?;
        Some(Self(self.0 | 1 << index))
    }

    /// Reads a list of symbols; `None` when one of them does not exist.
    pub fn read<'a>(symbols: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        symbols
            .into_iter()
            .try_fold(Self::NONE, |set, symbol| set.with(symbol))
    }

    /// Whether no class was filed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn classes(self) -> impl Iterator<Item = &'static super::Class> {
        let mut left = self.0;
        core::iter::from_fn(move || {
            let class = CLASSES.get(usize::try_from(left.trailing_zeros()).ok()?)?;
            left &= left.wrapping_sub(1);
            Some(class)
        })
    }
}

/// The facts that conditions of table 1 ask for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conditions {
    /// Row 8.
    pub formaldehyde_pct: Option<Decimal>,
    /// Row 81.
    pub nitric_acid_pct: Option<Decimal>,
    /// Rows 80 and 81.
    pub fuming: Option<bool>,
    /// Rows 11 and 20.
    pub anhydrous: Option<bool>,
    /// Row 56.
    pub compressed_or_liquefied: Option<bool>,
    /// Row 72.
    pub available_oxygen_pct: Option<Decimal>,
    /// Row 72.
    pub diluent_a_pct: Option<Decimal>,
    /// Rows 37 and 41.
    pub water_pct: Option<Decimal>,
    /// Rows 37 and 39.
    pub ethanol_pct: Option<Decimal>,
    /// Rows 40 and 42.
    pub nitrogen_pct: Option<Decimal>,
    /// Row 38.
    pub unmodified: Option<bool>,
    /// Row 38.
    pub plasticizer_pct: Option<Decimal>,
    /// Row 42.
    pub is_solution: Option<bool>,
    /// Row 42.
    pub nitrocellulose_pct: Option<Decimal>,
    /// Rows 43 to 45.
    pub combustible_pct: Option<Decimal>,
    /// Rows 43 to 45.
    pub is_fertilizer: Option<bool>,
}

/// A chemical of a unit, as filed. `None` is unknown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chemical<'a> {
    /// The name filed.
    pub name: Option<&'a str>,
    /// The CAS number filed, or the answer that there is none.
    pub cas: Cas<'a>,
    /// Classes of table 2.
    pub symbols: Option<Symbols>,
    /// Design maximum quantity, tonnes.
    pub q_design_max_t: Option<Decimal>,
    /// Quantity in stock, tonnes; never enters S, only [`Assessment::s_stock`](super::Assessment::s_stock).
    pub q_stock_t: Option<Decimal>,
    /// Whether it is a mixture.
    pub is_mixture: Option<bool>,
    /// Whether the mixture has the hazard class of the pure substance.
    pub mixture_same_class_as_pure: Option<bool>,
    /// What conditions of table 1 ask for.
    pub conditions: Conditions,
}

macro_rules! facts {
    ($($variant:ident = $name:literal,)*) => {
        /// A fact of a chemical that the calculation may need. The name is the
        /// field's name in the filing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Fact { $(#[doc = $name] $variant,)* }

        impl Fact {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The field's name in the filing.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

facts! {
    Name = "name",
    Cas = "cas",
    Symbols = "symbols",
    QDesignMax = "q_design_max_t",
    QStock = "q_stock_t",
    IsMixture = "is_mixture",
    SameClass = "mixture_same_class_as_pure",
    FormaldehydePct = "formaldehyde_pct",
    NitricAcidPct = "nitric_acid_pct",
    Fuming = "fuming",
    Anhydrous = "anhydrous",
    CompressedOrLiquefied = "compressed_or_liquefied",
    AvailableOxygenPct = "available_oxygen_pct",
    DiluentAPct = "diluent_a_pct",
    WaterPct = "water_pct",
    EthanolPct = "ethanol_pct",
    NitrogenPct = "nitrogen_pct",
    Unmodified = "unmodified",
    PlasticizerPct = "plasticizer_pct",
    IsSolution = "is_solution",
    NitrocellulosePct = "nitrocellulose_pct",
    CombustiblePct = "combustible_pct",
    IsFertilizer = "is_fertilizer",
}

/// A set of facts of one chemical that were needed and are unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MissingFacts(u32);

impl MissingFacts {
    /// Nothing is missing.
    pub const NONE: Self = Self(0);

    /// Just this one.
    #[must_use]
    pub const fn one(fact: Fact) -> Self {
        Self(1 << fact as u32)
    }

    /// `fact` if `known` is false.
    #[must_use]
    pub const fn unless(known: bool, fact: Fact) -> Self {
        if known { Self::NONE } else { Self::one(fact) }
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether nothing is missing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The facts, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Fact> {
        Fact::ALL
            .iter()
            .copied()
            .filter(move |fact| self.0 >> *fact as u32 & 1 == 1)
    }
}

/// Where a fact stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The section.
    Root,
    /// The unit.
    Unit,
    /// The chemical at this position of the unit's list.
    Chemical(usize),
}

/// A fact that was needed and is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingFact {
    /// Where it would stand.
    pub place: Place,
    /// Its name.
    pub name: &'static str,
}

macro_rules! readings {
    ($($variant:ident: $zh:literal, $en:literal;)*) => {
        /// A point that the standard's text, as far as it was read, leaves
        /// open. Where the answer hangs on it, none is given.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Reading { $(#[doc = $en] $variant,)* }

        impl Reading {
            const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// What is open, in Chinese.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)* }
            }

            /// What is open, in English.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)* }
            }
        }
    };
}

readings! {
    SeveralBeta: "多种危险性类别的β不同，取最大值，标准未明确",
        "its classes have different β; the largest is taken, the text does not say";
    NoClassBeta: "表1物质不在表3且无表4类别，β按惯例取1",
        "in table 1 but neither in table 3 nor of a class of table 4; β is 1 by custom";
    CoalGasBeta: "其他煤气的β按一氧化碳取2",
        "coal gas other than carbon monoxide; β 2 as for carbon monoxide";
    SeveralRows: "同时符合表1多行，取最小临界量",
        "several rows of table 1 fit; the lowest Q is taken";
    AqueousFluoride: "氢氟酸（水溶液）按不属于表1第20项处理",
        "aqueous hydrofluoric acid is read as outside row 20";
    FertilizerOverLimit: "可燃物超过0.4%的硝酸铵肥料按表1第43项处理",
        "ammonium nitrate fertiliser above 0.4 % combustible is read as row 43";
}

/// A set of open readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Readings(u8);

impl Readings {
    /// None: all of it is printed text.
    pub const NONE: Self = Self(0);

    /// Just this one.
    #[must_use]
    pub const fn one(reading: Reading) -> Self {
        Self(1 << reading as u8)
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `reading` is in the set.
    #[must_use]
    pub const fn has(self, reading: Reading) -> bool {
        self.0 >> reading as u8 & 1 == 1
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The readings, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Reading> {
        Reading::ALL.iter().copied().filter(move |r| self.has(*r))
    }
}
