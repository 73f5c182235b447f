//! Which record counts: a statute, then a document, then a default.

use super::Date;
use super::form::Source;
use super::table::{Id, Record, Table};

/// The records of one kind of business that hold at a place and a date.
#[derive(Debug, Default)]
pub(crate) struct Choice {
    /// All of them, the nearest first.
    pub(crate) looked_at: Vec<Id>,
    /// The one that counts.
    pub(crate) counts: Option<(Id, Weight)>,
}

/// How much a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// It names the lead.
    Strong,
    /// It gives a default.
    Weak,
    /// It names none or several.
    Open,
}

fn weight(record: &Record<'_>) -> Weight {
    match record.lead {
        None => Weight::Open,
        Some(_) if record.is_strong() => Weight::Strong,
        Some(_) => Weight::Weak,
    }
}

pub(crate) fn choose(table: &Table<'_>, kind: usize, region: &str, on: Date) -> Choice {
    let mut all: Vec<(Id, Record<'_>)> = table
        .records()
        .enumerate()
        .filter(|(_, record)| record.kind == kind && record.holds_in(region) && record.in_force(on))
        .collect();
    // The sort is stable: what is as near keeps the table's order.
    all.sort_by(|(_, a), (_, b)| {
        let near = |record: &Record<'_>| (record.region.len(), record.own, record.from);
        near(b).cmp(&near(a))
    });
    let strong = |source| {
        all.iter()
            .find(|(_, record)| record.source == source && weight(record) == Weight::Strong)
    };
    let best = strong(Source::Statute).or_else(|| {
        match (strong(Source::Document), strong(Source::SuperiorDocument)) {
            (Some(document), Some(superior)) if is_later(superior, document) => Some(superior),
            (document, superior) => document.or(superior),
        }
    });
    let counts = best.or_else(|| {
        let mut rest = all
            .iter()
            .filter(|(_, record)| weight(record) != Weight::Strong);
        let first = rest.next()?;
        let near = |(_, record): &(Id, Record<'_>)| (record.region.len(), record.own, record.from);
        // Nobody may rely on a default where another text leaves it open.
        rest.take_while(|other| near(other) == near(first))
            .find(|(_, record)| weight(record) == Weight::Open && weight(&first.1) == Weight::Weak)
            .or(Some(first))
    });
    Choice {
        counts: counts.map(|(id, record)| (*id, weight(record))),
        looked_at: all.iter().map(|(id, _)| *id).collect(),
    }
}

/// Whether one began after the other; where a day is not known, nobody can say.
fn is_later((_, a): &(Id, Record<'_>), (_, b): &(Id, Record<'_>)) -> bool {
    a.from.zip(b.from).is_some_and(|(a, b)| a > b)
}
