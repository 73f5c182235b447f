//! A checked row with its page.

use crate::ir::{Expr, FactRef, Node};
use crate::page::Page;
use crate::parsed::Parsed;
use crate::predicate::Vars;
use crate::source::Place;
use crate::table::{Kind, Row, Severity};

/// A list that a rule goes through.
#[derive(Clone, Debug)]
pub struct Each {
    /// The item's name.
    pub var: String,
    /// The item's entity.
    pub entity: String,
    /// The list.
    pub list: FactRef,
}

/// A predicate: as written, parsed and checked.
pub struct Predicate {
    /// As the author wrote it.
    pub text: String,
    /// The tree.
    pub parsed: Parsed,
    /// Checked.
    pub expr: Expr,
}

/// A checked row with its page.
pub struct Rule {
    /// As written.
    pub row: Row,
    /// The id's place.
    pub place: Place,
    /// The lists, outermost first.
    pub each: Vec<Each>,
    /// The names in sight.
    pub vars: Vars,
    /// Empty means always.
    pub applies: Option<Predicate>,
    /// Empty means never.
    pub violated: Option<Predicate>,
    /// Empty means never.
    pub undetermined: Option<Predicate>,
    /// What a violation costs in a score, a number.
    pub points: Option<Predicate>,
    /// Pointer patterns of all facts it may read.
    pub facts: Vec<String>,
    /// Its page.
    pub page: Page,
    /// Whether another row's safeguard made it.
    pub companion: bool,
}

impl Rule {
    /// `instrument/clause`.
    pub fn id(&self) -> &str {
        self.row.id.get_ref()
    }

    /// The key of its instrument.
    pub fn instrument(&self) -> &str {
        self.id().split_once('/').map_or("", |(key, _)| key)
    }

    /// As written, or by its kind.
    pub fn severity(&self) -> Severity {
        self.row.severity.unwrap_or(match self.row.kind {
            Kind::MajorHazard => Severity::Critical,
            Kind::Duty => Severity::High,
            Kind::Division | Kind::Consistency => Severity::Medium,
            Kind::Advice | Kind::Identification | Kind::Score => Severity::Info,
        })
    }

    /// The predicates that stand in the row.
    pub fn predicates(&self) -> impl Iterator<Item = &Predicate> {
        [
            &self.applies,
            &self.violated,
            &self.undetermined,
            &self.points,
        ]
        .into_iter()
        .flatten()
    }

    /// The parts of `applies` that can be answered when only the first `known`
    /// lists' items are: they decide where the next list is absent.
    pub fn gate(&self, known: usize) -> Vec<&Expr> {
        let hidden: Vec<&str> = self
            .each
            .iter()
            .skip(known)
            .map(|each| each.var.as_str())
            .collect();
        let mut parts = self
            .applies
            .as_ref()
            .map_or_else(Vec::new, |applies| vec![&applies.expr]);
        let mut gate = Vec::new();
        while let Some(part) = parts.pop() {
            match &part.node {
                Node::And(a, b) => parts.extend([&**b, &**a]),
                _ if hidden.iter().any(|var| part.mentions(var)) => {}
                _ => gate.push(part),
            }
        }
        gate
    }

    /// Whether it asks the named condition, itself or through another one.
    pub fn asks(&self, name: &str) -> bool {
        let mut asks = false;
        for predicate in self.predicates() {
            predicate.expr.walk(&mut |expr| {
                asks |= matches!(&expr.node, Node::Named(named) if named.name == name)
            });
        }
        asks
    }

    /// Whether it lets a filer off who does not file the fact of this pattern:
    /// `applies` has `has(…)` for it.
    pub fn lets_off_without(&self, pattern: &str) -> bool {
        let mut lets_off = false;
        if let Some(applies) = &self.applies {
            applies.expr.walk(&mut |expr| {
                lets_off |= matches!(&expr.node, Node::Has(fact) if fact.pattern == pattern)
            });
        }
        lets_off
    }

    /// Whether it reads a value that Rust computes.
    pub fn reads_computed(&self) -> bool {
        let mut reads = false;
        for predicate in self.predicates() {
            predicate
                .expr
                .walk(&mut |expr| reads |= matches!(expr.node, Node::Computed(_)));
        }
        reads
    }
}
