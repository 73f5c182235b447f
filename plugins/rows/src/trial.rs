//! A rule on trial: its examples, its boundary values, its mutants.

use cel::common::ast::IdedExpr;

use crate::book::Book;
use crate::boundary::{self, Case};
use crate::interpret::{Filing, Judgement, Trees, Val, judge};
use crate::mutants;
use crate::names::Named;
use crate::rule::Rule;
use crate::sample::Sample;
use crate::source::{Place, Problem};
use crate::table::Outcome;

/// Looks up a computed value of a filing: name, positions.
pub type Computed<'c> = &'c dyn Fn(&Sample, (&str, &[usize])) -> Val<'static>;

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
                sample: example.sample.clone(),
                outcome: example.outcome,
                boundary: false,
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
        self.judge_with(rule, trees, case, None)
    }

    fn judge_with(
        &self,
        rule: &Rule,
        trees: Trees<'_>,
        case: &Case,
        instead: Option<(&str, &IdedExpr)>,
    ) -> Judgement {
        let date = |text: &str| text.parse().unwrap_or(jiff::civil::Date::ZERO);
        let computed = |name: &str, at: &[usize]| (self.computed)(&case.sample, (name, at));
        let filing = Filing {
            enterprise: &case.sample.enterprise,
            section: &case.sample.section,
            reference_date: date(&case.sample.reference_date),
            submission_date: date(&case.sample.submission_date),
            computed: &computed,
            instead,
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
            let said = if case.sample.in_force(&rule.row) {
                self.judge(rule, Trees::of(rule), case).outcome
            } else {
                Outcome::NotApplicable
            };
            if said != case.outcome {
                let who = if case.boundary { "boundary" } else { "page" };
                problems.push(place.problem(format!(
                    "`{}`, {}: the {who} says {}, the rule says {}",
                    rule.id(),
                    case.label,
                    case.outcome.name(),
                    said.name()
                )));
            }
        }
        // A companion's gate is tested where it was written, its values all.
        if problems.is_empty() && !rule.companion {
            problems.extend(self.survivors(rule, &cases));
        }
        problems
    }

    /// Changes of a named condition that no example of any rule notices.
    pub fn names(&self, rules: &[&Rule]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let asked: Vec<(&Rule, Vec<(Case, Place)>)> = rules
            .iter()
            .filter_map(|rule| Some((*rule, self.cases(rule).ok()?)))
            .collect();
        for (name, named) in self.book.names.iter() {
            let Named::Condition { parsed, .. } = named else {
                continue;
            };
            let users: Vec<_> = asked.iter().filter(|(rule, _)| rule.asks(name)).collect();
            if users.is_empty() {
                continue;
            }
            for (label, tree) in mutants::of_condition(&parsed.tree) {
                let told = users.iter().any(|(rule, cases)| {
                    cases.iter().any(|(case, _)| {
                        case.sample.in_force(&rule.row)
                            && self.judge_with(rule, Trees::of(rule), case, Some((name, &tree)))
                                != self.judge(rule, Trees::of(rule), case)
                    })
                });
                if !told {
                    problems.push(
                        parsed
                            .start()
                            .problem(format!(
                                "no example of any rule that asks `{name}` notices this change: {label}"
                            ))
                            .help("add an example or boundary value on the other side of it to one of them"),
                    );
                }
            }
        }
        problems
    }

    fn survivors(&self, rule: &Rule, cases: &[(Case, Place)]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for mutant in mutants::of(rule) {
            let trees = mutant.trees(rule);
            let told = cases
                .iter()
                .filter(|(case, _)| case.sample.in_force(&rule.row))
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
