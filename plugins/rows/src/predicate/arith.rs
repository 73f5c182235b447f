//! Exact arithmetic, and dates that periods move.

use cel::common::ast::{CallExpr, Expr as Cel, IdedExpr};

use super::{Checked, Checker, Vars, typed};
use crate::ir::{Arith, Expr, Node, Period};
use crate::parsed::Parsed;
use crate::schema::Ty;
use crate::units;

impl Checker<'_> {
    pub(super) fn arith(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        sign: Arith,
        a: &IdedExpr,
        b: &IdedExpr,
        vars: &Vars,
    ) -> Checked {
        if let Cel::Call(call) = &b.expr
            && let Some(period) = period(&call.func_name)
        {
            return self.shift(text, tree, sign, a, period, call, vars);
        }
        let (left, right) = (self.expr(text, a, vars)?, self.expr(text, b, vars)?);
        for (at, side) in [(a, &left), (b, &right)] {
            if !matches!(side.ty, Ty::Int | Ty::Number) {
                return Err(text
                    .at(at)
                    .problem(format!("this is a {}, not a number", side.ty.name()))
                    .help("a date moves by a period: `date + months(6)`"));
            }
        }
        let ty = if left.ty == Ty::Int && right.ty == Ty::Int {
            Ty::Int
        } else {
            Ty::Number
        };
        let (left, right, unit) = if sign == Arith::Mul {
            let unit = match (&left.unit, &right.unit) {
                (Some(a), Some(b)) => Some(units::product(a, b)),
                (a, b) => a.clone().or_else(|| b.clone()),
            };
            (left, right, unit)
        } else {
            let (left, right) = self.same_type(text, tree, left, right)?;
            let unit = left.unit.clone().or_else(|| right.unit.clone());
            (left, right, unit)
        };
        Ok(Expr {
            node: Node::Arith(sign, Box::new(left), Box::new(right)),
            ty,
            unit,
        })
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one expression")]
    fn shift(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        sign: Arith,
        a: &IdedExpr,
        period: Period,
        call: &CallExpr,
        vars: &Vars,
    ) -> Checked {
        let moment = self.expr(text, a, vars)?;
        let fits = match moment.ty {
            Ty::Date => !matches!(period, Period::Hours | Period::Minutes),
            Ty::DateTime => true,
            _ => false,
        };
        if !fits {
            return Err(text.at(tree).problem(format!(
                "a {} does not move by {}",
                moment.ty.name(),
                period.name()
            )));
        }
        let [n] = call.args.as_slice() else {
            return Err(text
                .at(tree)
                .problem(format!("`{}` takes one number", period.name())));
        };
        let n = self.expr(text, n, vars)?;
        if n.ty != Ty::Int {
            return Err(text
                .at(tree)
                .problem(format!("`{}` takes a whole number", period.name())));
        }
        let n = match (sign, n) {
            (Arith::Add, n) => n,
            (
                Arith::Sub,
                Expr {
                    node: Node::Int(n), ..
                },
            ) => typed(Node::Int(-n), Ty::Int),
            _ => {
                return Err(text
                    .at(tree)
                    .problem("only `date + period` or `date - period` with a constant")
                    .help("move the other side of the comparison forward instead"));
            }
        };
        let ty = moment.ty.clone();
        Ok(typed(
            Node::Shift(Box::new(moment), period, Box::new(n)),
            ty,
        ))
    }
}

fn period(name: &str) -> Option<Period> {
    Some(match name {
        "years" => Period::Years,
        "months" => Period::Months,
        "days" => Period::Days,
        "hours" => Period::Hours,
        "minutes" => Period::Minutes,
        _ => return None,
    })
}
