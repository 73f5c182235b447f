//! Table 1, table 2, conditions, names.

use super::*;

#[test]
fn conditions_of_table_1_are_strict() {
    let formaldehyde = |pct| row_no(&with(classed_as("甲醛"), |c| c.formaldehyde_pct = d(pct)));
    assert_eq!(
        (formaldehyde("90"), formaldehyde("90.1")),
        (Some(0), Some(8))
    );
    let nitric = |pct, fuming| {
        row_no(&with(classed_as("硝酸"), |c| {
            (c.nitric_acid_pct, c.fuming) = (d(pct), fuming)
        }))
    };
    assert_eq!(
        (nitric("70", Some(false)), nitric("70.1", Some(false))),
        (Some(0), Some(81))
    );
    assert_eq!(
        (
            nitric("98", Some(true)),
            nitric("98", None),
            nitric("60", None),
            nitric("60", Some(true))
        ),
        (Some(80), None, Some(0), None)
    );
    let nitrate = |pct, fertilizer| {
        row_no(&with(classed_as("硝酸铵"), |c| {
            (c.combustible_pct, c.is_fertilizer) = (d(pct), fertilizer)
        }))
    };
    assert_eq!(
        (nitrate("0.2", Some(false)), nitrate("0.21", Some(false))),
        (Some(44), Some(43))
    );
    assert_eq!(
        (nitrate("0.2", None), nitrate("", Some(false))),
        (None, None)
    );
    assert_eq!(
        (nitrate("0.4", Some(true)), nitrate("0.41", Some(true))),
        (Some(45), None)
    );
    let peroxide = |oxygen, diluent| {
        row_no(&with(classed_as("过氧化甲乙酮"), |c| {
            (c.available_oxygen_pct, c.diluent_a_pct) = (d(oxygen), d(diluent));
        }))
    };
    assert_eq!(
        (peroxide("10", "48"), peroxide("10.1", "48")),
        (Some(0), Some(72))
    );
    assert_eq!(
        (peroxide("10.7", "47.9"), peroxide("10.71", "48")),
        (Some(0), Some(0))
    );
    assert_eq!((peroxide("", "47"), peroxide("", "48")), (Some(0), None));
    let anhydrous = |name, fact| row_no(&with(classed_as(name), |c| c.anhydrous = fact));
    assert_eq!(
        (
            anhydrous("氯化氢", Some(true)),
            anhydrous("氯化氢", Some(false))
        ),
        (Some(11), Some(0))
    );
    assert_eq!(
        (anhydrous("氯化氢", None), anhydrous("盐酸", None)),
        (None, Some(0))
    );
    assert_eq!(
        (
            anhydrous("氟化氢", Some(true)),
            anhydrous("氟化氢", None),
            anhydrous("氢氟酸", None)
        ),
        (Some(20), None, None)
    );
    let oxygen = |fact| {
        row_no(&with(classed_as("氧气"), |c| {
            c.compressed_or_liquefied = fact
        }))
    };
    assert_eq!(
        (oxygen(Some(true)), oxygen(Some(false)), oxygen(None)),
        (Some(56), Some(0), None)
    );
    assert_eq!(row_no(&named("液氧", "1")), Some(56));
    assert_eq!(missing(&named("甲醛", "1")), ["formaldehyde_pct"]);
    for name in ["氯化氢", "氟化氢"] {
        assert_eq!(missing(&named(name, "1")), ["anhydrous"], "{name}");
    }
    assert_eq!(
        missing(&named("硝酸铵", "1")),
        ["combustible_pct", "is_fertilizer"]
    );
    // above 0.4 % the classes stand beside row 43: unknown, they bound nothing
    let fertilizer = with(named("硝酸铵肥料", "4"), |c| {
        c.combustible_pct = d("0.41")
    });
    assert_eq!(
        (major(&[fertilizer]), missing(&fertilizer)),
        (None, vec!["symbols"])
    );
}

