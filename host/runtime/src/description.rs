//! Whether what a plugin says of itself can be.

use std::collections::HashSet;
use std::fmt;

use anjian_model::{Description, Rule, Text};
use jiff::civil::Date;
use thiserror::Error;

/// What is wrong with what a plugin says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DescriptionProblem {
    /// An id or key is empty or has other signs than it may.
    #[error("the {what} is {id:?}; it must be lower-case letters, digits, `_` and `-`")]
    BadId {
        /// Of what.
        what: &'static str,
        /// As given.
        id: String,
    },
    /// The version is no semantic version.
    #[error("the plugin's version is {version:?}; it must be like 1.2.3")]
    BadVersion {
        /// As given.
        version: String,
    },
    /// A title is missing in Chinese or in English.
    #[error("the title of {of} is missing in {language}")]
    NoTitle {
        /// Of what.
        of: String,
        /// `Chinese` or `English`.
        language: &'static str,
    },
    /// A section is there twice.
    #[error("the section {name:?} is there twice")]
    DuplicateSection {
        /// Of the section.
        name: String,
    },
    /// A schema is no JSON object.
    #[error("the schema of the section {section:?} is no JSON object: {reason}")]
    BadSchema {
        /// Of the section.
        section: String,
        /// What the reader said.
        reason: String,
    },
    /// An instrument is there twice.
    #[error("the instrument {key:?} is there twice")]
    DuplicateInstrument {
        /// Of the instrument.
        key: String,
    },
    /// It has no rules.
    #[error("it has no rules")]
    NoRules,
    /// A rule's id is not `instrument/clause`.
    #[error("the rule id {rule:?} is not of the form instrument/clause")]
    BadRuleId {
        /// As given.
        rule: String,
    },
    /// A rule is there twice.
    #[error("the rule {rule:?} is there twice")]
    DuplicateRule {
        /// Its id.
        rule: String,
    },
    /// A rule names one instrument and its id another.
    #[error("the id of the rule {rule:?} does not begin with its instrument {instrument:?}")]
    ForeignInstrument {
        /// Its id.
        rule: String,
        /// The instrument that it names.
        instrument: String,
    },
    /// A rule cites what is not declared.
    #[error("the rule {rule:?} cites the instrument {instrument:?}, which is not declared")]
    UnknownInstrument {
        /// Its id.
        rule: String,
        /// The instrument that it names.
        instrument: String,
    },
    /// A date is none.
    #[error("the rule {rule:?} is in force by {date:?}, which is no date like 2024-05-31")]
    BadDate {
        /// Its id.
        rule: String,
        /// As given.
        date: String,
    },
    /// A rule ends before it begins.
    #[error("the rule {rule:?} is in force from {from} and only to {to}")]
    NeverInForce {
        /// Its id.
        rule: String,
        /// First day.
        from: String,
        /// Last day.
        to: String,
    },
    /// A fact is no JSON pointer.
    #[error("the rule {rule:?} reads {fact:?}, which is no JSON pointer; it must begin with `/`")]
    BadFact {
        /// Its id.
        rule: String,
        /// As given.
        fact: String,
    },
}

/// The first problems in a sentence, and how many more there are: a thousand
/// rules can have a thousand.
pub(crate) struct Listed<'a>(pub(crate) &'a [DescriptionProblem]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 5;
        for (i, problem) in self.0.iter().take(SHOWN).enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// All that is wrong, in the order of the description.
