//! Rules become Rust against `anjian-sdk`: the typed reading of a filing, one
//! function for each rule, and the constants that describe them.

mod expr;
mod facts;
mod meta;

use std::fmt::Write;

use crate::book::Book;
use crate::names::Named;
use crate::rule::Rule;
use crate::schema::Ty;

/// The whole module.
pub fn generate(book: &Book) -> String {
    let mut code =
        String::from("// Generated from the rows; see plugins/rows.\n\nuse anjian_sdk as sdk;\n\n");
    facts::write(book, &mut code);
    context(&mut code);
    for function in expr::shared_functions(book).values() {
        code.push_str(function);
    }
    for (index, rule) in book.rules.iter().enumerate() {
        write_rule(rule, index, book, &mut code);
    }
    runs(book, &mut code);
    computed(book, &mut code);
    meta::write(book, &mut code);
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
         \x20   /// Left when arithmetic is no longer exact.\n\
         \x20   pub range: sdk::Range,\n\
         \x20   /// What computed values share.\n\
         \x20   pub cache: crate::Cache<'f>,\n\
         }\n\n",
    );
}

fn write_rule(rule: &Rule, index: usize, book: &Book, code: &mut String) {
    let mut params = String::new();
    for each in &rule.each {
        let _ = write!(
            params,
            ", {0}: {1}<'_>, {0}_i: usize",
            each.var,
            facts::type_name(&each.entity)
        );
    }
    let mut call = String::new();
    for each in &rule.each {
        let _ = write!(call, ", {0}, {0}_i", each.var);
    }
    let condition = |predicate: &Option<crate::rule::Predicate>, default: bool| match predicate {
        Some(predicate) => expr::condition(&predicate.expr, book),
        None => format!("sdk::Cond::always({default})"),
    };
    let used = call.trim_start_matches(',');
    let _ = writeln!(
        code,
        "/// `{}`\n\
         fn rule_{index}<W: sdk::Why>(cx: &Cx<'_>{params}) -> sdk::Judged<W> {{\n    \
         let _ = (cx,{used});\n    \
         sdk::judge(\n        {},\n        || {},\n        || {},\n    )\n}}\n",
        rule.id(),
        condition(&rule.applies, true),
        condition(&rule.violated, false),
        condition(&rule.undetermined, false),
    );
    let because = match &rule.row.because {
        Some(because) => format!("Some({})", meta::text(&because.zh, &because.en)),
        None => "None".to_owned(),
    };
    let item = match rule.each.last() {
        Some(each) => {
            let pattern = format!("{}/*", each.list.pattern);
            let mut positions = each.list.positions.clone();
            positions.push(each.var.clone());
            format!("Some({})", expr::at(&pattern, &positions))
        }
        None => "None".to_owned(),
    };
    let note = format!(
        "let judged = rule_{index}::<()>(cx{call});\n    \
         out.note({index}, judged.outcome, {item}, {because}, || rule_{index}::<sdk::Trace>(cx{call}));\n"
    );
    let mut body = note;
    for (depth, each) in rule.each.iter().enumerate().rev() {
        let list = expr::place(&each.list);
        let gate = rule.gate(depth);
        let closed = match gate.split_first() {
            Some((first, rest)) => {
                let all = rest.iter().fold(expr::condition(first, book), |all, part| {
                    format!("sdk::and({all}, {})", expr::condition(part, book))
                });
                format!(
                    "if !sdk::Cond::<()>::is_false(&{})",
                    all.replace("::<W>", "::<()>")
                )
            }
            None => String::new(),
        };
        body = format!(
            "match {list} {{\n        Some(list) => for ({0}_i, {0}) in list.iter().enumerate() {{\n    \
             let {0} = {2}({0});\n    {body}    }},\n        \
             None => {closed} {{ out.note_missing({index}, {1}) }},\n    }}\n",
            each.var,
            expr::at(&each.list.pattern, &each.list.positions),
            facts::type_name(&each.entity),
        );
    }
    let _ = writeln!(
        code,
        "fn run_{index}(cx: &Cx<'_>, out: &mut sdk::Out) {{\n    {body}}}\n"
    );
}

fn runs(book: &Book, code: &mut String) {
    let _ = writeln!(
        code,
        "static RUN: [fn(&Cx<'_>, &mut sdk::Out); {}] = [",
        book.rules.len()
    );
    for index in 0..book.rules.len() {
        let _ = writeln!(code, "    run_{index},");
    }
    code.push_str("];\n\n");
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
    code.push_str(
        r#"/// Reads a filing and hands it to `f`.
///
/// # Errors
/// When the bytes are not the filing that the schemas describe.
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
        range: sdk::Range::default(),
        cache: crate::Cache::default(),
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
        let mut out = sdk::Out::new(RUN.len());
        for run in RUN {
            run(cx, &mut out);
        }
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
            anjian_sdk::describe(&super::PLUGIN)
        }
        fn explain(rule: String) -> Option<wit::Page> {
            anjian_sdk::explain(&super::PLUGIN, &rule)
        }
        fn evaluate(request: wit::Request) -> Result<wit::Assessment, wit::Refusal> {
            super::evaluate(&request)
        }
    }

    anjian_sdk::contract::export!(Component with_types_in anjian_sdk::contract);
}
"#,
    );
}

fn computed(book: &Book, code: &mut String) {
    code.push_str(
        "/// A computed value by name, for the interpreter; and the facts it lacks.\n\
         #[cfg(not(target_arch = \"wasm32\"))]\n\
         pub fn computed(cx: &Cx<'_>, name: &str, at: &[usize]) -> Option<(Option<sdk::Dynamic>, Vec<String>)> {\n\
         \x20   let mut missing = Vec::new();\n\
         \x20   let value = match name {\n",
    );
    for (name, named) in book.names.iter() {
        if let Named::Computed { function, ty, .. } = named {
            let wrap = match ty {
                Ty::Bool => "Bool",
                Ty::Int => "Int",
                Ty::Number => "Number",
                _ => "Text",
            };
            let _ = writeln!(
                code,
                "        {} => crate::{function}(cx, at, Some(&mut missing)).map(sdk::Dynamic::{wrap}),",
                quoted(name)
            );
        }
    }
    code.push_str("        _ => return None,\n    };\n    Some((value, missing))\n}\n\n");
}
