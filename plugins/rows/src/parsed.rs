//! A CEL text and its tree, with places in the author's file.

use cel::common::ast::operators as op;
use cel::common::ast::{ComprehensionExpr, Expr as Cel, IdedExpr, LiteralValue, SourceInfo};

use crate::source::{Place, Problem};

/// A CEL text, parsed.
pub struct Parsed {
    /// The tree.
    pub tree: IdedExpr,
    info: SourceInfo,
    place: Place,
}

impl Parsed {
    /// `place` is where the text begins in its file.
    ///
    /// # Errors
    /// What the CEL parser refuses.
    pub fn new(text: &str, place: &Place) -> Result<Parsed, Vec<Problem>> {
        let parser = cel::parser::Parser::new().max_recursion_depth(64);
        match parser.parse_with_source_info(text) {
            Ok((tree, info)) => Ok(Parsed {
                tree,
                info,
                place: place.clone(),
            }),
            Err(errors) => Err(errors
                .errors
                .iter()
                .map(|error| {
                    let column = usize::try_from(error.pos.1 - 1).unwrap_or_default();
                    place
                        .plus(column)
                        .problem(format!("this is no CEL: {}", error.msg))
                        .help(hint(text, &error.msg))
                })
                .collect()),
        }
    }

    /// Where it begins.
    pub fn start(&self) -> Place {
        self.place.clone()
    }

    /// Where a part of it begins.
    pub fn at(&self, expr: &IdedExpr) -> Place {
        let start = self
            .info
            .offset_for(expr.id)
            .map_or(0, |(start, _)| start as usize);
        self.place.plus(start)
    }

    /// The digits of a number as the author wrote them: CEL reads them as a
    /// binary float, which is not exact.
    pub fn digits(&self, expr: &IdedExpr, float: f64) -> Option<String> {
        let (start, _) = self.info.offset_for(expr.id)?;
        let rest = self.info.source.get(start as usize..)?;
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let digits = rest.get(..end)?;
        (digits.parse() == Ok(float)).then(|| digits.to_owned())
    }
}

/// What the author probably meant.
fn hint(text: &str, said: &str) -> &'static str {
    let word = |word: &str| {
        text.split_whitespace()
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    if said.contains("has() macro") {
        "for a fact of the section write the section's name before it: `has(hazchem.feed_on)`"
    } else if word("and") || word("or") || word("not") || word("=") || word("<>") {
        "write `&&` for and, `||` for or, `!` for not, `==` for equal, `!=` for not equal"
    } else {
        "the subset that rows use is listed in plugins/README.md, `Predicates`"
    }
}

/// CEL spells `exists` and `all` out as loops; this reads them back.
/// `Some((true, body))` for `exists`.
pub fn quantifier(of: &ComprehensionExpr) -> Option<(bool, &IdedExpr)> {
    let Cel::Call(step) = &of.loop_step.expr else {
        return None;
    };
    let [result, body] = step.args.as_slice() else {
        return None;
    };
    if !matches!(&result.expr, Cel::Ident(name) if *name == of.accu_var) {
        return None;
    }
    match (&of.accu_init.expr, step.func_name.as_str()) {
        (Cel::Literal(LiteralValue::Boolean(is)), op::LOGICAL_OR) if !is.inner() => {
            Some((true, body))
        }
        (Cel::Literal(LiteralValue::Boolean(is)), op::LOGICAL_AND) if *is.inner() => {
            Some((false, body))
        }
        _ => None,
    }
}
