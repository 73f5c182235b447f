//! The industry code, GB/T 4754-2017.

use crate::division::table::built_in_type;

/// Sections with their first and last division.
const SECTIONS: [(char, u8, u8); 20] = [
    ('A', 1, 5),
    ('B', 6, 12),
    ('C', 13, 43),
    ('D', 44, 46),
    ('E', 47, 50),
    ('F', 51, 52),
    ('G', 53, 60),
    ('H', 61, 62),
    ('I', 63, 65),
    ('J', 66, 69),
    ('K', 70, 70),
    ('L', 71, 72),
    ('M', 73, 75),
    ('N', 76, 79),
    ('O', 80, 82),
    ('P', 83, 83),
    ('Q', 84, 85),
    ('R', 86, 90),
    ('S', 91, 96),
    ('T', 97, 97),
];

/// A code as filed: a letter or none, and two to four digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code<'c> {
    letter: Option<char>,
    digits: &'c str,
}

impl<'c> Code<'c> {
    pub(super) fn read(code: &'c str) -> Self {
        let letter = code.chars().next().filter(char::is_ascii_uppercase);
        let digits = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
        Code { letter, digits }
    }

    fn division(self) -> Option<u8> {
        self.digits.get(..2)?.parse().ok()
    }

    pub(super) fn digits_num(self) -> i64 {
        i64::try_from(self.digits.len()).unwrap_or_default()
    }

    /// The division is one of the 97, under the letter if there is one.
    pub(super) fn division_exists(self) -> bool {
        self.division().is_some_and(|division| {
            SECTIONS.iter().any(|(section, from, to)| {
                (*from..=*to).contains(&division)
                    && self.letter.is_none_or(|letter| letter == *section)
            })
        })
    }

    /// Divisions 06 to 46 and 57, and group 594; a bare 59 cannot tell.
    pub(super) fn in_js140_trades(self) -> Option<bool> {
        match self.division()? {
            6..=46 | 57 => Some(true),
            59 => self.digits.chars().nth(2).map(|group| group == '4'),
            _ => Some(false),
        }
    }

    /// Whether the code is below a listed one, `5413` or `26`.
    fn is_below(self, listed: &str) -> Option<bool> {
        if self.digits.starts_with(listed) {
            return Some(true);
        }
        // A shorter code may still turn out to be the listed one.
        (!listed.starts_with(self.digits)).then_some(false)
    }
}

/// The industry codes of a business type of the table of supervision; none for a
/// business that the table does not have, and for one that any trade may have.
pub(super) fn codes_of(business_type: &str) -> Option<&'static [&'static str]> {
    let codes = built_in_type(business_type)?.industry_codes;
    (!codes.is_empty()).then_some(codes)
}

/// Whether one of the business types has the code; `None` when the code is
/// too short to tell.
pub(super) fn one_fits<'n>(types: impl Iterator<Item = &'n str>, code: Code<'_>) -> Option<bool> {
    let mut open = false;
    for listed in types.filter_map(codes_of).flatten() {
        match code.is_below(listed) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => open = true,
        }
    }
    (!open).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisions() {
        for exists in [
            "01", "0111", "97", "C1310", "C4390", "D4411", "T9700", "313",
        ] {
            assert!(Code::read(exists).division_exists(), "{exists}");
        }
        for none in ["00", "9810", "C4411", "B1310", "A0610", "D47"] {
            assert!(!Code::read(none).division_exists(), "{none}");
        }
        assert_eq!(Code::read("C313").digits_num(), 3);
        assert_eq!(Code::read("3130").digits_num(), 4);
    }

    #[test]
    fn sections_follow_one_another() {
        let mut next = 1;
        for (section, from, to) in SECTIONS {
            assert_eq!(from, next, "{section}");
            next = to + 1;
        }
        assert_eq!(next, 98);
    }

    #[test]
    fn trades_of_the_risk_report() {
        let inside = |code| Code::read(code).in_js140_trades();
        for code in ["0610", "4690", "5700", "57", "C3130", "5942", "594"] {
            assert_eq!(inside(code), Some(true), "{code}");
        }
        for code in ["4710", "5930", "0511", "593"] {
            assert_eq!(inside(code), Some(false), "{code}");
        }
        assert_eq!(inside("59"), None);
    }

    #[test]
    fn business_types() {
        let fits = |types: &[&'static str], code| one_fits(types.iter().copied(), Code::read(code));
        assert_eq!(fits(&["网约车平台公司"], "5413"), Some(true));
        assert_eq!(fits(&["网约车平台公司"], "G5413"), Some(true));
        assert_eq!(fits(&["网约车平台公司"], "5412"), Some(false));
        assert_eq!(fits(&["网约车平台公司"], "54"), None);
        assert_eq!(fits(&["网约车平台公司", "冷库"], "5930"), Some(true));
        assert_eq!(fits(&["租赁厂房承租企业"], "1311"), Some(true));
        assert_eq!(fits(&["租赁厂房承租企业"], "4411"), Some(false));
        let hazchem = ["危险化学品生产、经营、储存"];
        for code in [
            "2511", "C2521", "2611", "5162", "5169", "5265", "5941", "5942",
        ] {
            assert_eq!(fits(&hazchem, code), Some(true), "{code}");
        }
        for code in ["2411", "2710", "5168", "5264", "5920"] {
            assert_eq!(fits(&hazchem, code), Some(false), "{code}");
        }
        assert_eq!(fits(&hazchem, "526"), None);
        assert!(codes_of("剧本娱乐").is_some());
        assert_eq!(codes_of("社会面小场所（九小场所）"), None);
        assert_eq!(codes_of("某业务"), None);
    }
}
