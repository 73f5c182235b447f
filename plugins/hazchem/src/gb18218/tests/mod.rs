//! Boundaries of GB 18218-2018, one by one, and a second opinion.

mod gaps;
mod oracle;
mod thresholds;
mod units;

use rust_decimal::Decimal;

use super::*;
use crate::substances::Cas;

type Outcome = Result<(), OutOfRange>;

fn d(text: &str) -> Option<Decimal> {
    text.parse().ok()
}

fn named<'a>(name: &'a str, q: &str) -> Chemical<'a> {
    Chemical {
        name: Some(name),
        q_design_max_t: d(q),
        is_mixture: Some(false),
        ..Chemical::default()
    }
}

fn classed<'a>(symbols: &[&str], q: &str) -> Chemical<'a> {
    Chemical {
        name: Some("某产品"),
        cas: Cas::NoNumber,
        symbols: Symbols::read(symbols.iter().copied()),
        q_design_max_t: d(q),
        is_mixture: Some(false),
        ..Chemical::default()
    }
}

fn unit<'a>(chemicals: &[Chemical<'a>], residents: u64) -> Result<Assessment<'a>, OutOfRange> {
    assess(
        Some(false),
        Some(chemicals.iter().copied()),
        Some(residents),
    )
}

fn grade(chemicals: &[Chemical<'_>], residents: u64) -> Result<Option<u8>, OutOfRange> {
    unit(chemicals, residents)?.grade()
}

fn major(chemicals: &[Chemical<'_>]) -> Option<bool> {
    unit(chemicals, 0).ok()?.is_major()
}

fn row_no(chemical: &Chemical<'_>) -> Option<u8> {
    threshold(chemical).row_no
}

fn with<'a>(chemical: Chemical<'a>, set: impl FnOnce(&mut Conditions)) -> Chemical<'a> {
    let mut chemical = chemical;
    set(&mut chemical.conditions);
    chemical
}

fn missing(chemical: &Chemical<'_>) -> Vec<&'static str> {
    threshold(chemical).missing.iter().map(Fact::name).collect()
}

fn classed_as(name: &str) -> Chemical<'_> {
    Chemical {
        symbols: Some(Symbols::NONE),
        ..named(name, "1")
    }
}

impl Chemical<'_> {
    fn with_q(self, q: &str) -> Self {
        Self {
            q_design_max_t: d(q),
            ..self
        }
    }
}

/// Number, Q and CAS numbers of table 1, typed again.
const TABLE_1: &str = "1 10 7664-41-7|2 1 7783-41-7|3 1 10102-44-0|4 20 7446-09-5|5 1 7782-41-4|6 0.3 75-44-5|\
7 10 75-21-8|8 5 50-00-0|9 1 7803-51-2|10 5 7783-06-4|11 20 7647-01-0|12 5 7782-50-5|13 20|\
14 1 7784-42-1|15 1 7803-52-3|16 1 7783-07-5|17 10 74-83-9|18 20 75-86-5|19 20 107-02-8|\
20 1 7664-39-3|21 20 106-89-8|22 20 3132-64-7|23 100 26471-62-5|24 1 10025-67-9|25 1 74-90-8|\
26 75 7446-11-9|27 20 107-11-9|28 20 7726-95-6|29 20 151-56-4|30 0.75 624-83-9|\
31 0.5 18810-58-7|32 0.5 13424-46-9|33 0.5 628-86-4|34 5 28653-16-9|35 5 118-96-7|36 1 55-63-0|\
37 1 9004-70-0|38 1 9004-70-0|39 10 9004-70-0|40 50 9004-70-0|41 50 9004-70-0|42 50 9004-70-0|\
43 5 6484-52-2|44 50 6484-52-2|45 200|46 1000 7757-79-1|47 5 106-99-0|48 50 115-10-6|\
49 50 74-82-8 8006-14-2|50 50 75-01-4|51 5 1333-74-0|52 50 68476-85-7 74-98-6 106-97-8|\
53 5 74-89-5|54 1 74-86-2|55 50 74-85-1|56 200 7782-44-7|57 50 71-43-2|58 500 100-42-5|\
59 500 67-64-1|60 50 107-13-1|61 50 75-15-0|62 500 110-82-7|63 10 75-56-9|64 500 108-88-3|\
65 500 67-56-1|66 200 86290-81-5|67 500 64-17-5|68 10 60-29-7|69 500 141-78-6|70 500 110-54-3|\
71 10 79-21-0|72 10 1338-23-4|73 50 12185-10-3|74 1|75 1 19624-22-7|76 20 17014-71-0|\
77 20 1313-60-6|78 100 3811-04-9|79 100 7775-09-9|80 20 52583-42-3|81 100 7697-37-2|\
82 50 506-93-4|83 100 75-20-7|84 1 7440-09-7|85 10 7440-23-5";

