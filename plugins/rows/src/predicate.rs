//! CEL becomes a checked expression. What lies outside the subset is refused
//! with its place.

mod arith;
mod compare;

use std::collections::BTreeMap;

use cel::common::ast::operators as op;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr as Cel, IdedExpr, LiteralValue};

use crate::ir::{Arith, Compare, ComputedRef, Expr, FactRef, NamedRef, Node};
use crate::names::{Named, Names};
use crate::parsed::{Parsed, quantifier};
use crate::schema::{Entity, Schema, Ty};
use crate::source::{Problem, nearest};

/// A variable that stands for an item of a list, or for a word.
#[derive(Clone, Debug)]
pub struct Var {
    /// The name in generated code; differs from the author's inside a named condition.
    pub code_name: String,
    /// The entity, or `None` for a word.
    pub entity: Option<String>,
    /// JSON pointer of the item with `*`.
    pub pattern: String,
    /// Code names of the variables that fill the `*`.
    pub positions: Vec<String>,
    /// The words to choose from, for a word.
    pub words: Option<Vec<String>>,
}

/// The variables in sight.
pub type Vars = BTreeMap<String, Var>;

/// Checks predicates against the facts.
pub struct Checker<'s> {
    /// The facts.
    pub schema: &'s Schema,
    /// Named conditions and computed values.
    pub names: &'s Names,
}

type Checked = Result<Expr, Problem>;

fn typed(node: Node, ty: Ty) -> Expr {
    Expr {
        node,
        ty,
        unit: None,
    }
}

fn condition(node: Node) -> Expr {
    typed(node, Ty::Bool)
}