pub(crate) fn problems(description: &Description) -> Vec<DescriptionProblem> {
    let mut found = Vec::new();
    id(&mut found, "plugin's id", &description.id);
    if semver::Version::parse(&description.version).is_err() {
        found.push(DescriptionProblem::BadVersion {
            version: description.version.clone(),
        });
    }
    title(&mut found, &description.title, || "the plugin".to_owned());

    let mut sections = HashSet::new();
    for section in &description.sections {
        id(&mut found, "section's name", &section.name);
        if !sections.insert(section.name.as_str()) {
            found.push(DescriptionProblem::DuplicateSection {
                name: section.name.clone(),
            });
        }
        if let Err(error) =
            serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&section.schema)
        {
            found.push(DescriptionProblem::BadSchema {
                section: section.name.clone(),
                reason: error.to_string(),
            });
        }
    }

    let mut instruments = HashSet::new();
    for instrument in &description.instruments {
        id(&mut found, "instrument's key", &instrument.key);
        if !instruments.insert(instrument.key.as_str()) {
            found.push(DescriptionProblem::DuplicateInstrument {
                key: instrument.key.clone(),
            });
        }
        title(&mut found, &instrument.title, || {
            format!("the instrument {:?}", instrument.key)
        });
    }

    if description.rules.is_empty() {
        found.push(DescriptionProblem::NoRules);
    }
    let mut rules = HashSet::new();
    for rule in &description.rules {
        if !rules.insert(rule.id.as_str()) {
            found.push(DescriptionProblem::DuplicateRule {
                rule: rule.id.clone(),
            });
        }
        of_rule(&mut found, rule, &instruments);
    }
    found
}

fn of_rule(found: &mut Vec<DescriptionProblem>, rule: &Rule, instruments: &HashSet<&str>) {
    let named = || rule.id.clone();
    match rule.id.split_once('/') {
        Some((first, clause)) if !first.is_empty() && !clause.is_empty() => {
            if first != rule.instrument {
                found.push(DescriptionProblem::ForeignInstrument {
                    rule: named(),
                    instrument: rule.instrument.clone(),
                });
            }
        }
        _ => found.push(DescriptionProblem::BadRuleId { rule: named() }),
    }
    if !instruments.contains(rule.instrument.as_str()) {
        found.push(DescriptionProblem::UnknownInstrument {
            rule: named(),
            instrument: rule.instrument.clone(),
        });
    }
    title(found, &rule.title, || format!("the rule {:?}", rule.id));
    for day in [&rule.in_force_from, &rule.in_force_to]
        .into_iter()
        .flatten()
    {
        if !is_date(day) {
            found.push(DescriptionProblem::BadDate {
                rule: named(),
                date: day.clone(),
            });
        }
    }
    // Dates of this form sort as text.
    if let (Some(from), Some(to)) = (&rule.in_force_from, &rule.in_force_to)
        && from > to
    {
        found.push(DescriptionProblem::NeverInForce {
            rule: named(),
            from: from.clone(),
            to: to.clone(),
        });
    }
    for fact in &rule.facts {
        if !fact.starts_with('/') {
            found.push(DescriptionProblem::BadFact {
                rule: named(),
                fact: fact.clone(),
            });
        }
    }
}

fn id(found: &mut Vec<DescriptionProblem>, what: &'static str, id: &str) {
    let fits = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-');
    if id.is_empty() || !id.chars().all(fits) {
        found.push(DescriptionProblem::BadId {
            what,
            id: id.to_owned(),
        });
    }
}

fn title(found: &mut Vec<DescriptionProblem>, title: &Text, of: impl Fn() -> String) {
    for (text, language) in [(&title.zh, "Chinese"), (&title.en, "English")] {
        if text.trim().is_empty() {
            found.push(DescriptionProblem::NoTitle { of: of(), language });
        }
    }
}

