//! Leaving a fact out never settles anything: what S and R can be only grows.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;

use super::super::*;
use super::d;
use crate::substances::{Cas, Rule, SUBSTANCES};

/// Every name of a substance with its first number, and a name that no list has.
static NAMES: LazyLock<Vec<(&str, Option<String>)>> = LazyLock::new(|| names(|_| true));
/// Those of them that have conditions in table 1.
static CONDITIONED: LazyLock<Vec<(&str, Option<String>)>> =
    LazyLock::new(|| names(|rule| !matches!(rule, Rule::None | Rule::Row(_))));

fn names(of: fn(Rule) -> bool) -> Vec<(&'static str, Option<String>)> {
    let number = |n: &u64| format!("{}-{:02}-{}", n / 1000, n / 10 % 100, n % 10);
    let listed = SUBSTANCES
        .iter()
        .filter(|substance| of(substance.rule))
        .flat_map(|substance| {
            let cas = substance.cas.first().map(number);
            substance.names.iter().map(move |name| (*name, cas.clone()))
        });
    listed.chain([("某产品", None)]).collect()
}

/// The facts of a chemical, each of them filed.
fn filed() -> impl Strategy<Value = Chemical<'static>> {
    let pct = |values: &'static [&'static str]| select(values).prop_map(d);
    let yes_or_no = || any::<bool>().prop_map(Some);
    let identity = (
        prop_oneof![select(&NAMES[..]), select(&CONDITIONED[..])],
        select(vec![
            &[][..],
            &["J1"],
            &["W5.4"],
            &["W5.2", "J4"],
            &["W1.1", "W9.2"],
        ]),
        select(&["0", "0.9", "4", "20", "49.9", "50", "200"][..]),
        (yes_or_no(), yes_or_no()),
    );
    let kinds = (
        (yes_or_no(), yes_or_no(), yes_or_no()),
        (yes_or_no(), yes_or_no(), yes_or_no()),
    );
    let contents = (
        (pct(&["90", "90.1"]), pct(&["70", "70.1"])),
        (pct(&["10", "10.7", "10.8"]), pct(&["47.9", "48"])),
        (pct(&["24.9", "25"]), pct(&["24.9", "25"])),
        (
            pct(&["12.6", "12.7"]),
            pct(&["17.9", "18"]),
            pct(&["55", "55.1"]),
        ),
        pct(&["0.2", "0.21", "0.4", "0.41"]),
    );
    (identity, kinds, contents).prop_map(|(identity, kinds, contents)| {
        let ((name, number), symbols, q, (is_mixture, mixture_same_class_as_pure)) = identity;
        let ((fuming, anhydrous, unmodified), (compressed, is_solution, is_fertilizer)) = kinds;
        let (first, peroxide, wet, nitro, combustible_pct) = contents;
        Chemical {
            name: Some(name),
            cas: number.map_or(Cas::NoNumber, |number| Cas::Number(number.leak())),
            symbols: Symbols::read(symbols.iter().copied()),
            q_design_max_t: d(q),
            q_stock_t: d(q),
            is_mixture,
            mixture_same_class_as_pure,
            conditions: Conditions {
                formaldehyde_pct: first.0,
                nitric_acid_pct: first.1,
                fuming,
                anhydrous,
                compressed_or_liquefied: compressed,
                available_oxygen_pct: peroxide.0,
                diluent_a_pct: peroxide.1,
                water_pct: wet.0,
                ethanol_pct: wet.1,
                nitrogen_pct: nitro.0,
                unmodified,
                plasticizer_pct: nitro.1,
                is_solution,
                nitrocellulose_pct: nitro.2,
                combustible_pct,
                is_fertilizer,
            },
        }
    })
}

/// Takes one fact away.
type Without = fn(&mut Chemical<'_>);

const FACTS: [Without; 22] = [
    |c| c.name = None,
    |c| c.cas = Cas::Unknown,
    |c| c.symbols = None,
    |c| c.q_design_max_t = None,
    |c| c.is_mixture = None,
    |c| c.mixture_same_class_as_pure = None,
    |c| c.conditions.formaldehyde_pct = None,
    |c| c.conditions.nitric_acid_pct = None,
    |c| c.conditions.fuming = None,
    |c| c.conditions.anhydrous = None,
    |c| c.conditions.compressed_or_liquefied = None,
    |c| c.conditions.available_oxygen_pct = None,
    |c| c.conditions.diluent_a_pct = None,
    |c| c.conditions.water_pct = None,
    |c| c.conditions.ethanol_pct = None,
    |c| c.conditions.nitrogen_pct = None,
    |c| c.conditions.unmodified = None,
    |c| c.conditions.plasticizer_pct = None,
    |c| c.conditions.is_solution = None,
    |c| c.conditions.nitrocellulose_pct = None,
    |c| c.conditions.combustible_pct = None,
    |c| c.conditions.is_fertilizer = None,
];

/// Facts that contradict the name or each other. One of them taken away, the
/// other stands alone.
fn contradicts_itself(chemical: &Chemical<'_>) -> bool {
    let name = chemical.name.unwrap_or_default();
    let c = &chemical.conditions;
    match c.anhydrous {
        Some(true) if ["盐酸", "氢氯酸", "氢氟酸"].contains(&name) => return true,
        Some(false) if name.contains("无水") => return true,
        _ => {}
    }
    let weak = c.nitric_acid_pct == d("70");
    c.fuming == Some(true) && weak
        || c.fuming == Some(false) && name.contains("红烟") | name.contains("发烟")
        || c.is_solution == Some(false) && name.contains("溶液")
        || c.compressed_or_liquefied == Some(false) && name.contains("液") | name.contains("压缩")
}

fn within(inner: Interval, outer: Interval) -> bool {
    outer.least <= inner.least
        && outer
            .most
            .is_none_or(|most| inner.most.is_some_and(|inner| inner <= most))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn leaving_a_fact_out_settles_nothing(
        all in filed(),
        gaps in proptest::collection::vec(select(&FACTS[..]), 0..4),
    ) {
        if contradicts_itself(&all) {
            return Ok(());
        }
        let mut chemical = all;
        for gap in gaps {
            gap(&mut chemical);
        }
        let judged = |chemical: Chemical<'static>| assess(Some(false), Some([chemical]), Some(1));
        let before = judged(chemical);
        for without in FACTS {
            let mut less = chemical;
            without(&mut less);
            let (Ok(before), Ok(after)) = (&before, judged(less)) else {
                return Err(TestCaseError::fail("out of range"));
            };
            prop_assert!(within(before.s, after.s), "S of {:?}\nand {:?}", chemical, less);
            prop_assert!(within(before.r, after.r), "R of {:?}\nand {:?}", chemical, less);
            let (full, gap) = (threshold(&chemical), threshold(&less));
            // of the rows of nitrocellulose with one Q another may be named
            let in_table_1 = |found: Threshold| found.row_no.map(|no| no != 0);
            prop_assert!(
                gap.row_no.is_none() || in_table_1(gap) == in_table_1(full),
                "table 1 of {:?}\nand {:?}",
                chemical,
                less
            );
            prop_assert!(gap.taken.is_some() || !gap.missing.is_empty(), "{:?}", less);
        }
    }
}