impl Checker<'_> {
    /// Checks a whole predicate: it must be a condition.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn check(&self, text: &Parsed, vars: &Vars) -> Checked {
        let expr = self.expr(text, &text.tree, vars)?;
        if expr.ty == Ty::Bool {
            Ok(expr)
        } else {
            Err(text
                .at(&text.tree)
                .problem(format!("this is a {}, not a condition", expr.ty.name())))
        }
    }

    /// A number, as the points of a score.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn check_number(&self, text: &Parsed, vars: &Vars) -> Checked {
        let expr = self.expr(text, &text.tree, vars)?;
        match expr.ty {
            Ty::Number => Ok(expr),
            Ty::Int => Ok(typed(Node::AsNumber(Box::new(expr)), Ty::Number)),
            _ => Err(text
                .at(&text.tree)
                .problem(format!("this is a {}, not a number", expr.ty.name()))),
        }
    }

    fn expr(&self, text: &Parsed, tree: &IdedExpr, vars: &Vars) -> Checked {
        match &tree.expr {
            Cel::Literal(literal) => self.literal(text, tree, literal),
            Cel::Ident(_) => self.name(text, tree, vars),
            Cel::Select(select) if select.test => {
                let fact = self.fact(text, tree, &select.operand, &select.field, vars)?;
                Ok(condition(Node::Has(fact)))
            }
            Cel::Select(_) => self.name(text, tree, vars),
            Cel::Call(call) => self.call(text, tree, call, vars),
            Cel::Comprehension(of) => self.comprehension(text, tree, of, vars),
            _ => Err(self.outside(text, tree, "this form")),
        }
    }

    fn outside(&self, text: &Parsed, tree: &IdedExpr, what: &str) -> Problem {
        text.at(tree)
            .problem(format!("{what} is outside the subset of CEL that rows use"))
            .help("the subset is listed in plugins/README.md, `Predicates`")
    }

    fn literal(&self, text: &Parsed, tree: &IdedExpr, literal: &LiteralValue) -> Checked {
        Ok(match literal {
            LiteralValue::Boolean(is) => typed(Node::Bool(*is.inner()), Ty::Bool),
            LiteralValue::Int(n) => typed(Node::Int(*n.inner()), Ty::Int),
            LiteralValue::Double(n) => match text.digits(tree, *n.inner()) {
                Some(digits) => typed(Node::Number(digits), Ty::Number),
                None => {
                    return Err(text
                        .at(tree)
                        .problem("this number cannot be read exactly")
                        .help("write it with digits and a point, as `0.3`"));
                }
            },
            LiteralValue::String(word) => typed(Node::Text(word.inner().to_owned()), Ty::Text),
            _ => return Err(self.outside(text, tree, "this literal")),
        })
    }

    /// `x`, `var.x`, `enterprise.x`, `section.x`.
    fn name(&self, text: &Parsed, tree: &IdedExpr, vars: &Vars) -> Checked {
        match &tree.expr {
            Cel::Ident(name) => {
                match name.as_str() {
                    "reference_date" => return Ok(typed(Node::ReferenceDate, Ty::Date)),
                    "submission_date" => return Ok(typed(Node::SubmissionDate, Ty::Date)),
                    "none" => {
                        return Err(text
                            .at(tree)
                            .problem("`none` stands only behind `==` or `!=`")
                            .help("write `fact == none`, or `has(fact)` for \"is known\""));
                    }
                    _ => {}
                }
                if let Some(var) = vars.get(name) {
                    if var.entity.is_some() {
                        return Err(text
                            .at(tree)
                            .problem(format!("`{name}` is an item, not a value"))
                            .help(format!("name a fact of it: `{name}.…`")));
                    }
                    return Ok(typed(Node::Word(var.code_name.clone()), Ty::Text));
                }
                self.member(text, tree, None, name, vars)
            }
            Cel::Select(select) => match &select.operand.expr {
                Cel::Ident(scope) => self.member(text, tree, Some(scope), &select.field, vars),
                _ => Err(self.outside(text, tree, "a member of a member")),
            },
            _ => Err(self.outside(text, tree, "this")),
        }
    }

    fn member(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        scope: Option<&str>,
        field: &str,
        vars: &Vars,
    ) -> Checked {
        let (entity, var) = self.scope(text, tree, scope, vars)?;
        let full = if entity.name.is_empty() || var.is_none() {
            field.to_owned()
        } else {
            format!("{}.{field}", entity.name)
        };
        match self.names.get(&full) {
            Some(Named::Condition { parsed, .. }) => {
                let mut inner = Vars::new();
                if let Some(var) = var {
                    // Inside, the item has the entity's name, and its position too.
                    let mut positions = var.positions.clone();
                    if let Some(last) = positions.last_mut() {
                        last.clone_from(&entity.name);
                    }
                    let code_name = entity.name.clone();
                    inner.insert(
                        entity.name.clone(),
                        Var {
                            code_name,
                            positions,
                            ..var.clone()
                        },
                    );
                }
                let expr = Box::new(self.check(parsed, &inner)?);
                let of = var.map(|var| {
                    (
                        var.code_name.clone(),
                        entity.name.clone(),
                        var.pattern.clone(),
                    )
                });
                let positions = var.map(|var| var.positions.clone()).unwrap_or_default();
                Ok(condition(Node::Named(NamedRef {
                    name: full,
                    of,
                    positions,
                    expr,
                })))
            }
            Some(Named::Computed { ty, unit, .. }) => {
                let (pattern, positions) = match var {
                    Some(var) => (var.pattern.clone(), var.positions.clone()),
                    None => (self.section_pattern(), Vec::new()),
                };
                let node = Node::Computed(ComputedRef {
                    name: full,
                    pattern,
                    positions,
                });
                Ok(Expr {
                    node,
                    ty: ty.clone(),
                    unit: Some(unit.clone()),
                })
            }
            None => {
                let fact = self.fact_in(text, tree, scope, entity, var, field)?;
                let unit = entity.field(field).map(|field| field.unit.clone());
                Ok(Expr {
                    ty: fact.ty.clone(),
                    node: Node::Fact(fact),
                    unit,
                })
            }
        }
    }

    fn section_pattern(&self) -> String {
        format!("/sections/{}", self.schema.section_name)
    }

    fn scope<'v>(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        scope: Option<&str>,
        vars: &'v Vars,
    ) -> Result<(&Entity, Option<&'v Var>), Problem> {
        let Some(scope) = scope else {
            return Ok((&self.schema.section, None));
        };
        if let Some(var) = vars.get(scope)
            && let Some(entity) = var
                .entity
                .as_ref()
                .and_then(|name| self.schema.entities.get(name))
        {
            return Ok((entity, Some(var)));
        }
        if scope == self.schema.section_name {
            return Ok((&self.schema.section, None));
        }
        if scope == "enterprise" {
            return Ok((&self.schema.enterprise, None));
        }
        let known: Vec<&str> = vars
            .keys()
            .map(String::as_str)
            .chain(["enterprise"])
            .collect();
        let problem = text
            .at(tree)
            .problem(format!("`{scope}` is not known here"));
        Err(match nearest(scope, known.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("known here: {}", known.join(", "))),
        })
    }

    fn fact(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        operand: &IdedExpr,
        field: &str,
        vars: &Vars,
    ) -> Result<FactRef, Problem> {
        let Cel::Ident(scope) = &operand.expr else {
            return Err(self.outside(text, tree, "a member of a member"));
        };
        let (entity, var) = self.scope(text, tree, Some(scope), vars)?;
        self.fact_in(text, tree, Some(scope), entity, var, field)
    }

    fn fact_in(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        scope: Option<&str>,
        entity: &Entity,
        var: Option<&Var>,
        field: &str,
    ) -> Result<FactRef, Problem> {
        let Some(found) = entity.field(field) else {
            return Err(self.unknown(text, tree, scope, entity, field));
        };
        let envelope = var.is_none() && scope == Some("enterprise");
        let (prefix, positions) = match var {
            Some(var) => (var.pattern.clone(), var.positions.clone()),
            None if envelope => ("/enterprise".to_owned(), Vec::new()),
            None => (self.section_pattern(), Vec::new()),
        };
        Ok(FactRef {
            var: var
                .map(|var| var.code_name.clone())
                .or(envelope.then(|| "enterprise".to_owned())),
            field: field.to_owned(),
            index: entity
                .fields
                .iter()
                .position(|have| have.name == field)
                .unwrap_or_default(),
            pattern: format!("{prefix}/{field}"),
            positions,
            ty: found.ty.clone(),
            none: found.none,
        })
    }

    fn unknown(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        scope: Option<&str>,
        entity: &Entity,
        field: &str,
    ) -> Problem {
        let file = if scope == Some("enterprise") {
            "filing"
        } else {
            &self.schema.section_name
        };
        let of = if entity.name.is_empty() {
            format!("the section `{}`", self.schema.section_name)
        } else {
            format!("`{}`", entity.name)
        };
        let names = entity.fields.iter().map(|field| field.name.as_str());
        let named = self.names.of(&entity.name);
        let problem = text
            .at(tree)
            .problem(format!("there is no fact `{field}` in {of}"));
        match nearest(field, names.chain(named)) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!(
                "a new fact is declared in schemas/{file}.schema.json"
            )),
        }
    }

    fn call(&self, text: &Parsed, tree: &IdedExpr, call: &CallExpr, vars: &Vars) -> Checked {
        if call.target.is_some() {
            return Err(self.outside(text, tree, &format!("the method `{}`", call.func_name)));
        }
        match (call.func_name.as_str(), call.args.as_slice()) {
            (op::LOGICAL_AND, [a, b]) => {
                let (a, b) = (self.cond(text, a, vars)?, self.cond(text, b, vars)?);
                Ok(condition(Node::And(Box::new(a), Box::new(b))))
            }
            (op::LOGICAL_OR, [a, b]) => {
                let (a, b) = (self.cond(text, a, vars)?, self.cond(text, b, vars)?);
                Ok(condition(Node::Or(Box::new(a), Box::new(b))))
            }
            (op::LOGICAL_NOT, [a]) => Ok(not(self.cond(text, a, vars)?)),
            (op::EQUALS, [a, b]) => self.equal(text, tree, a, b, vars),
            (op::NOT_EQUALS, [a, b]) => self.equal(text, tree, a, b, vars).map(not),
            (op::LESS, [a, b]) => self.compare(text, tree, Compare::Below, a, b, vars),
            (op::LESS_EQUALS, [a, b]) => self.compare(text, tree, Compare::NotAbove, a, b, vars),
            (op::GREATER, [a, b]) => self.compare(text, tree, Compare::Above, a, b, vars),
            (op::GREATER_EQUALS, [a, b]) => self.compare(text, tree, Compare::NotBelow, a, b, vars),
            (op::IN, [a, b]) => self.within(text, tree, a, b, vars),
            (op::ADD, [a, b]) => self.arith(text, tree, Arith::Add, a, b, vars),
            (op::SUBSTRACT, [a, b]) => self.arith(text, tree, Arith::Sub, a, b, vars),
            (op::MULTIPLY, [a, b]) => self.arith(text, tree, Arith::Mul, a, b, vars),
            (op::NEGATE, [a]) => match self.expr(text, a, vars)? {
                Expr {
                    node: Node::Int(n), ..
                } => Ok(typed(Node::Int(-n), Ty::Int)),
                Expr {
                    node: Node::Number(n),
                    ..
                } => Ok(typed(Node::Number(format!("-{n}")), Ty::Number)),
                _ => Err(self.outside(text, tree, "the sign `-` before anything but a number")),
            },
            (op::DIVIDE | op::MODULO, _) => Err(text
                .at(tree)
                .problem("division is not exact")
                .help("multiply the other side: `a > b * c` instead of `a / b > c`")),
            ("abs", [a]) => {
                let a = self.expr(text, a, vars)?;
                if matches!(a.ty, Ty::Int | Ty::Number) {
                    let (ty, unit) = (a.ty.clone(), a.unit.clone());
                    Ok(Expr {
                        node: Node::Abs(Box::new(a)),
                        ty,
                        unit,
                    })
                } else {
                    Err(text.at(tree).problem(format!("`abs` of a {}", a.ty.name())))
                }
            }
            ("size", [a]) => match self.expr(text, a, vars)? {
                Expr {
                    node: Node::Fact(fact),
                    ty: Ty::Words | Ty::Items(_),
                    ..
                } => Ok(typed(Node::Size(fact), Ty::Int)),
                other => Err(text
                    .at(tree)
                    .problem(format!("`size` of a {}", other.ty.name()))),
            },
            ("date", [a]) => match &a.expr {
                Cel::Literal(LiteralValue::String(date))
                    if date.inner().parse::<jiff::civil::Date>().is_ok() =>
                {
                    Ok(typed(Node::Date(date.inner().to_owned()), Ty::Date))
                }
                _ => Err(text
                    .at(a)
                    .problem("this is no date")
                    .help("write `date(\"2025-06-30\")`")),
            },
            ("years" | "months" | "days" | "hours" | "minutes", _) => Err(text
                .at(tree)
                .problem("a period stands only behind a date and `+` or `-`")
                .help("write `person.appointed_on + months(6)`")),
            (name, _) => Err(self.outside(text, tree, &format!("`{name}`"))),
        }
    }

    fn cond(&self, text: &Parsed, tree: &IdedExpr, vars: &Vars) -> Checked {
        let expr = self.expr(text, tree, vars)?;
        if expr.ty == Ty::Bool {
            Ok(expr)
        } else {
            Err(text.at(tree).problem(format!(
                "`&&`, `||` and `!` join conditions; this is a {}",
                expr.ty.name()
            )))
        }
    }

    fn comprehension(
        &self,
        text: &Parsed,
        tree: &IdedExpr,
        of: &ComprehensionExpr,
        vars: &Vars,
    ) -> Checked {
        let (exists, body) = quantifier(of).ok_or_else(|| {
            self.outside(text, tree, "a list function other than `exists` and `all`")
        })?;
        let list = match self.expr(text, &of.iter_range, vars)? {
            Expr {
                node: Node::Fact(fact),
                ty: Ty::Words | Ty::Items(_),
                ..
            } => fact,
            other => {
                return Err(text.at(tree).problem(format!(
                    "`exists` and `all` go through a list, not a {}",
                    other.ty.name()
                )));
            }
        };
        if vars.contains_key(&of.iter_var) {
            return Err(text
                .at(tree)
                .problem(format!("`{}` is already a name here", of.iter_var)));
        }
        let mut inner = vars.clone();
        let code_name = format!("{}_{}", of.iter_var, vars.len());
        let entity = match &list.ty {
            Ty::Items(entity) => Some(entity.clone()),
            _ => None,
        };
        let mut positions = list.positions.clone();
        positions.push(code_name.clone());
        inner.insert(
            of.iter_var.clone(),
            Var {
                code_name: code_name.clone(),
                entity: entity.clone(),
                pattern: format!("{}/*", list.pattern),
                positions,
                words: self
                    .field_of(&list, vars)
                    .and_then(|field| field.words.clone()),
            },
        );
        let body = self.cond(text, body, &inner)?;
        let body = Box::new(if exists { body } else { not(body) });
        let found = condition(Node::Exists {
            list,
            var: code_name,
            entity,
            body,
        });
        Ok(if exists { found } else { not(found) })
    }
}

fn not(expr: Expr) -> Expr {
    match expr.node {
        Node::Not(inner) => *inner,
        _ => condition(Node::Not(Box::new(expr))),
    }
}
