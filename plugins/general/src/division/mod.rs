//! Who supervises a business, at a place and a date: the resolution that
//! `computed.toml` describes.

pub(crate) mod case;
mod choice;
pub(crate) mod department;
pub(crate) mod form;
mod similar;
pub(crate) mod table;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use anjian_sdk::Date;

use case::Case;
use choice::{Weight, choose};
use similar::Similar;
use table::{Id, Table};

/// Where and when the question is asked, and what the filer knows about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'a> {
    /// Region code, 6 or 9 digits.
    pub(crate) region: &'a str,
    /// Industry code.
    pub(crate) industry: Option<&'a str>,
    pub(crate) on: Date,
    pub(crate) cases: &'a [Case<'a>],
}

/// How far the question is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Assigned,
    Decided,
    DefaultNational,
    ProposedBySimilarity,
    InNegotiation,
    InCoordination,
    Unassigned,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            State::Assigned => "assigned",
            State::Decided => "decided",
            State::DefaultNational => "default_national",
            State::ProposedBySimilarity => "proposed_by_similarity",
            State::InNegotiation => "in_negotiation",
            State::InCoordination => "in_coordination",
            State::Unassigned => "unassigned",
        }
    }

    /// A statute, a document or a decision names the lead.
    pub(crate) fn is_settled(self) -> bool {
        matches!(self, State::Assigned | State::Decided)
    }

    pub(crate) fn has_lead(self) -> bool {
        self.is_settled() || self == State::DefaultNational
    }

    pub(crate) fn is_consulted_on(self) -> bool {
        matches!(self, State::InNegotiation | State::InCoordination)
    }

    pub(crate) fn waits(self) -> bool {
        matches!(self, State::ProposedBySimilarity | State::Unassigned)
    }
}

/// What was found for one business.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Its type; none for a business that the table does not have.
    pub(crate) kind: Option<usize>,
    pub(crate) state: State,
    /// The filed matter that counts, where one gives the state.
    pub(crate) case: Option<usize>,
    /// The record that counts, whatever the filed matter says.
    pub(crate) record: Option<Id>,
    /// That record names no lead.
    pub(crate) open: bool,
    /// The business that a proposal follows.
    pub(crate) similar: Option<Similar>,
    /// Records of the business that hold here, the nearest first.
    pub(crate) looked_at: Vec<Id>,
}

impl Answer {
    /// Several bodies may claim it.
    pub(crate) fn is_disputed(&self) -> bool {
        self.state.is_consulted_on() || self.open && !self.state.is_settled()
    }

    /// The lead and what it rests on, in Chinese and as far as known in English.
    pub(crate) fn lead<'a>(&self, table: &'a Table<'_>, cases: &[Case<'a>]) -> Option<Lead<'a>> {
        if !self.state.has_lead() {
            return None;
        }
        if let Some(case) = self.case {
            let case = cases.get(case)?;
            let (zh, basis) = case.lead.zip(case.document)?;
            return Some(Lead {
                zh,
                en: zh,
                basis,
                basis_en: basis,
            });
        }
        let record = table.record(self.record?)?;
        let lead = record.lead?;
        Some(Lead {
            zh: &lead.zh,
            en: &lead.en,
            basis: record.basis,
            basis_en: record.basis_en,
        })
    }
}

/// Who leads, by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lead<'a> {
    pub(crate) zh: &'a str,
    pub(crate) en: &'a str,
    pub(crate) basis: &'a str,
    pub(crate) basis_en: &'a str,
}

/// Who supervises a business as it was filed.
pub(crate) fn resolve(table: &Table<'_>, business: &str, site: &Site<'_>) -> Answer {
    let kind = table.kind_of(business);
    let choice = kind.map(|kind| choose(table, kind, site.region, site.on));
    let choice = choice.unwrap_or_default();
    let open = matches!(choice.counts, Some((_, Weight::Open)));
    let record = choice.counts.map(|(id, _)| id);
    let mut answer = Answer {
        kind,
        state: State::Unassigned,
        case: None,
        record,
        open,
        similar: None,
        looked_at: choice.looked_at,
    };
    let last = case::last(table, site.cases, kind, business, site.on);
    let filed = last.and_then(|index| Some((index, site.cases.get(index)?)));
    let mut proposed = None;
    if let Some((index, case)) = filed {
        let rules = || case.ruling(table, site.region, site.on).is_some();
        let state = match case.state {
            Some("assigned") if rules() => Some(State::Assigned),
            Some("decided") if rules() => Some(State::Decided),
            Some("in_negotiation") => Some(State::InNegotiation),
            Some("in_coordination") => Some(State::InCoordination),
            Some("proposed") => {
                proposed = Some(index);
                None
            }
            _ => None,
        };
        if let Some(state) = state {
            answer.state = state;
            answer.case = Some(index);
            return answer;
        }
    }
    match choice.counts {
        Some((_, Weight::Strong)) => answer.state = State::Assigned,
        Some((_, Weight::Weak)) => answer.state = State::DefaultNational,
        Some((_, Weight::Open)) | None => {
            let candidates = record.filter(|_| open).and_then(|id| table.record(id));
            answer.similar = similar::find(table, kind, candidates, site);
            answer.case = proposed;
            if answer.similar.is_some() || proposed.is_some() {
                answer.state = State::ProposedBySimilarity;
            }
        }
    }
    answer
}
