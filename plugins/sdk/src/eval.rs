//! The evaluator of [`Expr`]. Generic over how much of the reason is kept:
//! with `()` it answers true, false or unknown and stops as soon as one side
//! decides; with [`crate::Trace`] it also collects the facts that decided. Only
//! findings pay for the second.

use std::collections::BTreeMap;
use std::fmt::Write;

use rust_decimal::Decimal;

use crate::contract as wit;
use crate::expr::{Computed, Expr, Fact, Rule, Sign};
use crate::facts::{Object, Value};
use crate::judge::{Dates, Judged, Out, judge};
use crate::logic::{At, Cond, NAMED_FACTS, Note, Trace, Why, and, not, or};
use crate::values::{Range, Val, abs, arith, order, shift};

/// The section, `enterprise`, and as many items in sight as a rule may name.
const HOLDERS: usize = 8;

/// The holders before the first item.
const FIXED: usize = 2;

/// Lists stand at most this deep in lists.
const DEPTH: usize = 4;

/// An item or word in sight, with its positions.
#[derive(Clone, Copy, Debug, Default)]
struct Holder<'f> {
    object: Option<&'f Object<'f>>,
    word: Option<&'f str>,
    indices: [usize; DEPTH],
    depth: usize,
}

impl<'f> Holder<'f> {
    fn inner(&self, index: usize) -> Holder<'f> {
        let mut inner = Holder {
            indices: self.indices,
            depth: self.depth + 1,
            ..Holder::default()
        };
        if let Some(slot) = inner.indices.get_mut(self.depth) {
            *slot = index;
        }
        inner
    }

    fn at(&self, pattern: &'static str) -> At<'_> {
        At {
            pattern,
            indices: self.indices.get(..self.depth).unwrap_or_default(),
        }
    }
}

/// Calls a computed value by its number: positions, and a list for what is missing.
pub type Compute<'c, 'f> = &'c dyn Fn(u16, &[usize], Option<&mut Vec<String>>) -> Option<Val<'f>>;

/// What is judged.
#[derive(Clone, Copy)]
pub struct Filing<'c, 'f> {
    /// The plugin's section.
    pub section: &'f Object<'f>,
    /// `enterprise` of the envelope.
    pub enterprise: &'f Object<'f>,
    /// Both dates.
    pub dates: Dates,
    /// Left when arithmetic is no longer exact.
    pub range: &'c Range,
    /// The plugin's own functions.
    pub compute: Compute<'c, 'f>,
}

/// Judges a filing by all rules.
pub fn judge_all(rules: &'static [Rule], filing: Filing<'_, '_>, out: &mut Out) {
    let mut eval = Eval {
        filing,
        holders: [Holder::default(); HOLDERS],
        known: FIXED,
        answers: Vec::new(),
        lacking: BTreeMap::new(),
    };
    eval.holders[0].object = Some(filing.section);
    eval.holders[1].object = Some(filing.enterprise);
    for (index, rule) in rules.iter().enumerate() {
        eval.rule(index, rule, 0, out);
    }
}

/// A value: known or not, and the facts that it came from.
struct V<'f, W> {
    is: Option<Val<'f>>,
    why: W,
}

struct Eval<'c, 'f> {
    filing: Filing<'c, 'f>,
    holders: [Holder<'f>; HOLDERS],
    /// How many of them are in sight.
    known: usize,
    /// What named conditions of the section came to; many rules ask the same.
    answers: Vec<Option<Option<bool>>>,
    /// What computed values lack, by number and positions; asked once.
    lacking: BTreeMap<(u16, Vec<usize>), Vec<String>>,
}

impl<'f> Eval<'_, 'f> {
    fn rule(&mut self, index: usize, rule: &'static Rule, depth: usize, out: &mut Out) {
        let Some(each) = rule.each.get(depth) else {
            let judged = self.decide::<()>(rule);
            let item = rule.each.last().map(|each| each.item);
            let holder = self.holder(FIXED - 1 + depth);
            if judged.outcome == wit::Outcome::Violated
                || judged.outcome == wit::Outcome::Undetermined
            {
                let points = rule.points.as_ref();
                let points = points.and_then(|points| self.value::<()>(points).is);
                out.cost(
                    index,
                    judged.outcome,
                    item.map(|item| holder.at(item)),
                    points,
                );
            }
            out.note(
                index,
                judged.outcome,
                item.map(|item| holder.at(item)),
                rule.because,
                || self.decide::<Trace>(rule),
            );
            return;
        };
        let holder = self.holder(usize::from(each.list.holder));
        let Some(Value::Items(list)) = self.fact(each.list) else {
            if !self.cond::<()>(&each.gate).is_false() {
                out.note_missing(index, holder.at(each.list.pattern));
            }
            return;
        };
        for (position, item) in list.iter().enumerate() {
            let mut inner = holder.inner(position);
            inner.object = Some(item);
            self.within(inner, |eval| eval.rule(index, rule, depth + 1, out));
        }
    }

