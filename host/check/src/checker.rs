//! One filing from bytes to report. Every front door uses [`Checker::check`],
//! so the command and the service cannot disagree.

use std::fmt;
use std::sync::Arc;

use anjian_model::{
    Description, FilingReport, Head, Instrument, PluginUsed, Problem, ProblemLevel, ProfileEffect,
    ProfileUsed, Request, Rule, Section, Text, Verdict,
};
use thiserror::Error;

use crate::assemble::{self, Answering, Assembler, Parts};
use crate::enrolled::Enrolled;
use crate::intake::{self, Document};
use crate::judge::Judge;
use crate::plan::{Dates, Scope};
use crate::profile::{Decision, Profile, ProfileError};
use crate::schema::{self, Fact, SchemaError, Schemas};
use crate::waiting::waiting;

/// Problems of one filing that are told one by one. A program that writes a
/// wrong form makes thousands, all with one cause.
const MAX_PROBLEMS: usize = 100;

/// Where a filing came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// A path, or `-` for standard input.
    pub path: String,
    /// The line, when it is one of a stream.
    pub line: Option<u32>,
}

impl Source {
    /// A whole file.
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        match self.line {
            Some(line) => write!(f, "#{line}"),
            None => Ok(()),
        }
    }
}

/// How to judge.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Judge as of this reference date, whatever the filing says.
    pub as_of: Option<jiff::civil::Date>,
    /// Also report what is satisfied or does not apply.
    pub all: bool,
}

/// Why a plugin cannot judge together with the others.
#[derive(Debug, Error)]
pub enum SetupError {
    /// A schema is none.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A profile does not fit the plugins.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Two plugins of one id: verdicts would depend on their order.
    #[error("two plugins are called `{0}`; keep one of them")]
    SamePlugin(String),
    /// Two plugins answer for one rule.
    #[error(
        "rule `{rule}` is in plugin `{new}` and in plugin `{old}`; one of them must give it up"
    )]
    #[expect(missing_docs, reason = "the message says it")]
    SameRule {
        rule: String,
        new: String,
        old: String,
    },
}

/// A plugin with what every filing needs of it.
struct Loaded {
    judge: Arc<dyn Judge>,
    /// In the order of its description.
    rules: Vec<Enrolled>,
}

/// The judgement of a filing, with the document for those who show its lines.
pub struct Checked<'a> {
    /// Where it came from.
    pub source: Source,
    /// What is said of it.
    pub report: FilingReport,
    /// `None` when it could not be read.
    pub document: Option<Document<'a>>,
}

/// A set of plugins, ready to judge.
pub struct Checker {
    plugins: Vec<Loaded>,
    schemas: Schemas,
    options: Options,
    profile: Option<Profile>,
    /// The one plugin that is called; all of them without it.
    only: Option<String>,
}

impl Checker {
    /// Without plugins yet.
    ///
    /// # Errors
    /// When the envelope's schema is broken, which a test rules out.
    pub fn new(options: Options) -> Result<Self, SetupError> {
        Ok(Self {
            plugins: Vec::new(),
            schemas: Schemas::new()?,
            options,
            profile: None,
            only: None,
        })
    }

    /// Adds a plugin.
    ///
    /// # Errors
    /// When it does not fit with those that are there; they stay usable.
    pub fn add(&mut self, judge: Arc<dyn Judge>) -> Result<(), SetupError> {
        let description = judge.description();
        for other in &self.plugins {
            let other = other.judge.description();
            if other.id == description.id {
                return Err(SetupError::SamePlugin(other.id.clone()));
            }
            let same = |id: &str| other.rules.iter().any(|rule| rule.id == id);
            if let Some(rule) = description.rules.iter().find(|rule| same(&rule.id)) {
                return Err(SetupError::SameRule {
                    rule: rule.id.clone(),
                    new: description.id.clone(),
                    old: other.id.clone(),
                });
            }
        }
        self.schemas.add(&description.id, &description.sections)?;
        let rules = Enrolled::all(description);
        self.plugins.push(Loaded { judge, rules });
        // Reports must not depend on the order in which plugins were found.
        self.plugins
            .sort_by(|a, b| a.judge.description().id.cmp(&b.judge.description().id));
        Ok(())
    }

