//! From conditions to outcomes and findings.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::TextMeta;
use crate::contract as wit;
use crate::logic::Note;
use crate::logic::{At, Cond, Trace, Why};
use crate::score::Scheme;
use crate::values::Val;

/// The two dates of a filing.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Dates {
    pub reference: Date,
    pub submission: Date,
}

impl Dates {
    /// # Errors
    /// When a date is none; the host checks them, so this is the host's fault.
    pub fn of(request: &wit::Request) -> Result<Self, wit::Refusal> {
        let read = |text: &str| {
            text.parse()
                .map_err(|_| wit::Refusal::BadDate(format!("`{text}` is no date (YYYY-MM-DD)")))
        };
        Ok(Dates {
            reference: read(&request.reference_date)?,
            submission: read(&request.submission_date)?,
        })
    }
}

/// One verdict of one rule, with its reasons.
#[derive(Debug)]
pub struct Judged<W> {
    /// What the rule says.
    pub outcome: wit::Outcome,
    /// Why it applies.
    pub applies: W,
    /// Why it is violated or undetermined.
    pub why: W,
    /// Whether the row's own `undetermined` condition decided.
    pub because: bool,
}

/// The order of thought: does it apply, is it broken, does a person have to
/// look. `part` answers the condition that leads to an outcome.
pub(crate) fn judge<W: Why>(
    applies: Cond<W>,
    mut part: impl FnMut(wit::Outcome) -> Cond<W>,
) -> Judged<W> {
    let judged = |outcome, applies, why, because| Judged {
        outcome,
        applies,
        why,
        because,
    };
    match applies.is {
        Some(false) => judged(
            wit::Outcome::NotApplicable,
            applies.why,
            W::nothing(),
            false,
        ),
        None => judged(wit::Outcome::Undetermined, W::nothing(), applies.why, false),
        Some(true) => {
            let broken = part(wit::Outcome::Violated);
            match broken.is {
                Some(true) => judged(wit::Outcome::Violated, applies.why, broken.why, false),
                None => judged(wit::Outcome::Undetermined, applies.why, broken.why, false),
                Some(false) => {
                    let open = part(wit::Outcome::Undetermined);
                    match open.is {
                        Some(false) => {
                            judged(wit::Outcome::Satisfied, applies.why, broken.why, false)
                        }
                        is => judged(
                            wit::Outcome::Undetermined,
                            applies.why,
                            open.why,
                            is == Some(true),
                        ),
                    }
                }
            }
        }
    }
}

/// A verdict that a score counts.
#[derive(Debug)]
pub(crate) struct Cost {
    pub(crate) rule: usize,
    pub(crate) outcome: wit::Outcome,
    pub(crate) pointer: Option<String>,
    /// As the row says it.
    pub(crate) points: Option<Decimal>,
}

/// Items of one rule and one outcome that are named; the others are counted on
/// the last of them. Nobody mends a thousand blank items one by one, and all
/// reasons of a thousand items would not fit into the answer.
const NAMED_ITEMS: usize = 100;

/// How often a rule came to one outcome.
#[derive(Clone, Copy, Debug, Default)]
struct Likewise {
    count: usize,
    /// The finding of the last item that is named.
    last: usize,
}

/// Collects what the rules say of one filing.
#[derive(Debug)]
pub struct Out {
    /// For each rule, whether a score counts it.
    scored: Vec<bool>,
    costs: Vec<Cost>,
    outcomes: Vec<wit::Outcome>,
    findings: Vec<wit::Finding>,
    /// For each rule, its violated and its undetermined items.
    likewise: Vec<[Likewise; 2]>,
    /// Filled by the plugin's own code.
    pub identifications: Vec<wit::Identification>,
    /// Filled by the plugin's own code.
    pub scores: Vec<wit::Score>,
}

impl Out {
    /// For so many rules, each not applicable so far.
    pub fn new(rules: usize, schemes: &[Scheme]) -> Self {
        let mut scored = vec![false; rules];
        for item in schemes.iter().flat_map(Scheme::items) {
            if let Some(scored) = scored.get_mut(item.rule) {
                *scored = true;
            }
        }
        Out {
            scored,
            costs: Vec::new(),
            outcomes: vec![wit::Outcome::NotApplicable; rules],
            findings: Vec::new(),
            likewise: vec![[Likewise::default(); 2]; rules],
            identifications: Vec::new(),
            scores: Vec::new(),
        }
    }

