//! The calculation as lines that can be followed by hand.

use std::borrow::Cow;

use super::assess::{Assessment, ChemicalResult};
use super::beta::{Beta, BetaSource};
use super::exact::{Exact, OutOfRange, times, write_tenths, write_whole};
use super::facts::{Place, Readings};
use super::tables::{alpha_row, grade_name};
use super::threshold::Source;

/// The same sentence in Chinese and in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Chinese.
    pub zh: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Text {
    const fn of(zh: &'static str, en: &'static str) -> Self {
        Self {
            zh: Cow::Borrowed(zh),
            en: Cow::Borrowed(en),
        }
    }
}

/// One line of the working.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The clause or the table row that the line follows.
    pub clause: Cow<'static, str>,
    /// What the line works out.
    pub label: Text,
    /// The arithmetic, without words: `12 ÷ 5 = 2.4`.
    pub formula: String,
    /// The object that the line is about.
    pub place: Place,
}

/// Stands for a value that is not known.
const UNKNOWN: &str = "?";

/// Writes the working of a unit.
///
/// # Errors
/// [`OutOfRange`] when a product leaves the range.
pub fn working(unit: &Assessment<'_>) -> Result<Vec<Step>, OutOfRange> {
    if unit.excluded == Some(true) {
        return Ok(vec![Step {
            clause: "1".into(),
            label: Text::of(
                "不适用GB 18218，不计算S、R，不分级",
                "outside GB 18218: no S, no R, no grade",
            ),
            formula: "—".to_owned(),
            place: Place::Unit,
        }]);
    }
    let chemicals = unit.results();
    let mut steps = Vec::with_capacity(2 * chemicals.len() + 4);
    for (index, chemical) in chemicals.iter().enumerate() {
        steps.push(share(index, chemical)?);
    }
    steps.push(sum(unit)?);
    if unit.is_major() == Some(false) {
        return Ok(steps);
    }
    steps.push(alpha(unit));
    for (index, chemical) in chemicals.iter().enumerate() {
        if let Some(beta) = &chemical.beta {
            steps.push(factor(index, chemical, beta));
        }
    }
    steps.push(product(unit)?);
    steps.push(grade(unit)?);
    Ok(steps)
}

/// `12 ÷ 5 = 2.4`.
fn share(index: usize, chemical: &ChemicalResult<'_>) -> Result<Step, OutOfRange> {
    let source = chemical.threshold.taken;
    let mut formula = String::with_capacity(24);
    push_quantity(&mut formula, chemical);
    match source {
        Some(Source::NoClass) => formula.push_str(" → 0"),
        Some(source) => {
            push_division(&mut formula, source);
            if let Some(term) = chemical.term() {
                push_equals(&mut formula, term)?;
            }
            if let Some(other) = chemical.threshold.other {
                formula.push_str(" (");
                push_quantity(&mut formula, chemical);
                match other {
                    Source::NoClass => formula.push_str(" → 0"),
                    _ => push_division(&mut formula, other),
                }
                formula.push(')');
            }
        }
        None => {
            formula.push_str(" ÷ ");
            formula.push_str(UNKNOWN);
        }
    }
    let (zh, en) = match source {
        Some(Source::NoClass) => (
            "：不属于表1、表2，不计入S",
            ": in neither table 1 nor table 2, not counted",
        ),
        Some(_) => ("：q ÷ Q", ": q ÷ Q"),
        None => ("：临界量Q未知", ": threshold Q unknown"),
    };
    Ok(Step {
        clause: source.map_or(Cow::Borrowed("4.1.2"), clause_of),
        label: label(chemical, zh, en, chemical.threshold.readings),
        formula,
        place: Place::Chemical(index),
    })
}