    /// Judges by a profile from now on. All plugins must be there: names that
    /// no plugin knows are errors.
    ///
    /// # Errors
    /// When the profile does not fit the plugins.
    pub fn with_profile(self, profile: Profile) -> Result<Self, SetupError> {
        self.with_profile_among(profile, &[])
    }

    /// The same, where other versions of plugins judge filings of other dates:
    /// a name need not be known to the plugins here if it is known to those.
    pub(crate) fn with_profile_among(
        mut self,
        profile: Profile,
        elsewhere: &[&Description],
    ) -> Result<Self, SetupError> {
        let descriptions: Vec<&Description> =
            self.plugins().map(|judge| judge.description()).collect();
        let mut decided = profile.resolve(&descriptions, elsewhere)?;
        profile.offer(self.plugins())?;
        for enrolled in self.plugins.iter_mut().flat_map(|loaded| &mut loaded.rules) {
            if let Some((rule, decision)) = decided.remove(&enrolled.rule.id) {
                enrolled.rule = rule;
                enrolled.decision = Some(decision);
            }
        }
        let all = self.plugins.len();
        let known: Vec<String> = self.schemas.section_names().map(str::to_owned).collect();
        self.plugins
            .retain(|loaded| profile.has_plugin(&loaded.judge.description().id));
        if self.plugins.len() < all {
            self.schemas = Schemas::new()?;
            for loaded in &self.plugins {
                let description = loaded.judge.description();
                self.schemas.add(&description.id, &description.sections)?;
            }
            self.schemas.leave_out(known);
        }
        self.profile = Some(profile);
        Ok(self)
    }

    /// Calls one plugin only from now on.
    pub(crate) fn call_only(&mut self, plugin: &str) {
        self.only = Some(plugin.to_owned());
    }

    /// The profile that it judges by.
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// The profile, as reports name it.
    pub fn profile_used(&self) -> Option<ProfileUsed> {
        let profile = self.profile.as_ref()?;
        let count = |counts: fn(&Decision) -> bool| {
            let decisions = self
                .rules()
                .filter_map(|(_, found)| found.decision.as_ref());
            decisions.filter(|decision| counts(decision)).count() as u64
        };
        Some(ProfileUsed {
            id: profile.id.clone(),
            title: profile.title.clone(),
            sha256: profile.sha256.clone(),
            signed_by: profile.signed_by.clone(),
            inactive: count(Decision::leaves_out),
            tolerated: count(Decision::tolerates),
        })
    }

    /// How it judges.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Who judges, by id.
    pub fn plugins(&self) -> impl ExactSizeIterator<Item = &Arc<dyn Judge>> {
        self.plugins.iter().map(|loaded| &loaded.judge)
    }

    /// Who judges, as reports name them.
    pub fn plugins_used(&self) -> Vec<PluginUsed> {
        self.plugins()
            .map(|judge| PluginUsed {
                id: judge.description().id.clone(),
                version: judge.description().version.clone(),
                sha256: judge.sha256().to_owned(),
                from: None,
                until: None,
            })
            .collect()
    }

    /// What its reports say once.
    pub fn head(&self) -> Head {
        Head {
            plugins: self.plugins_used(),
            profile: self.profile_used(),
            notes: Vec::new(),
        }
    }

    /// A rule and the plugin that has it.
    pub fn rule(&self, id: &str) -> Option<(&Arc<dyn Judge>, &Rule)> {
        let (judge, found) = self.rules().find(|(_, found)| found.rule.id == id)?;
        Some((judge, &found.rule))
    }

    /// All rules, each with the plugin that has it.
    pub fn rules(&self) -> impl Iterator<Item = (&Arc<dyn Judge>, &Enrolled)> {
        self.plugins
            .iter()
            .flat_map(|loaded| loaded.rules.iter().map(|rule| (&loaded.judge, rule)))
    }

