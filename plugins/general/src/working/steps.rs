//! How an answer was found: its basis, the other departments, the records.

use anjian_sdk::contract::{Step, Text};

use super::{About, confidence, names, text};
use crate::division::Lead;
use crate::division::form::Source;
use crate::division::table::Record;
use crate::filed::short;

const LEAD: &str = "安全生产法第十条第二款";

fn step(clause: &str, label: Text) -> Step {
    Step {
        clause: clause.to_owned(),
        label,
        formula: String::new(),
        pointer: None,
    }
}

impl About<'_> {
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some(Lead {
            basis, basis_en, ..
        }) = self.lead
        {
            let basis = text(
                format!("依据：{}", short(basis)),
                format!("basis: {}", short(basis_en)),
            );
            steps.push(step(LEAD, basis));
        }
        let record = self.record();
        // A decision leaves no candidates.
        let co = record.filter(|record| {
            !record.co.is_empty() && (record.lead.is_some() || self.lead.is_none())
        });
        if let Some(record) = co {
            let Text { zh, en } = names(record.co);
            let of = if record.lead.is_some() {
                text(format!("配合部门：{zh}"), format!("supporting: {en}"))
            } else {
                text(format!("可能的部门：{zh}"), format!("candidates: {en}"))
            };
            steps.push(step(LEAD, of));
        }
        let local = self.local_body();
        steps.push(step(
            "安全生产法第九条第二款",
            text(
                format!("属地：{}", local.zh),
                format!("local body: {}", local.en),
            ),
        ));
        if let Some(Text { zh, en }) = self.addressee() {
            let reports = text(
                format!("牵头部门明确以前，须报告的事项报{zh}"),
                format!("until a lead is settled, reports go to: {en}"),
            );
            steps.push(step(LEAD, reports));
        }
        steps.extend(self.found());
        steps
    }

    fn local_body(&self) -> Text {
        match (self.local, self.record()) {
            (Some(local), _) => text(short(local), short(local)),
            (None, Some(record)) => text(&*record.local.zh, &*record.local.en),
            (None, None) => text("属地镇街（园区）", "town, street or development zone"),
        }
    }

    /// Who gets what the enterprise has to report while no lead is settled.
    pub(super) fn addressee(&self) -> Option<Text> {
        let Text { zh, en } = self.local_body();
        (!self.answer.state.is_settled()).then(|| {
            text(
                format!("{zh}、应急管理局"),
                format!("{en}, emergency management bureau"),
            )
        })
    }

    /// Which records were looked at, the nearest first.
    fn found(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.lead.is_some() && self.case.is_some() {
            let filed = text("采用：申报的决定", "taken: the decision that was filed");
            steps.push(step(LEAD, filed));
        }
        for id in &self.answer.looked_at {
            let taken = self.case.is_none_or(|case| case.state == Some("proposed"))
                && self.answer.record == Some(*id);
            if let Some(record) = self.table.record(*id) {
                steps.push(self.looked_at(&record, taken));
            }
        }
        if self.answer.looked_at.is_empty() {
            let none = text(
                "分工表没有该业务在本地、当时有效的记录",
                "the table has no record of this business that holds here and then",
            );
            steps.push(step(LEAD, none));
        }
        if let Some(record) = self.similar() {
            steps.push(self.looked_at(&record, true));
        }
        steps
    }

    fn looked_at(&self, record: &Record<'_>, taken: bool) -> Step {
        let (taken, taken_en) = if taken {
            ("采用", "taken")
        } else {
            ("未采用", "not taken")
        };
        let (source, source_en) = source(record.source);
        let (sure, sure_en, _) = confidence(record.confidence);
        let (own, own_en) = if record.own {
            ("，本地参数", ", from the profile")
        } else {
            ("", "")
        };
        let lead = match record.lead {
            Some(lead) => text(&*lead.zh, &*lead.en),
            None => text("没有唯一牵头部门", "no single lead"),
        };
        let kind = self
            .table
            .kind(record.kind)
            .map_or(("", ""), |of| (of.zh, of.en));
        let label = text(
            format!("{taken}：{}，{source}，{sure}{own}：{}", kind.0, lead.zh),
            format!(
                "{taken_en}: {}, {source_en}, {sure_en}{own_en}: {}",
                kind.1, lead.en
            ),
        );
        let day = |day: Option<_>| day.map_or_else(|| "…".to_owned(), |day| format!("{day}"));
        Step {
            clause: record.basis.to_owned(),
            label,
            // The record's region is the beginning of the site's.
            formula: format!(
                "{:0<6} ⊇ {}, {}–{}",
                record.region,
                self.region,
                day(record.from),
                day(record.to)
            ),
            pointer: None,
        }
    }
}

fn source(of: Source) -> (&'static str, &'static str) {
    match of {
        Source::Statute => ("法规", "statute"),
        Source::Document => ("分工文件", "division document"),
        Source::SuperiorDocument => ("上级文件", "superior document"),
        Source::Default => ("默认", "default"),
        Source::Open => ("未统一", "open"),
    }
}
