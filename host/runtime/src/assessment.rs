//! Whether what a plugin says of a filing can be.

use anjian_model::{Assessment, Outcome, Page, RawFinding, Rule, Text};
use thiserror::Error;

/// What a plugin answered that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Nonsense {
    /// The bytes of the answer are not of the contract's form.
    #[error("it cannot be read ({message})")]
    Unreadable {
        /// What the sandbox said.
        message: String,
    },
    /// There is not one outcome for each rule.
    #[error("it has {outcomes} outcomes for {rules} rules")]
    OutcomeCount {
        /// As answered.
        outcomes: usize,
        /// As described.
        rules: usize,
    },
    /// It speaks of a rule that is none.
    #[error("{list}[{position}] speaks of rule {rule}, and there are {rules}")]
    RuleIndex {
        /// `findings`, `scores` or `identifications`.
        list: &'static str,
        /// In that list.
        position: usize,
        /// As answered.
        rule: usize,
        /// As described.
        rules: usize,
    },
    /// A finding neither violated nor undetermined.
    #[error("findings[{position}] on the rule {rule} is neither violated nor undetermined")]
    FindingOutcome {
        /// In the findings.
        position: usize,
        /// Its id.
        rule: String,
    },
    /// A finding is graver than its rule's outcome.
    #[error(
        "findings[{position}] says {} of the rule {rule}, and its outcome says {}",
        word(*finding),
        word(*outcome)
    )]
    Contradiction {
        /// In the findings.
        position: usize,
        /// Its id.
        rule: String,
        /// Of the finding.
        finding: Outcome,
        /// Of the rule.
        outcome: Outcome,
    },
    /// A rule's outcome that no finding explains.
    #[error("the rule {rule} is {}, and no finding says where", word(*outcome))]
    Unexplained {
        /// Its id.
        rule: String,
        /// Of the rule.
        outcome: Outcome,
    },
    /// A pointer that is none.
    #[error("{place} is {pointer:?}, which is no JSON pointer")]
    Pointer {
        /// Where in the answer.
        place: String,
        /// As answered, its beginning.
        pointer: String,
    },
    /// A number that is none.
    #[error("{place} is {number:?}, which is no decimal number")]
    Number {
        /// Where in the answer.
        place: String,
        /// As answered, its beginning.
        number: String,
    },
    /// A sentence that nobody can read.
    #[error("{place} is {bytes} bytes long, more than {limit_bytes}")]
    TooLong {
        /// Where in the answer.
        place: String,
        /// How long it is.
        bytes: usize,
        /// What was allowed.
        limit_bytes: usize,
    },
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Failed => "failed",
        Outcome::Violated => "violated",
        Outcome::Undetermined => "undetermined",
        Outcome::Satisfied => "satisfied",
        Outcome::NotApplicable => "not applicable",
    }
}

/// Where in the answer; made a text only when something is wrong there.
#[derive(Clone, Copy)]
struct Place {
    list: &'static str,
    position: usize,
    member: &'static str,
    inner: Option<usize>,
    field: &'static str,
}

impl Place {
    fn name(self) -> String {
        let Self {
            list,
            position,
            member,
            inner,
            field,
        } = self;
        let mut name = format!("{list}[{position}].{member}");
        if let Some(inner) = inner {
            name.push_str(&format!("[{inner}]"));
        }
        if !field.is_empty() {
            name.push('.');
            name.push_str(field);
        }
        name
    }

    fn field(self, field: &'static str) -> Self {
        Self { field, ..self }
    }
}

struct Checker {
    text_bytes: usize,
}

impl Checker {
    fn text(&self, text: &str, place: Place) -> Result<(), Nonsense> {
        if text.len() > self.text_bytes {
            return Err(Nonsense::TooLong {
                place: place.name(),
                bytes: text.len(),
                limit_bytes: self.text_bytes,
            });
        }
        Ok(())
    }

    fn both(&self, text: &Text, place: Place) -> Result<(), Nonsense> {
        self.text(&text.zh, place.field("zh"))?;
        self.text(&text.en, place.field("en"))
    }

