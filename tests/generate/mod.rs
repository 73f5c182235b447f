//! Filings that nobody wrote: the examples and boundary values of the pages and
//! the filings of `sample-data`, changed here and there by values that decide.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::str::FromStr;

use anjian_rows::Book;
use anjian_rows::sample::Sample;
use anjian_rows::schema::{Entity, Field, Ty};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

use super::sectors::{self, Sector};

/// A filing that somebody wrote.
pub struct Seed {
    /// `hazchem121/3a, example 1`.
    pub label: String,
    pub sample: Sample,
}

impl Seed {
    /// Whether the rule's page shows it.
    pub fn is_of(&self, rule: &str) -> bool {
        let page = self.label.split_once(", ");
        page.is_some_and(|(page, _)| page == rule)
    }
}

/// What filings of a plugin are made from.
pub struct Pool<'s> {
    sector: &'s Sector,
    pub seeds: Vec<Seed>,
    /// What the seeds file of each fact, by its pattern.
    values: BTreeMap<String, Vec<Value>>,
}

/// A change of a filing: what is done, where, and with which value. Any numbers
/// will do.
pub type Change = (u8, u32, u32);

impl<'s> Pool<'s> {
    pub fn of(sector: &'s Sector) -> Self {
        let mut seeds = of_pages(sector);
        seeds.extend(of_samples(sector));
        let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for seed in &seeds {
            for path in facts(&seed.sample) {
                let value = at(&seed.sample, &path).unwrap();
                let seen = values.entry(pattern(sector.name, &path)).or_default();
                if !value.is_null() && seen.len() < VALUES && !seen.contains(value) {
                    seen.push(value.clone());
                }
            }
        }
        Pool {
            sector,
            seeds,
            values,
        }
    }

    /// A seed after the changes, one after the other.
    pub fn changed(&self, seed: &Seed, changes: &[Change]) -> Sample {
        let mut filing = seed.sample.clone();
        for (what, place, which) in changes {
            let places = places(&self.sector.book, &filing);
            let (place, which) = (*place as usize, *which as usize);
            let pick = |filed: bool, list: bool| {
                let of = |(path, field): &&(String, &'s Field)| {
                    let there = at(&filing, path).is_some_and(|value| !value.is_null());
                    there == filed && (!list || matches!(field.ty, Ty::Items(_)))
                };
                let all: Vec<_> = places.iter().filter(of).collect();
                all.get(place % all.len().max(1)).copied().cloned()
            };
            match what % 8 {
                0..=2 => {
                    if let Some((path, field)) = pick(true, false)
                        && let Some(value) = self.value(&filing, &path, field, which)
                    {
                        set(&mut filing, &path, value);
                    }
                }
                3 => {
                    if let Some((path, field)) = pick(false, false)
                        && let Some(value) = self.value(&filing, &path, field, which)
                    {
                        set(&mut filing, &path, value);
                    }
                }
                4 => {
                    if let Some((path, _)) = pick(true, false) {
                        set(&mut filing, &path, Value::Null);
                    }
                }
                5 | 6 => {
                    let other = self.seeds.get(place % self.seeds.len()).unwrap();
                    add(&mut filing.section, &other.sample.section);
                    add(&mut filing.enterprise, &other.sample.enterprise);
                }
                _ => {
                    if let Some((path, _)) = pick(true, true) {
                        let items = self.item(&path, place, which);
                        let list = at(&filing, &path).and_then(Value::as_array).unwrap();
                        let mut list = list.clone();
                        match items {
                            Some(item) if which % 4 > 0 => list.push(item),
                            _ if list.is_empty() => list.push(json!({})),
                            _ => {
                                list.remove(which % list.len());
                            }
                        }
                        set(&mut filing, &path, Value::Array(list));
                    }
                }
            }
        }
        filing
    }

    /// An item that some seed has in this list.
    fn item(&self, path: &str, place: usize, which: usize) -> Option<Value> {
        let lists = self.values.get(&pattern(self.sector.name, path))?;
        let list = lists.get(place % lists.len())?.as_array()?;
        list.get(which % list.len().max(1)).cloned()
    }

