//! The pages are tests: every example and every boundary value of every rule,
//! against the component that ships, the native code and the interpreter; and
//! every mutant of every row against its page.

mod sectors;

use anjian_model::Outcome;
use sectors::Sector;

fn no(problems: &[String]) {
    assert!(
        problems.is_empty(),
        "\n{}\n{} problems",
        problems.join("\n"),
        problems.len()
    );
}

#[test]
fn pages_say_what_the_component_says() {
    let mut problems = Vec::new();
    let mut cases = 0;
    for sector in sectors::all() {
        for (index, rule) in sector.book.rules.iter().enumerate() {
            let listed = sectors::trial(&sector, |trial| trial.cases(rule)).unwrap();
            for (case, place) in listed {
                cases += 1;
                let said = if case.sample.in_force(&rule.row) {
                    sectors::by_component(&sector, &case.sample).outcomes[index]
                } else {
                    Outcome::NotApplicable
                };
                if said != sectors::outcome(case.outcome) {
                    problems.push(
                        place
                            .problem(format!(
                                "`{}`, {}: the page says {}, the component says {said:?}",
                                rule.id(),
                                case.label,
                                case.outcome.name()
                            ))
                            .to_string(),
                    );
                }
            }
        }
    }
    no(&problems);
    assert!(cases > 100, "only {cases} cases were found");
}

#[test]
fn missing_facts_are_named_as_the_pages_say() {
    let mut problems = Vec::new();
    for sector in sectors::all() {
        for (index, rule) in sector.book.rules.iter().enumerate() {
            for example in &rule.page.examples {
                let said = sectors::by_component(&sector, &example.sample);
                let missing: Vec<&String> = said
                    .findings
                    .iter()
                    .filter(|f| f.rule == index)
                    .flat_map(|f| &f.missing)
                    .collect();
                for path in &example.missing {
                    let pointer = anjian_rows::sample::pointer(sector.name, path);
                    if !missing.contains(&&pointer) {
                        problems.push(
                            example
                                .place
                                .problem(format!(
                                    "`{}`: {pointer} is not among the missing {missing:?}",
                                    rule.id()
                                ))
                                .to_string(),
                        );
                    }
                }
            }
        }
    }
    no(&problems);
}

#[test]
fn pages_tell_rows_from_their_mutants() {
    let mut problems = Vec::new();
    for sector in sectors::all() {
        for rule in &sector.book.rules {
            let found = sectors::trial(&sector, |trial| trial.rule(rule));
            problems.extend(found.iter().map(ToString::to_string));
        }
        let rules: Vec<_> = sector.book.rules.iter().collect();
        let found = sectors::trial(&sector, |trial| trial.names(&rules));
        problems.extend(found.iter().map(ToString::to_string));
    }
    no(&problems);
}

#[test]
fn the_plugin_carries_its_pages() {
    for Sector { book, plugin, .. } in sectors::all() {
        for rule in &book.rules {
            let page = plugin.explain(rule.id()).unwrap().unwrap();
            for (body, own, head) in [
                (&page.body.zh, &rule.page.zh, "### 界限值"),
                (&page.body.en, &rule.page.en, "### boundary values"),
            ] {
                assert!(body.starts_with(own), "{}", rule.id());
                let has_boundary = !rule.row.boundary.is_empty();
                assert_eq!(body.contains(head), has_boundary, "{}", rule.id());
            }
            assert_eq!(
                page.examples.len(),
                rule.page.examples.len(),
                "{}",
                rule.id()
            );
        }
        assert!(plugin.explain("no/such-rule").unwrap().is_none());
    }
}
