use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

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
        ("b/1.expected.json", "x"),
        ("b/filing-expected.json", "x"),
        ("b/unexpected.json", "6"),
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
            "b/unexpected.json: 6",
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

/// Runs a test as a user whom permissions hold back, or says why not.
#[cfg(unix)]
fn as_another_user(folder: &Path, arguments: &[&str]) {
    use std::os::unix::process::CommandExt;
    let mut test = std::process::Command::new(std::env::current_exe().unwrap());
    test.args(arguments).env("FOLDER", folder);
    if fs::metadata("/proc/self").is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) == 0)
    {
        test.uid(65534).gid(65534);
    }
    match test.output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && said.contains("1 passed"),
                "{said}"
            );
        }
        Err(error) => {
            println!("skipped: no test can run as another user here: {error}");
        }
    }
}

/// A folder that may be listed and not entered, and one that may be neither.
#[cfg(unix)]
#[test]
fn folders_that_may_not_be_read_are_told_and_the_others_go_on() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    if let Some(base) = std::env::var_os("FOLDER").map(PathBuf::from) {
        assert_eq!(
            read(Inputs::new([base.clone()]), &base),
            [
                "closed! unreadable",
                "listed/deep! unreadable",
                "listed/f.json! unreadable",
                "open/f.json: 1",
            ]
        );
        let named = Inputs::new([base.join("listed")]);
        assert_eq!(
            read(named, &base),
            ["listed/deep! unreadable", "listed/f.json! unreadable"]
        );
        return;
    }
    let base = tempfile::tempdir().unwrap();
    let base = base.path();
    for name in [
        "open/f.json",
        "listed/f.json",
        "listed/deep/g.json",
        "closed/f.json",
    ] {
        let path = base.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "1").unwrap();
    }
    mode(base, 0o755);
    mode(&base.join("listed"), 0o744);
    mode(&base.join("closed"), 0o700);
    as_another_user(
        base,
        &[
            "--exact",
            "input::tests::folders_that_may_not_be_read_are_told_and_the_others_go_on",
        ],
    );
    mode(&base.join("listed"), 0o755);
}

/// Gives its text at once, then sets `stop` and never ends.
struct Open {
    text: Cursor<&'static str>,
    stop: Arc<AtomicBool>,
}

impl Read for Open {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(out)?;
        if read > 0 {
            return Ok(read);
        }
        self.stop.store(true, Ordering::Relaxed);
        loop {
            thread::park();
        }
    }
}

#[test]
fn standard_input_that_stays_open_ends_with_what_came_when_it_is_stopped() {
    for (input, expect) in [
        ("", vec![]),
        ("{\"a\": 1}\n", vec!["-: {\"a\": 1}\n"]),
        ("{\"a\": 1}\n{\"b\": ", vec!["-#1: {\"a\": 1}"]),
        ("{\n  \"a\": 1\n", vec![]),
        ("{\n  \"a\": 1\n}", vec!["-: {\n  \"a\": 1\n}"]),
        (
            "{\"a\": 1}\n{\"b\": 2}\n",
            vec!["-#1: {\"a\": 1}", "-#2: {\"b\": 2}"],
        ),
    ] {
        let stop = Arc::new(AtomicBool::new(false));
        let open = Open {
            text: Cursor::new(input),
            stop: Arc::clone(&stop),
        };
        let inputs = Inputs::new([PathBuf::from("-")])
            .with_stdin(open)
            .with_stop(stop);
        assert_eq!(read(inputs, Path::new("nowhere")), expect, "{input}");
    }
}

#[test]
fn lines_that_came_do_not_wait_for_a_full_batch() {
    let stop = Arc::new(AtomicBool::new(false));
    let open = Open {
        text: Cursor::new("{\"a\": 1}\n{\"b\": 2}\n"),
        stop: Arc::clone(&stop),
    };
    // Without a stop: were the batch to be filled, this would never come back.
    let mut inputs = Inputs::new([PathBuf::from("-")]).with_stdin(open);
    assert_eq!(inputs.next_batch().len(), 2);
    assert!(!inputs.was_cut());
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