/// Symbol, Q and β of tables 2 and 4, typed again.
const TABLE_2: &str = "J1 5 4|J2 50 1|J3 50 2|J4 50 2|J5 500 1|W1.1 1 2|W1.2 10 2|W1.3 50 2|W2 10 1.5|\
W3 150 1|W4 50 1|W5.1 10 1.5|W5.2 50 1|W5.3 1000 1|W5.4 5000 1|W6.1 10 1.5|W6.2 50 1|W7.1 10 1.5|\
W7.2 50 1|W8 50 1|W9.1 50 1|W9.2 200 1|W10 200 1|W11 200 1";

/// Name and β of table 3.
const TABLE_3: [(&str, u8); 14] = [
    ("一氧化碳", 2),
    ("二氧化硫", 2),
    ("氨", 2),
    ("环氧乙烷", 2),
    ("氯化氢(无水)", 3),
    ("溴甲烷", 3),
    ("氯", 4),
    ("硫化氢", 5),
    ("氟化氢", 5),
    ("二氧化氮", 10),
    ("氰化氢", 10),
    ("碳酰氯", 20),
    ("磷化氢", 20),
    ("异氰酸甲酯", 20),
];

#[test]
fn the_tables_are_the_printed_ones() {
    let mut rows = 0;
    for (row, line) in ROWS.iter().zip(TABLE_1.split('|')) {
        let mut words = line.split(' ');
        assert_eq!(words.next(), Some(row.no.to_string().as_str()));
        assert_eq!(words.next(), Some(row.q), "row {}", row.no);
        for number in words {
            let found = crate::substances::cas_number(number).and_then(crate::substances::by_cas);
            assert!(found.is_some(), "{number} of row {}", row.no);
        }
        rows += 1;
    }
    let mut classes = 0;
    for (class, line) in CLASSES.iter().zip(TABLE_2.split('|')) {
        let printed = format!(
            "{} {} {}",
            class.symbol,
            class.q,
            Decimal::new(class.beta.into(), 1).normalize()
        );
        assert_eq!(printed, line);
        classes += 1;
    }
    assert_eq!((rows, TABLE_1.split('|').count(), ROWS.len()), (85, 85, 85));
    assert_eq!(
        (classes, TABLE_2.split('|').count(), CLASSES.len()),
        (24, 24, 24)
    );
    assert_eq!(
        ROWS.iter().filter(|row| row.beta != 0).count(),
        TABLE_3.len()
    );
}

#[test]
fn exactly_q_is_a_major_hazard_in_every_row() -> Outcome {
    for row in &ROWS {
        let q: Decimal = row.q.parse().unwrap_or_default();
        let just_below = q - Decimal::new(1, 9);
        for (t, expected) in [(q, true), (just_below, false)] {
            let chemical = Chemical {
                name: Some(row.zh),
                q_design_max_t: Some(t),
                conditions: conditions_of(row.no),
                is_mixture: Some(false),
                ..Chemical::default()
            };
            // unmodified goods are dry as well, or else wet: with the same Q
            let expected_no = if row.no == 38 { 37 } else { row.no };
            assert_eq!(row_no(&chemical), Some(expected_no), "{}", row.zh);
            let unit = unit(&[chemical], 0)?;
            assert_eq!(unit.is_major(), Some(expected), "{} {t}", row.zh);
            let text = working(&unit)?
                .iter()
                .map(|step| step.formula.clone())
                .collect::<Vec<_>>();
            assert_eq!(
                text.iter().any(|line| line.ends_with(" ≥ 1")),
                expected,
                "{text:?}"
            );
        }
    }
    for class in &CLASSES {
        assert_eq!(major(&[classed(&[class.symbol], class.q)]), Some(true));
    }
    Ok(())
}

/// Facts that fulfil the condition of a row.
fn conditions_of(no: u8) -> Conditions {
    let mut c = Conditions {
        formaldehyde_pct: d("90.1"),
        anhydrous: Some(true),
        compressed_or_liquefied: Some(true),
        available_oxygen_pct: d("10.7"),
        diluent_a_pct: d("48"),
        nitric_acid_pct: d("70.1"),
        fuming: Some(no == 80),
        combustible_pct: if no == 43 { d("0.21") } else { d("0.2") },
        is_solution: Some(no == 42),
        // a nitrocellulose that no row fits, changed below
        water_pct: d("25"),
        ethanol_pct: d("0"),
        nitrogen_pct: d("13"),
        unmodified: Some(false),
        plasticizer_pct: d("18"),
        nitrocellulose_pct: d("55"),
        is_fertilizer: Some(no == 45),
    };
    match no {
        37 => c.water_pct = d("24.9"),
        38 => (c.unmodified, c.water_pct, c.ethanol_pct) = (Some(true), d("24.9"), d("0")),
        39 => (c.water_pct, c.ethanol_pct) = (d("0"), d("25")),
        40 | 42 => c.nitrogen_pct = d("12.6"),
        _ => {}
    }
    c
}