    fn decide<W: Why>(&mut self, rule: &'static Rule) -> Judged<W> {
        let applies = self.cond(&rule.applies);
        judge(applies, |part| {
            self.cond(match part {
                wit::Outcome::Violated => &rule.violated,
                _ => &rule.undetermined,
            })
        })
    }

    /// With one more item in sight.
    fn within<R>(&mut self, inner: Holder<'f>, f: impl FnOnce(&mut Self) -> R) -> R {
        if let Some(slot) = self.holders.get_mut(self.known) {
            *slot = inner;
        }
        self.known += 1;
        let result = f(self);
        self.known -= 1;
        result
    }

    /// With only this item in sight, as a named condition sees it.
    fn apart<R>(&mut self, item: Option<Holder<'f>>, f: impl FnOnce(&mut Self) -> R) -> R {
        let (holders, known) = (self.holders, self.known);
        self.known = FIXED;
        let result = match item {
            Some(item) => self.within(item, f),
            None => f(self),
        };
        (self.holders, self.known) = (holders, known);
        result
    }

    fn holder(&self, number: usize) -> Holder<'f> {
        self.holders.get(number).copied().unwrap_or_default()
    }

    fn fact(&self, fact: &Fact) -> Option<&'f Value<'f>> {
        self.holder(usize::from(fact.holder))
            .object?
            .value(usize::from(fact.field))
    }

    fn read<W: Why>(&self, fact: &Fact, known: bool) -> W {
        W::read(
            self.holder(usize::from(fact.holder)).at(fact.pattern),
            known,
        )
    }

    fn value<W: Why>(&mut self, expr: &'static Expr) -> V<'f, W> {
        let constant = |is| V {
            is: Some(is),
            why: W::nothing(),
        };
        match expr {
            Expr::Bool(is) => constant(Val::Bool(*is)),
            Expr::Int(n) => constant(Val::Int(*n)),
            Expr::Number(n) => constant(Val::Number(**n)),
            Expr::Text(text) => constant(Val::Text(text)),
            Expr::Date(date) => constant(Val::Date(*date)),
            Expr::ReferenceDate => constant(Val::Date(self.filing.dates.reference)),
            Expr::SubmissionDate => constant(Val::Date(self.filing.dates.submission)),
            Expr::Word(holder) => V {
                is: self.holder(usize::from(*holder)).word.map(Val::Text),
                why: W::nothing(),
            },
            Expr::Fact(fact) => {
                let is = self.fact(fact).and_then(Value::plain);
                V {
                    is,
                    why: self.read(fact, is.is_some()),
                }
            }
            Expr::Computed(computed) => self.computed(computed),
            Expr::AsNumber(inner) => {
                let inner = self.value(inner);
                V {
                    is: inner.is.map(|is| match is {
                        Val::Int(n) => Val::Number(Decimal::from(n)),
                        other => other,
                    }),
                    why: inner.why,
                }
            }
            Expr::Size(list) => {
                let size = match self.fact(list) {
                    Some(Value::Items(items)) => i64::try_from(items.len()).ok(),
                    Some(Value::Words(words)) => i64::try_from(words.len()).ok(),
                    _ => None,
                };
                V {
                    is: size.map(Val::Int),
                    why: self.read(list, size.is_some()),
                }
            }
            Expr::Arith(sign, [a, b]) => {
                let (a, b) = (self.value::<W>(a), self.value::<W>(b));
                self.combine(a, b, |a, b| arith(*sign, a, b))
            }
            Expr::Shift(period, [moment, n]) => {
                let (moment, n) = (self.value::<W>(moment), self.value::<W>(n));
                self.combine(moment, n, |moment, n| shift(moment, *period, n))
            }
            Expr::Abs(inner) => {
                let inner = self.value::<W>(inner);
                V {
                    is: inner.is.and_then(|is| self.filing.range.keep(abs(is))),
                    why: inner.why,
                }
            }
            condition => {
                let condition = self.cond(condition);
                V {
                    is: condition.is.map(Val::Bool),
                    why: condition.why,
                }
            }
        }
    }

    fn combine<W: Why>(
        &self,
        a: V<'f, W>,
        b: V<'f, W>,
        exact: impl FnOnce(Val<'f>, Val<'f>) -> Option<Val<'f>>,
    ) -> V<'f, W> {
        let is = match (a.is, b.is) {
            (Some(a), Some(b)) => self.filing.range.keep(exact(a, b)),
            _ => None,
        };
        V {
            is,
            why: a.why.both(b.why),
        }
    }

    fn computed<W: Why>(&mut self, computed: &Computed) -> V<'f, W> {
        let holder = self.holder(usize::from(computed.holder));
        let of = holder.at(computed.pattern);
        let is = (self.filing.compute)(computed.index, of.indices, None);
        let why = W::notes(|notes| match is {
            Some(value) => notes.push(Note {
                pointer: of.pointer(),
                known: true,
                computed: Some((computed.name, computed.title, value.to_string())),
                expected: None,
            }),
            None => {
                let compute = self.filing.compute;
                let key = (computed.index, of.indices.to_vec());
                let missing = self.lacking.entry(key).or_insert_with(|| {
                    let mut missing = Vec::new();
                    compute(computed.index, of.indices, Some(&mut missing));
                    missing.truncate(NAMED_FACTS);
                    if missing.is_empty() {
                        missing.push(of.pointer());
                    }
                    missing
                });
                notes.extend(missing.iter().map(|pointer| Note {
                    pointer: pointer.clone(),
                    known: false,
                    computed: None,
                    expected: None,
                }));
            }
        });
        V { is, why }
    }

    fn cond<W: Why>(&mut self, expr: &'static Expr) -> Cond<W> {
        match expr {
            Expr::Bool(is) => Cond::always(*is),
            Expr::And([a, b]) => {
                let a = self.cond(a);
                if !W::KEPT && a.is == Some(false) {
                    return a;
                }
                and(a, self.cond(b))
            }
            Expr::Or([a, b]) => {
                let a = self.cond(a);
                if !W::KEPT && a.is == Some(true) {
                    return a;
                }
                or(a, self.cond(b))
            }
            Expr::Not(inner) => not(self.cond(inner)),
            Expr::Named(number, inner) => {
                let number = usize::from(*number);
                if !W::KEPT
                    && let Some(Some(is)) = self.answers.get(number)
                {
                    return Cond {
                        is: *is,
                        why: W::nothing(),
                    };
                }
                let answer = self.apart(None, |eval| eval.cond::<W>(inner));
                if self.answers.len() <= number {
                    self.answers.resize(number + 1, None);
                }
                if let Some(slot) = self.answers.get_mut(number) {
                    *slot = Some(answer.is);
                }
                answer
            }
            Expr::NamedOf(holder, inner) => {
                let item = self.holder(usize::from(*holder));
                self.apart(Some(item), |eval| eval.cond(inner))
            }
            Expr::Compare(sign, sides, lhs) => self.compare(*sign, sides, lhs),
            Expr::OneOf(value, list) => self.one_of(value, list),
            Expr::Contains(word, list) => {
                let word = self.value::<W>(word);
                let words = match self.fact(list) {
                    Some(Value::Words(words)) => Some(words),
                    _ => None,
                };
                let is = match (word.is, words) {
                    (Some(Val::Text(word)), Some(words)) => {
                        Some(words.iter().any(|have| have == word))
                    }
                    _ => None,
                };
                let why = self
                    .read::<W>(list, words.is_some())
                    .expect(|| shown("", if is == Some(true) { "∌ " } else { "∋ " }, word.is))
                    .both(word.why);
                Cond { is, why }
            }
            Expr::IsNone(fact) => {
                let is = match self.fact(fact) {
                    None | Some(Value::Unknown) => None,
                    Some(value) => Some(matches!(value, Value::None)),
                };
                let why = self
                    .read::<W>(fact, is.is_some())
                    .expect(|| String::from(if is == Some(true) { "≠ none" } else { "none" }));
                Cond { is, why }
            }
            Expr::Has(fact) => {
                let known = !matches!(self.fact(fact), None | Some(Value::Unknown));
                Cond {
                    is: Some(known),
                    why: self.read(fact, known),
                }
            }
            Expr::Exists(list, holds) => self.exists(list, holds),
            value => {
                let value = self.value::<W>(value);
                let is = match value.is {
                    Some(Val::Bool(is)) => Some(is),
                    _ => None,
                };
                Cond {
                    is,
                    why: value
                        .why
                        .expect(|| String::from(if is == Some(true) { "false" } else { "true" })),
                }
            }
        }
    }

    fn compare<W: Why>(
        &mut self,
        sign: Sign,
        [a, b]: &'static [Expr; 2],
        lhs: &'static str,
    ) -> Cond<W> {
        let (a, b) = (self.value::<W>(a), self.value::<W>(b));
        let order = match (a.is, b.is) {
            (Some(a), Some(b)) => order(a, b),
            _ => None,
        };
        let is = order.map(|order| match sign {
            Sign::Equal => order.is_eq(),
            Sign::Below => order.is_lt(),
            Sign::NotAbove => order.is_le(),
            Sign::Above => order.is_gt(),
            Sign::NotBelow => order.is_ge(),
        });
        let why = match is {
            Some(is) => {
                // What would have been right: the opposite of what was found.
                let expected = match (sign, is) {
                    (Sign::Equal, true) => "≠ ",
                    (Sign::Equal, false) => "= ",
                    (Sign::Below, true) | (Sign::NotBelow, false) => "≥ ",
                    (Sign::Below, false) | (Sign::NotBelow, true) => "< ",
                    (Sign::NotAbove, true) | (Sign::Above, false) => "> ",
                    (Sign::NotAbove, false) | (Sign::Above, true) => "≤ ",
                };
                a.why.expect(|| shown(lhs, expected, b.is)).both(b.why)
            }
            None => a.why.both(b.why),
        };
        Cond { is, why }
    }

    fn one_of<W: Why>(&mut self, value: &'static Expr, list: &'static [Expr]) -> Cond<W> {
        let value = self.value::<W>(value);
        let is = value.is.map(|value| {
            list.iter()
                .any(|item| self.value::<()>(item).is == Some(value))
        });
        let why = value.why.expect(|| {
            let mut text = String::from(if is == Some(true) { "∉ {" } else { "∈ {" });
            for (n, item) in list.iter().enumerate() {
                if n > 0 {
                    text.push_str(", ");
                }
                if let Some(item) = self.value::<()>(item).is {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "{item}");
                }
            }
            text.push('}');
            text
        });
        Cond { is, why }
    }

    fn exists<W: Why>(&mut self, list: &'static Fact, holds: &'static Expr) -> Cond<W> {
        let holder = self.holder(usize::from(list.holder));
        let mut found = Cond {
            is: Some(false),
            why: W::nothing(),
        };
        match self.fact(list) {
            Some(Value::Items(items)) => {
                for (index, item) in items.iter().enumerate() {
                    if !W::KEPT && found.is == Some(true) {
                        break;
                    }
                    let mut inner = holder.inner(index);
                    inner.object = Some(item);
                    if found.why.is_full() {
                        // Only an answer that turns the whole has a reason still to be told.
                        let is = self.within(inner, |eval| eval.cond::<()>(holds)).is;
                        if is == Some(false) || is == found.is || found.is == Some(true) {
                            continue;
                        }
                    }
                    found = or(found, self.within(inner, |eval| eval.cond(holds)));
                }
                match found.is {
                    Some(false) => Cond {
                        is: Some(false),
                        why: self.read(list, true),
                    },
                    _ => found,
                }
            }
            // The list of words itself is the fact.
            Some(Value::Words(words)) => {
                for word in words {
                    let mut inner = holder;
                    inner.object = None;
                    inner.word = Some(word);
                    found = or(found, self.within(inner, |eval| eval.cond(holds)));
                }
                let list = self.read::<W>(list, true);
                let why = if found.is == Some(false) {
                    list
                } else {
                    list.both(found.why)
                };
                Cond { is: found.is, why }
            }
            _ => Cond {
                is: None,
                why: self.read(list, false),
            },
        }
    }
}

/// `lhs` names what is compared where that is more than one fact.
fn shown(lhs: &str, sign: &str, value: Option<Val<'_>>) -> String {
    let mut text = String::from(lhs);
    text.push_str(sign);
    if let Some(value) = value {
        // Writing to a string cannot fail.
        let _ = write!(text, "{value}");
    }
    text
}
