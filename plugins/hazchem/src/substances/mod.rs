//! Substances by name and by CAS number: one table for GB 18218 and for the
//! list of key chemicals, sorted and checked by the compiler.
//!
//! To add a name or a number, add it to [`SUBSTANCES`] in `table.rs`. Names are written as
//! [`fold`] leaves them: lower case, no spaces, half-width brackets and commas.

mod table;

pub use table::SUBSTANCES;

/// How a substance relates to table 1 of GB 18218.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It has no row.
    None,
    /// This row, without a condition.
    Row(u8),
    /// Row 13, coal gas other than carbon monoxide by itself.
    CoalGas,
    /// Row 8 above 90 %.
    Formaldehyde,
    /// Row 11 when anhydrous.
    HydrogenChloride,
    /// This row, since the name says "anhydrous".
    Anhydrous(u8),
    /// Hydrogen chloride in water: no row.
    HydrochloricAcid,
    /// Row 20 when anhydrous.
    HydrogenFluoride,
    /// Hydrogen fluoride in water: an open reading.
    HydrofluoricAcid,
    /// Rows 37 to 42; whether the name says that it is a solution.
    Nitrocellulose {
        /// `None` when the name leaves it open.
        solution: Option<bool>,
    },
    /// Rows 43 and 44, or 45 when filed as a fertiliser.
    AmmoniumNitrate,
    /// Row 45.
    Fertilizer,
    /// Row 56 when compressed or liquefied.
    Oxygen,
    /// Row 72.
    Peroxide,
    /// Row 80.
    FumingNitricAcid,
    /// Row 81, or 80 when fuming.
    NitricAcid,
}

/// A substance that tables or lists name.
#[derive(Debug)]
pub struct Substance {
    /// Its names, folded.
    pub names: &'static [&'static str],
    /// Its CAS numbers as [`cas_number`] reads them.
    pub cas: &'static [u64],
    /// Its place in table 1.
    pub rule: Rule,
    /// Its number in the list of key chemicals, 0 when it is not there.
    pub key: u8,
}

/// What the filer answered for the CAS number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cas<'a> {
    /// Nothing.
    #[default]
    Unknown,
    /// There is none: a mixture, a product.
    NoNumber,
    /// There is none: a mixture whose hazard class is not that of a pure substance.
    OwnClass,
    /// This.
    Number(&'a str),
}

impl Cas<'_> {
    /// The number, when one was filed and its check digit is right.
    #[must_use]
    pub const fn valid(self) -> Option<u64> {
        match self {
            Self::Number(text) => cas_number(text),
            Self::Unknown | Self::NoNumber | Self::OwnClass => None,
        }
    }

    /// There is a number with a right check digit, or the answer that there is none.
    #[must_use]
    pub const fn answered(self) -> bool {
        matches!(self, Self::NoNumber | Self::OwnClass) || self.valid().is_some()
    }
}

impl Substance {
    /// Table 1 or the list of key chemicals names it.
    const fn is_listed(&self) -> bool {
        !matches!(self.rule, Rule::None) || self.key != 0
    }

    /// The name itself may mean a mixture, which has no pure substance to differ from.
    const fn may_be_mixture(&self) -> bool {
        match self.rule {
            Rule::None => self.cas.is_empty(),
            Rule::Row(no) => self.cas.is_empty() || matches!(no, 23 | 49 | 52 | 66),
            _ => true,
        }
    }
}

