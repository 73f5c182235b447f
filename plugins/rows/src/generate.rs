//! Rules become constants against `anjian-sdk`: the shapes by which a filing is
//! read, the tables by which it is judged, and the packed description.

mod body;
mod expr;
mod facts;
mod meta;
mod score;

use std::fmt::Write;

use crate::book::Book;
use crate::generate::expr::Layout;
use crate::names::Named;
use crate::rule::Rule;
use crate::schema::Ty;

/// The whole module, for a plugin of this version.
pub fn generate(book: &Book, version: &str) -> String {
    let mut code =
        String::from("// Generated from the rows; see plugins/rows.\n\nuse anjian_sdk as sdk;\n\n");
    facts::write(book, &mut code);
    context(&mut code);
    rules(book, &mut code);
    rule_index(book, &mut code);
    score::write(book, &mut code);
    computed(book, &mut code);
    meta::write(book, version, &mut code);
    code.push_str(ENTRY);
    code
}

/// A string literal of any text.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// `a field name` that may be a keyword.
fn member(name: &str) -> String {
    match name {
        "type" | "use" | "in" | "match" | "move" | "ref" | "loop" | "fn" | "mod" | "where"
        | "as" => {
            format!("r#{name}")
        }
        _ => name.to_owned(),
    }
}

fn context(code: &mut String) {
    code.push_str(
        "/// What a rule sees of a filing.\n\
         #[derive(Debug)]\n\
         pub struct Cx<'f> {\n\
         \x20   /// `enterprise` of the envelope.\n\
         \x20   pub enterprise: Enterprise<'f>,\n\
         \x20   /// The plugin's section.\n\
         \x20   pub section: Section<'f>,\n\
         \x20   /// Both dates.\n\
         \x20   pub dates: sdk::Dates,\n\
         \x20   /// JSON object of local parameters; empty for none.\n\
         \x20   pub parameters: &'f [u8],\n\
         \x20   /// Left when arithmetic is no longer exact.\n\
         \x20   pub range: sdk::Range,\n\
         \x20   /// What computed values share.\n\
         \x20   pub cache: crate::Cache<'f>,\n\
         }\n\n",
    );
}

/// `RULES` and what it refers to.
fn rules(book: &Book, code: &mut String) {
    let mut layout = Layout::new(book);
    let mut table = format!(
        "/// The rules, in the order of the description.\npub static RULES: [sdk::expr::Rule; {}] = [\n",
        book.rules.len()
    );
    for rule in &book.rules {
        let _ = writeln!(
            table,
            "    // {}\n    {},",
            rule.id(),
            one(rule, &mut layout)
        );
    }
    table.push_str("];\n\n");
    code.push_str(&layout.answers());
    code.push_str(&layout.constants());
    code.push_str(&table);
}

fn one(rule: &Rule, layout: &mut Layout<'_>) -> String {
    let mut scope = Vec::new();
    let mut lists = Vec::new();
    for (depth, each) in rule.each.iter().enumerate() {
        let gate = match rule.gate(depth).split_first() {
            Some((first, rest)) => rest.iter().fold(layout.expr(first, &scope), |all, part| {
                format!(
                    "sdk::expr::Expr::And(&[{all}, {}])",
                    layout.expr(part, &scope)
                )
            }),
            None => "sdk::expr::Expr::Bool(true)".to_owned(),
        };
        lists.push(format!(
            "sdk::expr::Each {{ list: {}, item: {}, gate: {gate} }}",
            expr::fact(&each.list, &scope),
            quoted(&format!("{}/*", each.list.pattern)),
        ));
        scope.push(each.var.clone());
    }
    let mut condition = |predicate: &Option<crate::rule::Predicate>, default: bool| match predicate
    {
        Some(predicate) => layout.expr(&predicate.expr, &scope),
        None => format!("sdk::expr::Expr::Bool({default})"),
    };
    let (applies, violated, undetermined) = (
        condition(&rule.applies, true),
        condition(&rule.violated, false),
        condition(&rule.undetermined, false),
    );
    let points = match &rule.points {
        Some(points) => format!("Some({})", layout.expr(&points.expr, &scope)),
        None => "None".to_owned(),
    };
    let because = match &rule.row.because {
        Some(because) => format!("Some({})", meta::text(&because.zh, &because.en)),
        None => "None".to_owned(),
    };
    format!(
        "sdk::expr::Rule {{ each: &[{}], applies: {applies}, violated: {violated}, \
         undetermined: {undetermined}, points: {points}, because: {because} }}",
        lists.join(", ")
    )
}

fn rule_index(book: &Book, code: &mut String) {
    code.push_str("/// Positions of rules in the description.\npub mod rule_index {\n");
    for (index, rule) in book.rules.iter().enumerate() {
        let name = rule.id().to_uppercase().replace(['/', '-', '.'], "_");
        let _ = writeln!(
            code,
            "    /// `{}`\n    pub const {name}: usize = {index};",
            rule.id()
        );
    }
    code.push_str("}\n\n");
}

