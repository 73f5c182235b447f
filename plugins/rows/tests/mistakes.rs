//! Mistakes that authors make: each ends the build with file, line, and a
//! sentence that helps.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;

use anjian_rows::Book;
use tempfile::TempDir;

const ENVELOPE: &str = r#"{"properties": {"enterprise": {"additionalProperties": false, "properties": {
  "name": {"type": "string", "title": "名称", "x-title-en": "name"}}}}}"#;

const SCHEMA: &str = r##"{
  "additionalProperties": false,
  "properties": {
    "activities": {"type": ["array", "null"], "items": {"type": "string", "enum": ["produce", "store"]}, "title": "活动", "x-title-en": "activities"},
    "posts_total": {"type": ["integer", "null"], "title": "岗位", "x-title-en": "posts"},
    "units": {"type": ["array", "null"], "items": {"$ref": "#/$defs/unit"}, "title": "单元", "x-title-en": "units"}
  },
  "$defs": {"unit": {"additionalProperties": false, "properties": {
    "id": {"type": ["string", "null"], "title": "编号", "x-title-en": "id"},
    "kind": {"type": ["string", "null"], "enum": ["tank", "store", null], "title": "类型", "x-title-en": "kind"},
    "in_service": {"type": ["boolean", "null"], "title": "在役", "x-title-en": "in service"},
    "distance_m": {"type": ["number", "null"], "x-unit": "m", "title": "距离", "x-title-en": "distance"},
    "required_m": {"type": ["number", "null"], "x-unit": "m", "title": "要求", "x-title-en": "required"},
    "mass_t": {"type": ["number", "null"], "x-unit": "t", "title": "质量", "x-title-en": "mass"},
    "checked_on": {"type": ["string", "null"], "format": "date-or-none", "x-none": true, "title": "检查日", "x-title-en": "checked on"}
  }}}
}"##;

const ROW: &str = r#"
[[rule]]
id = "law/1"
clause = "第一条"
title = { zh = "距离不足", en = "too near" }
kind = "major_hazard"
confidence = "high"
from = 2020-01-01
each = "unit in units"
applies = "unit.in_service"
violated = "unit.distance_m < unit.required_m"

[[rule.boundary]]
fact = "unit.distance_m"
cases = { "9.9" = "violated", "10" = "satisfied" }
"#;

const PAGE: &str = r#"# 第一条

## law/1

### 说明

距离。

### In English

Distance.

### Examples

```json violated
{"units": [{"in_service": true, "distance_m": 9, "required_m": 10}]}
```

```json satisfied
{"units": [{"in_service": true, "distance_m": 10, "required_m": 10}]}
```

```json undetermined
{"units": [{"in_service": true, "distance_m": 10}]}
```
"#;

const SCHEME: &str = r#"
rule = "law/1"
official = false
title = { zh = "评分", en = "score" }
total = 10
veto = { band = "red", rules = ["law/1"] }

[[group]]
title = { zh = "距离", en = "distance" }
cap = 10
items = [{ rule = "law/1", points = 2 }]

[[band]]
name = "blue"
from = 5
title = { zh = "蓝色", en = "blue" }

[[band]]
name = "red"
from = 0
title = { zh = "红色", en = "red" }
"#;

/// Loads the little rulebook with one text in one file replaced.
fn load(file: &str, from: &str, to: &str) -> Result<(), Vec<String>> {
    let folder = TempDir::new().unwrap();
    let at = |path: &str| folder.path().join(path);
    fs::create_dir_all(at("plugins/demo/rules/law")).unwrap();
    fs::create_dir_all(at("plugins/demo/schemes")).unwrap();
    fs::create_dir_all(at("schemas")).unwrap();
    let files = [
        ("schemas/filing.schema.json", ENVELOPE),
        ("schemas/demo.schema.json", SCHEMA),
        (
            "plugins/demo/rules/law/instrument.toml",
            "title = { zh = \"法\", en = \"law\" }\nnumber = \"1\"\nissuer = \"x\"\n",
        ),
        ("plugins/demo/rules/law/1.toml", ROW),
        ("plugins/demo/rules/law/1.md", PAGE),
        ("plugins/demo/schemes/points.toml", SCHEME),
        (
            "plugins/demo/computed.toml",
            "[[define]]\nname = \"unit.far\"\ntitle = { zh = \"远\", en = \"far\" }\nexpr = \"unit.distance_m > 100\"\n",
        ),
    ];
    for (path, text) in files {
        let text = if path.ends_with(file) && !file.is_empty() {
            assert!(from.is_empty() || text.contains(from), "{from}");
            if from.is_empty() {
                to.to_owned()
            } else {
                text.replacen(from, to, 1)
            }
        } else {
            text.to_owned()
        };
        fs::write(at(path), text).unwrap();
    }
    if to == "<removed>" {
        fs::remove_file(at("plugins/demo/rules/law").join(file)).unwrap();
    }
    match Book::load(&at("plugins/demo"), &at("schemas")) {
        Ok(_) => Ok(()),
        Err(problems) => Err(problems.iter().map(ToString::to_string).collect()),
    }
}

