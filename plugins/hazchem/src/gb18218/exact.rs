//! Exact fractions, and how they are printed.

use rust_decimal::Decimal;

use super::tables::{ALPHA_RANGE, BETA_RANGE};

/// The arithmetic left the range in which it is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

/// Decimals of a tonne that a quantity may have. The host admits nine; room for
/// the 0.30000000000000004 of binary fractions costs nothing here.
const SCALE: u32 = 20;

/// What the mantissa of a quantity with 0, 1, 2 … decimals is multiplied by.
const FACTORS: [i128; SCALE as usize + 1] = {
    let mut factors = [1; SCALE as usize + 1];
    let (mut free, mut factor): (&mut [i128], i128) = (&mut factors, TONNE);
    while let [slot, tail @ ..] = free {
        *slot = factor;
        factor /= 10;
        free = tail;
    }
    factors
};

/// What one tonne is counted as.
const TONNE: i128 = 10_i128.pow(SCALE);

/// S is counted in parts of `1 / (15000 × TONNE)`: every Q divides 15000.
pub(super) const S_DEN: i128 = 15_000 * TONNE;

/// R is counted in parts of `1 / S_DEN / 100`: α and β have one decimal each.
pub(super) const R_DEN: i128 = S_DEN * 100;

const _: () = assert!(
    R_DEN < i128::MAX / 1_000_000_000,
    "printing needs nine digits of room"
);
const _: () = assert!(ALPHA_RANGE.0 < ALPHA_RANGE.1 && BETA_RANGE.0 < BETA_RANGE.1);

/// A quantity in parts of a tonne. A negative one is `None`: it is no
/// quantity, and counts as unknown.
pub(super) fn quantity(t: Decimal) -> Result<Option<i128>, OutOfRange> {
    if t.mantissa() < 0 {
        return Ok(None);
    }
    let t = if t.scale() > SCALE { t.normalize() } else { t };
    let scale = usize::try_from(t.scale()).map_err(|_| OutOfRange)?;
    let factor = FACTORS.get(scale).ok_or(OutOfRange)?;
    times(t.mantissa(), *factor).map(Some)
}

pub(super) fn times(a: i128, b: i128) -> Result<i128, OutOfRange> {
    a.checked_mul(b).ok_or(OutOfRange)
}

pub(super) fn plus(a: i128, b: i128) -> Result<i128, OutOfRange> {
    a.checked_add(b).ok_or(OutOfRange)
}

/// An exact value that is not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exact {
    pub(super) num: i128,
    pub(super) den: i128,
}

impl Exact {
    pub(super) const fn s(num: i128) -> Self {
        Self { num, den: S_DEN }
    }

    pub(super) const fn r(num: i128) -> Self {
        Self { num, den: R_DEN }
    }

    /// Numerator and denominator, not reduced.
    #[must_use]
    pub const fn fraction(self) -> (i128, i128) {
        (self.num, self.den)
    }

    /// The value as a decimal, cut off (never rounded up) where it does not
    /// end. The cut keeps at least nine decimals, so it lies on the same side
    /// of every whole number as the value itself.
    pub fn to_decimal(self) -> Result<Decimal, OutOfRange> {
        let (mut mantissa, mut rest) = self.split()?;
        let mut scale = 0;
        while rest != 0 && scale < 18 {
            let up = times(rest, 1_000_000_000)?;
            let (digits, left) = self.split_of(up)?;
            let Some(longer) = mantissa
                .checked_mul(1_000_000_000)
                .and_then(|m| m.checked_add(digits))
                .filter(|m| *m < 1 << 96)
            else {
                break;
            };
            (mantissa, rest, scale) = (longer, left, scale + 9);
        }
        if scale == 0 && rest != 0 {
            return Err(OutOfRange);
        }
        Decimal::try_from_i128_with_scale(mantissa, scale)
            .map(|d| d.normalize())
            .map_err(|_| OutOfRange)
    }

    fn split(self) -> Result<(i128, i128), OutOfRange> {
        self.split_of(self.num)
    }

    fn split_of(self, num: i128) -> Result<(i128, i128), OutOfRange> {
        let whole = num.checked_div(self.den).ok_or(OutOfRange)?;
        let rest = num.checked_rem(self.den).ok_or(OutOfRange)?;
        Ok((whole, rest))
    }

    /// Writes the value: exact when it ends within nine decimals, else cut
    /// off with `…` behind. `0.999…9` below one never looks like one.
    pub fn write(self, out: &mut String) -> Result<(), OutOfRange> {
        let (whole, rest) = self.split()?;
        write_whole(out, whole);
        if rest == 0 {
            return Ok(());
        }
        let (digits, left) = self.split_of(times(rest, 1_000_000_000)?)?;
        let digits = u32::try_from(digits).map_err(|_| OutOfRange)?;
        out.push('.');
        write_decimals(out, digits, left != 0);
        if left != 0 {
            out.push('…');
        }
        Ok(())
    }
}

/// Writes nine decimals, without the zeros at the end unless `all`.
fn write_decimals(out: &mut String, digits: u32, all: bool) {
    let (mut rest, mut unit) = (digits, 100_000_000_u32);
    while unit > 0 && (all || rest > 0) {
        push_digit(out, rest / unit);
        rest %= unit;
        unit /= 10;
    }
}

fn push_digit(out: &mut String, digit: u32) {
    out.push(char::from_digit(digit % 10, 10).unwrap_or('0'));
}

/// Writes a whole number that is not negative.
pub(super) fn write_whole(out: &mut String, value: i128) {
    let Ok(small) = u64::try_from(value) else {
        out.push_str(&value.to_string());
        return;
    };
    let mut unit = 1_u64;
    while small / unit >= 10 {
        unit = unit.saturating_mul(10);
    }
    let mut rest = small;
    while unit > 0 {
        push_digit(out, u32::try_from(rest / unit).unwrap_or(0));
        rest %= unit;
        unit /= 10;
    }
}

/// Writes a number given in tenths: `15` as `1.5`, `20` as `2`.
pub(super) fn write_tenths(out: &mut String, tenths: u8) {
    write_whole(out, i128::from(tenths / 10));
    if !tenths.is_multiple_of(10) {
        out.push('.');
        push_digit(out, u32::from(tenths % 10));
    }
}