    /// The instrument that a rule cites.
    pub fn instrument(&self, rule: &str) -> Option<&Instrument> {
        let (judge, rule) = self.rule(rule)?;
        let instruments = &judge.description().instruments;
        instruments
            .iter()
            .find(|found| found.key == rule.instrument)
    }

    /// Judges one filing. Whatever the bytes are, there is a report.
    pub fn check<'a>(&self, source: Source, bytes: &'a [u8]) -> Checked<'a> {
        match intake::read(bytes, source.line.unwrap_or(1)) {
            Ok((document, problems)) => self.judge(source, document, problems),
            Err(problem) => refused(source, *problem),
        }
    }

    /// Judges one that was read.
    pub(crate) fn judge<'a>(
        &self,
        source: Source,
        mut document: Document<'a>,
        mut problems: Vec<Problem>,
    ) -> Checked<'a> {
        problems.extend(self.schemas.check(&mut document));
        let text = |pointer: &str| Some(document.string(document.find(pointer)?)?.into_owned());
        let filing_id = text("/filing_id");
        let dates = filing_id.as_ref().and_then(|_| self.dates(&document));
        let mut parts = Parts::default();
        if let Some(dates) = &dates {
            let checked = self.call(&document, dates, &mut parts);
            let valid = problems
                .iter()
                .all(|problem| problem.level != ProblemLevel::Error);
            if !checked && valid {
                problems.push(self.nothing_checked(&document));
            }
        }
        problems.sort_by_key(|problem| (problem.line, problem.column));
        limit(&mut problems);
        let Parts {
            mut findings,
            inactive,
            scores,
            identifications,
        } = parts;
        assemble::sort(&mut findings);
        let profile = self.profile.as_ref().map(|_| ProfileEffect {
            inactive,
            tolerated: assemble::tolerated_rules(&findings),
        });
        let report = FilingReport {
            source: source.to_string(),
            filing_id,
            enterprise: text("/enterprise/name"),
            reference_date: dates.map(|dates| dates.reference),
            verdict: assemble::verdict(&problems, &findings),
            waiting: waiting(&findings),
            judged_by: Vec::new(),
            profile,
            problems,
            findings,
            scores,
            identifications,
        };
        Checked {
            source,
            report,
            document: Some(document),
        }
    }

    /// The reference date to judge by; `None` when the filing has none.
    pub(crate) fn reference(&self, document: &Document<'_>) -> Option<String> {
        let at = document.member(Document::ROOT, "reference_date")?;
        let filed = document.string(at)?;
        schema::date(&filed)?;
        Some(match self.options.as_of {
            Some(date) => date.to_string(),
            None => filed.into_owned(),
        })
    }

    /// The dates to judge by; `None` when the filing does not say.
    fn dates(&self, document: &Document<'_>) -> Option<Dates> {
        let reference = self.reference(document)?;
        let refused = document
            .member(Document::ROOT, "submission_date")
            .is_some_and(|at| document.is_blanked(at));
        if refused {
            return None;
        }
        let submission = document
            .member(Document::ROOT, "submission_date")
            .and_then(|at| document.string(at))
            .map(|date| date.into_owned());
        Some(Dates {
            submission: submission.unwrap_or_else(|| reference.clone()),
            reference,
        })
    }

    /// Calls every plugin that has a rule for the filing. Says whether any
    /// section was looked at: rules that read only the envelope check no sector.
    fn call(&self, document: &Document<'_>, dates: &Dates, parts: &mut Parts) -> bool {
        let assembler = Assembler::new(document, &self.schemas, dates, self.options.all);
        let filing = document.for_plugins();
        let mut checked = false;
        for Loaded { judge, rules } in &self.plugins {
            let plugin = judge.description();
            let filed = Filed::of(document, &plugin.sections);
            let active = rules.iter().any(Enrolled::is_active);
            checked |= active && filed != Filed::Absent;
            if self.only.as_ref().is_some_and(|only| *only != plugin.id) {
                continue;
            }
            let scope = match filed {
                Filed::Readable => Scope::Whole,
                Filed::Absent | Filed::Unreadable(_) => Scope::Envelope,
            };
            let answering = Answering {
                plugin,
                rules,
                scope,
            };
            if let Filed::Unreadable(section) = filed {
                parts
                    .findings
                    .extend(assembler.unreadable(answering, section));
            }
            if !rules.iter().any(|enrolled| scope.has(&enrolled.rule)) {
                continue;
            }
            if filed == Filed::Absent {
                parts.findings.extend(assembler.without_section(answering));
            }
            let answer = judge.evaluate(Request {
                filing: &filing,
                reference_date: &dates.reference,
                submission_date: &dates.submission,
                parameters: self.parameters(&plugin.id),
            });
            match answer {
                Ok(assessment) => assembler.answer(answering, assessment, parts),
                Err(broken) => parts.findings.push(answering.broken(&broken)),
            }
        }
        checked
    }

    fn parameters(&self, plugin: &str) -> &[u8] {
        let profile = self.profile.as_ref();
        profile.map_or(b"", |profile| profile.parameters(plugin))
    }

    /// A filing that nobody judged must not pass as compliant.
    fn nothing_checked(&self, document: &Document<'_>) -> Problem {
        let pointer = "/sections";
        let place = document.place(document.nearest(pointer));
        let known: Vec<&str> = self.schemas.section_names().collect();
        Problem {
            code: "nothing_checked".to_owned(),
            level: ProblemLevel::Error,
            message: Text {
                zh: format!(
                    "没有插件检查其中任何章节，整份申报未被检查；可检查的章节：{}",
                    known.join("、")
                ),
                en: format!(
                    "no plugin checks any section of the filing, so nothing was checked; sections \
                     that can be checked: {}",
                    known.join(", ")
                ),
            },
            pointer: Some(pointer.to_owned()),
            line: Some(place.line),
            column: Some(place.column),
        }
    }

    /// What the fact of a pointer is called.
    pub fn title(&self, pointer: &str) -> Text {
        self.schemas.title(pointer)
    }

    /// What people need to know of the fact of a pointer.
    pub fn fact(&self, pointer: &str) -> Fact {
        self.schemas.fact(pointer)
    }
}

