//! Doubles of plugins for tests.

use std::sync::Arc;

use anjian_model::{
    Assessment, Confidence, Description, InForceBy, Instrument, Kind, Outcome, Page, RawEvidence,
    RawFinding, RawIdentification, Request, Rule, Section, Severity, Step, Text,
};
use serde_json::Value;

use crate::{Broken, Judge};

pub(crate) fn text(zh: &str, en: &str) -> Text {
    Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

pub(crate) fn rule(id: &str) -> Rule {
    Rule {
        id: id.to_owned(),
        instrument: "t".to_owned(),
        clause: "第一条".to_owned(),
        title: text("未设紧急切断装置", "no emergency shut-off"),
        kind: Kind::MajorHazard,
        severity: Severity::Critical,
        confidence: Confidence::High,
        in_force_from: None,
        in_force_to: None,
        in_force_by: InForceBy::ReferenceDate,
        facts: Vec::new(),
    }
}

pub(crate) const SECTION: &str = r##"{
  "type": "object", "additionalProperties": false,
  "title": "测试章节", "x-title-en": "test section",
  "properties": {
    "count": {"type": ["integer", "null"], "minimum": 0, "title": "数量", "x-title-en": "count"},
    "mode": {"enum": ["manual", "auto", null], "title": "方式", "x-title-en": "mode",
             "x-enum": {"manual": {"zh": "手动", "en": "manual"}, "auto": {"zh": "自动", "en": "automatic"}}},
    "last_drill": {"type": ["string", "null"], "format": "date-or-none", "title": "上次演练", "x-title-en": "last drill"},
    "units": {"type": ["array", "null"], "title": "单元", "x-title-en": "units", "items": {"$ref": "#/$defs/unit"}}
  },
  "$defs": {"unit": {
    "type": "object", "additionalProperties": false, "title": "单元", "x-title-en": "unit",
    "properties": {
      "id": {"type": ["string", "null"], "title": "编号", "x-title-en": "id"},
      "name": {"type": ["string", "null"], "title": "名称", "x-title-en": "name"},
      "esd": {"type": ["boolean", "null"], "title": "紧急切断装置", "x-title-en": "emergency shut-off"},
      "distance_m": {"type": ["number", "null"], "minimum": 0, "x-unit": "m", "title": "外部距离", "x-title-en": "external distance"}
    }
  }}
}"##;

/// Rule 0 wants `esd` of each unit, rule 1 (advice) a `count`, rule 2 shows a
/// calculation. `count: 666` breaks it.
pub(crate) struct Double(Description);

impl Double {
    pub(crate) fn new(id: &str) -> Self {
        let mut advice = rule(&format!("{id}/10"));
        advice.kind = Kind::Advice;
        advice.severity = Severity::Info;
        advice.confidence = Confidence::Medium;
        advice.title = text("数量未填", "no count");
        let mut shown = rule(&format!("{id}/11"));
        shown.kind = Kind::Identification;
        shown.severity = Severity::Info;
        Self(Description {
            id: id.to_owned(),
            version: "0.1.0".to_owned(),
            title: text("测试插件", "test plugin"),
            sections: vec![Section {
                name: "test".to_owned(),
                schema: SECTION.to_owned(),
            }],
            instruments: vec![Instrument {
                key: "t".to_owned(),
                title: text("测试标准", "test standard"),
                number: "GB 1-2020".to_owned(),
                issuer: "某部".to_owned(),
            }],
            rules: vec![rule(&format!("{id}/5a")), advice, shown],
        })
    }

    pub(crate) fn arc(id: &str) -> Arc<dyn Judge> {
        Arc::new(Self::new(id))
    }

    pub(crate) fn with(id: &str, change: impl FnOnce(&mut Description)) -> Arc<dyn Judge> {
        let mut double = Self::new(id);
        change(&mut double.0);
        Arc::new(double)
    }
}

impl Judge for Double {
    fn description(&self) -> &Description {
        &self.0
    }

    fn sha256(&self) -> &str {
        "00ff"
    }

    fn explain(&self, _rule: &str) -> Result<Option<Page>, Broken> {
        Ok(None)
    }

    fn takes(&self, parameters: &[u8]) -> Result<(), String> {
        match serde_json::from_slice::<Value>(parameters) {
            Ok(given) if given["wrong"] == true => Err("`wrong` is true".to_owned()),
            _ => Ok(()),
        }
    }

    fn evaluate(&self, request: Request<'_>) -> Result<Assessment, Broken> {
        let filing: Value = serde_json::from_slice(request.filing).unwrap();
        let section = &filing["sections"][&self.0.sections[0].name];
        if section["count"] == 666 {
            return Err(Broken(text("插件崩溃", "the plugin broke down")));
        }
        let mut findings = Vec::new();
        let units = section["units"].as_array().cloned().unwrap_or_default();
        let mut worst = Outcome::NotApplicable;
        for (n, unit) in units.iter().enumerate() {
            let item = format!("/sections/test/units/{n}");
            let fact = format!("{item}/esd");
            let outcome = match unit["esd"].as_bool() {
                Some(true) => Outcome::Satisfied,
                Some(false) => Outcome::Violated,
                None => Outcome::Undetermined,
            };
            worst = worst.min(outcome);
            if outcome == Outcome::Satisfied {
                continue;
            }
            let known = outcome == Outcome::Violated;
            findings.push(RawFinding {
                rule: 0,
                outcome,
                item: Some(item),
                reason: None,
                evidence: Vec::from_iter(known.then(|| RawEvidence {
                    pointer: fact.clone(),
                    computed: None,
                    expected: Some("true".to_owned()),
                })),
                missing: Vec::from_iter((!known).then_some(fact)),
            });
        }
        let count = section["count"].is_null();
        if count {
            findings.push(RawFinding {
                rule: 1,
                outcome: Outcome::Violated,
                item: None,
                reason: Some(text("建议填写", "better give it")),
                evidence: Vec::new(),
                missing: Vec::new(),
            });
        }
        let advice = if count {
            Outcome::Violated
        } else {
            Outcome::Satisfied
        };
        Ok(Assessment {
            outcomes: vec![worst, advice, Outcome::NotApplicable],
            findings,
            scores: Vec::new(),
            identifications: Vec::from_iter((!units.is_empty()).then(|| RawIdentification {
                rule: 2,
                pointer: "/sections/test/units/0".to_owned(),
                result: text(
                    "构成重大危险源，三级",
                    "a major hazard installation of grade 3",
                ),
                values: vec![("s".to_owned(), "2.4".to_owned())],
                steps: vec![Step {
                    clause: "表1".to_owned(),
                    label: text("液氯", "chlorine"),
                    formula: "12 ÷ 5 = 2.4".to_owned(),
                    pointer: Some("/sections/test/units/0/distance_m".to_owned()),
                }],
            })),
        })
    }
}
