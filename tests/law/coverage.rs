//! `docs/coverage.md`: what is encoded, for people.

use std::fmt::Write;

use anjian_check::formats::{Lang, names};
use anjian_model::{Instrument, Text};
use anjian_rows::rule::Rule;
use serde_json::json;

use super::map::{self, Row};
use super::sectors::{self, Sector};

const HEAD: &str = "\
# 法律条目与规则 · The map of the law

每个行业的法律条目列在 `plugins/*/law.csv`。本页说明每一条由哪条规则检查、有多少例子和界限值；没有规则的，说明原因。
The rows of the law of each sector stand in `plugins/*/law.csv`. This page says which rule checks each of them, by how
many examples and boundary values, and why some have no rule.

本页是生成的，改动后用 `UPDATE=1` 运行测试重写。This page is generated; after a change write it anew:
`UPDATE=1 cargo test --release -p anjian-tests --test law`.
";

#[test]
fn the_map_of_the_law_is_as_generated() {
    let path = sectors::root().join("docs/coverage.md");
    let mut sectors = sectors::all();
    sectors.sort_by_key(|sector| sector.name);
    let fresh = document(&sectors);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == fresh,
        "run this test with UPDATE=1 and commit docs/coverage.md"
    );
}

/// The same for `anjian rules`, which embeds it.
#[test]
fn the_map_for_the_command_is_as_generated() {
    let path = sectors::root().join("docs/coverage.json");
    let mut sectors = sectors::all();
    sectors.sort_by_key(|sector| sector.name);
    let fresh = for_the_command(&sectors);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == fresh,
        "run this test with UPDATE=1 and commit docs/coverage.json"
    );
}

#[test]
fn every_row_without_a_rule_has_a_title() {
    let titled: Vec<String> = map::titles().into_keys().collect();
    let mut open: Vec<String> = sectors::all()
        .iter()
        .flat_map(|sector| map::read(sector.name))
        .filter(|row| !row.is_encoded())
        .map(|row| row.id)
        .collect();
    open.sort();
    assert_eq!(titled, open, "the rows of plugins/not-encoded.csv");
}

/// One line for each entry, so that a change reads well.
fn for_the_command(sectors: &[Sector]) -> String {
    let instruments: Vec<String> = map::instruments()
        .iter()
        .map(|instrument| serde_json::to_string(instrument).unwrap())
        .collect();
    let rules = sectors.iter().flat_map(|sector| {
        sector.book.rules.iter().map(|rule| {
            let said = json!({
                "plugin": sector.name, "lead": is_lead(rule),
                "examples": rule.page.examples.len(), "boundary_values": boundary_values(rule),
            });
            format!("{}:{said}", json!(rule.id()))
        })
    });
    let rules: Vec<String> = rules.collect();
    let titles = map::titles();
    let open = sectors.iter().flat_map(|sector| {
        let open = map::read(sector.name).into_iter();
        let open = open.filter(|row| !row.is_encoded());
        open.map(|row| {
            let [zh, en] = &row.why;
            let titled = titles.get(&row.id).cloned().unwrap_or_default();
            let said = json!({
                "plugin": sector.name, "row": row.id, "clause": titled.clause,
                "title": titled.title, "why": {"zh": zh, "en": en},
            });
            said.to_string()
        })
    });
    let open: Vec<String> = open.collect();
    format!(
        "{{\n\"instruments\":[\n{}\n],\n\"rules\":{{\n{}\n}},\n\"open\":[\n{}\n]\n}}\n",
        instruments.join(",\n"),
        rules.join(",\n"),
        open.join(",\n")
    )
}

fn document(sectors: &[Sector]) -> String {
    let mut out = HEAD.to_owned();
    let maps: Vec<Vec<Row>> = sectors
        .iter()
        .map(|sector| map::read(sector.name))
        .collect();
    summary(sectors, &maps, &mut out);
    for (sector, rows) in sectors.iter().zip(&maps) {
        let title = &sector.plugin.description().title;
        let _ = write!(out, "\n## {}\n", heading(&title.zh, &title.en));
        for instrument in &sector.plugin.description().instruments {
            table_of(sector, instrument, &mut out);
        }
        leads(sector, &mut out);
        renamed(rows, &mut out);
        not_encoded(sector, rows, &mut out);
    }
    out
}

/// Chinese and English of one heading or cell.
fn heading(zh: &str, en: &str) -> String {
    format!("{zh} · {en}")
}

fn both(name: impl Fn(Lang) -> &'static str) -> String {
    format!("{} {}", name(Lang::Zh), name(Lang::En))
}

fn title(text: &Text) -> String {
    format!("{}<br>{}", text.zh, text.en)
}

fn ids<'i>(ids: impl Iterator<Item = &'i str>) -> String {
    let ids: Vec<String> = ids.map(|id| format!("`{id}`")).collect();
    ids.join(" ")
}

fn table(out: &mut String, columns: &[&str], rows: &[Vec<String>]) {
    let right = |column: &&str| {
        if column.starts_with('#') {
            "--:"
        } else {
            "---"
        }
    };
    let names: Vec<&str> = columns.iter().map(|c| c.trim_start_matches('#')).collect();
    let rules: Vec<&str> = columns.iter().map(right).collect();
    let _ = writeln!(
        out,
        "\n| {} |\n| {} |",
        names.join(" | "),
        rules.join(" | ")
    );
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
}

fn is_lead(rule: &Rule) -> bool {
    rule.violated.is_none()
}

