//! Comparisons and membership: both sides of one type and one unit, and words
//! that the schema knows.

use cel::common::ast::{Expr as Cel, IdedExpr};

use super::{Checked, Checker, Vars, condition, not};
use crate::ir::{Compare, Expr, FactRef, Node};
use crate::parsed::Parsed;
use crate::schema::{Field, Ty};
use crate::source::{Problem, nearest};
use crate::units;

impl Checker<'_> {
    pub(super) fn equal(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        a: &IdedExpr,
        b: &IdedExpr,
        vars: &Vars,
    ) -> Checked {
        let is_none = |tree: &IdedExpr| matches!(&tree.expr, Cel::Ident(name) if name == "none");
        if is_none(b) {
            return match self.expr(text, a, vars)? {
                Expr {
                    node: Node::Fact(fact),
                    ..
                } if fact.none => Ok(condition(Node::IsNone(fact))),
                Expr {
                    node: Node::Fact(fact),
                    ..
                } => Err(text
                    .at(a)
                    .problem(format!("\"none\" is no answer to `{}`", fact.field))
                    .help(
                        "if it should be, give the fact `\"x-none\": true` in the schema, and a \
                         date the format `date-or-none`",
                    )),
                _ => Err(text.at(a).problem("only a fact can be none")),
            };
        }
        let (left, right) = (self.expr(text, a, vars)?, self.expr(text, b, vars)?);
        // `x == false` says the same as `!x`, and its reason reads better so.
        if let (Ty::Bool, Node::Bool(is)) = (&left.ty, &right.node) {
            return Ok(if *is { left } else { not(left) });
        }
        self.comparison(text, tree, Compare::Equal, (a, left), (b, right), vars)
    }

    pub(super) fn compare(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        sign: Compare,
        a: &IdedExpr,
        b: &IdedExpr,
        vars: &Vars,
    ) -> Checked {
        let (left, right) = (self.expr(text, a, vars)?, self.expr(text, b, vars)?);
        if !matches!(left.ty, Ty::Int | Ty::Number | Ty::Date | Ty::DateTime) {
            return Err(text
                .at(a)
                .problem(format!("a {} has no order", left.ty.name())));
        }
        self.comparison(text, tree, sign, (a, left), (b, right), vars)
    }

    fn comparison(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        sign: Compare,
        (at_a, a): (&IdedExpr, Expr),
        (at_b, b): (&IdedExpr, Expr),
        vars: &Vars,
    ) -> Checked {
        let (a, b) = self.same_type(text, tree, a, b)?;
        if matches!(a.ty, Ty::Words | Ty::Items(_)) {
            return Err(text
                .at(tree)
                .problem("lists are not compared")
                .help("use `in`, `exists` or `size`"));
        }
        self.known_word(text, at_a, at_b, &a, &b, vars)?;
        self.known_word(text, at_b, at_a, &b, &a, vars)?;
        // The fact goes left: what is expected is said of the left side.
        let (sign, a, b) = if !a.reads() && b.reads() {
            let turned = match sign {
                Compare::Equal => Compare::Equal,
                Compare::Below => Compare::Above,
                Compare::NotAbove => Compare::NotBelow,
                Compare::Above => Compare::Below,
                Compare::NotBelow => Compare::NotAbove,
            };
            (turned, b, a)
        } else {
            (sign, a, b)
        };
        Ok(condition(Node::Compare(sign, Box::new(a), Box::new(b))))
    }

    pub(super) fn same_type(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        a: Expr,
        b: Expr,
    ) -> Result<(Expr, Expr), Problem> {
        let number = |expr: &Expr| matches!(expr.ty, Ty::Int | Ty::Number);
        if a.ty != b.ty && !(number(&a) && number(&b)) {
            return Err(text.at(tree).problem(format!(
                "a {} and a {} cannot be compared or joined",
                a.ty.name(),
                b.ty.name()
            )));
        }
        if let (Some(left), Some(right)) = (&a.unit, &b.unit)
            && left != right
        {
            return Err(text
                .at(tree)
                .problem(format!(
                    "`{a}` is in {} and `{b}` is in {}",
                    units::shown(left),
                    units::shown(right)
                ))
                .help("convert one side, or declare the fact in the other unit"));
        }
        Ok((a, b))
    }

    /// A word compared with a fact that has words to choose from must be one of them.
    fn known_word(
        &self,
        text: &Parsed,
        _of_word: &IdedExpr,
        at_word: &IdedExpr,
        fact: &Expr,
        word: &Expr,
        vars: &Vars,
    ) -> Result<(), Problem> {
        let Node::Text(word) = &word.node else {
            return Ok(());
        };
        let Some(words) = self.words_of(fact, vars) else {
            return Ok(());
        };
        if words.contains(word) {
            return Ok(());
        }
        let problem = text
            .at(at_word)
            .problem(format!("`{fact}` is never \"{word}\""));
        Err(match nearest(word, words.iter().map(String::as_str)) {
            Some(near) => problem.help(format!("did you mean \"{near}\"?")),
            None => problem.help(format!("it is one of {}", words.join(", "))),
        })
    }

    fn words_of(&self, expr: &Expr, vars: &Vars) -> Option<Vec<String>> {
        match &expr.node {
            Node::Fact(fact) => self
                .field_of(fact, vars)
                .and_then(|field| field.words.clone()),
            Node::Word(name) => vars
                .values()
                .find(|var| var.code_name == *name)
                .and_then(|var| var.words.clone()),
            _ => None,
        }
    }

    pub(super) fn field_of(&self, fact: &FactRef, vars: &Vars) -> Option<&Field> {
        let entity = match fact.var.as_deref() {
            None => &self.schema.section,
            Some("enterprise") => &self.schema.enterprise,
            Some(name) => {
                let var = vars.values().find(|var| var.code_name == name)?;
                self.schema.entities.get(var.entity.as_ref()?)?
            }
        };
        entity.field(&fact.field)
    }

    pub(super) fn within(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        a: &IdedExpr,
        b: &IdedExpr,
        vars: &Vars,
    ) -> Checked {
        let left = self.expr(text, a, vars)?;
        if let Cel::List(list) = &b.expr {
            let mut items = Vec::new();
            for element in &list.elements {
                let item = self.expr(text, element, vars)?;
                if item.reads() {
                    return Err(text
                        .at(element)
                        .problem("a list written in a rule holds only constants"));
                }
                let number = left.ty == Ty::Number && item.ty == Ty::Int;
                if item.ty != left.ty && !number {
                    return Err(text.at(element).problem(format!(
                        "`{left}` is a {}, this is a {}",
                        left.ty.name(),
                        item.ty.name()
                    )));
                }
                self.known_word(text, a, element, &left, &item, vars)?;
                items.push(item);
            }
            if items.is_empty() {
                return Err(text.at(b).problem("an empty list: nothing is in it"));
            }
            return Ok(condition(Node::OneOf(Box::new(left), items)));
        }
        match self.expr(text, b, vars)? {
            Expr {
                node: Node::Fact(fact),
                ty: Ty::Words,
                ..
            } => {
                if left.ty != Ty::Text {
                    return Err(text
                        .at(tree)
                        .problem(format!("a list of words holds no {}", left.ty.name())));
                }
                if let (Node::Text(word), Some(words)) = (
                    &left.node,
                    self.field_of(&fact, vars)
                        .and_then(|field| field.words.as_ref()),
                ) && !words.contains(word)
                {
                    let problem = text
                        .at(a)
                        .problem(format!("`{fact}` never holds \"{word}\""));
                    return Err(match nearest(word, words.iter().map(String::as_str)) {
                        Some(near) => problem.help(format!("did you mean \"{near}\"?")),
                        None => problem.help(format!("it holds {}", words.join(", "))),
                    });
                }
                Ok(condition(Node::Contains(Box::new(left), fact)))
            }
            other => Err(text.at(b).problem(format!(
                "behind `in` stands a list, not a {}",
                other.ty.name()
            ))),
        }
    }
}
