//! A second opinion: the same calculation in big rational numbers, from the
//! printed numbers, on random units.

use num_rational::BigRational;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::super::*;
use crate::substances::Cas;

fn rational(text: &str) -> BigRational {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let decimals = text.split_once('.').map_or(0, |(_, tail)| tail.len());
    let number: BigRational = digits.parse().unwrap_or_else(|_| whole(0));
    (0..decimals).fold(number, |number, _| number / whole(10))
}

fn whole(value: i64) -> BigRational {
    BigRational::from_integer(value.into())
}

/// Class, Q and β of tables 2 and 4.
const CLASSES: [(&str, i64, &str); 24] = [
    ("J1", 5, "4"),
    ("J2", 50, "1"),
    ("J3", 50, "2"),
    ("J4", 50, "2"),
    ("J5", 500, "1"),
    ("W1.1", 1, "2"),
    ("W1.2", 10, "2"),
    ("W1.3", 50, "2"),
    ("W2", 10, "1.5"),
    ("W3", 150, "1"),
    ("W4", 50, "1"),
    ("W5.1", 10, "1.5"),
    ("W5.2", 50, "1"),
    ("W5.3", 1000, "1"),
    ("W5.4", 5000, "1"),
    ("W6.1", 10, "1.5"),
    ("W6.2", 50, "1"),
    ("W7.1", 10, "1.5"),
    ("W7.2", 50, "1"),
    ("W8", 50, "1"),
    ("W9.1", 50, "1"),
    ("W9.2", 200, "1"),
    ("W10", 200, "1"),
    ("W11", 200, "1"),
];

/// Some of table 1 with β of table 3, empty where it has none.
const NAMES: [(&str, &str, &str); 12] = [
    ("氯", "5", "4"),
    ("光气", "0.3", "20"),
    ("异氰酸甲酯", "0.75", "20"),
    ("氨", "10", "2"),
    ("一氧化碳", "20", "2"),
    ("叠氮化铅", "0.5", ""),
    ("三氧化硫", "75", ""),
    ("甲醇", "500", ""),
    ("气溶胶", "", ""),
    ("砷化氢", "1", ""),
    ("硝酸钾", "1000", ""),
    ("苯", "50", ""),
];

#[derive(Clone, Debug)]
struct Filed {
    name: usize,
    symbols: Option<Vec<usize>>,
    q: Option<String>,
    /// Filed as no mixture; else not filed.
    pure: bool,
}

fn filed() -> impl Strategy<Value = Filed> {
    let quantity = prop_oneof![
        1 => Just("0.0".to_owned()),
        8 => (0_u32..400_000, 0_u32..5).prop_map(|(m, scale)| Decimal::new(m.into(), scale).to_string()),
        2 => (0_u64..u64::MAX, 11_u32..=20).prop_map(|(m, scale)| {
            Decimal::from_i128_with_scale(m.into(), scale).to_string()
        }),
    ];
    let symbols = proptest::collection::vec(0..CLASSES.len(), 0..3);
    (
        0..NAMES.len(),
        proptest::option::weighted(0.9, symbols),
        proptest::option::weighted(0.95, quantity),
        proptest::bool::weighted(0.95),
    )
        .prop_map(|(name, symbols, q, pure)| Filed {
            name,
            symbols,
            q,
            pure,
        })
}

/// What a unit can come to: least and most of S and of R without α.
struct Sums {
    s: (BigRational, Option<BigRational>),
    r: (BigRational, Option<BigRational>),
}

fn sums(filed: &[Filed]) -> Sums {
    let zero = || (whole(0), Some(whole(0)));
    let mut sums = Sums {
        s: zero(),
        r: zero(),
    };
    for chemical in filed {
        let (s, r) = share(chemical);
        add(&mut sums.s, s);
        add(&mut sums.r, r);
    }
    sums
}

type Range = (BigRational, Option<BigRational>);

fn add(sum: &mut Range, (least, most): Range) {
    sum.0 += least;
    sum.1 = sum.1.take().zip(most).map(|(a, b)| a + b);
}