#[test]
fn nitrocellulose_has_six_rows() -> Outcome {
    let base = |change: fn(&mut Conditions)| {
        let mut chemical = named("硝化棉", "40");
        chemical.symbols = Symbols::read(["W10"]);
        chemical.conditions = conditions_of(41);
        with(chemical, change)
    };
    // one row, or several with the same Q
    assert_eq!(row_no(&base(|_| {})), Some(41));
    assert_eq!(row_no(&base(|c| c.nitrogen_pct = d("12.6"))), Some(40));
    assert_eq!(row_no(&base(|c| c.is_solution = Some(true))), Some(0));
    // wet, and unmodified: Q 50 or Q 1, the text does not say
    let both = base(|c| c.unmodified = Some(true));
    let found = threshold(&both);
    assert!(found.readings.has(Reading::SeveralRows));
    assert_eq!(
        (
            found.taken.map(Source::row_no),
            found.other.map(Source::row_no)
        ),
        (Some(38), Some(41))
    );
    let result = unit(&[both], 0)?;
    assert_eq!((result.is_major(), result.s()), (None, None));
    let sum = working(&result)?
        .into_iter()
        .find(|step| step.place == Place::Unit);
    assert_eq!(
        sum.map(|step| step.formula),
        Some("S = 40 (0.8 … 40)".to_owned())
    );
    // fifty times as much is a major hazard either way
    let much = Chemical {
        q_design_max_t: d("50"),
        ..both
    };
    assert_eq!(major(&[much]), Some(true));
    assert_eq!(
        missing(&base(|c| (c.water_pct, c.is_solution) = (None, None))),
        ["water_pct", "is_solution"]
    );
    Ok(())
}

#[test]
fn table_2_takes_the_lowest_q() -> Outcome {
    let found = threshold(&classed(&["W5.3", "J5"], "1"));
    assert_eq!(found.taken.and_then(Source::q), Some("500"));
    // table 1 stands before a lower class of table 2
    let ammonia = Chemical {
        symbols: Symbols::read(["J1"]),
        ..named("氨", "9")
    };
    assert_eq!(threshold(&ammonia).taken.and_then(Source::q), Some("10"));
    assert_eq!(major(&[ammonia]), Some(false));
    // no class is nothing, a list that was not filed is not
    assert_eq!(major(&[classed(&[], "9999")]), Some(false));
    let unknown = Chemical {
        symbols: None,
        ..classed(&[], "1")
    };
    assert_eq!(
        (major(&[unknown]), missing(&unknown)),
        (None, vec!["symbols"])
    );
    assert_eq!(Symbols::read(["J6"]), None);
    Ok(())
}

#[test]
fn mixtures_count_whole_or_by_their_own_class() {
    let mixture = |same| Chemical {
        is_mixture: Some(true),
        mixture_same_class_as_pure: same,
        symbols: Symbols::read(["W5.4"]),
        ..named("甲醇", "500")
    };
    assert_eq!(
        (
            major(&[mixture(Some(true))]),
            major(&[mixture(Some(false))])
        ),
        (Some(true), Some(false))
    );
    assert_eq!(
        (major(&[mixture(None)]), missing(&mixture(None))),
        (None, vec!["mixture_same_class_as_pure"])
    );
    // not filed is not pure
    for same in [None, Some(true), Some(false)] {
        let unknown = Chemical {
            is_mixture: None,
            ..mixture(same)
        };
        assert_eq!(
            (major(&[unknown]), row_no(&unknown), missing(&unknown)),
            (None, None, vec!["is_mixture"])
        );
    }
    // the row itself names the mixture
    for is_mixture in [Some(true), Some(false), None] {
        let gas = Chemical {
            is_mixture,
            ..named("液化石油气", "50")
        };
        assert_eq!(major(&[gas]), Some(true));
    }
}