    /// Another value of a fact than the filed one.
    pub fn value(&self, filing: &Sample, path: &str, field: &Field, which: usize) -> Option<Value> {
        let seen = self.values.get(&pattern(self.sector.name, path));
        let mut all: Vec<Value> = seen.cloned().unwrap_or_default();
        let words = field.words.iter().flatten();
        match field.ty {
            Ty::Bool => all = vec![json!(true), json!(false)],
            Ty::Int | Ty::Number => {
                all.extend([json!(0), json!(1)]);
                let near: Vec<Value> = all.iter().flat_map(near).collect();
                all.extend(near);
            }
            Ty::Date => {
                let day: Date = filing.reference_date.parse().unwrap();
                all.push(json!(day.to_string()));
                let near: Vec<Value> = all.iter().flat_map(days_around).collect();
                all.extend(near);
            }
            Ty::DateTime => {
                let near: Vec<Value> = all.iter().flat_map(minutes_around).collect();
                all.extend(near);
            }
            Ty::Text => {
                all.extend(words.map(|word| json!(word)));
                if field.words.is_none() {
                    all.push(json!("别的"));
                }
            }
            Ty::Words => {
                all.push(json!([]));
                all.extend(words.map(|word| json!([word])));
            }
            Ty::Items(_) => all.push(json!([])),
        }
        if field.none {
            all.push(json!("none"));
        }
        let filed = at(filing, path);
        all.retain(|value| Some(value) != filed);
        (!all.is_empty()).then(|| all.swap_remove(which % all.len()))
    }
}

/// So many values of one fact are as good as all.
const VALUES: usize = 200;

/// The filings of the pages.
fn of_pages(sector: &Sector) -> Vec<Seed> {
    let mut seeds = Vec::new();
    for rule in &sector.book.rules {
        for (case, _) in sectors::trial(sector, |trial| trial.cases(rule)).unwrap() {
            seeds.push(Seed {
                label: format!("{}, {}", rule.id(), case.label),
                sample: case.sample,
            });
        }
    }
    seeds
}

/// The filings of `sample-data` that have the plugin's section and that it can
/// read: the host blanks what breaks the schema, and here is no host.
fn of_samples(sector: &Sector) -> Vec<Seed> {
    let mut seeds = Vec::new();
    for group in [sector.name, "several-sectors"] {
        let folder = sectors::root().join("sample-data").join(group);
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().join("filing.json"))
            .collect();
        files.sort();
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            let Ok(filing) = serde_json::from_str::<Value>(&text) else {
                continue;
            };
            let date = |name: &str| filing[name].as_str().map(str::to_owned);
            let Some(section) = filing["sections"].get(sector.name) else {
                continue;
            };
            let day = date("reference_date").unwrap_or_else(|| "2026-06-30".to_owned());
            let sample = Sample {
                enterprise: filing["enterprise"].clone(),
                section: section.clone(),
                submission_date: date("submission_date").unwrap_or_else(|| day.clone()),
                reference_date: day,
            };
            if sectors::refusal(sector, &sample).is_none() {
                let folder = file.parent().unwrap().file_name().unwrap();
                let label = format!("{group}/{}", folder.display());
                seeds.push(Seed { label, sample });
            }
        }
    }
    seeds
}

/// Just below and just above a number, by one of its last digit and by one.
fn near(value: &Value) -> Vec<Value> {
    let digits = value.to_string();
    let Ok(number) = rust_decimal::Decimal::from_str(&digits) else {
        return Vec::new();
    };
    let step = rust_decimal::Decimal::new(1, number.scale());
    [number - step, number + step]
        .into_iter()
        // No quantity of the schemas is negative.
        .filter(|number| !number.is_sign_negative())
        .map(|number| serde_json::from_str(&number.to_string()).unwrap())
        .collect()
}

fn days_around(value: &Value) -> Vec<Value> {
    let Ok(day) = value.as_str().unwrap_or_default().parse::<Date>() else {
        return Vec::new();
    };
    let days = [day.yesterday(), day.tomorrow()];
    days.into_iter()
        .flatten()
        .map(|day| json!(day.to_string()))
        .collect()
}

fn minutes_around(value: &Value) -> Vec<Value> {
    let Ok(at) = value.as_str().unwrap_or_default().parse::<DateTime>() else {
        return Vec::new();
    };
    [at - 1.minute(), at + 1.minute()]
        .into_iter()
        .map(|at| json!(at.strftime("%Y-%m-%dT%H:%M").to_string()))
        .collect()
}

/// Adds the members that an object lacks.
fn add(to: &mut Value, from: &Value) {
    let (Some(to), Some(from)) = (to.as_object_mut(), from.as_object()) else {
        return;
    };
    for (name, value) in from {
        let slot = to.entry(name.clone()).or_insert(Value::Null);
        if slot.is_null() {
            *slot = value.clone();
        }
    }
}

/// Every place for a fact, filed or not, with what it holds.
pub fn places<'b>(book: &'b Book, filing: &Sample) -> Vec<(String, &'b Field)> {
    let mut all = Vec::new();
    let schema = &book.schema;
    places_in(book, &schema.section, &filing.section, "", &mut all);
    let of = (&schema.enterprise, &filing.enterprise);
    places_in(book, of.0, of.1, ENTERPRISE, &mut all);
    all
}

