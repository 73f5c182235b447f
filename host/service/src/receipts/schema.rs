//! The tables, by version. A released step is never edited; a change is a new
//! step at the end.

use std::collections::BTreeSet;

use rusqlite::{Connection, TransactionBehavior};

use super::LogError;

/// Step `n` makes version `n + 1` of version `n`.
pub(super) const STEPS: &[&str] = &[
    "
CREATE TABLE receipts (
    seq             INTEGER PRIMARY KEY,
    judged_at       TEXT NOT NULL,
    request         TEXT NOT NULL,
    token           TEXT NOT NULL,
    form            TEXT NOT NULL,
    source          TEXT NOT NULL,
    filing_sha256   TEXT,
    plugins         TEXT NOT NULL,
    profile_sha256  TEXT,
    engine          TEXT NOT NULL,
    reference_date  TEXT,
    submission_date TEXT,
    verdict         TEXT NOT NULL,
    report_sha256   TEXT NOT NULL,
    previous        TEXT NOT NULL,
    hash            TEXT NOT NULL
) STRICT;
CREATE INDEX receipts_by_request ON receipts (request);
CREATE INDEX receipts_by_filing ON receipts (filing_sha256);
-- Filings and profiles, each once, so that a receipt can be replayed.
CREATE TABLE contents (
    sha256 TEXT PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;
-- Against mistakes; who means to change a row is found by the chain of hashes.
CREATE TRIGGER receipts_stay BEFORE UPDATE ON receipts
    BEGIN SELECT RAISE(ABORT, 'receipts are never changed'); END;
CREATE TRIGGER receipts_remain BEFORE DELETE ON receipts
    BEGIN SELECT RAISE(ABORT, 'receipts are never deleted'); END;
CREATE TRIGGER contents_stay BEFORE UPDATE ON contents
    BEGIN SELECT RAISE(ABORT, 'contents are never changed'); END;
CREATE TRIGGER contents_remain BEFORE DELETE ON contents
    BEGIN SELECT RAISE(ABORT, 'contents are never deleted'); END;
",
    "
-- What the report said of the plugins; JSON, or nothing.
ALTER TABLE receipts ADD COLUMN notes TEXT;
",
    "
-- Whose signatures of the profile held; JSON, or nothing.
ALTER TABLE receipts ADD COLUMN profile_signed_by TEXT;
",
];

/// The tables, indexes and triggers of a database, each with what makes it.
pub(crate) fn parts(connection: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement =
        connection.prepare("SELECT type, name, coalesce(sql, '') FROM sqlite_schema")?;
    let part = |row: &rusqlite::Row<'_>| {
        let (kind, name, sql): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(format!("{kind} {name}: {sql}"))
    };
    statement.query_map([], part)?.collect()
}

/// What [`migrate`] makes of nothing.
pub(crate) fn made() -> Result<BTreeSet<String>, LogError> {
    let mut empty = Connection::open_in_memory()?;
    migrate(&mut empty)?;
    Ok(parts(&empty)?)
}

/// The version that this host writes.
pub(crate) fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// The version of a database; 0 for one without tables.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings the tables to the newest version, whole steps only.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), LogError> {
    // Begins as a writer, so that of two hosts that start one migrates.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    let Some(missing) = STEPS.get(done..) else {
        return Err(LogError::Newer {
            found,
            known: newest(),
        });
    };
    for step in missing {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", newest())?;
    transaction.commit()?;
    Ok(())
}