/// Reading and judging, the same in every plugin.
const ENTRY: &str = r#"/// Reads a filing and hands it to `f`.
///
/// # Errors
/// When the bytes are not the filing that the schemas describe, or the plugin
/// cannot use the parameters.
pub fn read<R>(
    request: &sdk::contract::Request,
    f: impl FnOnce(&Cx<'_>) -> R,
) -> Result<R, sdk::contract::Refusal> {
    let dates = sdk::Dates::of(request)?;
    let filing = sdk::Object::read(&request.filing, &FILING_SHAPE)
        .map_err(|error| sdk::contract::Refusal::UnreadableFiling(error.to_string()))?;
    let nothing = sdk::Object::default();
    let sections = filing.object(1);
    let cx = Cx {
        enterprise: Enterprise(filing.object(0).unwrap_or(&nothing)),
        section: Section(sections.and_then(|sections| sections.object(0)).unwrap_or(&nothing)),
        dates,
        parameters: &request.parameters,
        range: sdk::Range::default(),
        cache: crate::Cache::new(&request.parameters)?,
    };
    let result = f(&cx);
    if cx.range.was_left() {
        return Err(sdk::contract::Refusal::OutOfRange(
            "a number is too large to be calculated with exactly".into(),
        ));
    }
    Ok(result)
}

/// The contract's `evaluate`.
///
/// # Errors
/// See the contract.
pub fn evaluate(
    request: &sdk::contract::Request,
) -> Result<sdk::contract::Assessment, sdk::contract::Refusal> {
    read(request, |cx| {
        let mut out = sdk::Out::new(RULES.len(), &SCHEMES);
        let filing = sdk::Filing {
            section: cx.section.0,
            enterprise: cx.enterprise.0,
            dates: cx.dates,
            range: &cx.range,
            compute: &|index, at, missing| computed(cx, index, at, missing),
        };
        sdk::judge_all(&RULES, filing, &mut out);
        sdk::score_all(&SCHEMES, &cx.range, &mut out);
        crate::working(cx, &mut out);
        out.into_assessment()
    })
}

#[cfg(target_arch = "wasm32")]
mod component {
    #![expect(unsafe_code, reason = "the export of the contract")]
    use anjian_sdk::contract as wit;

    struct Component;

    impl wit::Guest for Component {
        fn describe() -> wit::Description {
            anjian_sdk::describe(&super::PACKED)
        }
        fn explain(rule: String) -> Option<wit::Page> {
            anjian_sdk::explain(&super::PACKED, &rule)
        }
        fn evaluate(request: wit::Request) -> Result<wit::Assessment, wit::Refusal> {
            super::evaluate(&request)
        }
    }

    anjian_sdk::contract::export!(Component with_types_in anjian_sdk::contract);
}
"#;

fn computed(book: &Book, code: &mut String) {
    let functions: Vec<(&str, &str, &str)> = book
        .names
        .iter()
        .filter_map(|(name, named)| match named {
            Named::Computed { function, ty, .. } => {
                let wrap = match ty {
                    Ty::Bool => "Bool",
                    Ty::Int => "Int",
                    Ty::Number => "Number",
                    _ => "Text",
                };
                Some((name, function.as_str(), wrap))
            }
            Named::Condition { .. } => None,
        })
        .collect();
    if functions.is_empty() {
        code.push_str(
            "/// There is no computed value.\n\
             fn computed(_: &Cx<'_>, _: u16, _: &[usize], _: Option<&mut Vec<String>>) -> Option<sdk::Val<'static>> {\n    None\n}\n\n\
             /// There is no computed value.\n\
             #[cfg(not(target_arch = \"wasm32\"))]\n\
             pub fn computed_named(_: &Cx<'_>, _: &str, _: &[usize]) -> Option<(Option<sdk::Val<'static>>, Vec<String>)> {\n    None\n}\n\n",
        );
        return;
    }
    code.push_str(
        "/// A computed value by its number; names the facts it lacks, if handed a list.\n\
         fn computed(cx: &Cx<'_>, index: u16, at: &[usize], missing: Option<&mut Vec<String>>) -> Option<sdk::Val<'static>> {\n\
         \x20   let _ = (cx, at, &missing);\n\
         \x20   match index {\n",
    );
    for (index, (_, function, wrap)) in functions.iter().enumerate() {
        let _ = writeln!(
            code,
            "        {index} => crate::{function}(cx, at, missing).map(sdk::Val::{wrap}),"
        );
    }
    code.push_str("        _ => None,\n    }\n}\n\n");
    code.push_str(
        "/// A computed value by name, for the interpreter; and the facts it lacks.\n\
         #[cfg(not(target_arch = \"wasm32\"))]\n\
         pub fn computed_named(cx: &Cx<'_>, name: &str, at: &[usize]) -> Option<(Option<sdk::Val<'static>>, Vec<String>)> {\n\
         \x20   let index = match name {\n",
    );
    for (index, (name, ..)) in functions.iter().enumerate() {
        let _ = writeln!(code, "        {} => {index},", quoted(name));
    }
    code.push_str(
        "        _ => return None,\n    };\n\
         \x20   let mut missing = Vec::new();\n\
         \x20   let value = computed(cx, index, at, Some(&mut missing));\n\
         \x20   Some((value, missing))\n}\n\n",
    );
}
