//! A rule on trial: its examples, its boundary values, its mutants.

use serde_json::Value;

use crate::book::Book;
use crate::boundary::{self, Case};
use crate::interpret::{Filing, Judgement, Trees, Val, judge};
use crate::mutants;
use crate::rule::Rule;
use crate::source::{Place, Problem};
use crate::table::Outcome;

/// Looks up a computed value of a section: name, positions.
pub type Computed<'c> = &'c dyn Fn(&Value, (&str, &[usize])) -> Val<'static>;

/// What a trial needs.
pub struct Trial<'t> {
    /// The rulebook.
    pub book: &'t Book,
    /// Computed values.
    pub computed: Computed<'t>,
}

/// No computed values at hand.
pub fn unknown() -> Val<'static> {
    Val::Unknown
}

impl Trial<'_> {
    /// The filings that show what a rule says: its examples, then its boundary values.
    ///
    /// # Errors
    /// When a boundary cannot be turned into filings.
    pub fn cases(&self, rule: &Rule) -> Result<Vec<(Case, Place)>, Problem> {
        let checker = self.book.checker();
        let mut cases = Vec::new();
        for (number, example) in rule.page.examples.iter().enumerate() {
            let case = Case {
                label: format!("example {}", number + 1),
                section: example.section.clone(),
                reference_date: example.reference_date.clone(),
                outcome: example.outcome,
            };
            cases.push((case, example.place.clone()));
        }
        for row in &rule.row.boundary {
            let at = Place {
                source: rule.place.source.clone(),
                offset: row.fact.span().start,
            };
            for case in boundary::cases(rule, row, &checker)? {
                cases.push((case, at.clone()));
            }
        }
        Ok(cases)
    }

    /// What the interpreter says of a case.
    pub fn judge(&self, rule: &Rule, trees: Trees<'_>, case: &Case) -> Judgement {
        let date = case
            .reference_date
            .parse()
            .unwrap_or(jiff::civil::Date::ZERO);
        let computed = |name: &str, at: &[usize]| (self.computed)(&case.section, (name, at));
        let filing = Filing {
            enterprise: &Value::Null,
            section: &case.section,
            reference_date: date,
            submission_date: date,
            computed: &computed,
        };
        judge(self.book, rule, trees, &filing)
    }

    /// What is wrong with a rule, by its own page.
    pub fn rule(&self, rule: &Rule) -> Vec<Problem> {
        let cases = match self.cases(rule) {
            Ok(cases) => cases,
            Err(problem) => return vec![problem],
        };
        let mut problems = Vec::new();
        for (case, place) in &cases {
            let said = if in_force(rule, case) {
                self.judge(rule, Trees::of(rule), case).outcome
            } else {
                Outcome::NotApplicable
            };
            if said != case.outcome {
                problems.push(place.problem(format!(
                    "`{}`, {}: the page says {}, the rule says {}",
                    rule.id(),
                    case.label,
                    case.outcome.name(),
                    said.name()
                )));
            }
        }
        if problems.is_empty() {
            problems.extend(self.survivors(rule, &cases));
        }
        problems
    }

    fn survivors(&self, rule: &Rule, cases: &[(Case, Place)]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for mutant in mutants::of(rule) {
            let trees = mutant.trees(rule);
            let told = cases
                .iter()
                .filter(|(case, _)| in_force(rule, case))
                .any(|(case, _)| {
                    self.judge(rule, trees, case) != self.judge(rule, Trees::of(rule), case)
                });
            if !told {
                problems.push(
                    rule.place
                        .problem(format!(
                            "no example of `{}` notices this change: {}",
                            rule.id(),
                            mutant.label
                        ))
                        .help("add an example or boundary value on the other side of it"),
                );
            }
        }
        problems
    }
}

/// Outside its dates the host says not applicable, whatever the rule says.
fn in_force(rule: &Rule, case: &Case) -> bool {
    let day = case.reference_date.as_str();
    let from = rule
        .row
        .from
        .as_ref()
        .is_none_or(|from| from.get_ref().to_string().as_str() <= day);
    let to = rule
        .row
        .to
        .as_ref()
        .is_none_or(|to| day <= to.get_ref().to_string().as_str());
    from && to
}