/// `S = 2.4 + 0.5 = 2.9 ≥ 1`.
fn sum(unit: &Assessment<'_>) -> Result<Step, OutOfRange> {
    let mut formula = String::with_capacity(48);
    formula.push_str("S = ");
    let mut terms = 0_u32;
    for chemical in counted(unit) {
        if terms > 0 {
            formula.push_str(" + ");
        }
        terms = terms.saturating_add(1);
        match chemical.term() {
            Some(term) => term.write(&mut formula)?,
            None => formula.push_str(UNKNOWN),
        }
    }
    match (unit.s.taken, unit.s.most) {
        _ if unit.chemicals.is_none() => formula.push_str(UNKNOWN),
        (Some(taken), most) => {
            match terms {
                0 => formula.push('0'),
                1 => {}
                _ => push_equals(&mut formula, Exact::s(taken))?,
            }
            push_range(&mut formula, Exact::s(unit.s.least), most.map(Exact::s))?;
        }
        (None, _) => {
            formula.push_str(" ≥ ");
            unit.s_least().write(&mut formula)?;
        }
    }
    match unit.is_major() {
        Some(true) => formula.push_str(" ≥ 1"),
        Some(false) => formula.push_str(" < 1"),
        None => {}
    }
    Ok(Step {
        clause: "4.2.1".into(),
        label: match unit.is_major() {
            Some(true) => Text::of("S ≥ 1，构成重大危险源", "S ≥ 1: a major hazard"),
            Some(false) => Text::of(
                "S < 1，不构成重大危险源，不分级",
                "S < 1: not a major hazard, no grade",
            ),
            None => Text::of(
                "尚不能判定是否构成重大危险源",
                "whether it is a major hazard cannot be decided yet",
            ),
        },
        formula,
        place: Place::Unit,
    })
}

/// `50–99 → α = 1.5`.
fn alpha(unit: &Assessment<'_>) -> Step {
    let mut formula = String::with_capacity(32);
    match (unit.residents, unit.alpha()) {
        (Some(residents), Some(alpha)) => {
            write_whole(&mut formula, i128::from(residents));
            formula.push_str(" (");
            formula.push_str(alpha_row(alpha));
            formula.push_str(") → α = ");
            write_tenths(&mut formula, alpha);
        }
        _ => formula.push_str("α = ? (0.5 … 2)"),
    }
    Step {
        clause: "4.3 表5".into(),
        label: Text::of(
            "厂区边界外500 m内常住人口 → α",
            "permanent residents within 500 m outside the plant boundary → α",
        ),
        formula,
        place: Place::Root,
    }
}

/// `β = 4`.
fn factor(index: usize, chemical: &ChemicalResult<'_>, beta: &Beta) -> Step {
    let mut formula = String::with_capacity(16);
    formula.push_str("β = ");
    match beta.taken {
        Some((tenths, _)) => write_tenths(&mut formula, tenths),
        None => formula.push_str(UNKNOWN),
    }
    if let (Some((tenths, _)), Some(most)) = (beta.taken, beta.most)
        && (beta.least, most) != (tenths, tenths)
    {
        formula.push_str(" (");
        write_tenths(&mut formula, beta.least);
        formula.push_str(" … ");
        write_tenths(&mut formula, most);
        formula.push(')');
    }
    let clause = match beta.taken {
        Some((_, BetaSource::Substance)) => Cow::Borrowed("4.3 表3"),
        Some((_, BetaSource::Class(class))) => Cow::Owned(["4.3 表4 ", class.symbol].concat()),
        Some((_, BetaSource::Assumed)) | None => Cow::Borrowed("4.3 表4"),
    };
    Step {
        clause,
        label: label(chemical, "：β", ": β", beta.readings),
        formula,
        place: Place::Chemical(index),
    }
}

