//! What numbers a filing may hold.

/// Digits of a number, leading zeros not counted. Plugins calculate exactly
/// with decimals of fixed width; 18 digits fit a machine word and are a
/// thousand times what any quantity of a filing needs.
pub const MAX_DIGITS: usize = 18;

/// Digits after the point: a nanogram of a kilogram. More is the noise of a
/// spreadsheet (`0.30000000000000004`), and a verdict must not hang on noise.
pub const MAX_PLACES: usize = 9;

/// Why a number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberFault {
    Digits,
    Places,
    Size,
}

impl NumberFault {
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Digits => ("位数过多", "has too many digits"),
            Self::Places => ("小数位过多", "has too many digits after the point"),
            Self::Size => ("过大或过小", "is too large or too small"),
        }
    }
}

struct Parts<'a> {
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

fn parts(text: &str) -> Parts<'_> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    Parts {
        whole,
        fraction,
        // An exponent that is no `i64` is out of range whatever it says.
        exponent: exponent.parse().unwrap_or(i64::MAX),
    }
}

/// Checks a number that is known to be JSON.
pub(super) fn check(text: &str) -> Result<(), NumberFault> {
    if text.len() <= MAX_PLACES && !text.bytes().any(|b| matches!(b, b'e' | b'E')) {
        return Ok(());
    }
    let Parts {
        whole,
        fraction,
        exponent,
    } = parts(text);
    // No number within the limits needs an exponent beyond both of them.
    if exponent.unsigned_abs() > (MAX_DIGITS + MAX_PLACES) as u64 {
        return Err(NumberFault::Size);
    }
    let written = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    let places = written.saturating_sub(exponent).max(0);
    if places > MAX_PLACES as i64 {
        return Err(NumberFault::Places);
    }
    let leading = whole
        .bytes()
        .chain(fraction.bytes())
        .take_while(|b| *b == b'0')
        .count();
    let digits = whole.len() + fraction.len() - leading;
    let padding = usize::try_from(exponent.saturating_sub(written)).unwrap_or(0);
    match digits {
        0 => Ok(()),
        _ if padding > 0 && digits + padding > MAX_DIGITS => Err(NumberFault::Size),
        _ if digits > MAX_DIGITS => Err(NumberFault::Digits),
        _ => Ok(()),
    }
}

/// Whether a number that passed [`check`] is whole: `1.0` and `1e2` are.
pub fn is_integer(text: &str) -> bool {
    if !text.bytes().any(|b| matches!(b, b'.' | b'e' | b'E')) {
        return true;
    }
    let Parts {
        whole,
        fraction,
        exponent,
    } = parts(text);
    let zeros = whole
        .bytes()
        .chain(fraction.bytes())
        .rev()
        .take_while(|b| *b == b'0')
        .count();
    if zeros == whole.len() + fraction.len() {
        return true;
    }
    let places = i64::try_from(fraction.len())
        .unwrap_or(i64::MAX)
        .saturating_sub(exponent);
    places <= i64::try_from(zeros).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{NumberFault, check, is_integer};

    #[test]
    fn limits() {
        use NumberFault::{Digits, Places, Size};
        for (text, expect) in [
            ("0", Ok(())),
            ("-0", Ok(())),
            ("0.5", Ok(())),
            ("0.123456789", Ok(())),
            ("0.1234567891", Err(Places)),
            ("0.30000000000000004", Err(Places)),
            ("999999999999999999", Ok(())),
            ("-999999999999999999", Ok(())),
            ("1999999999999999999", Err(Digits)),
            ("999999999.999999999", Ok(())),
            ("9999999999.999999999", Err(Digits)),
            ("1e999", Err(Size)),
            ("1e-999", Err(Size)),
            ("1e-40", Err(Size)),
            ("1E+17", Ok(())),
            ("1e18", Err(Size)),
            ("1e-9", Ok(())),
            ("1e-10", Err(Places)),
            ("15e-1", Ok(())),
            ("0e5", Ok(())),
            ("0e999", Err(Size)),
            ("1e99999999999999999999999", Err(Size)),
        ] {
            assert_eq!(check(text), expect, "{text}");
        }
    }

    #[test]
    fn whole() {
        for (text, expect) in [
            ("1", true),
            ("-12", true),
            ("1.0", true),
            ("1.5", false),
            ("1e2", true),
            ("1.5e1", true),
            ("1.55e1", false),
            ("10e-1", true),
            ("15e-1", false),
            ("0.0", true),
            ("0e-3", true),
        ] {
            assert_eq!(is_integer(text), expect, "{text}");
        }
    }
}