/// What a filing has of a plugin's sections.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filed<'s> {
    Absent,
    Readable,
    /// One is there and is no object.
    Unreadable(&'s str),
}

impl<'s> Filed<'s> {
    fn of(document: &Document<'_>, sections: &'s [Section]) -> Self {
        let filed = document.member(Document::ROOT, "sections");
        let mut found = Self::Absent;
        for Section { name, .. } in sections {
            let Some(at) = filed.and_then(|filed| document.member(filed, name)) else {
                continue;
            };
            if document.is_blanked(at) || document.kind(at) != intake::Kind::Object {
                return Self::Unreadable(name);
            }
            found = Self::Readable;
        }
        found
    }
}

/// The report of an input that is no filing.
pub fn refused<'a>(source: Source, problem: Problem) -> Checked<'a> {
    Checked {
        report: FilingReport {
            source: source.to_string(),
            filing_id: None,
            enterprise: None,
            reference_date: None,
            verdict: Verdict::Invalid,
            judged_by: Vec::new(),
            profile: None,
            problems: vec![problem],
            findings: Vec::new(),
            waiting: Vec::new(),
            scores: Vec::new(),
            identifications: Vec::new(),
        },
        source,
        document: None,
    }
}

fn limit(problems: &mut Vec<Problem>) {
    let more = problems.len().saturating_sub(MAX_PROBLEMS);
    if more == 0 {
        return;
    }
    let rest = problems.split_off(MAX_PROBLEMS);
    let worst = rest.iter().map(|problem| problem.level).min();
    problems.push(Problem {
        code: "more_problems".to_owned(),
        level: worst.unwrap_or(ProblemLevel::Warning),
        message: Text {
            zh: format!("另有 {more} 个问题未列出；先改正以上各项"),
            en: format!("{more} more problems are not listed; correct the ones above first"),
        },
        pointer: None,
        line: None,
        column: None,
    });
}

#[cfg(test)]
mod tests;
