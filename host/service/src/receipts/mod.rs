//! The log of receipts: append-only, chained by hashes, in SQLite.
//!
//! A receipt's hash covers all of its columns, the hash of the receipt before
//! it among them, so a change anywhere breaks the chain at its place. The end
//! of the chain is kept in a file beside the log and goes out with every
//! answer, so that a log cut short is found too.

mod row;
mod schema;
mod verify;
mod writer;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, ToSql};
use thiserror::Error;

pub use row::{Basis, Content, Entry, Form, Head, Receipt};
pub use verify::{Flaw, Verified};
pub use writer::{Issued, Unwritten, Writer, WriterSettings};

pub(crate) use row::{sha256, verdict};

/// The log inside the service's data folder.
const LOG_FILE: &str = "receipts.db";

/// The head inside the service's data folder.
const HEAD_FILE: &str = "receipts.head";

/// How long a reader or writer waits for another process.
const BUSY: Duration = Duration::from_secs(2);

/// Why the log cannot be opened or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LogError {
    /// The database refuses.
    #[error("the log of receipts cannot be used: {0}; the operator should look at its folder")]
    Database(#[from] rusqlite::Error),
    /// The folder or the head cannot be read or written.
    #[error("{} cannot be read or written: {cause}; this is for the operator", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// There is none.
    #[error("there is no log of receipts at {}; check the data folder of the configuration", .0.display())]
    Absent(PathBuf),
    /// A later host wrote it.
    #[error(
        "the log of receipts has version {found}, and this host knows up to {known}; the operator \
         should use the newer host"
    )]
    Newer {
        /// Of the log.
        found: i64,
        /// Of this host.
        known: i64,
    },
    /// An earlier host wrote it, and it was only opened to be read.
    #[error(
        "the log of receipts has version {found} and needs {known}; start `anjian serve` once, \
         which brings it up to date"
    )]
    Older {
        /// Of the log.
        found: i64,
        /// Of this host.
        known: i64,
    },
    /// The head's file is none.
    #[error("{} is no head of a log of receipts ({reason}); the operator should restore it", path.display())]
    BadHead {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The log is not the one that the head was written for.
    #[error("{0}; the operator should find out why before anything is added to the log")]
    Broken(#[source] Flaw),
    /// There is no such receipt.
    #[error("there is no receipt {0}")]
    NoReceipt(i64),
    /// The receipt is about a line that was too long to be read.
    #[error("receipt {0} has no filing: the line was too long to be read")]
    NoFiling(i64),
    /// What a receipt stands on is not there.
    #[error(
        "the bytes with digest {0} are not in the log any more; `anjian receipt verify` says more"
    )]
    NoContent(String),
}

/// Which receipts somebody wants.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Those after this id.
    pub after: i64,
    /// At most so many.
    pub limit: u32,
    /// Those of this request.
    pub request: Option<String>,
    /// Those of a filing with this digest.
    pub filing: Option<String>,
    /// Those that the component with this digest was among the judges of.
    pub plugin: Option<String>,
    /// Those that this token asked for.
    pub token: Option<String>,
}

/// The log, open to be read.
#[derive(Debug)]
pub struct Log {
    connection: Connection,
    head_file: PathBuf,
}

impl Log {
    /// Opens the log of a data folder.
    ///
    /// # Errors
    /// When there is none, or none that this host reads.
    pub fn open(folder: &Path) -> Result<Self, LogError> {
        let path = folder.join(LOG_FILE);
        if !path.exists() {
            return Err(LogError::Absent(path));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)?;
        connection.busy_timeout(BUSY)?;
        let (found, known) = (schema::version(&connection)?, schema::newest());
        match found {
            _ if found == known => Ok(Self {
                connection,
                head_file: folder.join(HEAD_FILE),
            }),
            _ if found > known => Err(LogError::Newer { found, known }),
            _ => Err(LogError::Older { found, known }),
        }
    }

    /// A receipt.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn receipt(&self, id: i64) -> Result<Receipt, LogError> {
        let select = format!("SELECT {}, hash FROM receipts WHERE seq = ?1", row::COLUMNS);
        let mut statement = self.connection.prepare_cached(&select)?;
        let found = statement.query_row([id], row::read).optional()?;
        found.ok_or(LogError::NoReceipt(id))
    }

    /// Some receipts, in their order.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn list(&self, wanted: &Wanted) -> Result<Vec<Receipt>, LogError> {
        let Wanted {
            after,
            limit,
            request,
            filing,
            plugin,
            token,
        } = wanted;
        // Only what is asked for stands there, so that an index can be used.
        let mut select = format!(
            "SELECT {}, hash FROM receipts WHERE seq > :after",
            row::COLUMNS
        );
        let mut bound: Vec<(&str, &dyn ToSql)> = vec![(":after", after), (":limit", limit)];
        for (name, condition, given) in [
            (":request", " AND request = :request", request),
            (":filing", " AND filing_sha256 = :filing", filing),
            (
                ":plugin",
                " AND instr(plugins, '\"sha256\":\"' || :plugin || '\"') > 0",
                plugin,
            ),
            (":token", " AND token = :token", token),
        ] {
            if let Some(given) = given {
                select.push_str(condition);
                bound.push((name, given));
            }
        }
        select.push_str(" ORDER BY seq LIMIT :limit");
        let mut statement = self.connection.prepare_cached(&select)?;
        let rows = statement.query_map(bound.as_slice(), row::read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Bytes that a receipt stands on: a filing or a profile.
    ///
    /// # Errors
    /// When they are not there.
    pub fn content(&self, sha256: &str) -> Result<Vec<u8>, LogError> {
        let select = "SELECT bytes FROM contents WHERE sha256 = ?1";
        let mut statement = self.connection.prepare_cached(select)?;
        let found = statement.query_row([sha256], |row| row.get(0)).optional()?;
        found.ok_or_else(|| LogError::NoContent(sha256.to_owned()))
    }

    /// The end of the log.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn head(&self) -> Result<Head, LogError> {
        Ok(last(&self.connection)?)
    }

    /// The end of the log as the file beside it has it; `None` when there is
    /// no such file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn kept_head(&self) -> Result<Option<Head>, LogError> {
        kept_head(&self.head_file)
    }

    /// The same, for those who verify: a log without it lost its witness.
    ///
    /// # Errors
    /// When there are receipts and no such file, or it cannot be read.
    pub fn witness(&self) -> Result<Option<Head>, LogError> {
        let kept = self.kept_head()?;
        let last = self.head()?.id;
        match kept {
            None if last > 0 => Err(LogError::Broken(Flaw::HeadMissing { last })),
            kept => Ok(kept),
        }
    }
}

/// The last receipt's place and hash.
fn last(connection: &Connection) -> rusqlite::Result<Head> {
    let mut statement =
        connection.prepare_cached("SELECT seq, hash FROM receipts ORDER BY seq DESC LIMIT 1")?;
    let found = statement.query_row([], |row| {
        Ok(Head {
            id: row.get(0)?,
            hash: row.get(1)?,
        })
    });
    Ok(found.optional()?.unwrap_or_else(Head::start))
}

fn kept_head(path: &Path) -> Result<Option<Head>, LogError> {
    match std::fs::read_to_string(path) {
        Ok(text) => text.parse().map(Some).map_err(|reason| LogError::BadHead {
            path: path.to_owned(),
            reason,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(LogError::File {
            path: path.to_owned(),
            cause,
        }),
    }
}

#[cfg(test)]
mod tests;
