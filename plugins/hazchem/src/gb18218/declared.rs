//! Declared values against computed ones. A declared value is a rounded one:
//! it agrees when it lies within half a unit of its own last decimal.

use rust_decimal::Decimal;

/// Half a unit of the last decimal of `declared`: 0.005 for `2.30`, 0.5 for
/// `2`. `None` when the number already has the most decimals possible.
#[must_use]
pub fn tolerance(declared: Decimal) -> Option<Decimal> {
    let scale = declared.scale().checked_add(1)?;
    Decimal::try_from_i128_with_scale(5, scale).ok()
}
