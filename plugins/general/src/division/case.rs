//! Matters of supervision that the filer reports, and the documents they rest on.

use super::table::{Record, Table, kind_of};
use super::{Date, text};
use crate::division::form::Source;

/// What was filed of one matter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Case<'a> {
    pub(crate) business: Option<&'a str>,
    pub(crate) state: Option<&'a str>,
    pub(crate) since: Option<Date>,
    /// The document; none also where the filer says that there is none.
    pub(crate) document: Option<&'a str>,
    /// Region code of its territory.
    pub(crate) territory: Option<&'a str>,
    pub(crate) from: Option<Date>,
    pub(crate) to: Until,
    pub(crate) lead: Option<&'a str>,
    pub(crate) compared: Option<&'a str>,
}

/// The last day of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Until {
    #[default]
    Unknown,
    /// It is in force.
    Open,
    Day(Date),
}

impl<'a> Case<'a> {
    /// Whether it is about this business.
    fn is_of(&self, kind: Option<usize>, business: &str) -> bool {
        let Some(own) = self.business else {
            return false;
        };
        match (kind, kind_of(own)) {
            (Some(kind), Some(own)) => kind == own,
            (None, None) => text::normal(own) == text::normal(business),
            _ => false,
        }
    }

    /// The records that rest on its document.
    pub(crate) fn records<'t>(&self, table: &'t Table<'_>) -> Vec<Record<'t>> {
        let Some(document) = self.document.map(text::citation) else {
            return Vec::new();
        };
        table
            .records()
            .filter(|record| {
                matches!(
                    record.source,
                    Source::Statute | Source::Document | Source::SuperiorDocument
                )
            })
            .filter(|record| {
                record
                    .documents
                    .iter()
                    .any(|name| document.contains(&**name))
            })
            .collect()
    }

    /// Whether its document is in force; unknown without a document or dates.
    pub(crate) fn in_force(&self, table: &Table<'_>, on: Date) -> Option<bool> {
        self.document?;
        let over = matches!(self.to, Until::Day(to) if to < on);
        if over || self.from.is_some_and(|from| from > on) {
            return Some(false);
        }
        let records = self.records(table);
        if !records.is_empty() {
            return Some(records.iter().any(|record| record.in_force(on)));
        }
        (self.from.is_some() && self.to != Until::Unknown).then_some(true)
    }

    /// Whether its document holds in a region; unknown without a document or territory.
    pub(crate) fn covers(&self, table: &Table<'_>, region: &str) -> Option<bool> {
        self.document?;
        let records = self.records(table);
        if !records.is_empty() {
            return Some(records.iter().any(|record| record.holds_in(region)));
        }
        self.territory
            .map(|territory| region.starts_with(digits(territory)))
    }

    /// The lead and its document, where it settles the matter there and then.
    pub(crate) fn ruling(
        &self,
        table: &Table<'_>,
        region: &str,
        on: Date,
    ) -> Option<(&'a str, &'a str)> {
        let settles = self.in_force(table, on)? && self.covers(table, region)?;
        self.lead.zip(self.document).filter(|_| settles)
    }
}

/// A territory by its first digits: 320400 is 3204.
fn digits(territory: &str) -> &str {
    ["000000", "0000", "00"]
        .iter()
        .find_map(|zeros| territory.strip_suffix(zeros))
        .unwrap_or(territory)
}

/// The case of a business that counts: the last that had begun; what has no
/// day comes before all that have.
pub(crate) fn last(
    cases: &[Case<'_>],
    kind: Option<usize>,
    business: &str,
    on: Date,
) -> Option<usize> {
    cases
        .iter()
        .enumerate()
        .filter(|(_, case)| case.is_of(kind, business))
        .filter(|(_, case)| case.since.is_none_or(|since| since <= on))
        .max_by_key(|(_, case)| case.since)
        .map(|(index, _)| index)
}