    fn pointer(&self, pointer: &str, place: Place) -> Result<(), Nonsense> {
        self.text(pointer, place)?;
        if is_pointer(pointer) {
            return Ok(());
        }
        Err(Nonsense::Pointer {
            place: place.name(),
            pointer: beginning(pointer),
        })
    }

    fn number(&self, number: &str, place: Place) -> Result<(), Nonsense> {
        self.text(number, place)?;
        if is_decimal(number) {
            return Ok(());
        }
        Err(Nonsense::Number {
            place: place.name(),
            number: beginning(number),
        })
    }

    fn finding(&self, finding: &RawFinding, position: usize) -> Result<(), Nonsense> {
        let at = |member, inner| Place {
            list: "findings",
            position,
            member,
            inner,
            field: "",
        };
        if let Some(item) = &finding.item {
            self.pointer(item, at("item", None))?;
        }
        if let Some(reason) = &finding.reason {
            self.both(reason, at("reason", None))?;
        }
        for (i, evidence) in finding.evidence.iter().enumerate() {
            let place = at("evidence", Some(i));
            self.pointer(&evidence.pointer, place.field("pointer"))?;
            if let Some(computed) = &evidence.computed {
                self.text(&computed.name, place.field("computed"))?;
                self.both(&computed.title, place)?;
                self.text(&computed.value, place.field("computed"))?;
            }
            if let Some(expected) = &evidence.expected {
                self.text(expected, place.field("expected"))?;
            }
        }
        for (i, missing) in finding.missing.iter().enumerate() {
            self.pointer(missing, at("missing", Some(i)))?;
        }
        Ok(())
    }
}

/// Checks an answer against the rules that the plugin described. Allocates
/// one byte for each rule.
pub(crate) fn check(
    answer: &Assessment,
    rules: &[Rule],
    text_bytes: usize,
) -> Result<(), Nonsense> {
    if answer.outcomes.len() != rules.len() {
        return Err(Nonsense::OutcomeCount {
            outcomes: answer.outcomes.len(),
            rules: rules.len(),
        });
    }
    let checker = Checker { text_bytes };
    findings(&checker, answer, rules)?;

    let in_range = |list, position, rule| {
        if rule < rules.len() {
            return Ok(());
        }
        Err(Nonsense::RuleIndex {
            list,
            position,
            rule,
            rules: rules.len(),
        })
    };
    for (position, score) in answer.scores.iter().enumerate() {
        in_range("scores", position, score.rule)?;
        let at = |member, inner| Place {
            list: "scores",
            position,
            member,
            inner,
            field: "",
        };
        checker.both(&score.title, at("title", None))?;
        checker.number(&score.points, at("points", None))?;
        checker.number(&score.maximum, at("maximum", None))?;
        for (i, item) in score.items.iter().enumerate() {
            let place = at("items", Some(i));
            checker.both(&item.label, place)?;
            checker.number(&item.points, place.field("points"))?;
            if let Some(pointer) = &item.pointer {
                checker.pointer(pointer, place.field("pointer"))?;
            }
        }
    }
    for (position, identification) in answer.identifications.iter().enumerate() {
        in_range("identifications", position, identification.rule)?;
        let at = |member, inner| Place {
            list: "identifications",
            position,
            member,
            inner,
            field: "",
        };
        checker.pointer(&identification.pointer, at("pointer", None))?;
        checker.both(&identification.result, at("result", None))?;
        for (i, (name, value)) in identification.values.iter().enumerate() {
            checker.text(name, at("values", Some(i)))?;
            checker.text(value, at("values", Some(i)))?;
        }
        for (i, step) in identification.steps.iter().enumerate() {
            let place = at("steps", Some(i));
            checker.text(&step.clause, place.field("clause"))?;
            checker.both(&step.label, place)?;
            checker.text(&step.formula, place.field("formula"))?;
            if let Some(pointer) = &step.pointer {
                checker.pointer(pointer, place.field("pointer"))?;
            }
        }
    }
    Ok(())
}