/// `YYYY-MM-DD` and nothing else; the date reader alone takes more forms.
fn is_date(text: &str) -> bool {
    let form = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| match i {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    form && text.parse::<Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use anjian_model::{
        Confidence, Description, InForceBy, Instrument, Kind, Rule, Section, Severity, Text,
    };

    use super::{Listed, is_date, problems};

    fn title() -> Text {
        Text {
            zh: "题".to_owned(),
            en: "title".to_owned(),
        }
    }

    fn good() -> Description {
        Description {
            id: "test".to_owned(),
            version: "1.0.0".to_owned(),
            title: title(),
            sections: vec![Section {
                name: "test".to_owned(),
                schema: "{}".to_owned(),
            }],
            instruments: vec![Instrument {
                key: "order1".to_owned(),
                title: title(),
                number: String::new(),
                issuer: String::new(),
            }],
            rules: vec![Rule {
                id: "order1/1".to_owned(),
                instrument: "order1".to_owned(),
                clause: "第一条".to_owned(),
                title: title(),
                kind: Kind::Duty,
                severity: Severity::Medium,
                confidence: Confidence::High,
                in_force_from: Some("2020-01-01".to_owned()),
                in_force_to: Some("2020-01-01".to_owned()),
                in_force_by: InForceBy::ReferenceDate,
                facts: vec!["/sections/test/list/*/fact".to_owned()],
            }],
        }
    }

    #[test]
    fn one_thing_wrong_is_named() {
        type Spoil = fn(&mut Description);
        let cases: &[(Spoil, &str)] = &[
            (
                |d| d.id.clear(),
                "the plugin's id is \"\"; it must be lower-case letters, digits, `_` and `-`",
            ),
            (
                |d| d.version = "1".to_owned(),
                "the plugin's version is \"1\"; it must be like 1.2.3",
            ),
            (
                |d| d.title.zh = " ".to_owned(),
                "the title of the plugin is missing in Chinese",
            ),
            (
                |d| d.sections.push(d.sections[0].clone()),
                "the section \"test\" is there twice",
            ),
            (
                |d| d.sections[0].schema = "[]".to_owned(),
                "the schema of the section \"test\" is no JSON object: invalid type: sequence, \
                 expected a map at line 1 column 0",
            ),
            (
                |d| d.instruments.push(d.instruments[0].clone()),
                "the instrument \"order1\" is there twice",
            ),
            (|d| d.rules.clear(), "it has no rules"),
            (
                |d| d.rules.push(d.rules[0].clone()),
                "the rule \"order1/1\" is there twice",
            ),
            (
                |d| d.rules[0].id = "order1".to_owned(),
                "the rule id \"order1\" is not of the form instrument/clause",
            ),
            (
                |d| d.rules[0].id = "order2/1".to_owned(),
                "the id of the rule \"order2/1\" does not begin with its instrument \"order1\"",
            ),
            (
                |d| d.instruments.clear(),
                "the rule \"order1/1\" cites the instrument \"order1\", which is not declared",
            ),
            (
                |d| d.rules[0].title.en.clear(),
                "the title of the rule \"order1/1\" is missing in English",
            ),
            (
                |d| d.rules[0].in_force_to = Some("2023-02-29".to_owned()),
                "the rule \"order1/1\" is in force by \"2023-02-29\", which is no date like \
                 2024-05-31",
            ),
            (
                |d| d.rules[0].in_force_to = Some("2019-12-31".to_owned()),
                "the rule \"order1/1\" is in force from 2020-01-01 and only to 2019-12-31",
            ),
            (
                |d| d.rules[0].facts[0] = "sections/test/list/*/fact".to_owned(),
                "the rule \"order1/1\" reads \"sections/test/list/*/fact\", which is no JSON \
                 pointer; it must begin with `/`",
            ),
        ];
        assert_eq!(problems(&good()), []);
        for (spoil, expected) in cases {
            let mut description = good();
            spoil(&mut description);
            let found = problems(&description);
            assert_eq!(Listed(&found).to_string(), *expected);
        }
    }

    #[test]
    fn a_thousand_problems_are_one_sentence() {
        let mut description = good();
        description.rules = vec![description.rules[0].clone(); 1_001];
        let found = problems(&description);
        assert_eq!(found.len(), 1_000);
        assert!(Listed(&found).to_string().ends_with("; and 995 more"));
    }

    #[test]
    fn dates() {
        for good in ["2024-02-29", "1999-12-31", "2017-11-13"] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "",
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "20240101",
            "2024-1-01",
            "2024-01-01T00:00",
            "２０２４-01",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
    }
}
