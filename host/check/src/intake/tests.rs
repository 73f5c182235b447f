use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Document, MAX_DEPTH, read};

/// `Ok` pointers and codes of what was blanked, or `code@line:column`.
#[track_caller]
fn check(input: &[u8], expect: Result<&[&str], &str>) {
    let found = match read(input, 1) {
        Ok((_, problems)) => Ok(problems
            .iter()
            .map(|p| {
                format!(
                    "{} {}@{}:{}",
                    p.code,
                    p.pointer.clone().unwrap(),
                    p.line.unwrap(),
                    p.column.unwrap()
                )
            })
            .collect::<Vec<_>>()),
        Err(p) => Err(format!(
            "{}@{}:{}",
            p.code,
            p.line.unwrap(),
            p.column.unwrap()
        )),
    };
    match (&found, expect) {
        (Ok(found), Ok(expect)) => assert_eq!(found, expect),
        (Err(found), Err(expect)) => assert_eq!(found, expect),
        _ => panic!("{found:?}, expected {expect:?}"),
    }
}

#[test]
fn whole_inputs_that_are_no_filing() {
    check(b"", Err("empty@1:1"));
    check(b" \n\t", Err("empty@1:1"));
    check(b"\xef\xbb\xbf", Err("empty@1:1"));
    check(b"{\"a\":\n\"\xb0\xb2\"}", Err("not_utf8@2:2"));
    check(b"\xff\xfe{\0", Err("not_utf8@1:1"));
    check(b"[]", Err("not_an_object@1:1"));
    check(b"\n 1", Err("not_an_object@2:2"));
    check("{\"安\": tru}".as_bytes(), Err("not_json@1:10"));
    check(b"{\"a\": 1,}", Err("not_json@1:9"));
    check(b"{\"a\": 01}", Err("not_json@1:8"));
    check(b"{\"a\": NaN}", Err("not_json@1:7"));
    check(b"{'a': 1}", Err("not_json@1:2"));
    check(b"{\"a\": 1} x", Err("not_json@1:10"));
    check(b"{\"a\": \"x\ny\"}", Err("not_json@1:8"));
    check(br#"{"a": "\ud800"}"#, Err("not_json@1:7"));
    check(br#"{"\udc00": 1}"#, Err("not_json@1:2"));
    check(b"{\"a\": 1", Err("not_json@1:7"));
}

/// What the parser says in English is told in Chinese, with the words of JSON
/// alone in Latin letters.
#[test]
fn what_is_no_json_is_told_in_chinese() {
    for (input, expect) in [
        (r#"{"a": 1"#, "内容没有写完就结束了"),
        (
            r#"{"a": tru}"#,
            "这里只能写 true、false 或 null；文字应写在双引号里",
        ),
        (r#"{"a": 未知}"#, "这里应有一个值"),
        (r#"{"a": 1,}"#, "最后一项后面多了逗号"),
        ("{\"a\": 1,\n\n }", "最后一项后面多了逗号"),
        (r#"{"a": [1, 2 , ]}"#, "最后一项后面多了逗号"),
        (r#"{"a" 1}"#, "成员名后面缺少冒号"),
        (r#"{'a': 1}"#, "成员名应写在双引号里"),
        (r#"{"a": 01}"#, "数字写法不正确"),
        (r#"{"a": 1 "b": 2}"#, "缺少逗号或结束括号"),
        (r#"{"a": "\q"}"#, "字符串中的转义不正确"),
        (r#"{"a": "\u12"}"#, "字符串中的转义不正确"),
        ("{\"a\": \"x\ny\"}", "字符串中有未转义的控制字符（如换行）"),
        (r#"{"a": 1} x"#, "结束之后还有多余内容"),
    ] {
        let Err(problem) = read(input.as_bytes(), 1) else {
            panic!("{input}");
        };
        let said = problem.message.zh;
        assert_eq!(said, format!("不是 JSON：{expect}"), "{input}");
    }
}

#[test]
fn depth() {
    let nested = |levels: usize| {
        let inner = levels - 1;
        format!("{{\"a\":{}{}}}", "[".repeat(inner), "]".repeat(inner))
    };
    check(nested(MAX_DEPTH).as_bytes(), Ok(&[]));
    check(nested(MAX_DEPTH + 1).as_bytes(), Err("too_deep@1:69"));
    check(nested(10_000).as_bytes(), Err("too_deep@1:69"));
    check("{\"a\":".repeat(10_000).as_bytes(), Err("not_json@1:50000"));
}

#[test]
fn values_that_are_blanked() {
    check("\u{feff}{\"a\": 1.50}".as_bytes(), Ok(&[]));
    check(
        b"{\"a\": [1, 1e999]}",
        Ok(&["number_out_of_range /a/1@1:11"]),
    );
    check(
        b"{\"a\": 1,\n \"b\": {\"c\": 1, \"c\": 2}}",
        Ok(&["duplicate_key /b/c@2:21"]),
    );
    check(
        br#"{"a/b": 1, "\u0061/b": 2}"#,
        Ok(&["duplicate_key /a~1b@1:24"]),
    );
}

#[track_caller]
fn blanked(input: &str, expect: &str) {
    let (document, _) = read(input.as_bytes(), 1).unwrap();
    let copy = document.for_plugins();
    assert_eq!(std::str::from_utf8(&copy).unwrap(), expect);
}

#[test]
fn what_plugins_get() {
    blanked(r#"{"a": 1}"#, r#"{"a": 1}"#);
    blanked(r#"{"a": 1e999, "b": 2}"#, r#"{"a": null, "b": 2}"#);
    blanked(
        r#"{"a": 1, "b": 2, "a": [3] , "c": 4}"#,
        r#"{"a": null, "b": 2 , "c": 4}"#,
    );
    blanked(r#"{"a": 1, "a": 2, "a": 3}"#, r#"{"a": null}"#);
    blanked(
        r#"{"a": {"x": 1e99}, "a": {"x": 1, "x": 2}}"#,
        r#"{"a": null}"#,
    );
    blanked(r#"{"a": [1e99, 1]}"#, r#"{"a": [null, 1]}"#);
}

#[test]
fn places_in_a_large_line() {
    let text = format!(r#"{{"安全": "{}", "b": 1}}"#, "生产".repeat(5000));
    let (document, _) = read(text.as_bytes(), 7).unwrap();
    let at = document.find("/b").unwrap();
    let place = document.place(at);
    let column = text.split("1}").next().unwrap().chars().count() + 1;
    assert_eq!((place.line, place.column as usize), (7, column));
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1_000_000_i64..1_000_000).prop_map(Value::from),
        (-1000_i32..1000).prop_map(|n| json!(f64::from(n) / 8.0)),
        "[a-z安全/~\"\\\\\n é🦀]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[a-c安/~\"\\\\]{0,3}", inner), 0..40)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{n}"), out);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                pointers(member, &format!("{at}/{}", super::escape(name)), out);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn agrees_with_serde_json(inner in value(), pretty: bool) {
        let whole = json!({"a": inner});
        let text = if pretty {
            serde_json::to_string_pretty(&whole).unwrap()
        } else {
            whole.to_string()
        };
        let (document, problems) = read(text.as_bytes(), 1).unwrap();
        prop_assert!(problems.is_empty());
        let mut all = Vec::new();
        pointers(&whole, "", &mut all);
        for pointer in &all {
            let at = document.find(pointer).unwrap();
            let raw: Value = serde_json::from_str(document.raw(at)).unwrap();
            prop_assert_eq!(Some(&raw), whole.pointer(pointer));
            prop_assert_eq!(&document.pointer(at), pointer);
            let place = document.place(at);
            let line = text.split('\n').nth(place.line as usize - 1).unwrap();
            let rest: String = line.chars().skip(place.column as usize - 1).collect();
            let first = document.raw(at).lines().next().unwrap();
            prop_assert!(rest.starts_with(first));
        }
        prop_assert_eq!(document.find("/a/nothing here"), None);
    }

    #[test]
    fn blanking_changes_only_what_it_names(inner in value(), picks: Vec<prop::sample::Index>) {
        let mut whole = json!({"a": inner});
        let text = whole.to_string();
        let (mut document, _) = read(text.as_bytes(), 1).unwrap();
        let mut all = Vec::new();
        pointers(&whole, "", &mut all);
        for pick in picks.iter().take(4) {
            let pointer = pick.get(&all);
            let at = document.nearest(pointer);
            document.blank(at);
            if let Some(slot) = whole.pointer_mut(pointer) {
                *slot = Value::Null;
            }
        }
        let copy: Value = serde_json::from_slice(&document.for_plugins()).unwrap();
        prop_assert_eq!(copy, whole);
        prop_assert_eq!(document.text(), text.as_str());
    }

    #[test]
    fn any_bytes_give_an_answer(bytes: Vec<u8>) {
        let _ = read(&bytes, 1);
    }

    #[test]
    fn broken_json_gives_an_answer(
        inner in value(), at: prop::sample::Index, put: Vec<u8>, drop in 0_usize..4,
    ) {
        let mut bytes = json!({"a": inner, "b": [inner]}).to_string().into_bytes();
        let at = at.index(bytes.len());
        let end = (at + drop).min(bytes.len());
        bytes.splice(at..end, put);
        let serde = serde_json::from_slice::<Value>(&bytes);
        match read(&bytes, 1) {
            Ok((document, _)) => {
                prop_assert!(serde.is_ok() || bytes.iter().any(|b| matches!(b, b'e' | b'E')));
                let _ = serde_json::from_slice::<Value>(&document.for_plugins()).unwrap();
            }
            Err(problem) => prop_assert!(serde.is_err() || problem.code != "not_json"),
        }
    }
}

#[test]
fn nearest_is_the_last_that_exists() {
    let (document, _) = read(br#"{"a": {"b": [1, {"c": 2}]}}"#, 1).unwrap();
    for (pointer, expect) in [
        ("/a/b/1/c", "2"),
        ("/a/b/1/x", r#"{"c": 2}"#),
        ("/a/b/7", r#"[1, {"c": 2}]"#),
        ("/a/b/01", r#"[1, {"c": 2}]"#),
        ("/x/y", r#"{"a": {"b": [1, {"c": 2}]}}"#),
    ] {
        assert_eq!(document.raw(document.nearest(pointer)), expect, "{pointer}");
    }
    assert_eq!(document.find(""), Some(Document::ROOT));
}
