//! Who supervises each business: from what was filed to `crate::division`, and back.

use std::cell::OnceCell;

use anjian_sdk::contract::Refusal;

use super::matters::cases;
use super::policies::Policies;
use super::{BUSINESS, Missing, REGION, or_missing};
use crate::division::case::Case;
use crate::division::department::{Body, bodies};
use crate::division::table::Table;
use crate::division::{Answer, Lead, Site, State, resolve};
use crate::rules::Cx;

/// What computed values share: the table with the profile's records, and the
/// answers, looked up once for each filing.
#[derive(Debug, Default)]
pub struct Cache<'f> {
    table: Table<'f>,
    answers: OnceCell<Option<Vec<Answer>>>,
    expected: OnceCell<Option<&'static str>>,
    counting: OnceCell<Vec<bool>>,
    policies: OnceCell<Policies>,
}

impl<'f> Cache<'f> {
    /// Reads the profile's own records.
    ///
    /// # Errors
    /// When the parameters are not what the page on the division describes.
    pub fn new(parameters: &'f [u8]) -> Result<Self, Refusal> {
        let table = Table::new(parameters).map_err(Refusal::BadParameters)?;
        Ok(Cache {
            table,
            ..Cache::default()
        })
    }

    pub(crate) fn table(&self) -> &Table<'f> {
        &self.table
    }

    /// Which filed matters count.
    pub(crate) fn counting(&self, count: impl FnOnce() -> Vec<bool>) -> &[bool] {
        self.counting.get_or_init(count)
    }

    /// When the filed policies begin and end.
    pub(crate) fn policies(&self, sort: impl FnOnce() -> Policies) -> &Policies {
        self.policies.get_or_init(sort)
    }
}

const DECLARED: &str = "/enterprise/declared_department";
const LOCAL: &str = "/enterprise/local_government";

/// Who supervises each filed business type; unknown without a region.
pub(crate) fn answers<'c>(cx: &'c Cx<'_>) -> Option<&'c [Answer]> {
    let look_up = || {
        let businesses = cx.enterprise.business_types()?;
        let cases = cases(cx);
        let site = Site {
            region: cx.enterprise.region_code()?,
            industry: cx.enterprise.industry_code(),
            on: cx.dates.reference,
            cases: &cases,
        };
        let one = |business: &'c str| resolve(cx.cache.table(), business, &site);
        Some(businesses.iter().map(|name| one(name.as_ref())).collect())
    };
    cx.cache.answers.get_or_init(look_up).as_deref()
}

fn asked<'c>(cx: &'c Cx<'_>, missing: Missing<'_>) -> Option<&'c [Answer]> {
    if let Some(missing) = missing {
        let lacks = [
            (cx.enterprise.business_types().is_none(), BUSINESS),
            (cx.enterprise.region_code().is_none(), REGION),
        ];
        let lacks = lacks.iter().filter(|(lacks, _)| *lacks);
        missing.extend(lacks.map(|(_, fact)| (*fact).to_owned()));
    }
    answers(cx)
}

fn all(cx: &Cx<'_>, missing: Missing<'_>, test: fn(State) -> bool) -> Option<bool> {
    asked(cx, missing).map(|answers| answers.iter().all(|answer| test(answer.state)))
}

pub(crate) fn division_each_has_lead(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    all(cx, missing, State::has_lead)
}

pub(crate) fn division_all_settled(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    all(cx, missing, State::is_settled)
}

pub(crate) fn division_several_claims(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    asked(cx, missing).map(|answers| answers.iter().any(Answer::is_disputed))
}

pub(crate) fn division_waits_for_decision(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    asked(cx, missing).map(|answers| answers.iter().any(|answer| answer.state.waits()))
}

pub(crate) fn division_state_default(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    let default = |answer: &Answer| answer.state == State::DefaultNational;
    asked(cx, missing).map(|answers| answers.iter().any(default))
}

/// The departments that were declared, and the text.
fn declared<'c>(cx: &'c Cx<'_>, missing: Missing<'_>) -> Option<(&'c str, Vec<Body>)> {
    let text = or_missing(cx.enterprise.declared_department(), missing, &[DECLARED])?;
    Some((text, bodies(cx.cache.table(), text)))
}

/// The leads of the filed businesses, none where one has none.
fn leads<'l>(
    answers: &[Answer],
    table: &'l Table<'_>,
    cases: &[Case<'l>],
) -> Vec<Option<Lead<'l>>> {
    let lead = |answer: &Answer| answer.lead(table, cases);
    answers.iter().map(lead).collect()
}

pub(crate) fn division_declared_recognised(
    cx: &Cx<'_>,
    _at: &[usize],
    mut missing: Missing<'_>,
) -> Option<bool> {
    let declared = declared(cx, missing.as_deref_mut());
    let answers = asked(cx, missing)?;
    let (_, declared) = declared?;
    let cases = cases(cx);
    let leads = leads(answers, cx.cache.table(), &cases);
    let table = cx.cache.table();
    let names = || {
        leads
            .iter()
            .flatten()
            .flat_map(|lead| bodies(table, lead.zh))
    };
    let recognised = |body: &Body| body.known(table).is_some() || names().any(|lead| lead == *body);
    Some(declared.iter().any(recognised))
}

pub(crate) fn division_expected_lead(
    cx: &Cx<'_>,
    _at: &[usize],
    mut missing: Missing<'_>,
) -> Option<&'static str> {
    let declared = declared(cx, missing.as_deref_mut());
    let answers = asked(cx, missing)?;
    let (text, declared) = declared?;
    // A plugin lives for one filing and frees nothing.
    let keep = || expected(cx, answers, text, &declared).map(|text| &*text.leak());
    *cx.cache.expected.get_or_init(keep)
}

/// The declared text where it is right, otherwise the leads with their basis.
fn expected(cx: &Cx<'_>, answers: &[Answer], text: &str, declared: &[Body]) -> Option<String> {
    let cases = cases(cx);
    let leads: Option<Vec<Lead<'_>>> = leads(answers, cx.cache.table(), &cases)
        .into_iter()
        .collect();
    let leads = leads.filter(|leads| !leads.is_empty())?;
    let table = cx.cache.table();
    let names = || leads.iter().flat_map(|lead| bodies(table, lead.zh));
    if names().any(|lead| declared.contains(&lead)) {
        return Some(text.to_owned());
    }
    let mut shown: Vec<String> = Vec::new();
    for Lead { zh, basis, .. } in leads {
        let line = format!("{}（依据：{}）", short(zh), short(basis));
        if !shown.contains(&line) {
            shown.push(line);
        }
    }
    Some(shown.join("；"))
}

const LONGEST: usize = 200;

/// What was filed may be of any length; what is shown of it is not.
pub(crate) fn short(filed: &str) -> String {
    match filed.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", filed.get(..end).unwrap_or_default()),
        None => filed.to_owned(),
    }
}

/// The last three digits of a town's code; 000 names none.
fn names_town(region: &str) -> bool {
    region.len() == 9 && region.bytes().all(|b| b.is_ascii_digit()) && !region.ends_with("000")
}

/// A code that names the town outweighs an answer that there is none.
pub(crate) fn division_has_local_body(
    cx: &Cx<'_>,
    _at: &[usize],
    missing: Missing<'_>,
) -> Option<bool> {
    let known = if cx.enterprise.region_code().is_some_and(names_town) {
        Some(true)
    } else {
        cx.enterprise.local_government_is_none().map(|none| !none)
    };
    or_missing(known, missing, &[LOCAL])
}
