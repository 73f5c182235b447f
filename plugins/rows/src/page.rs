//! A page: help text and test at once. Markdown with one `## rule-id` for each
//! row, `### 说明`, `### In English` and `### Examples` below it.

use std::rc::Rc;

use crate::sample::{EXAMPLE_DATE, Sample};
use crate::source::{Place, Problem, Source};
use crate::table::Outcome;

/// The part of a page that belongs to one row.
#[derive(Debug)]
pub struct Page {
    /// The row.
    pub id: String,
    /// Its heading.
    pub place: Place,
    /// Chinese, Markdown.
    pub zh: String,
    /// English, Markdown.
    pub en: String,
    /// At least three.
    pub examples: Vec<Example>,
}

/// One example.
#[derive(Clone, Debug)]
pub struct Example {
    /// The first line of its content.
    pub place: Place,
    /// What it files.
    pub sample: Sample,
    /// What the rule says of it.
    pub outcome: Outcome,
    /// Paths inside the example that must be named missing.
    pub missing: Vec<String>,
}

enum Part {
    None,
    Zh,
    En,
    Examples,
}

/// Reads a page.
///
/// # Errors
/// Everything that is wrong with its form.
pub fn read(source: &Rc<Source>) -> Result<Vec<Page>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut pages: Vec<Page> = Vec::new();
    let mut part = Part::None;
    let mut offset = 0;
    let mut lines = source.text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let place = Place {
            source: source.clone(),
            offset,
        };
        offset += line.len();
        let text = line.trim_end();
        if let Some(id) = text.strip_prefix("## ") {
            pages.push(Page {
                id: id.trim().to_owned(),
                place,
                zh: String::new(),
                en: String::new(),
                examples: Vec::new(),
            });
            part = Part::None;
            continue;
        }
        let Some(page) = pages.last_mut() else {
            continue;
        };
        if let Some(title) = text.strip_prefix("### ") {
            part = match title.trim() {
                "说明" => Part::Zh,
                "In English" => Part::En,
                "Examples" => Part::Examples,
                other => {
                    problems.push(
                        place
                            .problem(format!("`### {other}` is no part of a page"))
                            .help("the parts are `### 说明`, `### In English`, `### Examples`"),
                    );
                    Part::None
                }
            };
            continue;
        }
        if let (Part::Examples, Some(fence)) = (&part, text.strip_prefix("```")) {
            let start = place.plus(line.len());
            let mut content = String::new();
            let mut closed = false;
            for line in lines.by_ref() {
                offset += line.len();
                if line.trim_end() == "```" {
                    closed = true;
                    break;
                }
                content.push_str(line);
            }
            if closed {
                match example(fence, &content, &place, start) {
                    Ok(example) => page.examples.push(example),
                    Err(problem) => problems.push(problem),
                }
            } else {
                problems.push(
                    place
                        .problem("this example has no end")
                        .help("close it with ```"),
                );
            }
            continue;
        }
        match part {
            Part::Zh => page.zh.push_str(line),
            Part::En => page.en.push_str(line),
            Part::None | Part::Examples => {}
        }
    }
    for page in &mut pages {
        for (what, text) in [("### 说明", &mut page.zh), ("### In English", &mut page.en)] {
            *text = text.trim().to_owned();
            if text.is_empty() {
                problems.push(page.place.problem(format!("`{}` has no `{what}`", page.id)));
            }
        }
    }
    if problems.is_empty() {
        Ok(pages)
    } else {
        Err(problems)
    }
}

fn example(fence: &str, content: &str, place: &Place, start: Place) -> Result<Example, Problem> {
    let mut words = fence.split_whitespace();
    if words.next() != Some("json") {
        return Err(place.problem("an example begins with ```json and its outcome"));
    }
    let outcome = words.next().and_then(Outcome::named).ok_or_else(|| {
        place
            .problem("this example does not say its outcome")
            .help("behind `json`: violated, satisfied, undetermined or not_applicable")
    })?;
    let mut missing = Vec::new();
    let mut reference_date = EXAMPLE_DATE.to_owned();
    let mut submission_date = None;
    for word in words {
        match word.split_once('=') {
            Some(("missing", paths)) => missing = paths.split(',').map(str::to_owned).collect(),
            Some(("on", date)) if date.parse::<jiff::civil::Date>().is_ok() => {
                reference_date = date.to_owned();
            }
            Some(("submitted", date)) if date.parse::<jiff::civil::Date>().is_ok() => {
                submission_date = Some(date.to_owned());
            }
            _ => {
                return Err(place
                    .problem(format!("`{word}` is not understood here"))
                    .help("`missing=path,path`, `on=YYYY-MM-DD` or `submitted=YYYY-MM-DD`"));
            }
        }
    }
    let section = serde_json::from_str(content).map_err(|error| {
        let line_start: usize = content
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum();
        start
            .plus(line_start + error.column().saturating_sub(1))
            .problem(format!("this example is not JSON: {error}"))
    })?;
    Ok(Example {
        place: start,
        sample: Sample::new(
            section,
            reference_date.clone(),
            submission_date.unwrap_or(reference_date),
        ),
        outcome,
        missing,
    })
}