/// `R = 1.5 × (4 × 2.4 + 1 × 0.5) = 15.15`.
fn product(unit: &Assessment<'_>) -> Result<Step, OutOfRange> {
    let mut formula = String::with_capacity(64);
    formula.push_str("R = ");
    match unit.alpha() {
        Some(alpha) => write_tenths(&mut formula, alpha),
        None => formula.push('α'),
    }
    formula.push_str(" × (");
    let mut terms = 0_u32;
    for chemical in counted(unit) {
        if terms > 0 {
            formula.push_str(" + ");
        }
        terms = terms.saturating_add(1);
        match chemical.beta.and_then(|beta| beta.taken) {
            Some((tenths, _)) => write_tenths(&mut formula, tenths),
            None => formula.push_str(UNKNOWN),
        }
        formula.push_str(" × ");
        match chemical.term() {
            Some(term) => term.write(&mut formula)?,
            None => formula.push_str(UNKNOWN),
        }
    }
    if terms == 0 {
        formula.push_str(UNKNOWN);
    }
    formula.push(')');
    match r_taken(unit)? {
        Some((r, most)) => {
            push_equals(&mut formula, r)?;
            push_range(&mut formula, unit.r_least()?, most)?;
        }
        None => {
            formula.push_str(" ≥ ");
            unit.r_least()?.write(&mut formula)?;
        }
    }
    Ok(Step {
        clause: "4.3".into(),
        label: Text::of("R = α × Σ(β × q ÷ Q)", "R = α × Σ(β × q ÷ Q)"),
        formula,
        place: Place::Unit,
    })
}

/// R under the readings taken, and the most that it can be.
fn r_taken(unit: &Assessment<'_>) -> Result<Option<(Exact, Option<Exact>)>, OutOfRange> {
    let (Some(sum), Some(alpha)) = (unit.r.taken, unit.alpha()) else {
        return Ok(None);
    };
    let by_alpha = |sum: i128| times(sum, i128::from(alpha)).map(Exact::r);
    Ok(Some((
        by_alpha(sum)?,
        unit.r.most.map(by_alpha).transpose()?,
    )))
}

/// The chemicals that have a term in S.
fn counted<'u, 'a>(unit: &'u Assessment<'a>) -> impl Iterator<Item = &'u ChemicalResult<'a>> {
    unit.chemicals
        .iter()
        .flatten()
        .filter(|chemical| !matches!(chemical.threshold.taken, Some(Source::NoClass)))
}

/// `10 ≤ R < 50`.
fn grade(unit: &Assessment<'_>) -> Result<Step, OutOfRange> {
    let known = unit.grade()?;
    let grade = match known {
        Some(grade) => grade,
        None => unit.at_least_grade()?,
    };
    let (zh, line) = grade_name(grade);
    let (label, formula) = match known {
        Some(_) => (
            grade_text(grade, ("", zh, ""), ("grade ", "")),
            line.to_owned(),
        ),
        None if unit.is_major().is_none() => (
            Text::of("尚不能分级", "no grade can be given yet"),
            UNKNOWN.to_owned(),
        ),
        None => (
            grade_text(
                grade,
                ("级别未定，不低于", zh, ""),
                ("grade open: at least as severe as grade ", ""),
            ),
            UNKNOWN.to_owned(),
        ),
    };
    Ok(Step {
        clause: "4.3 表6".into(),
        label,
        formula,
        place: Place::Unit,
    })
}

fn grade_text(grade: u8, zh: (&str, &str, &str), en: (&str, &str)) -> Text {
    let mut english = String::from(en.0);
    write_whole(&mut english, i128::from(grade));
    english.push_str(en.1);
    Text {
        zh: Cow::Owned([zh.0, zh.1, zh.2].concat()),
        en: Cow::Owned(english),
    }
}

/// The result in one sentence.
///
/// # Errors
/// [`OutOfRange`] when a product leaves the range.
pub fn result_text(unit: &Assessment<'_>) -> Result<Text, OutOfRange> {
    Ok(match (unit.excluded, unit.is_major(), unit.grade()?) {
        (Some(true), _, _) => Text::of("不适用GB 18218", "outside GB 18218"),
        (_, Some(false), _) => Text::of("不构成重大危险源", "not a major hazard"),
        (_, Some(true), Some(grade)) => grade_text(
            grade,
            ("构成", grade_name(grade).0, "重大危险源"),
            ("a major hazard of grade ", ""),
        ),
        (_, Some(true), None) => grade_text(
            unit.at_least_grade()?,
            (
                "构成重大危险源，级别未定，不低于",
                grade_name(unit.at_least_grade()?).0,
                "",
            ),
            (
                "a major hazard; its grade is open, at least as severe as ",
                "",
            ),
        ),
        (_, None, _) => Text::of(
            "尚不能判定是否构成重大危险源",
            "whether it is a major hazard cannot be decided yet",
        ),
    })
}

