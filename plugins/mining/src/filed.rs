//! From what was filed to what is computed: each `function` of
//! `computed.toml`. A function answers `None` when it cannot, and then names
//! the missing facts if it is handed a list.

use anjian_sdk::Decimal;

use crate::Cx;
use crate::rules::{Month, UndergroundMine};

type Missing<'m> = Option<&'m mut Vec<String>>;

const SECTION: &str = "/sections/mining";

/// Why there is no sum.
#[derive(Debug, PartialEq, Eq)]
enum NoSum {
    /// These are unknown.
    Unknown(Vec<usize>),
    /// It is too large to be exact.
    TooLarge,
}

fn sum(values: impl Iterator<Item = Option<Decimal>>) -> Result<Decimal, NoSum> {
    let mut total = Decimal::ZERO;
    let mut unknown = Vec::new();
    for (index, value) in values.enumerate() {
        match value {
            Some(value) => total = total.checked_add(value).ok_or(NoSum::TooLarge)?,
            None => unknown.push(index),
        }
    }
    if unknown.is_empty() {
        Ok(total)
    } else {
        Err(NoSum::Unknown(unknown))
    }
}

/// What a mine's months add up to.
pub(crate) fn underground_mine_months_output_t(
    cx: &Cx<'_>,
    at: &[usize],
    missing: Missing<'_>,
) -> Option<Decimal> {
    let index = *at.first()?;
    let mine = UndergroundMine(cx.section.underground_mines()?.get(index)?);
    let path = format!("{SECTION}/underground_mines/{index}/months");
    let Some(months) = mine.months() else {
        if let Some(missing) = missing {
            missing.push(path);
        }
        return None;
    };
    match sum(months.iter().map(|month| Month(month).output_t())) {
        Ok(total) => Some(total),
        Err(NoSum::TooLarge) => {
            cx.range.leave();
            None
        }
        Err(NoSum::Unknown(unknown)) => {
            if let Some(missing) = missing {
                missing.extend(unknown.iter().map(|at| format!("{path}/{at}/output_t")));
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal, NoSum, sum};

    #[test]
    fn months_add_up() {
        let values = [Decimal::new(265_001, 1), Decimal::new(25_000, 0)];
        assert_eq!(
            sum(values.into_iter().map(Some)),
            Ok(Decimal::new(515_001, 1))
        );
        assert_eq!(sum(std::iter::empty()), Ok(Decimal::ZERO));
    }

    #[test]
    fn an_unknown_month_leaves_the_sum_unknown() {
        let values = [Some(Decimal::ONE), None, Some(Decimal::ONE), None];
        assert_eq!(sum(values.into_iter()), Err(NoSum::Unknown(vec![1, 3])));
    }

    #[test]
    fn a_sum_out_of_range_is_none() {
        let values = [Some(Decimal::MAX), Some(Decimal::ONE)];
        assert_eq!(sum(values.into_iter()), Err(NoSum::TooLarge));
    }
}
