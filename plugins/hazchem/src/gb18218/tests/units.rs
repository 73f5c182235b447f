//! S, α, β, R, the grade and the working.

use super::*;

#[test]
fn sums_are_exact() -> Outcome {
    let ten = unit(&[named("氨", "1"); 10], 0)?;
    assert_eq!(
        (ten.is_major(), ten.s().map(Exact::to_decimal)),
        (Some(true), Some(Ok(Decimal::ONE)))
    );
    assert_eq!(major(&[named("光气", "0.3")]), Some(true));
    assert_eq!(major(&[named("光气", "0.299999999")]), Some(false));
    assert_eq!(major(&[named("氯", "2.5"), named("氨", "5")]), Some(true));
    // a third is no decimal, three of them are one
    assert_eq!(major(&[named("光气", "0.1"); 3]), Some(true));
    Ok(())
}

#[test]
fn what_is_below_one_never_looks_like_one() -> Outcome {
    for q in ["4.9999999999", "4.99999999999999999999"] {
        let unit = unit(&[named("氯", q)], 0)?;
        let formula = working(&unit)?.last().map(|step| step.formula.clone());
        assert_eq!(formula.as_deref(), Some("S = 0.999999999… < 1"));
        assert!(unit.s().and_then(|s| s.to_decimal().ok()) < Some(Decimal::ONE));
    }
    Ok(())
}

#[test]
fn residents_and_grades() -> Outcome {
    for (residents, alpha) in [
        (0, 5),
        (1, 10),
        (29, 10),
        (30, 12),
        (49, 12),
        (50, 15),
        (99, 15),
        (100, 20),
    ] {
        assert_eq!(alpha_tenths(residents), alpha);
    }
    // β 1 and α 1: R is S
    for (q, expected) in [
        ("999", 0),
        ("1000", 4),
        ("9999.999", 4),
        ("10000", 3),
        ("49999.999", 3),
        ("50000", 2),
        ("99999.999", 2),
        ("100000", 1),
    ] {
        assert_eq!(grade(&[classed(&["W5.3"], q)], 1)?, Some(expected), "{q} t");
    }
    // chlorine 12 t: S 2.4, β 4; 9.6 α
    for (residents, expected) in [(0, 4), (1, 4), (30, 3), (50, 3), (100, 3)] {
        assert_eq!(grade(&[named("氯", "12")], residents)?, Some(expected));
    }
    Ok(())
}

#[test]
fn unknown_quantities() -> Outcome {
    let unknown = Chemical {
        q_design_max_t: None,
        q_stock_t: d("3"),
        ..named("氨", "")
    };
    let open = unit(&[named("氯", "4.9"), unknown], 10)?;
    assert_eq!((open.is_major(), open.grade()?), (None, None));
    let names: Vec<_> = open.missing_for_s().collect();
    assert_eq!(
        names,
        [MissingFact {
            place: Place::Chemical(1),
            name: "q_design_max_t"
        }]
    );
    let decided = unit(&[named("氯", "5"), unknown], 10)?;
    assert_eq!(
        (decided.is_major(), decided.s(), decided.grade()?),
        (Some(true), None, None)
    );
    assert_eq!(decided.at_least_grade()?, 4);
    assert_eq!(unit(&[named("氯", "125"), unknown], 10)?.grade()?, Some(1));
    // no residents filed: the grade stands when every α gives it
    let nobody = |q| assess(Some(false), Some([named("氯", q)]), None);
    assert_eq!(
        (
            nobody("5")?.grade()?,
            nobody("12")?.grade()?,
            nobody("250")?.grade()?
        ),
        (Some(4), None, Some(1))
    );
    assert_eq!(
        nobody("12")?
            .missing_for_r()
            .map(|fact| fact.name)
            .collect::<Vec<_>>(),
        ["residents_within_500m"]
    );
    // a negative quantity is no quantity; none at all adds nothing
    assert_eq!(major(&[named("氯", "-1")]), None);
    assert_eq!(major(&[named("某物", "0")]), Some(false));
    assert_eq!(
        unit(&[named("氯", "79228162514264337593543950335")], 0).err(),
        Some(OutOfRange)
    );
    Ok(())
}

