//! Large filings: each list of each section with a thousand items and with ten
//! thousand, blank and filled, against the plugins that ship.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod sectors;

use anjian_model::{Assessment, Outcome, Request};
use anjian_rows::Book;
use anjian_rows::sample::Sample;
use anjian_rows::schema::{Entity, Ty};
use anjian_runtime::{Fault, Limits, Plugin};
use sectors::Sector;
use serde_json::{Map, Value, json};

/// Generous, for the tests beside this one want the processor too. Memory and
/// output are held to the limits that ship.
const DEADLINE_MS: u64 = 20_000;

/// As the sdk has it.
const NAMED_ITEMS: usize = 100;

/// A list of items: the members that lead to it from the section.
type List = Vec<String>;

fn lists(book: &Book) -> Vec<List> {
    fn below(book: &Book, entity: &Entity, to: &[String], all: &mut Vec<List>) {
        for field in &entity.fields {
            if let Ty::Items(of) = &field.ty {
                let mut list = to.to_vec();
                list.push(field.name.clone());
                all.push(list.clone());
                below(book, &book.schema.entities[of], &list, all);
            }
        }
    }
    let mut all = Vec::new();
    below(book, &book.schema.section, &[], &mut all);
    all
}

/// The item with most facts that a page shows in a list.
fn fullest(book: &Book, list: &[String]) -> Value {
    fn items<'v>(value: &'v Value, list: &[String]) -> Vec<&'v Value> {
        let Some((name, rest)) = list.split_first() else {
            return vec![value];
        };
        let inner = value.get(name).and_then(Value::as_array);
        let inner = inner.into_iter().flatten();
        inner.flat_map(|item| items(item, rest)).collect()
    }
    let examples = book.rules.iter().flat_map(|rule| &rule.page.examples);
    examples
        .flat_map(|example| items(&example.sample.section, list))
        .max_by_key(|item| item.to_string().len())
        .cloned()
        .unwrap_or_else(|| json!({}))
}

/// A section with nothing but the list, as long as told.
fn section(book: &Book, list: &[String], filled: bool, count: usize) -> Value {
    let item = |list: &[String]| {
        if filled {
            fullest(book, list)
        } else {
            json!({})
        }
    };
    let numbered = |n: usize| {
        let mut item = item(list);
        if filled && let Some(members) = item.as_object_mut() {
            members.insert("id".to_owned(), json!(format!("N-{n}")));
        }
        item
    };
    let items = match filled {
        true => (0..count).map(numbered).collect(),
        false => vec![json!({}); count],
    };
    let mut value = Value::Array(items);
    for depth in (0..list.len()).rev() {
        let mut holder = match depth {
            0 => json!({}),
            _ => item(list.get(..depth).unwrap()),
        };
        let members: &mut Map<String, Value> = holder.as_object_mut().unwrap();
        members.insert(list.get(depth).unwrap().clone(), value);
        value = match depth {
            0 => holder,
            _ => json!([holder]),
        };
    }
    value
}

/// Calls `check` for each list of each plugin, blank and filled.
fn each_list(deadline_ms: u64, mut check: impl FnMut(&Sector, &Plugin, &List, bool)) {
    let plugins = sectors::plugins_within(deadline_ms);
    for (sector, plugin) in sectors::all().iter().zip(&plugins) {
        for list in lists(&sector.book) {
            for filled in [false, true] {
                check(sector, plugin, &list, filled);
            }
        }
    }
}

fn judge(plugin: &Plugin, sector: &Sector, section: Value) -> Result<Assessment, Fault> {
    let sample = Sample::of_section(section, "2026-06-30");
    plugin.evaluate(Request {
        filing: &sectors::filing(sector, &sample),
        reference_date: "2026-06-30",
        submission_date: "2026-06-30",
        parameters: b"",
    })
}

#[test]
fn a_thousand_items_are_judged() {
    let mut problems = Vec::new();
    each_list(DEADLINE_MS, |sector, plugin, list, filled| {
        let judge = |count| {
            let section = section(&sector.book, list, filled, count);
            judge(plugin, sector, section)
        };
        let name = format!("{} {list:?}, filled {filled}", sector.name);
        match (judge(2), judge(1_000)) {
            (Ok(two), Ok(thousand)) => {
                // What holds for two blank items holds for a thousand.
                if !filled && two.outcomes != thousand.outcomes {
                    problems.push(format!("{name}: the outcomes depend on the number"));
                }
                for (rule, of) in sector.book.rules.iter().enumerate() {
                    for outcome in [Outcome::Violated, Outcome::Undetermined] {
                        let found = thousand
                            .findings
                            .iter()
                            .filter(|finding| finding.rule == rule && finding.outcome == outcome);
                        if found.count() > NAMED_ITEMS {
                            problems.push(format!("{name}: {} names too many", of.id()));
                        }
                    }
                }
            }
            (_, Err(fault)) | (Err(fault), _) => problems.push(format!("{name}: {fault}")),
        }
    });
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn what_is_not_listed_is_counted() {
    let sectors = sectors::all();
    let sector = sectors
        .iter()
        .find(|sector| sector.name == "hazchem")
        .unwrap();
    let blank = json!({"units": vec![json!({}); 1_000]});
    let said = judge(&sector.plugin, sector, blank).unwrap();
    let counted = said.findings.iter().filter(|finding| {
        let reason = finding.reason.as_ref();
        reason.is_some_and(|reason| reason.zh.contains("另有 900 项"))
    });
    let items: Vec<&str> = counted
        .filter_map(|finding| finding.item.as_deref())
        .collect();
    assert!(items.len() > 10, "{items:?}");
    assert!(
        items
            .iter()
            .all(|item| *item == "/sections/hazchem/units/99"),
        "{items:?}"
    );
}

#[test]
fn ten_thousand_items_are_judged_or_refused() {
    let mut problems = Vec::new();
    each_list(
        Limits::default().deadline_ms,
        |sector, plugin, list, filled| {
            let section = section(&sector.book, list, filled, 10_000);
            match judge(plugin, sector, section) {
                Ok(_)
                | Err(
                    Fault::DeadlineExceeded { .. }
                    | Fault::MemoryExceeded { .. }
                    | Fault::OutputExceeded { .. }
                    | Fault::InputExceeded { .. },
                ) => {}
                // The sum of a unit's chemicals is one line of its working, and nobody
                // reads a line of ten thousand.
                Err(Fault::Nonsense(_)) if list.last().is_some_and(|list| list == "chemicals") => {}
                Err(fault) => problems.push(format!("{} {list:?}: {fault}", sector.name)),
            }
        },
    );
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