#[test]
fn names_and_numbers() {
    let number = |cas| {
        row_no(&Chemical {
            cas: Cas::Number(cas),
            is_mixture: Some(false),
            ..Chemical::default()
        })
    };
    for (cas, row) in [
        ("26471-62-5", 23),
        ("584-84-9", 23),
        ("86290-81-5", 66),
        ("8006-61-9", 66),
        ("8006-14-2", 49),
        ("74-82-8", 49),
        ("68476-85-7", 52),
        ("74-98-6", 52),
        ("106-97-8", 52),
        ("18810-58-7", 31),
        ("13810-58-7", 31),
        ("630-08-0", 13),
    ] {
        assert_eq!(number(cas), Some(row), "{cas}");
    }
    assert_eq!(
        (
            row_no(&named("TDI", "1")),
            row_no(&named(" 氯（液化的） ", "1"))
        ),
        (Some(23), Some(12))
    );
    assert_eq!(
        (row_no(&named("煤气", "1")), row_no(&named("烷基铝", "1"))),
        (Some(13), Some(74))
    );
    // name and number of one row, of two rows, and a number that is a slip
    let two = |name, cas| {
        row_no(&Chemical {
            cas: Cas::Number(cas),
            ..named(name, "1")
        })
    };
    assert_eq!(
        (
            two("丙烷", "106-97-8"),
            two("氯", "7664-41-7"),
            two("氯", "7782-50-6")
        ),
        (Some(52), None, Some(12))
    );
    // a name that no list has, without a number, may be one more name
    assert_eq!(missing(&named("绿气", "1")), ["cas"]);
    assert_eq!(missing(&Chemical::default()), ["name", "cas"]);
    assert_eq!(row_no(&classed(&["W5.4"], "1")), Some(0));
}

#[test]
fn products_named_after_a_listed_substance() {
    let product = |name, cas| Chemical {
        name: Some(name),
        cas,
        ..classed(&["W5.3"], "600")
    };
    // common names are known, the others are not taken for unlisted
    for (name, row) in [("92号汽油", 66), ("车用乙醇汽油", 66), ("焦炉气", 13)] {
        assert_eq!(row_no(&product(name, Cas::NoNumber)), Some(row), "{name}");
    }
    for name in ["92号汽油(京)", "工业氢气", "粗甲醇", "无水液氨(99.9%)"] {
        let product = product(name, Cas::NoNumber);
        assert_eq!(
            (major(&[product]), missing(&product)),
            (None, vec!["name"]),
            "{name}"
        );
    }
    // a number settles it, and so does a class of its own, but not of petrol
    assert_eq!(
        (
            row_no(&product("甲醇钠", Cas::Number("124-41-4"))),
            row_no(&product("丙烯酸面漆", Cas::OwnClass)),
            row_no(&product("92号汽油(京)", Cas::OwnClass)),
        ),
        (Some(0), Some(0), None)
    );
    // row 74 is a group
    for name in ["三辛基铝", "三正己基铝"] {
        assert_eq!(row_no(&product(name, Cas::NoNumber)), Some(74), "{name}");
    }
    let alkyl = product("异戊二烯基铝", Cas::Number("67-63-0"));
    assert_eq!((row_no(&alkyl), missing(&alkyl)), (None, vec!["name"]));
}

#[test]
fn unlisted_mixtures_of_the_class_of_a_pure_substance_need_its_name() {
    let goods = |is_mixture, same| Chemical {
        is_mixture,
        mixture_same_class_as_pure: same,
        ..classed(&["W5.3"], "800")
    };
    for (is_mixture, same, lacks) in [
        (Some(true), Some(true), vec!["name"]),
        (Some(true), None, vec!["mixture_same_class_as_pure"]),
        (None, Some(true), vec!["is_mixture"]),
        (None, None, vec!["is_mixture"]),
    ] {
        let goods = goods(is_mixture, same);
        assert_eq!((major(&[goods]), missing(&goods)), (None, lacks));
    }
    for (is_mixture, same) in [
        (Some(false), None),
        (Some(true), Some(false)),
        (None, Some(false)),
    ] {
        assert_eq!(major(&[goods(is_mixture, same)]), Some(false));
    }
    // its number says which pure substance it is: none of table 1
    let numbered = Chemical {
        cas: Cas::Number("109-86-4"),
        ..goods(Some(true), Some(true))
    };
    assert_eq!(row_no(&numbered), Some(0));
    // crude benzene is row 57 when it has the class of benzene
    let crude = |same| Chemical {
        is_mixture: Some(true),
        mixture_same_class_as_pure: same,
        symbols: Symbols::read(["W5.3"]),
        cas: Cas::Number("71-43-2"),
        ..named("粗苯", "50")
    };
    assert_eq!(
        (
            major(&[crude(Some(true))]),
            major(&[crude(Some(false))]),
            missing(&crude(None))
        ),
        (Some(true), Some(false), vec!["mixture_same_class_as_pure"])
    );
}