    /// Notes the verdict on one item; the worst counts. `trace` judges again,
    /// this time with reasons.
    #[inline]
    pub fn note(
        &mut self,
        rule: usize,
        outcome: wit::Outcome,
        item: Option<At<'_>>,
        because: Option<TextMeta>,
        trace: impl FnOnce() -> Judged<Trace>,
    ) {
        let grave = |outcome: wit::Outcome| match outcome {
            wit::Outcome::Violated => 3,
            wit::Outcome::Undetermined => 2,
            wit::Outcome::Satisfied => 1,
            wit::Outcome::NotApplicable => 0,
        };
        if let Some(worst) = self.outcomes.get_mut(rule)
            && grave(outcome) > grave(*worst)
        {
            *worst = outcome;
        }
        if grave(outcome) >= 2 {
            let next = self.findings.len();
            if let Some(both) = self.likewise.get_mut(rule) {
                let [violated, undetermined] = both;
                let likewise = match outcome {
                    wit::Outcome::Violated => violated,
                    _ => undetermined,
                };
                likewise.count += 1;
                if likewise.count > NAMED_ITEMS {
                    return;
                }
                likewise.last = next;
            }
            self.find(rule, item, because, trace());
        }
    }

    /// Notes what a score may count.
    pub(crate) fn cost(
        &mut self,
        rule: usize,
        outcome: wit::Outcome,
        item: Option<At<'_>>,
        points: Option<Val<'_>>,
    ) {
        if self.scored.get(rule) == Some(&true) {
            self.costs.push(Cost {
                rule,
                outcome,
                pointer: item.map(|at| at.pointer()),
                points: match points {
                    Some(Val::Number(points)) => Some(points),
                    _ => None,
                },
            });
        }
    }

    /// What a score may count of a rule.
    pub(crate) fn costs(&self, rule: usize) -> impl Iterator<Item = &Cost> {
        self.costs.iter().filter(move |cost| cost.rule == rule)
    }

    /// What a rule said so far.
    pub(crate) fn outcome(&self, rule: usize) -> Option<wit::Outcome> {
        self.outcomes.get(rule).copied()
    }

    /// Notes that the list which the rule goes through is unknown.
    pub fn note_missing(&mut self, rule: usize, at: At<'_>) {
        self.cost(rule, wit::Outcome::Undetermined, None, None);
        self.note(rule, wit::Outcome::Undetermined, None, None, || Judged {
            outcome: wit::Outcome::Undetermined,
            applies: Trace::nothing(),
            why: Trace::read(at, false),
            because: false,
        });
    }

    #[cold]
    #[inline(never)]
    fn find(
        &mut self,
        rule: usize,
        item: Option<At<'_>>,
        because: Option<TextMeta>,
        judged: Judged<Trace>,
    ) {
        // Why the rule applies is context: nothing else was expected there.
        let mut applies = judged.applies;
        for note in &mut applies.0 {
            note.expected = None;
        }
        let all = judged.why.both(applies);
        let mut evidence = Vec::new();
        let mut missing = Vec::new();
        for Note {
            pointer,
            known,
            computed,
            expected,
        } in all.0
        {
            if known {
                let expected = expected.filter(|_| judged.outcome == wit::Outcome::Violated);
                let computed = computed.map(|(name, title, value)| wit::Computed {
                    name: name.into(),
                    title: title.into(),
                    value,
                });
                evidence.push(wit::Evidence {
                    pointer,
                    computed,
                    expected,
                });
            } else {
                missing.push(pointer);
            }
        }
        self.findings.push(wit::Finding {
            rule: u32::try_from(rule).unwrap_or(u32::MAX),
            outcome: judged.outcome,
            item: item.map(|at| at.pointer()),
            reason: because.filter(|_| judged.because).map(Into::into),
            evidence,
            missing,
        });
    }

    /// Says on the last item that is named how many are not.
    fn count_the_others(&mut self) {
        for likewise in self.likewise.iter().flatten() {
            let others = likewise.count.saturating_sub(NAMED_ITEMS);
            if others > 0
                && let Some(finding) = self.findings.get_mut(likewise.last)
            {
                let (mut zh, mut en) = match finding.reason.take() {
                    Some(reason) => (reason.zh + "；", reason.en + "; "),
                    None => (String::new(), String::new()),
                };
                zh.push_str(&format!("另有 {others} 项结论相同，不逐项列出"));
                en.push_str(&format!(
                    "{others} more items come to the same and are not listed"
                ));
                finding.reason = Some(wit::Text { zh, en });
            }
        }
    }

    /// The contract's answer.
    pub fn into_assessment(mut self) -> wit::Assessment {
        self.count_the_others();
        wit::Assessment {
            outcomes: self.outcomes,
            findings: self.findings,
            scores: self.scores,
            identifications: self.identifications,
        }
    }
}
