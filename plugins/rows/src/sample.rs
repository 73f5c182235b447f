//! What an example or a boundary value files: the facts and both dates.

use serde_json::{Map, Value, json};

use crate::table::{By, Row};

/// The day on which examples are judged unless they say otherwise.
pub const EXAMPLE_DATE: &str = "2026-06-30";

/// The member of an example that holds facts of the envelope.
pub const ENTERPRISE: &str = "enterprise";

/// A filing in the making.
#[derive(Clone, Debug)]
pub struct Sample {
    /// `enterprise` of the envelope.
    pub enterprise: Value,
    /// The section's content.
    pub section: Value,
    /// `YYYY-MM-DD`: the date that the facts describe.
    pub reference_date: String,
    /// `YYYY-MM-DD`: the date of filing.
    pub submission_date: String,
}

impl Sample {
    /// From an example's content, whose member `enterprise` belongs to the envelope.
    pub fn new(mut section: Value, reference_date: String, submission_date: String) -> Self {
        let enterprise = section
            .as_object_mut()
            .and_then(|section| section.remove(ENTERPRISE))
            .unwrap_or_else(|| Value::Object(Map::new()));
        Sample {
            enterprise,
            section,
            reference_date,
            submission_date,
        }
    }

    /// A section of an enterprise of which nothing else is known.
    pub fn of_section(section: Value, date: &str) -> Self {
        Sample::new(section, date.to_owned(), date.to_owned())
    }

    /// The whole filing.
    pub fn filing(&self, section_name: &str) -> Value {
        let mut enterprise = json!({"name": "示例企业"});
        if let (Some(whole), Some(facts)) =
            (enterprise.as_object_mut(), self.enterprise.as_object())
        {
            whole.extend(facts.clone());
        }
        let mut filing = json!({
            "filing_id": "example",
            "reference_date": self.reference_date,
            "enterprise": enterprise,
            "sections": {section_name: self.section},
        });
        if self.submission_date != self.reference_date
            && let Some(members) = filing.as_object_mut()
        {
            members.insert(
                "submission_date".into(),
                self.submission_date.clone().into(),
            );
        }
        filing
    }

    /// Whether a rule is in force for it. The host judges dates: outside them a
    /// plugin is not asked.
    pub fn in_force(&self, row: &Row) -> bool {
        let day = match row.by {
            By::ReferenceDate => &self.reference_date,
            By::SubmissionDate => &self.submission_date,
        };
        let from = row
            .from
            .as_ref()
            .is_none_or(|from| from.to_string() <= *day);
        let to = row.to.as_ref().is_none_or(|to| *day <= to.to_string());
        from && to
    }
}

/// The JSON pointer of a path inside an example: `units/0/in_service` or
/// `enterprise/staff_num`.
pub fn pointer(section_name: &str, path: &str) -> String {
    match path.strip_prefix(ENTERPRISE) {
        Some(rest) if rest.starts_with('/') => format!("/{path}"),
        _ => format!("/sections/{section_name}/{path}"),
    }
}
