//! The nearest business that has a lead here, for a proposal.

use super::Site;
use super::choice::{Weight, choose};
use super::department::share;
use super::table::{Id, Record, Table};

/// A business, and the record that names its lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Similar {
    pub(crate) kind: usize,
    pub(crate) record: Id,
}

/// The first with a strong record, else the first with a weak one. The lead of
/// an open business is one of its candidates.
pub(crate) fn find(
    table: &Table<'_>,
    kind: Option<usize>,
    open: Option<Record<'_>>,
    site: &Site<'_>,
) -> Option<Similar> {
    let may_lead = |lead: &str| {
        let candidates = open.map(|record| record.co).unwrap_or_default();
        candidates.is_empty() || candidates.iter().any(|name| share(table, &name.zh, lead))
    };
    let mut weak = None;
    for kind in near(table, kind, site.industry) {
        let Some((record, weight)) = choose(table, kind, site.region, site.on).counts else {
            continue;
        };
        let lead = table.record(record).and_then(|record| record.lead);
        if !lead.is_some_and(|lead| may_lead(&lead.zh)) {
            continue;
        }
        let found = Similar { kind, record };
        match weight {
            Weight::Strong => return Some(found),
            Weight::Weak => weak = weak.or(Some(found)),
            Weight::Open => {}
        }
    }
    weak
}

/// Nearest first; a business that is new is compared by its industry code.
fn near(table: &Table<'_>, kind: Option<usize>, industry: Option<&str>) -> Vec<usize> {
    if let Some(kind) = kind {
        let similar = table.kind(kind).map(|of| of.similar_to);
        return similar.unwrap_or_default().to_vec();
    }
    let code = industry
        .unwrap_or_default()
        .trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let mut found: Vec<(usize, usize)> = table
        .types()
        .enumerate()
        .filter_map(|(kind, of)| {
            let fits = of
                .industry_codes
                .iter()
                .filter(|own| code.starts_with(**own));
            Some((fits.map(|own| own.len()).max()?, kind))
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| b.cmp(a));
    found.into_iter().map(|(_, kind)| kind).collect()
}
