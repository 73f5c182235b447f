//! Who supervises each business, and how it was found.

mod steps;

use anjian_sdk::Out;
use anjian_sdk::contract::{Identification, Text};

use crate::Cx;
use crate::division::case::Case;
use crate::division::department::bodies;
use crate::division::form::{Confidence, Name, Source};
use crate::division::table::{Record, Table, Type};
use crate::division::{Answer, Lead, State};
use crate::filed::{answers, cases, short};
use crate::rules::rule_index;

/// Writes who supervises each filed business; nothing without a region.
pub(crate) fn working(cx: &Cx<'_>, out: &mut Out) {
    let Some(answers) = answers(cx) else { return };
    let filed = cases(cx);
    let businesses = cx.enterprise.business_types().unwrap_or_default();
    for (index, (business, answer)) in businesses.iter().zip(answers).enumerate() {
        let about = About {
            business,
            answer,
            table: cx.cache.table(),
            case: answer.case.and_then(|case| filed.get(case)),
            lead: answer.lead(cx.cache.table(), &filed),
            region: cx.enterprise.region_code().unwrap_or_default(),
            local: cx.enterprise.local_government(),
        };
        out.identifications.push(Identification {
            rule: u32::try_from(rule_index::DIVISION_RESOLVE).unwrap_or_default(),
            pointer: format!("/enterprise/business_types/{index}"),
            result: about.result(),
            values: about.values(),
            steps: about.steps(),
        });
    }
}

fn text(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text {
        zh: zh.into(),
        en: en.into(),
    }
}

fn names(of: &[Name<'_>]) -> Text {
    let zh: Vec<&str> = of.iter().map(|name| &*name.zh).collect();
    let en: Vec<&str> = of.iter().map(|name| &*name.en).collect();
    text(zh.join("、"), en.join(", "))
}

/// One business.
struct About<'a> {
    business: &'a str,
    answer: &'a Answer,
    table: &'a Table<'a>,
    case: Option<&'a Case<'a>>,
    lead: Option<Lead<'a>>,
    region: &'a str,
    local: Option<&'a str>,
}

impl<'a> About<'a> {
    fn record(&self) -> Option<Record<'a>> {
        self.table.record(self.answer.record?)
    }

    /// The record of the business that a proposal follows.
    fn similar(&self) -> Option<Record<'a>> {
        self.table.record(self.answer.similar?.record)
    }

    fn similar_type(&self) -> Option<&'a Type> {
        self.table.kind(self.answer.similar?.kind)
    }

    fn lead_names(&self) -> Text {
        let lead = self.lead.map(|lead| (short(lead.zh), short(lead.en)));
        let (zh, mut en) = lead.unwrap_or_default();
        // A decision is filed in Chinese only.
        if zh == en
            && let [body] = bodies(self.table, &zh).as_slice()
            && let Some(known) = body.known(self.table)
        {
            known.en.clone_into(&mut en);
        }
        text(zh, en)
    }

    fn result(&self) -> Text {
        let Text { zh, en } = self.finding();
        let kind = self.answer.kind.and_then(|kind| self.table.kind(kind));
        let business = short(self.business);
        let known = kind.map_or(&*business, |kind| kind.en);
        text(format!("{business}：{zh}"), format!("{known}: {en}"))
    }

    fn finding(&self) -> Text {
        let Text { zh, en } = self.lead_names();
        match self.answer.state {
            State::Assigned => text(format!("由{zh}主管（已明确）"), format!("{en} (settled)")),
            State::Decided => text(
                format!("由{zh}主管（政府已决定）"),
                format!("{en} (decided by the government)"),
            ),
            State::DefaultNational => {
                let (by, by_en) = match self.record() {
                    Some(record) if record.source != Source::Default => {
                        ("未经核实的记录", "an unverified record")
                    }
                    Some(record) if !record.region.is_empty() => ("当地默认", "a local default"),
                    _ => ("全国默认", "a national default"),
                };
                text(
                    format!("按{by}，由{zh}主管，未持有本地文件"),
                    format!("{en} by {by_en}, local document not held"),
                )
            }
            State::InNegotiation => self.no_single_lead("协商中", "under negotiation"),
            State::InCoordination => self.no_single_lead("协调中", "under coordination"),
            State::ProposedBySimilarity if self.answer.open => {
                let Text { zh, en } = self.proposal();
                text(
                    format!("无唯一牵头部门；{zh}"),
                    format!("no single lead; {en}"),
                )
            }
            State::ProposedBySimilarity => self.proposal(),
            State::Unassigned => match self.record().filter(|record| !record.co.is_empty()) {
                Some(record) => {
                    let Text { zh, en } = names(record.co);
                    text(
                        format!("无唯一牵头部门：可能是{zh}"),
                        format!("no single lead: perhaps {en}"),
                    )
                }
                None => text(
                    "没有明确的主管部门，由县级以上政府确定",
                    "no department is named; the county government or above decides",
                ),
            },
        }
    }

    fn no_single_lead(&self, zh: &str, en: &str) -> Text {
        match self.case.and_then(|case| case.since) {
            Some(since) => text(
                format!("无唯一牵头部门：自{since}起{zh}"),
                format!("no single lead: {en} since {since}"),
            ),
            None => text(
                format!("无唯一牵头部门：{zh}"),
                format!("no single lead: {en}"),
            ),
        }
    }

    fn proposal(&self) -> Text {
        let kind = self.similar_type();
        let lead = self.similar().and_then(|record| record.lead);
        match (kind, lead) {
            (Some(kind), Some(lead)) => text(
                format!("建议比照{}，由{}主管，须经政府确定", kind.zh, lead.zh),
                format!(
                    "proposed: {}, as for {}; the government decides",
                    lead.en, kind.en
                ),
            ),
            _ => {
                let compared = self.case.and_then(|case| case.compared);
                let (zh, en) = match compared {
                    Some(compared) => (
                        format!("建议比照{}", short(compared)),
                        format!("proposed: as for {}", short(compared)),
                    ),
                    None => ("已提出建议".to_owned(), "a proposal was made".to_owned()),
                };
                text(
                    format!("{zh}，须经政府确定"),
                    format!("{en}; the government decides"),
                )
            }
        }
    }

    fn values(&self) -> Vec<(String, String)> {
        let mut values = vec![("state", self.answer.state.name().to_owned())];
        if let Some(lead) = self.lead {
            values.push(("lead", short(lead.zh)));
            values.push(("basis", short(lead.basis)));
        }
        let settled = self.case.is_some_and(|case| case.lead.is_some());
        let record = match self.answer.state {
            State::ProposedBySimilarity => self.similar(),
            _ if settled => None,
            _ => self.record(),
        };
        if let Some(record) = record {
            if self.lead.is_none() {
                values.push(("basis", record.basis.to_owned()));
            }
            values.push(("confidence", confidence(record.confidence).2.to_owned()));
            values.push(("region", format!("{:0<6}", record.region)));
        }
        if let Some(kind) = self.similar_type() {
            values.push(("similar_to", kind.key.to_owned()));
        }
        if let Some(addressee) = self.addressee() {
            values.push(("reports_to", addressee.zh));
        }
        values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

fn confidence(of: Confidence) -> (&'static str, &'static str, &'static str) {
    match of {
        Confidence::High => ("可信度高", "high confidence", "high"),
        Confidence::Medium => ("可信度中等", "medium confidence", "medium"),
        Confidence::Unverified => ("未经核实", "unverified", "unverified"),
    }
}
