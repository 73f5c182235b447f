use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anjian_model::{Note, NoteKind, PluginUsed, Text, Verdict};
use anjian_tests::disk::on_a_small_disk;
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use super::{
    Basis, Content, Entry, Flaw, Form, HEAD_FILE, Head, LOG_FILE, Log, LogError, Unwritten, Wanted,
    Writer, WriterSettings, schema,
};

fn settings() -> WriterSettings {
    WriterSettings {
        engine: "anjian test".to_owned(),
        queue: 8,
        wait: Duration::from_secs(10),
    }
}

fn basis() -> Arc<Basis> {
    let (plugin, profile) = (Content::new(&b"\0asm"[..]), Content::new(&b"id"[..]));
    Arc::new(Basis {
        plugins: vec![PluginUsed {
            id: "hazchem".to_owned(),
            version: "0.1.0".to_owned(),
            sha256: plugin.sha256().to_owned(),
            from: None,
            until: None,
        }],
        profile_sha256: Some(profile.sha256().to_owned()),
        profile_signed_by: Vec::new(),
        notes: Vec::new(),
        contents: vec![plugin, profile],
    })
}

fn entry(number: usize) -> Entry {
    Entry {
        request: format!("r{}", number / 2),
        token: "city".to_owned(),
        form: Form::Ndjson,
        source: format!("-#{number}"),
        // The third is a line that was too long.
        filing: (number != 3).then(|| Content::new(format!("{{\"n\":{number}}}"))),
        basis: basis(),
        reference_date: Some("2026-06-30".to_owned()),
        submission_date: number.is_multiple_of(2).then(|| "2026-07-01".to_owned()),
        verdict: Verdict::Compliant,
        report_sha256: super::sha256(format!("report {number}").as_bytes()),
    }
}

