//! The unified social credit code, GB 32100-2015, and the organisation code
//! inside it, GB 11714-1997.

/// The permitted characters; a character's place is its value.
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

const LENGTH: usize = 18;

/// Weights of the organisation code.
const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// As it is compared: blanks and small letters are no mistake.
pub(super) fn normal(code: &str) -> String {
    let kept = code.chars().filter(|c| !c.is_whitespace());
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

/// The values of the 18 characters.
fn values(code: &str) -> Option<Vec<u32>> {
    let value = |wanted: char| -> Option<u32> {
        let (value, _) = (0..).zip(ALPHABET.chars()).find(|(_, c)| *c == wanted)?;
        Some(value)
    };
    let values: Option<Vec<u32>> = code.chars().map(value).collect();
    values.filter(|values| values.len() == LENGTH)
}

/// 18 characters of the permitted set.
pub(super) fn format_ok(code: &str) -> bool {
    values(code).is_some()
}

/// Whether the last character is the check character of the 17 before it.
pub(super) fn check18_ok(code: &str) -> Option<bool> {
    let values = values(code)?;
    let (check, checked) = values.split_last()?;
    let (mut sum, mut weight) = (0_u32, 1_u32);
    for value in checked {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    // A remainder of 0 gives 31, which stands for 0.
    Some((31 - sum % 31) % 31 == *check)
}

/// Whether character 17 is the check character of the organisation code in 9
/// to 16. Letters count A = 10 to Z = 35 there.
pub(super) fn check17_ok(code: &str) -> Option<bool> {
    values(code)?;
    let inner: Vec<char> = code.chars().skip(8).take(9).collect();
    let (check, checked) = inner.split_last()?;
    let sum: Option<u32> = checked
        .iter()
        .zip(WEIGHTS)
        .map(|(c, weight)| c.to_digit(36).map(|value| value * weight))
        .sum();
    let expected = match 11 - sum? % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10)?,
    };
    Some(*check == expected)
}

/// What can be said about characters 1 and 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// Department and body class are in the table.
    Listed,
    /// There is no such department, or no such class under it.
    Wrong,
    /// The classes of the department are not held.
    Open,
}

/// The registration department and the body class.
pub(super) fn head(code: &str) -> Option<Head> {
    let mut chars = code.chars();
    let head = match (chars.next()?, chars.next()?) {
        ('1', '1' | '2') | ('5' | '9', '1'..='3') => Head::Listed,
        ('5' | '9', class) if class != '9' => Head::Wrong,
        ('1'..='9' | 'A' | 'N' | 'Y', _) => Head::Open,
        _ => Head::Wrong,
    };
    Some(head)
}

/// The region of the registering authority.
pub(super) fn region(code: &str) -> Option<&str> {
    code.get(2..8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that is calculated by hand in the pages.
    const GOOD: &str = "91320402MA8K7Y2B36";

    fn both(code: &str) -> (Option<bool>, Option<bool>) {
        (check17_ok(code), check18_ok(code))
    }

    #[test]
    fn blanks_and_small_letters_are_no_mistake() {
        for same in [
            " 91320402MA8K7Y2B36 ",
            "91320402ma8k7y2b36",
            "91320402 MA8K7Y2B3 6",
        ] {
            assert_eq!(normal(same), GOOD, "{same}");
        }
    }

    #[test]
    fn characters() {
        assert!(format_ok(GOOD));
        for bad in [
            "",
            "91320402MA8K7Y2B3",
            "91320402MA8K7Y2B366",
            "91320402ma8k7y2b36",
            "91320402MA8K7O2B36",
            "91320402MAIK7Y2B36",
            "91320402MASK7Y2B36",
            "91320402MAVK7Y2B36",
            "91320402MAZK7Y2B36",
            "91320402MA8K7Y2B3 ",
        ] {
            assert!(!format_ok(bad), "{bad}");
            assert_eq!(both(bad), (None, None), "{bad}");
        }
    }

    #[test]
    fn check_characters() {
        let right = (Some(true), Some(true));
        assert_eq!(both(GOOD), right);
        // the weighted sum leaves 0: the check character is 0
        assert_eq!(both("91320412MA00222060"), right);
        assert_eq!(both("91320412MA00222061"), (Some(true), Some(false)));
        // it leaves 1: the check value is 30, Y
        assert_eq!(both("91320412MA004144XY"), right);
        // inner check 10 is X, 11 is 0
        assert_eq!(both("91320412MA000370XB"), right);
        assert_eq!(both("91320412MA0001480A"), right);
        assert_eq!(check17_ok("91320412MA0003700B"), Some(false));
    }

    #[test]
    fn every_slip_and_every_swap_of_neighbours_is_found() {
        let good: Vec<char> = GOOD.chars().collect();
        for at in 0..LENGTH {
            for other in ALPHABET.chars() {
                let code: String = good
                    .iter()
                    .enumerate()
                    .map(|(n, c)| if n == at { other } else { *c })
                    .collect();
                assert_eq!(check18_ok(&code), Some(code == GOOD), "{code}");
            }
            let mut swapped = good.clone();
            if at + 1 < LENGTH {
                swapped.swap(at, at + 1);
            }
            let code: String = swapped.into_iter().collect();
            assert_eq!(check18_ok(&code), Some(code == GOOD), "{code}");
        }
    }

    #[test]
    fn heads() {
        for (codes, expected) in [
            ("11 12 51 52 53 91 92 93", Head::Listed),
            ("13 19 59 99 21 31 A1 N2 Y1", Head::Open),
            ("01 B1 X1 54 90 94 9A", Head::Wrong),
        ] {
            for code in codes.split(' ') {
                assert_eq!(head(code), Some(expected), "{code}");
            }
        }
        assert_eq!(head("9"), None);
        assert_eq!(region(GOOD), Some("320402"));
    }
}
