//! Scores as data: what each rule's violation costs, in groups with caps.

use std::path::Path;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::Deserialize;
use toml::Spanned;

use crate::rule::Rule;
use crate::source::{Place, Problem, Source, nearest};
use crate::tables::{Bilingual, read_toml};

/// A scheme, see plugins/README.md, `Scores`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see plugins/README.md")]
pub struct Scheme {
    pub rule: Spanned<String>,
    pub official: bool,
    pub title: Bilingual,
    pub total: Points,
    #[serde(default)]
    pub bonus: Vec<Item>,
    pub veto: Option<Veto>,
    #[serde(default)]
    pub group: Vec<Group>,
    #[serde(default)]
    pub band: Vec<Band>,
}

/// Rules that decide the band by themselves.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see plugins/README.md")]
pub struct Veto {
    pub band: String,
    pub rules: Vec<Spanned<String>>,
}

/// Items that share a number of points.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see plugins/README.md")]
pub struct Group {
    pub title: Bilingual,
    pub cap: Points,
    #[serde(default)]
    pub inherent: bool,
    pub items: Vec<Item>,
}

/// A rule in a scheme.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see plugins/README.md")]
pub struct Item {
    pub rule: Spanned<String>,
    pub points: Option<Points>,
}

/// Totals from here up have this name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see plugins/README.md")]
pub struct Band {
    pub name: String,
    pub from: Points,
    pub title: Bilingual,
}

/// An exact number: a whole number, or digits in quotes.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "toml::Value")]
pub struct Points(pub Decimal);

impl TryFrom<toml::Value> for Points {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        match &value {
            toml::Value::Integer(n) => Ok(Points(Decimal::from(*n))),
            toml::Value::String(digits) => Decimal::from_str(digits)
                .map(Points)
                .map_err(|_| format!("`{digits}` is no number")),
            _ => Err("points are a whole number, or digits in quotes".to_owned()),
        }
    }
}

/// Reads the schemes of a plugin, in the order of their files.
///
/// # Errors
/// Everything that is wrong with them.
pub fn load(files: &[std::path::PathBuf], rules: &[Rule]) -> Result<Vec<Scheme>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut schemes = Vec::new();
    for file in files {
        match read(file, rules) {
            Ok(scheme) => schemes.push(scheme),
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() {
        Ok(schemes)
    } else {
        Err(problems)
    }
}

fn read(file: &Path, rules: &[Rule]) -> Result<Scheme, Vec<Problem>> {
    let source = Source::read(file).map_err(|problem| vec![problem])?;
    let scheme: Scheme = read_toml(&source).map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    let at = |offset| Place {
        source: source.clone(),
        offset,
    };
    let mut known = |id: &Spanned<String>, points: bool| {
        let rule = rules.iter().find(|rule| rule.id() == id.get_ref());
        match rule {
            None => {
                let problem =
                    at(id.span().start).problem(format!("there is no rule `{}`", id.get_ref()));
                problems.push(match nearest(id.get_ref(), rules.iter().map(Rule::id)) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem,
                });
            }
            Some(rule) if !points && rule.points.is_none() => problems.push(
                at(id.span().start)
                    .problem(format!("nobody says what `{}` costs", id.get_ref()))
                    .help("give the item `points`, or the row"),
            ),
            Some(_) => {}
        }
    };
    known(&scheme.rule, true);
    let groups = scheme.group.iter().flat_map(|group| &group.items);
    for item in groups.chain(&scheme.bonus) {
        known(&item.rule, item.points.is_some());
    }
    for id in scheme.veto.iter().flat_map(|veto| &veto.rules) {
        known(id, true);
    }
    let whole = at(0);
    let caps: Decimal = scheme.group.iter().map(|group| group.cap.0).sum();
    if caps != scheme.total.0 {
        problems.push(whole.problem(format!(
            "the groups have {caps} points together, the scheme has {}",
            scheme.total.0
        )));
    }
    if !scheme
        .band
        .is_sorted_by(|above, below| above.from.0 > below.from.0)
    {
        problems.push(whole.problem("the bands do not fall").help(
            "write them from the highest `from` down; the last begins with the lowest total",
        ));
    }
    if let Some(veto) = &scheme.veto
        && !scheme.band.iter().any(|band| band.name == veto.band)
    {
        problems.push(whole.problem(format!("there is no band `{}`", veto.band)));
    }
    if problems.is_empty() {
        Ok(scheme)
    } else {
        Err(problems)
    }
}