/// A log of receipts 1 to `count`, in several commits.
fn log_of(count: usize) -> (TempDir, Vec<Head>) {
    let folder = TempDir::new().unwrap();
    let writer = Writer::start(folder.path(), settings()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let mut heads = Vec::new();
    for numbers in (1..=count).collect::<Vec<_>>().chunks(2) {
        let entries = numbers.iter().copied().map(entry).collect();
        let issued = runtime.block_on(writer.append(entries)).unwrap();
        heads.extend(issued.into_iter().map(|issued| issued.head));
    }
    drop(writer);
    (folder, heads)
}

fn verify(folder: &Path) -> Result<i64, LogError> {
    let log = Log::open(folder)?;
    let known: Vec<Head> = log.witness()?.into_iter().collect();
    Ok(log.verify(&known)?.receipts)
}

#[track_caller]
fn flaw(folder: &Path) -> Flaw {
    match verify(folder) {
        Err(LogError::Broken(flaw)) => flaw,
        other => panic!("{other:?}"),
    }
}

/// As somebody with the file and a tool would.
fn tamper(folder: &Path) -> Connection {
    let connection = Connection::open(folder.join(LOG_FILE)).unwrap();
    connection
        .execute_batch(
            "DROP TRIGGER IF EXISTS receipts_stay; DROP TRIGGER IF EXISTS receipts_remain;
             DROP TRIGGER IF EXISTS contents_stay; DROP TRIGGER IF EXISTS contents_remain;",
        )
        .unwrap();
    connection
}

#[test]
fn what_was_written_is_read_and_verified() {
    let (folder, heads) = log_of(5);
    assert_eq!(verify(folder.path()).unwrap(), 5);
    let log = Log::open(folder.path()).unwrap();
    assert_eq!(log.head().unwrap(), heads[4]);
    assert_eq!(log.kept_head().unwrap().unwrap(), heads[4]);
    let receipt = log.receipt(4).unwrap();
    assert_eq!(receipt.source, "-#4");
    assert_eq!(receipt.previous, heads[2].hash);
    assert_eq!(receipt.plugins, basis().plugins);
    let filing = log
        .content(receipt.filing_sha256.as_ref().unwrap())
        .unwrap();
    assert_eq!(filing, b"{\"n\":4}");
    let ids = |wanted: Wanted| -> Vec<i64> {
        let receipts = log.list(&wanted).unwrap();
        receipts.iter().map(|receipt| receipt.id).collect()
    };
    let all = || Wanted {
        limit: 10,
        ..Wanted::default()
    };
    let some = |text: &str| Some(text.to_owned());
    for (wanted, expect) in [
        (all(), vec![1, 2, 3, 4, 5]),
        (
            Wanted {
                request: some("r1"),
                ..all()
            },
            vec![2, 3],
        ),
        (
            Wanted {
                after: 2,
                limit: 2,
                ..all()
            },
            vec![3, 4],
        ),
        (
            Wanted {
                token: some("city"),
                ..all()
            },
            vec![1, 2, 3, 4, 5],
        ),
        (
            Wanted {
                token: some("c"),
                ..all()
            },
            vec![],
        ),
        (
            Wanted {
                filing: receipt.filing_sha256.clone(),
                ..all()
            },
            vec![4],
        ),
        (
            Wanted {
                plugin: some(&receipt.plugins[0].sha256),
                after: 3,
                ..all()
            },
            vec![4, 5],
        ),
        (
            Wanted {
                plugin: some("00"),
                ..all()
            },
            vec![],
        ),
    ] {
        assert_eq!(ids(wanted.clone()), expect, "{wanted:?}");
    }
    assert!(matches!(log.receipt(6), Err(LogError::NoReceipt(6))));
}

#[test]
fn a_log_goes_on_where_it_ended() {
    let (folder, heads) = log_of(3);
    let writer = Writer::start(folder.path(), settings()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let issued = runtime.block_on(writer.append(vec![entry(4)])).unwrap();
    assert_eq!(issued[0].head.id, 4);
    drop(writer);
    assert_eq!(verify(folder.path()).unwrap(), 4);
    let log = Log::open(folder.path()).unwrap();
    log.verify(&heads).unwrap();
}

#[test]
fn receipts_and_contents_are_append_only_even_for_those_who_try() {
    let (folder, _) = log_of(2);
    let connection = Connection::open(folder.path().join(LOG_FILE)).unwrap();
    for change in [
        "UPDATE receipts SET verdict = 'compliant'",
        "DELETE FROM receipts",
        "UPDATE contents SET bytes = x'00'",
        "DELETE FROM contents",
    ] {
        let error = connection.execute_batch(change).unwrap_err().to_string();
        assert!(error.contains("never"), "{change}: {error}");
    }
}

#[test]
fn each_kind_of_change_is_found_at_its_place() {
    let cases: [(&str, Flaw); 11] = [
        (
            "UPDATE receipts SET verdict = 'non_compliant' WHERE seq = 3",
            Flaw::Changed { id: 3 },
        ),
        (
            "UPDATE receipts SET hash = printf('%064d', 0) WHERE seq = 3",
            Flaw::Changed { id: 3 },
        ),
        (
            "DELETE FROM receipts WHERE seq = 3",
            Flaw::Missing { id: 3, next: 4 },
        ),
        (
            "DELETE FROM receipts WHERE seq = 1",
            Flaw::Missing { id: 1, next: 2 },
        ),
        // The order of two.
        (
            "UPDATE receipts SET seq = 100 WHERE seq = 2; UPDATE receipts SET seq = 2 WHERE seq = 3;
             UPDATE receipts SET seq = 3 WHERE seq = 100",
            Flaw::Changed { id: 2 },
        ),
        // One of the end, with all that stands on it only.
        (
            "DELETE FROM receipts WHERE seq = 6;
             DELETE FROM contents WHERE CAST(bytes AS TEXT) = '{\"n\":6}'",
            Flaw::Cut { last: 5, known: 6 },
        ),
        (
            "DELETE FROM receipts; DELETE FROM contents",
            Flaw::Cut { last: 0, known: 6 },
        ),
        (
            "DELETE FROM contents WHERE CAST(bytes AS TEXT) = '{\"n\":4}'",
            Flaw::ContentMissing {
                id: 4,
                what: "filing",
            },
        ),
        (
            "UPDATE contents SET bytes = CAST('{\"n\":9}' AS BLOB)
             WHERE CAST(bytes AS TEXT) = '{\"n\":4}'",
            Flaw::ContentChanged {
                id: 4,
                what: "filing",
            },
        ),
        (
            "UPDATE contents SET bytes = x'00' WHERE CAST(bytes AS TEXT) = 'id'",
            Flaw::ContentChanged {
                id: 1,
                what: "profile",
            },
        ),
        (
            "INSERT INTO contents VALUES ('stray', x'00')",
            Flaw::Stray {
                sha256: "stray".to_owned(),
            },
        ),
    ];
    for (change, expect) in cases {
        let (folder, _) = log_of(6);
        tamper(folder.path()).execute_batch(change).unwrap();
        assert_eq!(flaw(folder.path()), expect, "{change}");
    }
}

/// Changes a row and all hashes from there on, as somebody would who knows how
/// they are made.
fn rewrite(folder: &Path, from: i64) {
    let connection = tamper(folder);
    let columns = super::row::COLUMNS;
    let mut before: String = connection
        .query_row(
            "SELECT previous FROM receipts WHERE seq = ?1",
            [from],
            |row| row.get(0),
        )
        .unwrap();
    connection
        .execute(
            "UPDATE receipts SET token = 'mallory' WHERE seq = ?1",
            [from],
        )
        .unwrap();
    let last: i64 = connection
        .query_row("SELECT max(seq) FROM receipts", [], |row| row.get(0))
        .unwrap();
    for id in from..=last {
        connection
            .execute(
                "UPDATE receipts SET previous = ?2 WHERE seq = ?1",
                (id, &before),
            )
            .unwrap();
        before = connection
            .query_row(
                &format!("SELECT {columns} FROM receipts WHERE seq = ?1"),
                [id],
                super::row::hash_of_row,
            )
            .unwrap();
        connection
            .execute(
                "UPDATE receipts SET hash = ?2 WHERE seq = ?1",
                (id, &before),
            )
            .unwrap();
    }
    // And leaves nothing else behind.
    for part in schema::made().unwrap() {
        if let ("trigger", Some((_, sql))) = (&part[..7], part.split_once(": ")) {
            connection.execute_batch(sql).unwrap();
        }
    }
}

#[test]
fn a_log_written_anew_is_found_by_any_head_that_somebody_kept() {
    for from in 1..=4 {
        let (folder, heads) = log_of(4);
        rewrite(folder.path(), from);
        assert_eq!(flaw(folder.path()), Flaw::Rewritten { id: 4 });
        let log = Log::open(folder.path()).unwrap();
        for head in heads {
            let (id, found) = (head.id, log.verify(&[head]));
            if id < from {
                found.unwrap();
            } else {
                assert!(matches!(
                    found,
                    Err(LogError::Broken(Flaw::Rewritten { id: at })) if at == id
                ));
            }
        }
    }
}

#[test]
fn nothing_is_added_to_a_log_that_lost_its_end() {
    let (folder, _) = log_of(4);
    tamper(folder.path())
        .execute_batch("DELETE FROM receipts WHERE seq = 4")
        .unwrap();
    let error = Writer::start(folder.path(), settings()).unwrap_err();
    assert!(matches!(
        error,
        LogError::Broken(Flaw::Cut { last: 3, known: 4 })
    ));
}

#[test]
fn a_log_without_its_head_is_not_gone_on_with() {
    let (folder, _) = log_of(3);
    std::fs::remove_file(folder.path().join(HEAD_FILE)).unwrap();
    assert_eq!(flaw(folder.path()), Flaw::HeadMissing { last: 3 });
    let error = Writer::start(folder.path(), settings()).unwrap_err();
    assert!(
        matches!(error, LogError::Broken(Flaw::HeadMissing { last: 3 })),
        "{error}"
    );
    // Emptied together with its head, it is a new log; only a head that
    // somebody else keeps shows that.
    let (folder, _) = log_of(0);
    assert_eq!(verify(folder.path()).unwrap(), 0);
    assert!(folder.path().join(HEAD_FILE).exists());
}

#[test]
fn changed_tables_are_found() {
    for (change, expect) in [
        ("DROP INDEX receipts_by_filing", "index receipts_by_filing"),
        ("DROP TRIGGER receipts_stay", "trigger receipts_stay"),
        ("CREATE TABLE more (x)", "table more"),
    ] {
        let (folder, _) = log_of(2);
        let connection = Connection::open(folder.path().join(LOG_FILE)).unwrap();
        connection.execute_batch(change).unwrap();
        let Flaw::Tables { what } = flaw(folder.path()) else {
            panic!("{change}");
        };
        assert!(what.contains(expect), "{change}: {what}");
    }
}

#[test]
fn a_head_that_cannot_be_kept_refuses_nothing() {
    let (folder, _) = log_of(1);
    let writer = Writer::start(folder.path(), settings()).unwrap();
    std::fs::create_dir(folder.path().join("receipts.head.part")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    for number in 2..=3 {
        runtime
            .block_on(writer.append(vec![entry(number)]))
            .unwrap();
    }
    drop(writer);
    // The head is older than the log now, which is no flaw.
    assert_eq!(verify(folder.path()).unwrap(), 3);
}

#[test]
fn a_head_older_than_the_log_is_no_error_and_a_broken_one_is() {
    let (folder, heads) = log_of(4);
    let head_file = folder.path().join(HEAD_FILE);
    std::fs::write(&head_file, heads[1].to_string()).unwrap();
    assert_eq!(verify(folder.path()).unwrap(), 4);
    Writer::start(folder.path(), settings()).unwrap();
    std::fs::write(&head_file, "").unwrap();
    assert!(matches!(
        verify(folder.path()),
        Err(LogError::BadHead { .. })
    ));
}

#[test]
fn a_log_of_a_later_host_is_left_alone() {
    let (folder, _) = log_of(1);
    let connection = Connection::open(folder.path().join(LOG_FILE)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    let newer = |error: LogError| matches!(error, LogError::Newer { found: 99, .. });
    assert!(newer(Log::open(folder.path()).unwrap_err()));
    assert!(newer(Writer::start(folder.path(), settings()).unwrap_err()));
}

#[test]
fn the_tables_are_made_step_by_step_from_nothing() {
    let mut connection = Connection::open_in_memory().unwrap();
    assert_eq!(schema::version(&connection).unwrap(), 0);
    schema::migrate(&mut connection).unwrap();
    assert_eq!(schema::version(&connection).unwrap(), schema::newest());
    schema::migrate(&mut connection).unwrap();
}

/// A log that the first form of the tables was written to, and its one receipt
/// with the hash that it had then.
fn log_of_the_first_form() -> TempDir {
    let folder = TempDir::new().unwrap();
    let connection = Connection::open(folder.path().join(LOG_FILE)).unwrap();
    connection.execute_batch(schema::STEPS[0]).unwrap();
    connection
        .execute_batch(
            "PRAGMA user_version = 1;
             INSERT INTO contents VALUES
             ('cd5d4935a48c0672cb06407bb443bc0087aff947c6b864bac886982c73b3027f', x'0061736d'),
             ('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
              CAST('{}' AS BLOB));
             INSERT INTO receipts VALUES (1, '2026-11-01T00:00:00Z', 'r0', 'city', 'json', '-',
             '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
             '[{\"id\":\"hazchem\",\"version\":\"0.1.0\",\"sha256\":\"cd5d4935a48c0672cb06407bb443bc0087aff947c6b864bac886982c73b3027f\"}]',
             NULL, 'anjian 0.1.0', '2026-06-30', NULL, 'compliant',
             '454349e422f05297191ead13e21d3db520e5abef52055e4964b82fb213f593a1',
             '0000000000000000000000000000000000000000000000000000000000000000',
             '78b9e77e8e185eac45849038474f28cbcf12595f470f82907793e3dc283ab40d');",
        )
        .unwrap();
    let head = "1:78b9e77e8e185eac45849038474f28cbcf12595f470f82907793e3dc283ab40d";
    std::fs::write(folder.path().join(HEAD_FILE), head).unwrap();
    folder
}

#[test]
fn a_log_of_an_older_host_goes_on() {
    let folder = log_of_the_first_form();
    let writer = Writer::start(folder.path(), settings()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let noted = Entry {
        basis: Arc::new(Basis {
            notes: vec![Note {
                kind: NoteKind::Unsigned,
                plugin: Some("hazchem".to_owned()),
                text: Text::default(),
            }],
            ..(*basis()).clone()
        }),
        ..entry(2)
    };
    let signed = Entry {
        basis: Arc::new(Basis {
            profile_signed_by: vec!["city".to_owned()],
            ..(*basis()).clone()
        }),
        ..entry(4)
    };
    runtime
        .block_on(writer.append(vec![noted, entry(3), signed]))
        .unwrap();
    drop(writer);
    assert_eq!(verify(folder.path()).unwrap(), 4);
    let log = Log::open(folder.path()).unwrap();
    assert!(log.receipt(1).unwrap().notes.is_empty());
    assert_eq!(log.receipt(2).unwrap().notes[0].kind, NoteKind::Unsigned);
    assert_eq!(
        log.receipt(2).unwrap().previous,
        "78b9e77e8e185eac45849038474f28cbcf12595f470f82907793e3dc283ab40d"
    );
    assert!(log.receipt(3).unwrap().profile_signed_by.is_empty());
    assert_eq!(log.receipt(4).unwrap().profile_signed_by, ["city"]);
    // Also what stands in another column than it did.
    let tool = tamper(folder.path());
    for (set, id) in [
        ("notes = profile_signed_by, profile_signed_by = NULL", 4),
        ("profile_signed_by = notes, notes = NULL", 2),
    ] {
        let update = format!("UPDATE receipts SET {set} WHERE seq = {id}");
        tool.execute_batch(&update).unwrap();
        assert_eq!(flaw(folder.path()), Flaw::Changed { id });
    }
}

#[tokio::test]
async fn many_askers_share_commits_and_each_gets_its_place() {
    let folder = TempDir::new().unwrap();
    let writer = Arc::new(Writer::start(folder.path(), settings()).unwrap());
    let mut waiting = Vec::new();
    // Until the queue is full, no commit gets through.
    let blocker = Connection::open(folder.path().join(LOG_FILE)).unwrap();
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();
    for number in 0..200 {
        let writer = Arc::clone(&writer);
        waiting.push(tokio::spawn(async move {
            let issued = writer.append(vec![entry(number)]).await.unwrap();
            (number, issued[0].head.clone())
        }));
    }
    while writer.waiting() < settings().queue {
        tokio::task::yield_now().await;
    }
    blocker.execute_batch("COMMIT").unwrap();
    let log = Log::open(folder.path()).unwrap();
    for answered in waiting {
        let (number, head) = answered.await.unwrap();
        let receipt = log.receipt(head.id).unwrap();
        assert_eq!(receipt.source, format!("-#{number}"));
        assert_eq!(receipt.hash, head.hash);
    }
    // While one commit waited, at least the queue of the next gathered.
    assert!(writer.commits() < 200, "{}", writer.commits());
    drop(writer);
    assert_eq!(verify(folder.path()).unwrap(), 200);
}

#[tokio::test]
async fn what_finds_no_place_in_the_queue_is_refused() {
    let folder = TempDir::new().unwrap();
    let writer = Writer::start(
        folder.path(),
        WriterSettings {
            queue: 1,
            wait: Duration::from_millis(10),
            ..settings()
        },
    )
    .unwrap();
    let blocker = Connection::open(folder.path().join(LOG_FILE)).unwrap();
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();
    // The thread holds one, the queue another.
    let (first, second, third, ()) = tokio::join!(
        writer.append(vec![entry(1)]),
        writer.append(vec![entry(2)]),
        async {
            while writer.waiting() < 1 {
                tokio::task::yield_now().await;
            }
            let late = writer.append(vec![entry(4)]).await;
            blocker.execute_batch("COMMIT").unwrap();
            late
        },
        async {}
    );
    assert_eq!(third.unwrap_err(), Unwritten::Busy);
    assert_eq!(first.unwrap()[0].head.id, 1);
    assert_eq!(second.unwrap()[0].head.id, 2);
}

#[tokio::test]
async fn without_a_receipt_there_is_a_refusal_and_later_it_goes_on() {
    let folder = TempDir::new().unwrap();
    let writer = Writer::start(folder.path(), settings()).unwrap();
    let head_file = folder.path().join(HEAD_FILE);
    // A table that takes nothing more, as a full disk would not.
    let connection = Connection::open(folder.path().join(LOG_FILE)).unwrap();
    connection
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON receipts
             BEGIN SELECT RAISE(ABORT, 'the disk is full'); END;",
        )
        .unwrap();
    let refused = writer.append(vec![entry(1)]).await.unwrap_err();
    assert!(matches!(&refused, Unwritten::Failed(why) if why.contains("disk is full")));
    assert!(!writer.is_well());
    let head = || std::fs::read_to_string(&head_file).unwrap();
    assert!(head().starts_with("0:"));
    connection.execute_batch("DROP TRIGGER full").unwrap();
    writer.append(Vec::new()).await.unwrap();
    assert!(writer.is_well());
    writer.append(vec![entry(1)]).await.unwrap();
    drop(writer);
    assert_eq!(verify(folder.path()).unwrap(), 1);
}

#[test]
fn on_a_full_disk_there_is_a_refusal_and_later_it_goes_on() {
    const NAME: &str = "receipts::tests::on_a_full_disk_there_is_a_refusal_and_later_it_goes_on";
    let large = |number: usize| Entry {
        filing: Some(Content::new(number.to_string().repeat(100_000))),
        ..entry(number)
    };
    on_a_small_disk(NAME, 8 * 1024 * 1024, |disk| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let writer = Writer::start(&disk.folder, settings()).unwrap();
        let append = |number| runtime.block_on(writer.append(vec![large(number)]));
        append(1).unwrap();
        for full in [2, 4] {
            disk.fill().unwrap();
            let refused = append(full).unwrap_err();
            assert!(
                matches!(&refused, Unwritten::Failed(why) if why.contains("full")),
                "{refused}"
            );
            assert!(!writer.is_well());
            // What was written is there, and nothing else.
            let known = i64::try_from(full).unwrap() / 2;
            assert_eq!(verify(&disk.folder).unwrap(), known);
            disk.free().unwrap();
            append(full).unwrap();
            assert!(writer.is_well());
        }
        drop(writer);
        assert_eq!(verify(&disk.folder).unwrap(), 3);
    })
    .unwrap();
}

/// Every cell of every row, as text that can be compared.
fn rows(folder: &Path) -> rusqlite::Result<Vec<Vec<Value>>> {
    let connection = Connection::open(folder.join(LOG_FILE))?;
    let mut all = Vec::new();
    for select in [
        "SELECT * FROM receipts ORDER BY seq",
        "SELECT * FROM contents ORDER BY sha256",
    ] {
        let mut statement = connection.prepare(select)?;
        let columns = statement.column_count();
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            all.push(
                (0..columns)
                    .map(|at| row.get(at))
                    .collect::<Result<_, _>>()?,
            );
        }
    }
    Ok(all)
}

/// A log of six receipts in its one file, made once for all changes.
static LOG: LazyLock<(Vec<u8>, Head)> = LazyLock::new(|| {
    let (folder, mut heads) = log_of(6);
    let connection = Connection::open(folder.path().join(LOG_FILE)).unwrap();
    connection
        .pragma_update(None, "journal_mode", "DELETE")
        .unwrap();
    drop(connection);
    let bytes = std::fs::read(folder.path().join(LOG_FILE)).unwrap();
    (bytes, heads.pop().unwrap())
});

fn folder_with(bytes: &[u8]) -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join(HEAD_FILE), LOG.1.to_string()).unwrap();
    std::fs::write(folder.path().join(LOG_FILE), bytes).unwrap();
    folder
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// One cell of one row becomes another value.
    #[test]
    fn any_change_of_a_cell_is_found(
        id in 1_i64..=6,
        column in 0_usize..17,
        at in any::<prop::sample::Index>(),
        bit in 0_u8..7,
    ) {
        let folder = folder_with(&LOG.0);
        let connection = tamper(folder.path());
        let names = format!("{}, hash", super::row::COLUMNS);
        let name = names.split(", ").nth(column).unwrap().trim().to_owned();
        let old: Value = connection
            .query_row(&format!("SELECT {name} FROM receipts WHERE seq = ?1"), [id], |row| row.get(0))
            .unwrap();
        let new = match &old {
            Value::Integer(number) => Value::Integer(number + 100),
            Value::Text(text) => {
                let mut bytes = text.clone().into_bytes();
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
                Value::Text(String::from_utf8_lossy(&bytes).into_owned())
            }
            _ => Value::Text("something".to_owned()),
        };
        prop_assume!(new != old);
        connection
            .execute(&format!("UPDATE receipts SET {name} = ?2 WHERE seq = ?1"), (id, new))
            .unwrap();
        let expect = if name == "seq" {
            // The last one leaves no gap behind it, but one before it.
            Flaw::Missing { id, next: if id == 6 { 106 } else { id + 1 } }
        } else {
            Flaw::Changed { id }
        };
        prop_assert_eq!(flaw(folder.path()), expect);
    }

    /// One byte of the file becomes another: either the log says exactly what
    /// it said, or that something is wrong.
    #[test]
    fn any_change_of_a_byte_of_the_file_is_found_or_changes_nothing(
        at in any::<prop::sample::Index>(),
        flip in 1_u8..,
    ) {
        let before = rows(folder_with(&LOG.0).path()).unwrap();
        let mut bytes = LOG.0.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let folder = folder_with(&bytes);
        if verify(folder.path()).is_ok() {
            prop_assert_eq!(rows(folder.path()).unwrap(), before, "byte {}", at);
        }
    }
}
