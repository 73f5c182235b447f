//! What can be wrong with a profile.

use std::fmt;

use thiserror::Error;

/// A profile that cannot be used: all that is wrong with it, by line.
#[derive(Debug, Error)]
pub struct ProfileError {
    file: String,
    problems: Vec<(usize, ProfileProblem)>,
}

impl ProfileError {
    pub(super) fn new(file: &str, mut problems: Vec<(usize, ProfileProblem)>) -> Self {
        problems.sort_by_key(|(line, _)| *line);
        Self {
            file: file.to_owned(),
            problems,
        }
    }
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the profile cannot be used, so nothing was checked; correct it first")?;
        for (line, problem) in &self.problems {
            write!(f, "\n{}:{line}: {problem}", self.file)?;
        }
        Ok(())
    }
}

/// One thing wrong with a profile.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ProfileProblem {
    #[error("{0}")]
    NotToml(String),
    #[error("the file is not UTF-8 text; save it as UTF-8")]
    NotUtf8,
    #[error("the profile's id is {0:?}; it must be lower-case letters, digits, `_` and `-`")]
    BadId(String),
    #[error("{what} has no text in {language}; give both zh and en")]
    NoText {
        what: String,
        language: &'static str,
    },
    #[error("the entry of `{rule}` has no reason; give reason = {{ zh = \"…\", en = \"…\" }}")]
    NoReason { rule: String },
    #[error("the entry of `{rule}` does not say when it was decided; give decided_on = YYYY-MM-DD")]
    NoDecisionDay { rule: String },
    #[error("{name} is `{found}`; give a date alone, YYYY-MM-DD")]
    NotADate { name: &'static str, found: String },
    #[error(
        "the entry of `{rule}` decides nothing; give active = false, severity, from, to or \
         tolerate_until"
    )]
    NoDecision { rule: String },
    #[error(
        "the entry of `{rule}` has active = true; rules are active unless they are switched off, \
         so leave it out"
    )]
    SwitchedOn { rule: String },
    #[error("the entry of `{rule}` switches it off and decides more; keep one of both")]
    OffAndMore { rule: String },
    #[error("the entry of `{rule}` is from {from} and only to {to}; correct one of the dates")]
    Backwards {
        rule: String,
        from: String,
        to: String,
    },
    #[error(
        "the entry of `{rule}` tolerates until {until}, which is before the decision of \
         {decided_on}; correct one of the dates"
    )]
    ToleratedBefore {
        rule: String,
        until: String,
        decided_on: String,
    },
    #[error("`{id}` is no pattern; `*` stands once, at the end, such as `ncm88/*`")]
    BadPattern { id: String },
    #[error("no rule is called `{id}`; {hint}")]
    UnknownRule { id: String, hint: String },
    #[error("no plugin is called `{name}`; {hint}")]
    UnknownPlugin { name: String, hint: String },
    #[error("rule `{rule}` has an entry in line {line} already; keep one of them")]
    TwoEntries { rule: String, line: usize },
    #[error(
        "the entry of `{id}` changes nothing: dates can only be later than the rule's own \
         beginning or earlier than its end, and a grade must be another one"
    )]
    ChangesNothing { id: String },
    #[error(
        "rule `{rule}` would be in force from {from} and only to {to}; to switch it off, give \
         active = false"
    )]
    NeverInForce {
        rule: String,
        from: String,
        to: String,
    },
    #[error("the parameter {name} is {found}, which JSON cannot say; give a finite number")]
    NotFinite { name: String, found: String },
    #[error("parameters of plugin `{name}` are no table; give [parameters.{name}]")]
    NoTable { name: String },
    #[error("plugin `{plugin}` cannot use its parameters: {reason}")]
    Refused { plugin: String, reason: String },
}