fn places_in<'b>(
    book: &'b Book,
    entity: &'b Entity,
    object: &Value,
    path: &str,
    all: &mut Vec<(String, &'b Field)>,
) {
    for field in &entity.fields {
        let path = format!("{path}/{}", field.name);
        let items = object.get(&field.name).and_then(Value::as_array);
        if let (Ty::Items(of), Some(items)) = (&field.ty, items) {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}/{index}");
                places_in(book, &book.schema.entities[of], item, &path, all);
            }
        }
        all.push((path, field));
    }
}

/// What is filed at a path of [`facts`].
pub fn at<'f>(filing: &'f Sample, path: &str) -> Option<&'f Value> {
    match path.strip_prefix(ENTERPRISE) {
        Some(path) => filing.enterprise.pointer(path),
        None => filing.section.pointer(path),
    }
}

/// Whether another item of the same list files the same.
pub fn is_there_twice(filing: &Sample, path: &str) -> bool {
    let of = pattern("", path);
    let value = at(filing, path);
    let same = |other: &&String| pattern("", other) == of && at(filing, other) == value;
    facts(filing).iter().filter(same).count() > 1
}

/// Files a fact.
pub fn set(filing: &mut Sample, path: &str, value: Value) {
    let (holder, path) = match path.strip_prefix(ENTERPRISE) {
        Some(path) => (&mut filing.enterprise, path),
        None => (&mut filing.section, path),
    };
    let (object, name) = path.rsplit_once('/').unwrap();
    let object = holder.pointer_mut(object).and_then(Value::as_object_mut);
    object.unwrap().insert(name.to_owned(), value);
}

/// Paths of all facts that are filed, lists and what is in them; those of the
/// envelope begin with `/enterprise`.
pub fn facts(filing: &Sample) -> Vec<String> {
    let mut all = Vec::new();
    walk(&filing.section, &mut String::new(), &mut all);
    walk(&filing.enterprise, &mut ENTERPRISE.to_owned(), &mut all);
    all
}

const ENTERPRISE: &str = "/enterprise";

/// The filing without one fact.
pub fn without(filing: &Sample, path: &str) -> Sample {
    let mut less = filing.clone();
    set(&mut less, path, Value::Null);
    less
}

fn walk(value: &Value, path: &mut String, all: &mut Vec<String>) {
    let length = path.len();
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                path.push('/');
                path.push_str(name);
                all.push(path.clone());
                walk(value, path, all);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, item) in items
                .iter()
                .enumerate()
                .filter(|(_, item)| item.is_object())
            {
                path.push_str(&format!("/{index}"));
                walk(item, path, all);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

/// `/units/0/id` and the whole pointer become `/sections/hazchem/units/*/id`.
pub fn pattern(section: &str, path: &str) -> String {
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| {
            if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) {
                "*"
            } else {
                part
            }
        })
        .collect();
    let path = parts.join("/");
    if path.starts_with(ENTERPRISE) || path.starts_with("/sections/") {
        path
    } else {
        format!("/sections/{section}{path}")
    }
}

/// The same facts with members and list entries in the opposite order.
pub fn turned(filing: &Sample) -> Sample {
    Sample {
        enterprise: reversed(&filing.enterprise),
        section: reversed(&filing.section),
        ..filing.clone()
    }
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .rev()
                .map(|(name, value)| (name.clone(), reversed(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().rev().map(reversed).collect()),
        other => other.clone(),
    }
}

/// Where a pointer into a filing leads after [`turned`].
pub fn turned_pointer(filing: &Value, pointer: &str) -> String {
    let mut turned = String::new();
    let mut value = Some(filing);
    for part in pointer.split('/').skip(1) {
        let part = match (value.and_then(Value::as_array), part.parse::<usize>()) {
            (Some(list), Ok(index)) => {
                value = list.get(index);
                (list.len() - 1 - index).to_string()
            }
            _ => {
                value = value.and_then(|value| value.get(part));
                part.to_owned()
            }
        };
        turned.push('/');
        turned.push_str(&part);
    }
    turned
}

/// The filing with only the facts that `keep` wants, by pointer and value.
pub fn only(section: &str, filing: &Sample, keep: &dyn Fn(&str, &Value) -> bool) -> Sample {
    let mut less = filing.clone();
    for path in facts(filing) {
        let pointer = if path.starts_with(ENTERPRISE) {
            path.clone()
        } else {
            format!("/sections/{section}{path}")
        };
        if !keep(&pointer, at(filing, &path).unwrap()) {
            set(&mut less, &path, Value::Null);
        }
    }
    less
}
