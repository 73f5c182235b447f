//! Matters of supervision that the filer reports, and the documents they rest on.

use std::collections::BTreeMap;

use super::table::{Record, Table};
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
    fn is_of(&self, table: &Table<'_>, kind: Option<usize>, business: &str) -> bool {
        let Some(own) = self.business else {
            return false;
        };
        match (kind, table.kind_of(own)) {
            (Some(kind), Some(own)) => kind == own,
            (None, None) => text::normal(own) == text::normal(business),
            _ => false,
        }
    }

    fn has_begun(&self, on: Date) -> bool {
        self.since.is_none_or(|since| since <= on)
    }

    /// The records that rest on its document; those of its business, where there are any.
    pub(crate) fn records<'t>(&self, table: &'t Table<'_>) -> Vec<Record<'t>> {
        let Some(document) = self.document.map(text::citation) else {
            return Vec::new();
        };
        let all: Vec<Record<'t>> = table
            .records()
            .filter(|record| {
                matches!(
                    record.source,
                    Source::Statute | Source::Document | Source::SuperiorDocument
                )
            })
            .filter(|record| {
                let mut names = record.documents.iter();
                names.any(|name| names_it(&document, name))
            })
            .collect();
        let kind = self.business.and_then(|own| table.kind_of(own));
        let own: Vec<Record<'t>> = all
            .iter()
            .filter(|record| Some(record.kind) == kind)
            .copied()
            .collect();
        if own.is_empty() { all } else { own }
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
        let filed = self
            .territory
            .map(|territory| region.starts_with(digits(territory)));
        let records = self.records(table);
        if records.is_empty() || filed == Some(false) {
            return filed;
        }
        Some(records.iter().any(|record| record.holds_in(region)))
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

/// What a law's full name begins with.
const STATE: &str = "中华人民共和国";

/// Whether a citation names this document, and not one about it: the name stands
/// whole, at the beginning or behind a bracket or a stop.
fn names_it(citation: &str, name: &str) -> bool {
    citation.match_indices(name).any(|(at, _)| {
        let before = citation.get(..at).unwrap_or_default();
        let before = before.strip_suffix(STATE).unwrap_or(before);
        let behind = citation.get(at + name.len()..).unwrap_or_default();
        let begins = before.is_empty()
            || before.ends_with(['(', '、', '，', '；', '：', '。', ',', ';', ':']);
        let stops = ['(', ')', '第', '、', '，', '；', '：', '。', ',', ';', ':'];
        let ends = name.ends_with('号') || behind.is_empty() || behind.starts_with(stops);
        begins && ends
    })
}

/// A territory by its first digits: 320400 is 3204.
fn digits(territory: &str) -> &str {
    ["000000", "0000", "00"]
        .iter()
        .find_map(|zeros| territory.strip_suffix(zeros))
        .unwrap_or(territory)
}

/// For each case whether it counts for its business: it has begun, and none has
/// taken its place. One without a business stands for itself.
pub(crate) fn counting(table: &Table<'_>, cases: &[Case<'_>], on: Date) -> Vec<bool> {
    let of = |case: &Case<'_>| {
        let business = case.business?;
        let kind = table.kind_of(business);
        let new = kind.is_none().then(|| text::normal(business));
        Some((kind, new))
    };
    let mut latest = BTreeMap::new();
    for case in cases.iter().filter(|case| case.has_begun(on)) {
        if let Some(business) = of(case) {
            let slot: &mut Option<Date> = latest.entry(business).or_default();
            *slot = (*slot).max(case.since);
        }
    }
    let counts = |case: &Case<'_>| {
        let latest = of(case).and_then(|business| latest.get(&business));
        case.has_begun(on) && latest.is_none_or(|latest| *latest == case.since)
    };
    cases.iter().map(counts).collect()
}

/// The case of a business that counts: the last that had begun; what has no
/// day comes before all that have.
pub(crate) fn last(
    table: &Table<'_>,
    cases: &[Case<'_>],
    kind: Option<usize>,
    business: &str,
    on: Date,
) -> Option<usize> {
    cases
        .iter()
        .enumerate()
        .filter(|(_, case)| case.is_of(table, kind, business))
        .filter(|(_, case)| case.has_begun(on))
        .max_by_key(|(_, case)| case.since)
        .map(|(index, _)| index)
}