fn share(chemical: &Filed) -> (Range, Range) {
    let unknown = || (whole(0), None);
    let nothing = || (whole(0), Some(whole(0)));
    let Some((name, row_q, row_beta)) = NAMES.get(chemical.name) else {
        return (unknown(), unknown());
    };
    let classes: Option<Vec<_>> = chemical.symbols.as_ref().map(|list| {
        list.iter()
            .filter_map(|index| CLASSES.get(*index))
            .collect()
    });
    if chemical.q.as_deref().map(rational) == Some(whole(0)) {
        return (nothing(), nothing());
    }
    let betas = |of: &[&(&str, i64, &str)]| -> Vec<BigRational> {
        of.iter().map(|(_, _, beta)| rational(beta)).collect()
    };
    // the row of carbon monoxide holds its mixtures too
    if !chemical.pure && *name != "一氧化碳" {
        return (unknown(), unknown());
    }
    // Q and every β that some reading allows; no β is "unbounded, at least 1"
    let (q, beta) = match (row_q.is_empty(), classes) {
        (true, None) => return (unknown(), unknown()),
        (true, Some(classes)) => {
            let Some(q) = classes.iter().map(|(_, q, _)| *q).min() else {
                return (nothing(), nothing());
            };
            let deciding: Vec<_> = classes
                .iter()
                .copied()
                .filter(|class| class.1 == q)
                .collect();
            let largest = betas(&classes).into_iter().max();
            (
                whole(q),
                betas(&deciding).into_iter().chain(largest).collect(),
            )
        }
        (false, _) if !row_beta.is_empty() => (rational(row_q), vec![rational(row_beta)]),
        (false, None) => (rational(row_q), Vec::new()),
        (false, Some(classes)) if classes.is_empty() => (rational(row_q), vec![whole(1), whole(4)]),
        (false, Some(classes)) => (rational(row_q), betas(&classes)),
    };
    let Some(amount) = chemical.q.as_deref().map(rational) else {
        return (unknown(), unknown());
    };
    let term = amount / q;
    let least = beta.iter().min().cloned().unwrap_or_else(|| whole(1)) * &term;
    let most = beta.iter().max().map(|beta| beta * &term);
    ((term.clone(), Some(term)), (least, most))
}

fn one_grade(r: &BigRational) -> u8 {
    [(100, 1), (50, 2), (10, 3)]
        .into_iter()
        .find(|(limit, _)| *r >= whole(*limit))
        .map_or(4, |(_, grade)| grade)
}

fn second_opinion(filed: &[Filed], residents: Option<u64>) -> (Option<bool>, Option<u8>) {
    let sums = sums(filed);
    let major = if sums.s.0 >= whole(1) {
        Some(true)
    } else {
        sums.s.1.filter(|most| *most < whole(1)).map(|_| false)
    };
    let alphas: &[&str] = match residents {
        Some(0) => &["0.5"],
        Some(1..30) => &["1"],
        Some(30..50) => &["1.2"],
        Some(50..100) => &["1.5"],
        Some(_) => &["2"],
        None => &["0.5", "1", "1.2", "1.5", "2"],
    };
    let grades: Vec<_> = alphas
        .iter()
        .flat_map(|alpha| {
            let most = sums.r.1.as_ref().map(|r| one_grade(&(r * rational(alpha))));
            [one_grade(&(&sums.r.0 * rational(alpha))), most.unwrap_or(1)]
        })
        .collect();
    let grade = match major {
        Some(true) => grades
            .first()
            .copied()
            .filter(|first| grades.iter().all(|other| other == first)),
        Some(false) => Some(0),
        None => None,
    };
    (major, grade)
}

fn same(exact: Exact, expected: &BigRational) -> bool {
    let (num, den) = exact.fraction();
    BigRational::new(num.into(), den.into()) == *expected
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn agrees_with_rational_numbers(
        filed in proptest::collection::vec(filed(), 0..6),
        residents in proptest::option::weighted(0.8, prop_oneof![0_u64..110, Just(u64::MAX)]),
    ) {
        let symbols: Vec<Option<Symbols>> = filed
            .iter()
            .map(|chemical| {
                let list = chemical.symbols.as_ref()?;
                Symbols::read(list.iter().filter_map(|index| CLASSES.get(*index)).map(|class| class.0))
            })
            .collect();
        let chemicals = filed.iter().zip(symbols).map(|(chemical, symbols)| Chemical {
            name: NAMES.get(chemical.name).map(|(name, _, _)| *name),
            cas: Cas::NoNumber,
            symbols,
            q_design_max_t: chemical.q.as_deref().and_then(|q| q.parse().ok()),
            is_mixture: chemical.pure.then_some(false),
            ..Chemical::default()
        });
        let unit = assess(Some(false), Some(chemicals), residents);
        let Ok(unit) = unit else {
            return Err(TestCaseError::fail("out of range"));
        };
        let sums = sums(&filed);
        prop_assert!(same(unit.s_least(), &sums.s.0));
        prop_assert_eq!(unit.s().is_some(), sums.s.1.is_some());
        let (major, grade) = second_opinion(&filed, residents);
        prop_assert_eq!(unit.is_major(), major);
        prop_assert_eq!(unit.grade(), Ok(grade));
        let settled = sums.r.1.as_ref() == Some(&sums.r.0) && residents.is_some();
        let r = unit.r();
        prop_assert_eq!(r.map(|r| r.is_some()), Ok(settled));
        if let (Ok(Some(r)), Some(alpha)) = (r, unit.alpha()) {
            prop_assert!(same(r, &(&sums.r.0 * whole(alpha.into()) / whole(10))));
        }
        // the printed forms stay on the right side of every whole number
        if let (Some(s), Ok(lines)) = (unit.s(), working(&unit)) {
            prop_assert!(!lines.is_empty());
            let printed = s.to_decimal().map(|d| d >= Decimal::ONE);
            prop_assert_eq!(printed.ok(), major);
        }
    }
}
