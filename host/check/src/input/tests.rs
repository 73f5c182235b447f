use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use super::Inputs;

/// `source: bytes` or `source! code` of everything read.
fn read(mut inputs: Inputs, base: &Path) -> Vec<String> {
    let mut out = Vec::new();
    loop {
        let batch = inputs.next_batch();
        if batch.is_empty() {
            return out;
        }
        for piece in batch {
            let source = piece.source.to_string();
            let source = source.replace(&format!("{}/", base.display()), "");
            out.push(match piece.content {
                Ok(bytes) => format!("{source}: {}", String::from_utf8_lossy(&bytes)),
                Err(problem) => format!("{source}! {}", problem.code),
            });
        }
    }
}

#[test]
fn folders_are_read_in_order() {
    let base = tempfile::tempdir().unwrap();
    let base = base.path();
    for (name, content) in [
        ("b/filing.json", "1"),
        ("b/expected.json", "x"),
        ("a.json", "2"),
        ("a.txt", "x"),
        (".hidden.json", "x"),
        (".git/x.json", "x"),
        ("c/d/e.NDJSON", "3\r\n\n4"),
        ("c/z.jsonl", "5\n"),
        ("empty/readme.md", "x"),
    ] {
        let path = base.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    assert_eq!(
        read(Inputs::new([base.to_owned()]), base),
        [
            "a.json: 2",
            "b/filing.json: 1",
            "c/d/e.NDJSON#1: 3",
            "c/d/e.NDJSON#3: 4",
            "c/z.jsonl#1: 5",
        ]
    );
    let paths = ["b/expected.json", "nothing.json", "empty", "a.txt"];
    assert_eq!(
        read(Inputs::new(paths.map(|path| base.join(path))), base),
        [
            "b/expected.json: x",
            "nothing.json! unreadable",
            "empty! no_filings",
            "a.txt: x",
        ]
    );
}

#[test]
fn what_is_too_large_is_not_read() {
    let base = tempfile::tempdir().unwrap();
    let base = base.path();
    fs::write(base.join("a.json"), "123456789").unwrap();
    fs::write(base.join("b.ndjson"), "1\n123456789\n12345678\n").unwrap();
    let inputs = Inputs::new(["a.json", "b.ndjson"].map(|path| base.join(path)));
    assert_eq!(
        read(inputs.with_max_filing(8), base),
        [
            "a.json! too_large",
            "b.ndjson#1: 1",
            "b.ndjson#2! too_large",
            "b.ndjson#3: 12345678",
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_to_folders_are_told() {
    let base = tempfile::tempdir().unwrap();
    let base = base.path();
    std::os::unix::fs::symlink(base, base.join("round")).unwrap();
    assert_eq!(
        read(Inputs::new([base.to_owned()]), base),
        ["round! unreadable"]
    );
}

#[test]
fn standard_input_is_a_document_or_a_stream() {
    let long = format!("{{\"a\": \"{}\"}}", "x".repeat(200_000));
    for (input, expect) in [
        ("{\"a\": 1}", vec!["-: {\"a\": 1}"]),
        ("{\"a\": 1}\n", vec!["-: {\"a\": 1}\n"]),
        ("{\n  \"a\": 1\n}\n", vec!["-: {\n  \"a\": 1\n}\n"]),
        (
            "{\"a\": 1}\n{\"b\": 2}\n",
            vec!["-#1: {\"a\": 1}", "-#2: {\"b\": 2}"],
        ),
        (
            "{\"a\": \n{\"b\": 2}\n",
            vec!["-#1: {\"a\": ", "-#2: {\"b\": 2}"],
        ),
        ("\n\n{}\nx\n", vec!["-#3: {}", "-#4: x"]),
        ("", vec!["-: "]),
        (
            &format!("{{}}\n{long}\n"),
            vec!["-#1: {}", &format!("-#2: {long}")],
        ),
        (&long, vec![&format!("-: {long}")]),
    ] {
        let inputs = Inputs::new([PathBuf::from("-")]).with_stdin(Cursor::new(input.to_owned()));
        assert_eq!(read(inputs, Path::new("nowhere")), expect);
    }
}