fn summary(sectors: &[Sector], maps: &[Vec<Row>], out: &mut String) {
    let mut rows = Vec::new();
    let mut total = [0; 5];
    for (sector, map) in sectors.iter().zip(maps) {
        let encoded = map.iter().filter(|row| row.is_encoded()).count();
        let leads = sector
            .book
            .rules
            .iter()
            .filter(|rule| is_lead(rule))
            .count();
        let counts = [
            map.len(),
            encoded,
            map.len() - encoded,
            sector.book.rules.len(),
            leads,
        ];
        for (sum, count) in total.iter_mut().zip(counts) {
            *sum += count;
        }
        let name = &sector.plugin.description().title;
        rows.push(counted(heading(&name.zh, &name.en), counts));
    }
    rows.push(counted("合计 · total".to_owned(), total));
    table(
        out,
        &[
            "行业 sector",
            "#条目 rows of the law",
            "#已编码 encoded",
            "#未编码 not encoded",
            "#规则 rules",
            "#其中线索 of these leads",
        ],
        &rows,
    );
}

fn counted(name: String, counts: [usize; 5]) -> Vec<String> {
    std::iter::once(name)
        .chain(counts.iter().map(usize::to_string))
        .collect()
}

fn table_of(sector: &Sector, instrument: &Instrument, out: &mut String) {
    let number = match instrument.number.as_str() {
        "" => String::new(),
        number => format!("{number} "),
    };
    let _ = write!(
        out,
        "\n### {}\n\n{number}`{}`\n",
        heading(&instrument.title.zh, &instrument.title.en),
        instrument.key
    );
    let said = &sector.plugin.description().rules;
    let rows: Vec<Vec<String>> = said
        .iter()
        .zip(&sector.book.rules)
        .filter(|(said, _)| said.instrument == instrument.key)
        .map(|(said, rule)| {
            let mut kind = both(|lang| names::kind(said.kind, lang));
            if is_lead(rule) {
                kind.push_str("<br>线索 lead");
            }
            let examples = rule.page.examples.len();
            vec![
                said.clause.clone(),
                ids(std::iter::once(rule.id())),
                kind,
                both(|lang| names::confidence(said.confidence, lang)),
                title(&said.title),
                format!("[{examples}]({})", page(rule)),
                boundary_values(rule).to_string(),
            ]
        })
        .collect();
    table(
        out,
        &[
            "条款 clause",
            "规则 rule",
            "性质 kind",
            "可信度 confidence",
            "标题 title",
            "#例 examples",
            "#界限值 boundary values",
        ],
        &rows,
    );
}

fn boundary_values(rule: &Rule) -> usize {
    rule.row.boundary.iter().map(|b| b.cases.len()).sum()
}

/// The page with the examples, from `docs/`.
fn page(rule: &Rule) -> String {
    let path = rule.page.place.source.path.as_path();
    let path = path.strip_prefix(sectors::root()).unwrap_or(path);
    // As GitHub makes anchors of headings; a companion has no heading.
    let anchor: String = rule.id().chars().filter(|c| !"/.".contains(*c)).collect();
    let anchor = match rule.companion {
        true => String::new(),
        false => format!("#{anchor}"),
    };
    format!("../{}{anchor}", path.display())
}

fn leads(sector: &Sector, out: &mut String) {
    let said = &sector.plugin.description().rules;
    let rows: Vec<Vec<String>> = said
        .iter()
        .zip(&sector.book.rules)
        .filter(|(_, rule)| is_lead(rule))
        .map(|(said, _)| vec![ids(std::iter::once(said.id.as_str())), title(&said.title)])
        .collect();
    let name = heading("检查线索", "leads for an inspector");
    part(
        out,
        &name,
        "这些规则从不判违反，只请人去看。These rules never find a violation; they ask a person to look.",
    );
    table(out, &["规则 rule", "标题 title"], &rows);
}

fn renamed(rows: &[Row], out: &mut String) {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .filter(|row| row.is_renamed())
        .map(|row| vec![ids(std::iter::once(&*row.id)), ids(row.rules().into_iter())])
        .collect();
    if !rows.is_empty() {
        let name = heading(
            "由几条或其他规则编码",
            "encoded by several rules, or by another",
        );
        part(
            out,
            &name,
            "其余条目由同名的规则编码。Every other row is encoded by the rule of its own id.",
        );
        table(out, &["条目 row", "规则 rules"], &rows);
    }
}

fn not_encoded(sector: &Sector, rows: &[Row], out: &mut String) {
    let titles = map::titles();
    let alone = map::instruments();
    let cited = sector.plugin.description().instruments.iter();
    let cited: Vec<&Instrument> = cited.chain(&alone).collect();
    let rows: Vec<Vec<String>> = rows
        .iter()
        .filter(|row| !row.is_encoded())
        .map(|row| {
            let titled = titles.get(&row.id).cloned().unwrap_or_default();
            let key = row.id.split('/').next().unwrap_or_default();
            let instrument = cited.iter().find(|instrument| instrument.key == key);
            let instrument = instrument.map_or(key, |instrument| &instrument.title.zh);
            vec![
                format!("{instrument}{}", titled.clause),
                ids(std::iter::once(&*row.id)),
                title(&titled.title),
                row.why.join("<br>"),
            ]
        })
        .collect();
    if !rows.is_empty() {
        part(out, &heading("未编码", "not encoded"), "");
        table(
            out,
            &["条款 clause", "条目 row", "标题 title", "原因 why"],
            &rows,
        );
    }
}

fn part(out: &mut String, name: &str, text: &str) {
    let _ = write!(out, "\n### {name}\n");
    if !text.is_empty() {
        let _ = write!(out, "\n{text}\n");
    }
}
