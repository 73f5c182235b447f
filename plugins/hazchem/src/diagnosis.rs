//! What the diagnosis of 2018 (应急〔2018〕19号) asks of single chemicals, and
//! the bonus that is no straight line.

use crate::substances::{Cas, Known, Rule, recognise};
use crate::two_keys::FIRST_UNVERIFIED;

/// Whether a chemical is an explosive. `class` is whether one of its filed
/// symbols is of class W1. Rows 31 to 36 of table 1 are explosives in any
/// state, and the other rows none; cellulose nitrate, ammonium nitrate and what
/// has no row in the table are known by their class. Of a chemical
/// that nobody can name, a denial is not believed: it may be one of the rows.
#[must_use]
pub fn is_explosive(name: Option<&str>, cas: Cas<'_>, class: Option<bool>) -> Option<bool> {
    match recognise(name, cas) {
        Known::As(substance) => match substance.rule {
            Rule::Row(31..=36) => Some(true),
            Rule::None | Rule::Nitrocellulose { .. } | Rule::AmmoniumNitrate | Rule::Fertilizer => {
                class
            }
            _ if substance.key >= FIRST_UNVERIFIED => class,
            _ => Some(false),
        },
        Known::Other => class,
        Known::Two(..) | Known::Unclear => class.filter(|yes| *yes),
    }
}

/// Whether a chemical is highly toxic by inhalation. The guide names chlorine
/// and phosgene; the others are filed. A chemical with no symbol of acute
/// toxicity (`toxic` is false) is not. Of a chemical that nobody can name, a
/// denial is not believed: it may be chlorine.
#[must_use]
pub fn is_inhalation_toxic(
    name: Option<&str>,
    cas: Cas<'_>,
    filed: Option<bool>,
    toxic: Option<bool>,
) -> Option<bool> {
    let no_symbol = || toxic.filter(|yes| !*yes);
    match recognise(name, cas) {
        Known::As(substance) if matches!(substance.rule, Rule::Row(6 | 12)) => Some(true),
        Known::As(_) | Known::Other => filed.or_else(no_symbol),
        Known::Two(..) | Known::Unclear => filed.filter(|yes| *yes),
    }
}

/// The bonus for a standardisation grade.
#[must_use]
pub fn standardisation_bonus(grade: &str) -> i64 {
    match grade {
        "grade_1" => 15,
        "grade_2" => 5,
        "grade_3" => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explosives() {
        let is = |name, class| is_explosive(Some(name), Cas::Unknown, class);
        assert_eq!(
            (is("梯恩梯", None), is("硝化甘油", Some(false))),
            (Some(true), Some(true))
        );
        assert_eq!(
            (is("硝酸铵", None), is("硝酸铵", Some(false))),
            (None, Some(false))
        );
        assert_eq!(
            (is("硝化棉", None), is("硝化棉", Some(true))),
            (None, Some(true))
        );
        assert_eq!(
            (is("高氯酸铵", None), is("高氯酸铵", Some(true))),
            (None, Some(true))
        );
        assert_eq!(
            (is("甲醇", None), is("氯", None)),
            (Some(false), Some(false))
        );
        assert_eq!(
            [None, Some(true), Some(false)].map(|class| is("某助剂", class)),
            [None, Some(true), None]
        );
    }

    #[test]
    fn toxic_by_inhalation() {
        let is = |name, filed, toxic| is_inhalation_toxic(Some(name), Cas::Unknown, filed, toxic);
        assert_eq!(is("液氯", Some(false), None), Some(true));
        assert_eq!(is("光气", None, None), Some(true));
        assert_eq!(is("氟", None, None), None);
        assert_eq!(is("氟", Some(true), Some(true)), Some(true));
        assert_eq!(is("甲醇", None, Some(false)), Some(false));
        assert_eq!(is("甲醇", None, Some(true)), None);
        assert_eq!(is("某助剂", Some(false), Some(false)), None);
        assert_eq!(is("某助剂", Some(true), None), Some(true));
        let unnamed = is_inhalation_toxic(None, Cas::Unknown, Some(false), None);
        assert_eq!(unnamed, None);
    }

    #[test]
    fn bonus() {
        let all = ["grade_1", "grade_2", "grade_3", "other", "unrated"];
        assert_eq!(all.map(standardisation_bonus), [15, 5, 2, 0, 0]);
    }
}
