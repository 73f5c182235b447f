//! Finds any change of the log, and says at which receipt.

use std::collections::HashSet;

use rusqlite::OptionalExtension;
use thiserror::Error;

use super::row::{self, COLUMNS, HASHED};
use super::{Head, Log, LogError, schema, sha256};

/// What is wrong with a log, at the first place where something is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Flaw {
    #[error("receipt {id} is missing: the log goes on with receipt {next}")]
    Missing { id: i64, next: i64 },
    #[error("receipt {id} was changed: its hash is not that of what it says")]
    Changed { id: i64 },
    #[error("receipt {id} does not follow from the one before it: one of them was replaced")]
    Unlinked { id: i64 },
    #[error("the {what} of receipt {id} is missing")]
    ContentMissing { id: i64, what: &'static str },
    #[error("the {what} of receipt {id} was changed: its bytes are not those that were judged")]
    ContentChanged { id: i64, what: &'static str },
    #[error("bytes with digest {sha256} are in the log, and no receipt names them")]
    Stray { sha256: String },
    #[error("the log ends at receipt {last}, and was known to go up to receipt {known}")]
    Cut { last: i64, known: i64 },
    #[error("receipt {id} is not the one that was known: the log was written anew up to it")]
    Rewritten { id: i64 },
    #[error("there are receipts up to {last}, and no file beside them says where the log ends")]
    HeadMissing { last: i64 },
    #[error("the tables are not as this host made them: {what}")]
    Tables { what: String },
    #[error("the database is damaged: {what}")]
    Damaged { what: String },
}

/// A log in which nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many receipts there are.
    pub receipts: i64,
    /// The end of the log.
    pub head: Head,
}

impl Log {
    /// Looks at every receipt and all that receipts stand on. `known` is a
    /// head that somebody kept, further witnesses of the same log.
    ///
    /// # Errors
    /// The first flaw as [`LogError::Broken`], or why the log cannot be read.
    pub fn verify(&self, known: &[Head]) -> Result<Verified, LogError> {
        // One view of the log, while a service may go on writing.
        let view = self.connection.unchecked_transaction()?;
        let mut basis = HashSet::new();
        let head = self.chain(known, &mut basis)?;
        self.contents(&basis)?;
        self.tables()?;
        drop(view);
        Ok(Verified {
            receipts: head.id,
            head,
        })
    }

    /// Indexes and triggers are no rows of the chain.
    fn tables(&self) -> Result<(), LogError> {
        let found = schema::parts(&self.connection)?;
        let made = schema::made()?;
        let strange = found
            .difference(&made)
            .map(|part| format!("{part} is strange"));
        let lost = made
            .difference(&found)
            .map(|part| format!("{part} is missing"));
        if let Some(what) = strange.chain(lost).next() {
            return Err(LogError::Broken(Flaw::Tables { what }));
        }
        let said: String = self
            .connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        match said.as_str() {
            "ok" => Ok(()),
            _ => Err(LogError::Broken(Flaw::Damaged { what: said })),
        }
    }

    /// Collects the digests of components and profiles.
    fn chain(&self, known: &[Head], basis: &mut HashSet<String>) -> Result<Head, LogError> {
        let mut before = Head::start();
        let mut statement = self.connection.prepare(&format!(
            "SELECT {COLUMNS}, hash FROM receipts ORDER BY seq"
        ))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get("seq")?;
            let due = before.id.saturating_add(1);
            if id != due {
                return Err(LogError::Broken(Flaw::Missing { id: due, next: id }));
            }
            // As bytes: what was changed may be no text any more.
            let stored = row.get_ref(HASHED)?;
            let hash = row::hash_of_row(row)?;
            if stored.as_bytes().ok() != Some(hash.as_bytes()) {
                return Err(LogError::Broken(Flaw::Changed { id }));
            }
            let previous: String = row.get("previous")?;
            if previous != before.hash {
                return Err(LogError::Broken(Flaw::Unlinked { id }));
            }
            if let Some(filing) = row.get::<_, Option<String>>("filing_sha256")? {
                self.check_content(id, "filing", &filing)?;
            }
            let profile: Option<String> = row.get("profile_sha256")?;
            let plugins: String = row.get("plugins")?;
            let plugins = row::used(&plugins).unwrap_or_default();
            let plugins = plugins.into_iter().map(|used| ("plugin", used.sha256));
            let profile = profile.into_iter().map(|sha256| ("profile", sha256));
            for (what, named) in plugins.chain(profile) {
                // Many receipts stand on few of these.
                if !basis.contains(&named) {
                    self.check_content(id, what, &named)?;
                    basis.insert(named);
                }
            }
            before = Head { id, hash };
            if known.iter().any(|k| k.id == id && k.hash != before.hash) {
                return Err(LogError::Broken(Flaw::Rewritten { id }));
            }
        }
        let farthest = known.iter().map(|known| known.id).max().unwrap_or(0);
        if farthest > before.id {
            return Err(LogError::Broken(Flaw::Cut {
                last: before.id,
                known: farthest,
            }));
        }
        Ok(before)
    }

    fn check_content(&self, id: i64, what: &'static str, named: &str) -> Result<(), LogError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT bytes FROM contents WHERE sha256 = ?1")?;
        let digest = statement
            .query_row([named], |row| Ok(sha256(row.get_ref(0)?.as_bytes()?)))
            .optional()?;
        match digest {
            Some(digest) if digest == named => Ok(()),
            Some(_) => Err(LogError::Broken(Flaw::ContentChanged { id, what })),
            None => Err(LogError::Broken(Flaw::ContentMissing { id, what })),
        }
    }

    /// What nobody names was put there by somebody else.
    fn contents(&self, basis: &HashSet<String>) -> Result<(), LogError> {
        let mut statement = self.connection.prepare(
            "SELECT sha256 FROM contents AS c
             WHERE NOT EXISTS (SELECT 1 FROM receipts WHERE filing_sha256 = c.sha256)",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sha256: String = row.get(0)?;
            if !basis.contains(&sha256) {
                return Err(LogError::Broken(Flaw::Stray { sha256 }));
            }
        }
        Ok(())
    }
}