/// The worst finding on a rule must be its outcome. A violation without a
/// finding would count in no report; a finding on a satisfied rule would
/// contradict it.
fn findings(checker: &Checker, answer: &Assessment, rules: &[Rule]) -> Result<(), Nonsense> {
    let mut explained = vec![false; rules.len()];
    for (position, finding) in answer.findings.iter().enumerate() {
        let (Some(rule), Some(&outcome), Some(explained)) = (
            rules.get(finding.rule),
            answer.outcomes.get(finding.rule),
            explained.get_mut(finding.rule),
        ) else {
            return Err(Nonsense::RuleIndex {
                list: "findings",
                position,
                rule: finding.rule,
                rules: rules.len(),
            });
        };
        if !matches!(finding.outcome, Outcome::Violated | Outcome::Undetermined) {
            return Err(Nonsense::FindingOutcome {
                position,
                rule: rule.id.clone(),
            });
        }
        // The order of outcomes is from grave to harmless.
        if outcome > finding.outcome {
            return Err(Nonsense::Contradiction {
                position,
                rule: rule.id.clone(),
                finding: finding.outcome,
                outcome,
            });
        }
        *explained |= outcome == finding.outcome;
        checker.finding(finding, position)?;
    }
    for ((&outcome, &explained), rule) in answer.outcomes.iter().zip(&explained).zip(rules) {
        if !explained && matches!(outcome, Outcome::Violated | Outcome::Undetermined) {
            return Err(Nonsense::Unexplained {
                rule: rule.id.clone(),
                outcome,
            });
        }
    }
    Ok(())
}

/// A page's sentences are bounded by the answer's size alone: they are long.
pub(crate) fn check_page(page: &Page) -> Result<(), Nonsense> {
    for (position, example) in page.examples.iter().enumerate() {
        for (i, missing) in example.missing.iter().enumerate() {
            if !is_pointer(missing) {
                let place = Place {
                    list: "examples",
                    position,
                    member: "missing",
                    inner: Some(i),
                    field: "",
                };
                return Err(Nonsense::Pointer {
                    place: place.name(),
                    pointer: beginning(missing),
                });
            }
        }
    }
    Ok(())
}

/// RFC 6901.
fn is_pointer(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    text.starts_with('/')
        && text
            .split('~')
            .skip(1)
            .all(|after| after.starts_with(['0', '1']))
}

/// `-1`, `2.40`: what a reader with exact decimals takes.
fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, part)) => digits(whole) && digits(part),
        None => digits(unsigned),
    }
}

