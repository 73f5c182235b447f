//! Declared values against computed ones. A declared value is a rounded one:
//! it agrees when it lies within half a unit of its own last decimal.

use rust_decimal::Decimal;

use super::exact::Exact;

/// Half a unit of the last decimal of `declared`: 0.005 for `2.30`, 0.5 for
/// `2`. `None` when the number already has the most decimals possible.
#[must_use]
pub fn tolerance(declared: Decimal) -> Option<Decimal> {
    let scale = declared.scale().checked_add(1)?;
    Decimal::try_from_i128_with_scale(5, scale).ok()
}

/// Whether a declared value agrees with the exact one: the difference is at
/// most [`tolerance`]. `None` when the comparison leaves the exact range.
#[must_use]
pub fn agrees(declared: Decimal, computed: Exact) -> Option<bool> {
    // |m / 10^k - num / den| <= 5 / 10^(k+1), times 10^(k+1) × den
    let ten = 10_i128.checked_pow(declared.scale().checked_add(1)?)?;
    let declared = declared
        .mantissa()
        .checked_mul(10)?
        .checked_mul(computed.den)?;
    let difference = computed.num.checked_mul(ten)?.checked_sub(declared)?;
    Some(difference.checked_abs()? <= computed.den.checked_mul(5)?)
}