/// The named results: those of `s`, `major_hazard`, `alpha`, `r`, `grade` that
/// are known, and `s_at_least`, `grade_at_least` where only a bound is. A
/// value that does not end is cut off after at least nine decimals.
///
/// # Errors
/// [`OutOfRange`] when a product leaves the range.
pub fn values(unit: &Assessment<'_>) -> Result<Vec<(&'static str, String)>, OutOfRange> {
    let mut values = Vec::with_capacity(5);
    if unit.excluded == Some(true) {
        return Ok(values);
    }
    match unit.s() {
        Some(s) => values.push(("s", s.to_decimal()?.to_string())),
        None => values.push(("s_at_least", unit.s_least().to_decimal()?.to_string())),
    }
    let Some(major) = unit.is_major() else {
        return Ok(values);
    };
    values.push((
        "major_hazard",
        if major { "true" } else { "false" }.to_owned(),
    ));
    if !major {
        return Ok(values);
    }
    if let Some(alpha) = unit.alpha() {
        let mut text = String::new();
        write_tenths(&mut text, alpha);
        values.push(("alpha", text));
    }
    if let Some(r) = unit.r()? {
        values.push(("r", r.to_decimal()?.to_string()));
    }
    let (name, grade) = match unit.grade()? {
        Some(grade) => ("grade", grade),
        None => ("grade_at_least", unit.at_least_grade()?),
    };
    let mut text = String::new();
    write_whole(&mut text, i128::from(grade));
    values.push((name, text));
    Ok(values)
}

fn clause_of(source: Source) -> Cow<'static, str> {
    match source {
        Source::Row(row) => {
            let mut clause = String::from("表1第");
            write_whole(&mut clause, i128::from(row.no));
            clause.push('项');
            Cow::Owned(clause)
        }
        Source::Class(class) => Cow::Owned(["表2 ", class.symbol].concat()),
        Source::NoClass => Cow::Borrowed("4.1.2"),
    }
}

/// The chemical's name, what is worked out, and what is open about it.
fn label(
    chemical: &ChemicalResult<'_>,
    zh: &'static str,
    en: &'static str,
    readings: Readings,
) -> Text {
    let mut chinese = String::from(chemical.name.unwrap_or("未填名称"));
    let mut english = String::from(match (chemical.threshold.taken, chemical.name) {
        (Some(Source::Row(row)), _) => row.en,
        (_, Some(name)) => name,
        (_, None) => "unnamed",
    });
    chinese.push_str(zh);
    english.push_str(en);
    for reading in readings.iter() {
        chinese.push_str("（未核实：");
        chinese.push_str(reading.zh());
        chinese.push('）');
        english.push_str(" (unverified: ");
        english.push_str(reading.en());
        english.push(')');
    }
    Text {
        zh: Cow::Owned(chinese),
        en: Cow::Owned(english),
    }
}

fn push_quantity(out: &mut String, chemical: &ChemicalResult<'_>) {
    match chemical.q_t {
        Some(q) => out.push_str(&q.normalize().to_string()),
        None => out.push_str(UNKNOWN),
    }
}

fn push_division(out: &mut String, source: Source) {
    out.push_str(" ÷ ");
    out.push_str(source.q().unwrap_or(UNKNOWN));
}

fn push_equals(out: &mut String, value: Exact) -> Result<(), OutOfRange> {
    out.push_str(" = ");
    value.write(out)
}

/// ` (0.8 … 40)` where an open reading leaves a range.
fn push_range(out: &mut String, least: Exact, most: Option<Exact>) -> Result<(), OutOfRange> {
    let Some(most) = most.filter(|most| *most != least) else {
        return Ok(());
    };
    out.push_str(" (");
    least.write(out)?;
    out.push_str(" … ");
    most.write(out)?;
    out.push(')');
    Ok(())
}