/// Enough to recognize it in a message.
fn beginning(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use anjian_model::{
        Assessment, Confidence, InForceBy, Kind, Outcome, RawEvidence, RawFinding,
        RawIdentification, RawScore, Rule, Severity, Text,
    };

    use super::{Nonsense, check, is_decimal, is_pointer};

    fn rules() -> [Rule; 2] {
        ["t/1", "t/2"].map(|id| Rule {
            id: id.to_owned(),
            instrument: "t".to_owned(),
            clause: String::new(),
            title: Text::default(),
            kind: Kind::Duty,
            severity: Severity::Medium,
            confidence: Confidence::High,
            in_force_from: None,
            in_force_to: None,
            in_force_by: InForceBy::ReferenceDate,
            facts: Vec::new(),
        })
    }

    fn finding(outcome: Outcome) -> RawFinding {
        RawFinding {
            rule: 0,
            outcome,
            item: Some("/a/0".to_owned()),
            reason: None,
            evidence: vec![RawEvidence {
                pointer: "/a/0/b".to_owned(),
                computed: None,
                expected: None,
            }],
            missing: vec!["/c".to_owned()],
        }
    }

    fn answer(outcome: Outcome, findings: Vec<RawFinding>) -> Assessment {
        Assessment {
            outcomes: vec![outcome, Outcome::Satisfied],
            findings,
            scores: vec![RawScore {
                rule: 1,
                title: Text::default(),
                points: "3.5".to_owned(),
                maximum: "10".to_owned(),
                items: Vec::new(),
            }],
            identifications: vec![RawIdentification {
                rule: 1,
                pointer: String::new(),
                result: Text::default(),
                values: Vec::new(),
                steps: Vec::new(),
            }],
        }
    }

    #[test]
    fn the_worst_finding_is_the_outcome() {
        use Outcome::{NotApplicable, Satisfied, Undetermined, Violated};
        for (outcome, found, right) in [
            (Violated, &[Violated][..], true),
            (Violated, &[Undetermined, Violated], true),
            (Undetermined, &[Undetermined], true),
            (Satisfied, &[], true),
            (NotApplicable, &[], true),
            (Violated, &[], false),
            (Violated, &[Undetermined], false),
            (Undetermined, &[], false),
            (Undetermined, &[Violated], false),
            (Satisfied, &[Violated], false),
            (Satisfied, &[Undetermined], false),
            (NotApplicable, &[Undetermined], false),
            (Satisfied, &[Satisfied], false),
        ] {
            let findings = found.iter().map(|&outcome| finding(outcome)).collect();
            let verdict = check(&answer(outcome, findings), &rules(), 100);
            assert_eq!(verdict.is_ok(), right, "{outcome:?} {found:?}: {verdict:?}");
        }
    }

    #[test]
    fn one_thing_wrong_is_named() {
        type Spoil = fn(&mut Assessment);
        let cases: &[(Spoil, &str)] = &[
            (|a| a.outcomes.clear(), "it has 0 outcomes for 2 rules"),
            (
                |a| a.findings[0].rule = 2,
                "findings[0] speaks of rule 2, and there are 2",
            ),
            (
                |a| a.scores[0].rule = 2,
                "scores[0] speaks of rule 2, and there are 2",
            ),
            (
                |a| a.identifications[0].rule = 9,
                "identifications[0] speaks of rule 9, and there are 2",
            ),
            (
                |a| a.outcomes[0] = Outcome::Satisfied,
                "findings[0] says violated of the rule t/1, and its outcome says satisfied",
            ),
            (
                |a| a.findings.clear(),
                "the rule t/1 is violated, and no finding says where",
            ),
            (
                |a| a.findings[0].item = Some("a".to_owned()),
                "findings[0].item is \"a\", which is no JSON pointer",
            ),
            (
                |a| a.findings[0].evidence[0].pointer.insert(0, 'x'),
                "findings[0].evidence[0].pointer is \"x/a/0/b\", which is no JSON pointer",
            ),
            (
                |a| a.findings[0].missing[0] = "/~".to_owned(),
                "findings[0].missing[0] is \"/~\", which is no JSON pointer",
            ),
            (
                |a| a.scores[0].points = "many".to_owned(),
                "scores[0].points is \"many\", which is no decimal number",
            ),
            (
                |a| a.identifications[0].result.en = "x".repeat(101),
                "identifications[0].result.en is 101 bytes long, more than 100",
            ),
        ];
        for (spoil, expected) in cases {
            let mut answer = answer(Outcome::Violated, vec![finding(Outcome::Violated)]);
            assert_eq!(check(&answer, &rules(), 100), Ok(()));
            spoil(&mut answer);
            let nonsense = check(&answer, &rules(), 100).unwrap_err();
            assert_eq!(nonsense.to_string(), *expected);
        }
    }

    #[test]
    fn messages_stay_short() {
        let mut answer = answer(Outcome::Violated, vec![finding(Outcome::Violated)]);
        answer.findings[0].item = Some("x".repeat(1_000));
        let Err(Nonsense::Pointer { pointer, .. }) = check(&answer, &rules(), 2_000) else {
            panic!("taken");
        };
        assert_eq!(pointer.len(), 80);
    }

    #[test]
    fn pointers() {
        for good in ["", "/", "/a/0/b", "/a~1b/~0", "/化学品"] {
            assert!(is_pointer(good), "{good}");
        }
        for bad in ["a", "a/b", "#/a", "/a~", "/a~2"] {
            assert!(!is_pointer(bad), "{bad}");
        }
    }

    #[test]
    fn decimals() {
        for good in ["0", "-1", "2.40", "100"] {
            assert!(is_decimal(good), "{good}");
        }
        for bad in ["", "-", "1.", ".5", "1e3", "NaN", "+1", "１"] {
            assert!(!is_decimal(bad), "{bad}");
        }
    }
}