/// What name and number together say about a substance.
#[derive(Clone, Copy, Debug)]
pub enum Known {
    /// This substance.
    As(&'static Substance),
    /// The name says the first and the number says the second.
    Two(&'static Substance, &'static Substance),
    /// None of the listed ones.
    Other,
    /// Neither the name nor the number is enough to say.
    Unclear,
}

/// Finds the substance. A name that no list has, without a number, is
/// [`Known::Unclear`]: it may be one more name of a listed substance. So is a
/// product without a number whose name has a listed one in it.
#[must_use]
pub fn recognise(name: Option<&str>, cas: Cas<'_>) -> Known {
    let named = name.and_then(by_name);
    let number = cas.valid();
    match (named, number) {
        (Some(named), Some(number)) if !named.cas.contains(&number) => {
            by_cas(number).map_or(Known::As(named), |other| Known::Two(named, other))
        }
        (Some(named), _) => Known::As(named),
        (None, number) => match (number.and_then(by_cas), name) {
            (Some(found), _) => Known::As(found),
            (None, Some(name)) if cas.answered() && !may_be_listed(name, cas) => Known::Other,
            (None, None) if number.is_some() => Known::Other,
            _ => Known::Unclear,
        },
    }
}

/// Whether a name that no list has may still mean a listed substance.
fn may_be_listed(name: &str, cas: Cas<'_>) -> bool {
    let name: String = fold(name).collect();
    // row 74 of table 1 is a group: 三正辛基铝 is one more of it
    if name.ends_with("基铝") {
        return true;
    }
    let may_mean = |substance: &Substance| match cas {
        Cas::NoNumber => substance.is_listed(),
        Cas::OwnClass => substance.is_listed() && substance.may_be_mixture(),
        Cas::Unknown | Cas::Number(_) => false,
    };
    // 92号汽油 has 汽油 in it; 氯, 苯 and the like are part of too many names
    SUBSTANCES
        .iter()
        .filter(|substance| may_mean(substance))
        .flat_map(|substance| substance.names)
        .any(|listed| listed.chars().nth(1).is_some() && name.contains(listed))
}

/// The substance with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Substance> {
    let at = BY_NAME
        .binary_search_by(|(listed, _)| listed.chars().cmp(fold(name)))
        .ok()?;
    SUBSTANCES.get(usize::from(BY_NAME.get(at)?.1))
}

/// The first substance with this CAS number.
#[must_use]
pub fn by_cas(number: u64) -> Option<&'static Substance> {
    let at = BY_CAS.partition_point(|(listed, _)| *listed < number);
    let (listed, index) = BY_CAS.get(at)?;
    (*listed == number)
        .then(|| SUBSTANCES.get(usize::from(*index)))
        .flatten()
}

/// A name without what does not matter: letter case, spaces, full-width
/// brackets and commas.
pub fn fold(name: &str) -> impl Iterator<Item = char> {
    name.chars()
        .filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{a0}' | '\u{3000}'))
        .map(|c| match c {
            '（' | '〔' | '【' | '［' | '[' => '(',
            '）' | '〕' | '】' | '］' | ']' => ')',
            '，' => ',',
            _ => c.to_ascii_lowercase(),
        })
}

/// Reads a CAS number such as `7782-50-5`: two to seven digits, two digits,
/// and the check digit, which must be right. The number's digits in a row.
#[must_use]
pub const fn cas_number(text: &str) -> Option<u64> {
    let mut rest = text.trim_ascii().as_bytes();
    let (mut number, mut group, mut digits) = (0_u64, 0_u8, 0_u8);
    while let [byte, tail @ ..] = rest {
        match (*byte, group, digits) {
            (b'0'..=b'9', _, 0..=6) => {
                number = number * 10 + (*byte - b'0') as u64;
                digits += 1;
            }
            (b'-', 0, 2..) | (b'-', 1, 2) => {
                group += 1;
                digits = 0;
            }
            _ => return None,
        }
        rest = tail;
    }
    if group != 2 || digits != 1 {
        return None;
    }
    let (mut sum, mut weight, mut left) = (0, 1, number / 10);
    while left > 0 {
        sum += left % 10 * weight;
        weight += 1;
        left /= 10;
    }
    if sum % 10 == number % 10 {
        Some(number)
    } else {
        None
    }
}

const NAMES: usize = count(false);
const NUMBERS: usize = count(true);
static BY_NAME: [(&str, u8); NAMES] = sorted_names();
static BY_CAS: [(u64, u8); NUMBERS] = sorted_numbers();