#[test]
fn excluded_units_and_missing_lists() -> Outcome {
    let one = [named("氯", "50")];
    let excluded = assess(Some(true), Some(one), Some(0))?;
    assert_eq!(
        (
            excluded.is_major(),
            excluded.grade()?,
            working(&excluded)?.len()
        ),
        (Some(false), Some(0), 1)
    );
    assert!(values(&excluded)?.is_empty());
    let open = assess(None, Some(one), Some(0))?;
    assert_eq!(open.is_major(), None);
    assert_eq!(
        open.missing_for_s()
            .map(|fact| fact.name)
            .collect::<Vec<_>>(),
        ["excluded_from_gb18218"]
    );
    // below one it is no major hazard, inside the standard or outside
    assert_eq!(
        assess(None, Some([named("氯", "1")]), None)?.is_major(),
        Some(false)
    );
    let listless = assess(Some(false), None::<[Chemical<'_>; 0]>, Some(0))?;
    assert_eq!((listless.is_major(), listless.grade()?), (None, None));
    assert_eq!(
        listless
            .missing_for_s()
            .map(|fact| fact.name)
            .collect::<Vec<_>>(),
        ["chemicals"]
    );
    assert_eq!(major(&[]), Some(false));
    Ok(())
}

#[test]
fn beta_by_substance_then_by_class() -> Outcome {
    let r = |chemical: Chemical<'_>| -> Result<Option<String>, OutOfRange> {
        Ok(unit(&[chemical], 1)?
            .r()?
            .map(Exact::to_decimal)
            .transpose()?
            .map(|r| r.to_string()))
    };
    for (name, beta) in TABLE_3 {
        let row = ROWS
            .iter()
            .find(|row| row.zh == name)
            .map_or("20", |row| row.q);
        assert_eq!(
            r(with(named(name, row), |c| c.anhydrous = Some(true)))?,
            Some(beta.to_string()),
            "{name}"
        );
    }
    let arsine = |symbols: &[&str]| Chemical {
        symbols: Symbols::read(symbols.iter().copied()),
        ..named("砷化氢", "1")
    };
    assert_eq!(
        (r(arsine(&["J1"]))?, r(arsine(&["J3"]))?),
        (Some("4".into()), Some("2".into()))
    );
    assert_eq!(r(arsine(&["J1", "W2"]))?, None, "1.5 or 4");
    assert_eq!(r(named("砷化氢", "1"))?, None, "classes not filed");
    let open = unit(&[named("砷化氢", "1")], 1)?;
    assert_eq!(
        open.missing_for_r()
            .map(|fact| fact.name)
            .collect::<Vec<_>>(),
        ["symbols"]
    );
    // sulfur trioxide without a class: 1 by custom, which must not decide alone
    let trioxide = |q| classed_as("三氧化硫").with_q(q);
    assert_eq!(
        (grade(&[trioxide("75")], 1)?, grade(&[trioxide("375")], 1)?),
        (Some(4), None)
    );
    let result = unit(&[trioxide("375")], 1)?;
    assert_eq!(
        result
            .results()
            .first()
            .and_then(ChemicalResult::beta_assumed),
        Some(true)
    );
    // coal gas as carbon monoxide, flagged
    let gas = unit(&[named("焦炉煤气", "20")], 1)?;
    assert!(
        gas.results()
            .iter()
            .all(|result| result.readings().has(Reading::CoalGasBeta))
    );
    assert_eq!(
        (gas.is_major(), gas.r()?, gas.grade()?),
        (Some(true), None, Some(4))
    );
    // several classes: 1 by the class that gives Q, 2 by the largest
    let two = |q| classed(&["W5.2", "J4"], q);
    assert_eq!(
        (grade(&[two("250")], 1)?, grade(&[two("200")], 1)?),
        (None, Some(4))
    );
    Ok(())
}

#[test]
fn the_working_can_be_followed_by_hand() -> Outcome {
    let methanol = Chemical {
        symbols: Symbols::read(["W5.3"]),
        ..named("甲醇", "250")
    };
    let water = classed(&[], "10");
    let unit = unit(&[named("氯", "12"), methanol, water], 60)?;
    let lines: Vec<String> = working(&unit)?
        .iter()
        .map(|step| format!("{}|{}|{}", step.clause, step.label.zh, step.formula))
        .collect();
    assert_eq!(
        lines,
        [
            "表1第12项|氯：q ÷ Q|12 ÷ 5 = 2.4",
            "表1第65项|甲醇：q ÷ Q|250 ÷ 500 = 0.5",
            "4.1.2|某产品：不属于表1、表2，不计入S|10 → 0",
            "4.2.1|S ≥ 1，构成重大危险源|S = 2.4 + 0.5 = 2.9 ≥ 1",
            "4.3 表5|厂区边界外500 m内常住人口 → α|60 (50–99) → α = 1.5",
            "4.3 表3|氯：β|β = 4",
            "4.3 表4 W5.3|甲醇：β|β = 1",
            "4.3|R = α × Σ(β × q ÷ Q)|R = 1.5 × (4 × 2.4 + 1 × 0.5) = 15.15",
            "4.3 表6|三级|10 ≤ R < 50",
        ]
    );
    assert_eq!(
        values(&unit)?,
        [
            ("s", "2.9"),
            ("major_hazard", "true"),
            ("alpha", "1.5"),
            ("r", "15.15"),
            ("grade", "3")
        ]
        .map(|(name, value)| (name, value.to_owned()))
    );
    assert_eq!(result_text(&unit)?.zh, "构成三级重大危险源");
    Ok(())
}

#[test]
fn declared_values_are_rounded_ones() -> Outcome {
    assert_eq!(d("2.30").and_then(tolerance), d("0.005"));
    assert_eq!(d("2").and_then(tolerance), d("0.5"));
    let stock = Chemical {
        q_stock_t: d("3"),
        ..named("氯", "12")
    };
    assert_eq!(
        unit(&[stock], 0)?.s_stock().map(Exact::to_decimal),
        Some(Ok(Decimal::new(6, 1)))
    );
    Ok(())
}