#[test]
fn the_little_rulebook_is_right() {
    load("", "", "").unwrap();
}

#[test]
fn mistakes_are_told_with_their_place() {
    let row = |from, to, line: &'static str, says: &'static str| ("1.toml", from, to, line, says);
    let violated = "unit.distance_m < unit.required_m";
    let table = [
        row(
            violated,
            "unit.distanc_m < unit.required_m",
            "1.toml:11:17",
            "did you mean `distance_m`?",
        ),
        row(
            violated,
            "unti.distance_m < 5",
            "1.toml:11:",
            "did you mean `unit`?",
        ),
        row(
            violated,
            "unit.distance_m < unit.mass_t",
            "1.toml:11:",
            "`unit.distance_m` is in m and `unit.mass_t` is in t",
        ),
        row(
            violated,
            "unit.distance_m < unit.kind",
            "1.toml:11:",
            "a number and a text cannot be compared",
        ),
        row(
            violated,
            "unit.kind < 'tank'",
            "1.toml:11:",
            "a text has no order",
        ),
        row(
            violated,
            "unit.kind == 'tnak'",
            "1.toml:11:",
            "did you mean \\\"tank\\\"?",
        ),
        row(
            violated,
            "'stroe' in activities",
            "1.toml:11:",
            "did you mean \\\"store\\\"?",
        ),
        row(
            violated,
            "unit.distance_m / 2 < 5",
            "1.toml:11:",
            "division is not exact",
        ),
        row(
            violated,
            "unit.distance_m",
            "1.toml:11:",
            "this is a number, not a condition",
        ),
        row(
            violated,
            "unit.kind.matches('x')",
            "1.toml:11:",
            "outside the subset of CEL",
        ),
        row(
            violated,
            "unit.in_service ? true : false",
            "1.toml:11:",
            "outside the subset of CEL",
        ),
        row(
            violated,
            "unit.distance_m <",
            "1.toml:11:",
            "this is no CEL",
        ),
        row(
            violated,
            "unit.distance_m == none",
            "1.toml:11:",
            "\\\"none\\\" is no answer to `distance_m`",
        ),
        row(
            violated,
            "unit.checked_on + months(unit.distance_m) < reference_date",
            "1.toml:11:",
            "`months` takes a whole number",
        ),
        row(
            violated,
            "has(unit.distance_m) && unit.in_service",
            "1.toml:11:",
            "leaving a fact out must never help",
        ),
        row(
            violated,
            "unit.nearby",
            "1.toml:11:",
            "there is no fact `nearby` in `unit`",
        ),
        row(
            "unit in units",
            "unit in unist",
            "1.toml:9:",
            "did you mean `units`?",
        ),
        row("unit in units", "unit", "1.toml:9:", "is no `name in list`"),
        row(
            "id = \"law/1\"",
            "id = \"low/1\"",
            "1.toml:3:6",
            "`low/1` has no page",
        ),
        row(
            "kind = \"major_hazard\"",
            "kind = \"hazard\"",
            "1.toml:6:",
            "unknown variant",
        ),
        row(
            "clause =",
            "clasue =",
            "1.toml:4:",
            "unknown field `clasue`",
        ),
        row("clause = \"第一条\"\n", "", "1.toml:3:6", "cites no clause"),
        row(
            "confidence = \"high\"",
            "confidence = \"unverified\"",
            "1.toml:3:6",
            "unverified and would yield a violation",
        ),
        row(
            "confidence = \"high\"",
            "confidence = \"high\"\nsafeguard_confidence = \"medium\"",
            "1.toml:3:6",
            "`law/1` has a `safeguard_confidence` and no `safeguard`",
        ),
        row(
            "2020-01-01",
            "2020-01-01\nto = 2019-01-01",
            "1.toml:3:6",
            "ends before it begins",
        ),
        row(
            "\"9.9\" = \"violated\"",
            "\"9,9\" = \"violated\"",
            "1.toml:14:",
            "`distance_m` is a number, and `9,9` is none",
        ),
        row(
            "fact = \"unit.distance_m\"",
            "fact = \"unit.kind\"",
            "1.toml:14:",
            "`kind` is never `9.9`, but tank, store",
        ),
        row(
            "kind = \"major_hazard\"\n",
            "",
            "1.toml:3:6",
            "`law/1` has no `kind`",
        ),
        row(
            violated,
            "unit.distance_m < 5 and unit.in_service",
            "1.toml:11:",
            "write `&&` for and",
        ),
        row(
            "applies = \"unit.in_service\"",
            "applies = \"has(posts_total)\"",
            "1.toml:10:",
            "write the section's name before it",
        ),
        row(
            "unit in units",
            "unit in units, other in units",
            "1.toml:9:",
            "`units` does not belong to the item before it",
        ),
        row(
            "violated = \"unit.distance_m < unit.required_m\"",
            "safeguard = \"unit.kind\"",
            "1.toml:13:",
            "`unit.kind` is never \\\"absent\\\"",
        ),
        row(
            "fact = \"unit.distance_m\"",
            "fact = \"unit.distance\"",
            "1.toml:14:",
            "there is no fact `unit.distance`",
        ),
        (
            "1.toml",
            "",
            &*format!("{ROW}{ROW}"),
            "1.toml:18:6",
            "`law/1` stands here twice",
        ),
        (
            "1.md",
            "## law/1",
            "## law/2",
            "1.toml:3:6",
            "`law/1` has no page",
        ),
        (
            "1.md",
            "json undetermined",
            "json unsure",
            "1.md:23:",
            "does not say its outcome",
        ),
        (
            "1.md",
            "```json undetermined\n{\"units\": [{\"in_service\": true, \"distance_m\": 10}]}\n```\n",
            "",
            "1.md:3:",
            "no example that is undetermined",
        ),
        (
            "1.md",
            "\"in_service\": true, \"distance_m\": 9",
            "\"in_service\": true, \"distnace_m\": 9",
            "1.md:16:",
            "did you mean `distance_m`?",
        ),
        (
            "1.md",
            "\"in_service\": true, \"distance_m\": 9",
            "\"in_service\": true, \"kind\": \"tnak\", \"distance_m\": 9",
            "1.md:16:",
            "did you mean `tank`?",
        ),
        (
            "1.md",
            "\"in_service\": true, \"distance_m\": 9",
            "\"in_service\": \"yes\", \"distance_m\": 9",
            "1.md:16:",
            "`in_service` is a yes/no",
        ),
        (
            "1.md",
            "Distance.\n",
            "",
            "1.md:3:",
            "has no `### In English`",
        ),
        ("1.md", "{\"units\"", "{units", "1.md:16:", "not JSON"),
        ("1.md", "", "<removed>", "1.md", "a page beside it"),
        (
            "demo.schema.json",
            "\"x-unit\": \"m\", \"title\": \"距离\"",
            "\"title\": \"距离\"",
            "demo.schema.json:12:",
            "a number without a unit",
        ),
        (
            "demo.schema.json",
            "\"title\": \"岗位\", ",
            "",
            "demo.schema.json:5:",
            "lacks a title",
        ),
        (
            "demo.schema.json",
            "[\"integer\", \"null\"]",
            "\"whole\"",
            "demo.schema.json:5:",
            "none that rules can read",
        ),
        // The second fact of this name is the one that is wrong.
        (
            "demo.schema.json",
            "\"$defs\": {\"unit\": {\"additionalProperties\": false, \"properties\": {",
            "\"$defs\": {\"unit\": {\"additionalProperties\": false, \"properties\": {\n\"posts_total\": {\"type\": \"integer\"},",
            "demo.schema.json:9:",
            "`posts_total` lacks a title",
        ),
        (
            "demo.schema.json",
            "\"$defs\": {\"unit\": {\"additionalProperties\": false, ",
            "\"$defs\": {\n\"unit\": {",
            "demo.schema.json:9:",
            "unit has no `\"additionalProperties\": false`",
        ),
        (
            "points.toml",
            "{ rule = \"law/1\", points = 2 }",
            "{ rule = \"law/2\", points = 2 }",
            "points.toml:11:19",
            "did you mean `law/1`?",
        ),
        (
            "points.toml",
            ", points = 2 }",
            " }",
            "points.toml:11:19",
            "nobody says what `law/1` costs",
        ),
        (
            "points.toml",
            "cap = 10",
            "cap = 9",
            "points.toml:1:1",
            "the groups have 9 points together, the scheme has 10",
        ),
        (
            "points.toml",
            "from = 5",
            "from = 0",
            "points.toml:1:1",
            "the bands do not fall",
        ),
        (
            "points.toml",
            "band = \"red\"",
            "band = \"rod\"",
            "points.toml:1:1",
            "there is no band `rod`",
        ),
        (
            "points.toml",
            "points = 2",
            "points = 0.5",
            "points.toml:11:",
            "points are a whole number, or digits in quotes",
        ),
        (
            "demo.schema.json",
            "#/$defs/unit",
            "#/$defs/unti",
            "demo.schema.json:6:",
            "`$defs` has no `unti`",
        ),
        (
            "computed.toml",
            "unit.far",
            "unit.distance_m",
            "computed.toml:2:8",
            "already a fact",
        ),
        (
            "computed.toml",
            "unit.far",
            "plant.far",
            "computed.toml:2:8",
            "no such item",
        ),
    ];
    let mut wrong = Vec::new();
    for (file, from, to, place, says) in table {
        let says = says.replace("\\\"", "\"");
        let found = load(file, from, to).err().unwrap_or_default();
        if !found
            .iter()
            .any(|problem| problem.contains(place) && problem.contains(&says))
        {
            wrong.push(format!(
                "{file}: `{to}`\nexpected {place} … {says}\nfound {found:#?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