const _: () = assert!(SUBSTANCES.len() < 256, "the index is a u8");

const fn count(numbers: bool) -> usize {
    let (mut all, mut total): (&[Substance], usize) = (&SUBSTANCES, 0);
    while let [substance, rest @ ..] = all {
        total += if numbers {
            substance.cas.len()
        } else {
            substance.names.len()
        };
        all = rest;
    }
    total
}

const fn sorted_names() -> [(&'static str, u8); NAMES] {
    let mut out = [("", 0); NAMES];
    let (mut free, mut all, mut index): (&mut [(&'static str, u8)], &[Substance], u8) =
        (&mut out, &SUBSTANCES, 0);
    while let [substance, rest @ ..] = all {
        let mut names = substance.names;
        while let [name, others @ ..] = names {
            let all_free = free;
            free = match all_free {
                [slot, tail @ ..] => {
                    *slot = (*name, index);
                    tail
                }
                [] => &mut [],
            };
            names = others;
        }
        index = index.saturating_add(1);
        all = rest;
    }
    // shell sort: few steps, and all of them at compile time
    let mut gap = NAMES / 2;
    while gap > 0 {
        let mut from = gap;
        while from < NAMES {
            let mut at = from;
            while at >= gap
                && order(
                    name_at(&out, at).as_bytes(),
                    name_at(&out, at - gap).as_bytes(),
                ) < 0
            {
                out.as_mut_slice().swap(at, at - gap);
                at -= gap;
            }
            from += 1;
        }
        gap /= 2;
    }
    let mut at = 1;
    while at < NAMES {
        assert!(
            order(
                name_at(&out, at - 1).as_bytes(),
                name_at(&out, at).as_bytes()
            ) < 0,
            "a name stands twice"
        );
        at += 1;
    }
    out
}

const fn sorted_numbers() -> [(u64, u8); NUMBERS] {
    let mut out = [(0, 0); NUMBERS];
    let (mut free, mut all, mut index): (&mut [(u64, u8)], &[Substance], u8) =
        (&mut out, &SUBSTANCES, 0);
    while let [substance, rest @ ..] = all {
        let mut numbers = substance.cas;
        while let [number, others @ ..] = numbers {
            let all_free = free;
            free = match all_free {
                [slot, tail @ ..] => {
                    *slot = (*number, index);
                    tail
                }
                [] => &mut [],
            };
            numbers = others;
        }
        index = index.saturating_add(1);
        all = rest;
    }
    let mut gap = NUMBERS / 2;
    while gap > 0 {
        let mut from = gap;
        while from < NUMBERS {
            let mut at = from;
            while at >= gap && number_at(&out, at) < number_at(&out, at - gap) {
                out.as_mut_slice().swap(at, at - gap);
                at -= gap;
            }
            from += 1;
        }
        gap /= 2;
    }
    out
}

const fn name_at(all: &[(&'static str, u8)], at: usize) -> &'static str {
    match all.split_at(at).1.first() {
        Some((name, _)) => name,
        None => "",
    }
}

/// Number and index as one key: of several substances with one number, the
/// first of the table comes first.
const fn number_at(all: &[(u64, u8)], at: usize) -> u64 {
    match all.split_at(at).1.first() {
        Some((number, index)) => *number * 256 + *index as u64,
        None => u64::MAX,
    }
}

const fn order(mut a: &[u8], mut b: &[u8]) -> i8 {
    loop {
        match (a, b) {
            ([], []) => return 0,
            ([], _) => return -1,
            (_, []) => return 1,
            ([x, ..], [y, ..]) if *x < *y => return -1,
            ([x, ..], [y, ..]) if *x > *y => return 1,
            ([_, rest_a @ ..], [_, rest_b @ ..]) => {
                a = rest_a;
                b = rest_b;
            }
        }
    }
}
