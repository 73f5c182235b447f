//! `plugins/SECTOR/law.csv`: every row of the law, and the rules that encode it.
//! `law.toml` beside it: how many rows there are, rules without a row, and where
//! a rule says something else than its row on purpose.

use std::collections::BTreeMap;
use std::fs;

use anjian_model::{Instrument, Text};

use super::sectors;

/// What a row says of its rules, by the name of the column.
pub const TERMS: [&str; 4] = ["kind", "confidence", "from", "to"];

/// A row of the law.
pub struct Row {
    /// `instrument/clause`, as rules are called.
    pub id: String,
    /// As [`TERMS`]; empty where the law says nothing.
    pub terms: [String; 4],
    /// The rules that encode it; none are named where one has the row's own id.
    named: Vec<String>,
    /// Why nothing encodes it, in Chinese and English; empty where something does.
    pub why: [String; 2],
}

impl Row {
    pub fn is_encoded(&self) -> bool {
        self.why.iter().all(String::is_empty)
    }

    /// Ids of the rules that encode it. One may end with `*`, which stands for
    /// the rules that the build makes of others.
    pub fn rules(&self) -> Vec<&str> {
        if !self.is_encoded() {
            Vec::new()
        } else if self.named.is_empty() {
            vec![&self.id]
        } else {
            self.named.iter().map(String::as_str).collect()
        }
    }

    /// Whether it is encoded by rules of other ids than its own.
    pub fn is_renamed(&self) -> bool {
        !self.named.is_empty()
    }
}

/// Whether an id of [`Row::rules`] means the rule.
pub fn means(id: &str, rule: &str) -> bool {
    match id.strip_suffix('*') {
        Some(start) => rule.starts_with(start),
        None => id == rule,
    }
}

/// The rows of a sector, in the order of its law.
pub fn read(sector: &str) -> Vec<Row> {
    let path = sectors::root().join("plugins").join(sector).join("law.csv");
    let text = fs::read_to_string(&path).unwrap();
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("row,kind,confidence,from,to,rules,why_zh,why_en"),
        "{sector}"
    );
    lines
        .map(|line| {
            let fields: [String; 8] = fields(line)
                .try_into()
                .unwrap_or_else(|found| panic!("{line}: eight fields are due, not {found:?}"));
            let [id, kind, confidence, from, to, rules, zh, en] = fields;
            Row {
                id,
                terms: [kind, confidence, from, to],
                named: rules.split_whitespace().map(str::to_owned).collect(),
                why: [zh, en],
            }
        })
        .collect()
}

/// What a row without a rule is called.
#[derive(Clone, Debug, Default)]
pub struct Titled {
    pub clause: String,
    pub title: Text,
}

/// The lines of a table beside the plugins.
fn lines<const N: usize>(file: &str, head: &str) -> Vec<[String; N]> {
    let path = sectors::root().join("plugins").join(file);
    let text = fs::read_to_string(&path).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(head), "{file}");
    lines.map(|line| fields(line).try_into().unwrap()).collect()
}

/// `plugins/not-encoded.csv`: clause and title of the rows without a rule.
pub fn titles() -> BTreeMap<String, Titled> {
    let lines = lines("not-encoded.csv", "row,clause,title_zh,title_en").into_iter();
    lines
        .map(|[row, clause, zh, en]| {
            let title = Text { zh, en };
            (row, Titled { clause, title })
        })
        .collect()
}

/// `plugins/not-encoded-instruments.csv`: the instruments that no rule cites.
pub fn instruments() -> Vec<Instrument> {
    let file = "not-encoded-instruments.csv";
    let lines = lines(file, "key,number,title_zh,title_en").into_iter();
    lines
        .map(|[key, number, zh, en]| Instrument {
            key,
            title: Text { zh, en },
            number,
            issuer: String::new(),
        })
        .collect()
}

/// What `law.toml` says of a sector.
pub struct Beside {
    /// Counted by hand in the texts.
    pub rows: usize,
    /// Rules that encode no row.
    pub without_row: Vec<String>,
    /// A row and one of [`TERMS`] that its rules say otherwise, or `rules` where
    /// it has none although its text is verified.
    pub differs: Vec<(String, String)>,
}

/// Reads `law.toml`. Whatever is excused there has its reason in both languages.
pub fn beside(sector: &str) -> Beside {
    let path = sectors::root()
        .join("plugins")
        .join(sector)
        .join("law.toml");
    let text = fs::read_to_string(&path).unwrap();
    let read: toml::Table = text
        .parse()
        .unwrap_or_else(|error| panic!("{sector}: {error}"));
    let list = |name: &str| -> Vec<BTreeMap<&str, &toml::Value>> {
        let tables = read.get(name).and_then(toml::Value::as_array);
        let tables = tables
            .into_iter()
            .flatten()
            .filter_map(toml::Value::as_table);
        tables
            .map(|table| {
                table
                    .iter()
                    .map(|(key, value)| (key.as_str(), value))
                    .collect()
            })
            .inspect(|entry: &BTreeMap<&str, &toml::Value>| {
                for lang in ["zh", "en"] {
                    let why = entry.get("why").and_then(|why| why.get(lang)?.as_str());
                    assert!(
                        why.is_some_and(|why| !why.is_empty()),
                        "{sector}: {entry:?}"
                    );
                }
            })
            .collect()
    };
    let word = |entry: &BTreeMap<&str, &toml::Value>, key: &str| -> String {
        entry[key].as_str().unwrap().to_owned()
    };
    Beside {
        rows: usize::try_from(read["rows"].as_integer().unwrap()).unwrap(),
        without_row: list("without_row")
            .iter()
            .map(|entry| word(entry, "rule"))
            .collect(),
        differs: list("differs")
            .iter()
            .map(|entry| (word(entry, "row"), word(entry, "what")))
            .collect(),
    }
}

/// The fields of a line of CSV. A field with a comma stands in quotes.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match (c, fields.last_mut()) {
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => fields.push(String::new()),
            (c, Some(field)) => field.push(c),
            (_, None) => {}
        }
    }
    fields
}
