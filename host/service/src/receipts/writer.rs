//! Writes receipts: one thread, many receipts to a commit.
//!
//! While one commit waits for the disk, the receipts of the next gather in the
//! queue, so that the number of filings in a second does not hang on the
//! number of commits in a second.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior, params};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use super::row::{self, COLUMNS};
use super::{BUSY, Content, Entry, Flaw, HEAD_FILE, Head, LOG_FILE, Log, LogError, schema};

/// Entries that one commit takes at most, so that none waits for long.
const GROUP: usize = 1024;

/// How often a commit is tried before its entries are refused, while the log
/// was fine until then.
const ATTEMPTS: u32 = 4;

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// Why a receipt was not written. Nothing may be answered then.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unwritten {
    /// The queue stayed full.
    #[error("the log of receipts is too slow at the moment")]
    Busy,
    /// The log refused.
    #[error("the log of receipts cannot be written: {0}")]
    Failed(String),
    /// The writer has ended.
    #[error("the log of receipts is closed")]
    Closed,
}

/// How receipts are written.
#[derive(Clone, Debug)]
pub struct WriterSettings {
    /// Goes into each receipt: the host that judges.
    pub engine: String,
    /// Batches of entries that may wait for the disk.
    pub queue: usize,
    /// How long a batch may wait for a place in the queue.
    pub wait: Duration,
}

/// The place of an entry in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Id and hash, which the asker may keep.
    pub head: Head,
}

/// What waits to be written.
struct Job {
    entries: Vec<Entry>,
    done: oneshot::Sender<Result<Vec<Issued>, Unwritten>>,
}

/// The log, open to be written.
#[derive(Debug)]
pub struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    wait: Duration,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

/// What others may know of the thread.
#[derive(Debug, Default)]
struct State {
    /// Whether the last commit failed.
    failing: AtomicBool,
    commits: AtomicU64,
    /// Digests of components and profiles that the log has.
    known: Mutex<HashSet<String>>,
}

impl State {
    fn knows(&self, sha256: &str) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.contains(sha256)
    }
}

impl Writer {
    /// Opens the log of a data folder, makes it where it is missing, and
    /// starts the thread.
    ///
    /// # Errors
    /// When the log cannot be opened, or is not the one that the kept head was
    /// written for.
    pub fn start(folder: &Path, settings: WriterSettings) -> Result<Self, LogError> {
        let file_error = |path: &Path| {
            let path = path.to_owned();
            move |cause| LogError::File { path, cause }
        };
        fs::create_dir_all(folder).map_err(file_error(folder))?;
        let mut connection = Connection::open(folder.join(LOG_FILE))?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // An answer leaves after its receipt is on the disk, not before.
        connection.pragma_update(None, "synchronous", "FULL")?;
        schema::migrate(&mut connection)?;
        let head_file = folder.join(HEAD_FILE);
        if super::last(&connection)? == Head::start() && super::kept_head(&head_file)?.is_none() {
            // From now on a log without this file has lost it.
            write_head(&head_file, &Head::start()).map_err(file_error(&head_file))?;
        }
        check_head(folder)?;
        let (queue, jobs) = mpsc::channel(settings.queue.max(1));
        let state = Arc::new(State::default());
        let thread = thread::Builder::new()
            .name("receipts".to_owned())
            .spawn({
                let state = Arc::clone(&state);
                let engine = settings.engine;
                move || {
                    let mut thread = Thread {
                        connection,
                        engine,
                        head_file,
                        state,
                    };
                    thread.run(jobs);
                }
            })
            .map_err(file_error(folder))?;
        Ok(Self {
            queue: Some(queue),
            wait: settings.wait,
            state,
            thread: Some(thread),
        })
    }

    /// Writes receipts and waits until they are on the disk. They get places
    /// next to each other, in their order.
    ///
    /// # Errors
    /// When none of them was written.
    pub async fn append(&self, entries: Vec<Entry>) -> Result<Vec<Issued>, Unwritten> {
        let queue = self.queue.as_ref().ok_or(Unwritten::Closed)?;
        let (done, written) = oneshot::channel();
        let job = Job { entries, done };
        match queue.send_timeout(job, self.wait).await {
            Ok(()) => written.await.unwrap_or(Err(Unwritten::Closed)),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(Unwritten::Busy),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(Unwritten::Closed),
        }
    }

    /// Whether the thread is there and its last attempt to write succeeded.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let closed = self.queue.as_ref().is_none_or(mpsc::Sender::is_closed);
        !closed && !self.state.failing.load(Ordering::Relaxed)
    }

    /// Whether the log has these bytes, as far as this writer put them there.
    #[must_use]
    pub fn knows(&self, sha256: &str) -> bool {
        self.state.knows(sha256)
    }

    /// How often the log went to the disk.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.state.commits.load(Ordering::Relaxed)
    }

    /// Batches that wait for the disk.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let queue = self.queue.as_ref();
        queue.map_or(0, |queue| queue.max_capacity() - queue.capacity())
    }
}

impl Drop for Writer {
    /// Writes what waits, then ends.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Nothing is added to a log that lost its end or was replaced.
fn check_head(folder: &Path) -> Result<(), LogError> {
    let log = Log::open(folder)?;
    let Some(known) = log.witness()? else {
        return Ok(());
    };
    let last = log.head()?;
    if last.id < known.id {
        return Err(LogError::Broken(Flaw::Cut {
            last: last.id,
            known: known.id,
        }));
    }
    if known.id > 0 && log.receipt(known.id)?.hash != known.hash {
        return Err(LogError::Broken(Flaw::Rewritten { id: known.id }));
    }
    Ok(())
}

struct Thread {
    connection: Connection,
    engine: String,
    head_file: PathBuf,
    state: Arc<State>,
}

impl Thread {
    fn run(&mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut count = first.entries.len();
            let mut group = vec![first];
            while count < GROUP {
                let Ok(job) = jobs.try_recv() else { break };
                count += job.entries.len();
                group.push(job);
            }
            self.write(group);
        }
    }

    fn write(&mut self, group: Vec<Job>) {
        match self.persist(&group) {
            Ok(issued) => {
                self.state.failing.store(false, Ordering::Relaxed);
                for (job, issued) in group.into_iter().zip(issued) {
                    // Whoever asked may be gone; the receipt stays.
                    let _ = job.done.send(Ok(issued));
                }
            }
            Err(reason) => {
                self.state.failing.store(true, Ordering::Relaxed);
                tracing::error!(%reason, "receipts cannot be written");
                for job in group {
                    let _ = job.done.send(Err(Unwritten::Failed(reason.clone())));
                }
            }
        }
    }

    /// Tries a few times, so that a short trouble only slows; not while the
    /// log is known to fail, so that refusals come at once.
    fn persist(&mut self, group: &[Job]) -> Result<Vec<Vec<Issued>>, String> {
        let attempts = if self.state.failing.load(Ordering::Relaxed) {
            1
        } else {
            ATTEMPTS
        };
        let mut attempt = 1;
        loop {
            match self.commit(group) {
                Ok((issued, head)) => {
                    self.state.commits.fetch_add(1, Ordering::Relaxed);
                    // The receipts are on the disk and answers carry their
                    // hashes; to refuse now would only make them twice.
                    if let Err(error) = write_head(&self.head_file, &head) {
                        let file = self.head_file.display();
                        tracing::error!(%file, %error, "the head of the log cannot be kept");
                    }
                    return Ok(issued);
                }
                Err(error) if attempt >= attempts => return Err(error.to_string()),
                Err(_) => thread::sleep(PAUSE),
            }
            attempt += 1;
        }
    }

    /// All of the group or nothing.
    fn commit(&mut self, group: &[Job]) -> Result<(Vec<Vec<Issued>>, Head), LogError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Asked for each time: another process may have written, too.
        let mut head = super::last(&transaction)?;
        let judged_at = jiff::Timestamp::now().to_string();
        let mut issued = Vec::with_capacity(group.len());
        {
            let marks = ["?"; row::HASHED + 1].join(", ");
            let mut receipts = transaction.prepare_cached(&format!(
                "INSERT INTO receipts ({COLUMNS}, hash) VALUES ({marks})"
            ))?;
            let mut contents = transaction.prepare_cached(
                "INSERT INTO contents (sha256, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?;
            for job in group {
                let mut places = Vec::with_capacity(job.entries.len());
                for entry in &job.entries {
                    let new = |content: &&Content| !self.state.knows(content.sha256());
                    let basis = entry.basis.contents.iter().filter(new);
                    for content in entry.filing.iter().chain(basis) {
                        contents.execute(params![content.sha256(), content.bytes()])?;
                    }
                    let columns = row::columns(entry, &judged_at, &self.engine, &head)
                        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
                    let hash = row::hash_of_values(&columns);
                    receipts.execute(row::bound(&columns, &hash).as_slice())?;
                    head = Head {
                        id: head.id.saturating_add(1),
                        hash,
                    };
                    places.push(Issued { head: head.clone() });
                }
                issued.push(places);
            }
        }
        if issued.iter().all(Vec::is_empty) {
            // Somebody asks whether the disk takes anything.
            transaction.pragma_update(None, "user_version", schema::newest())?;
        }
        transaction.commit()?;
        self.remember(group);
        Ok((issued, head))
    }

    /// What went to the disk need not be handed over again.
    fn remember(&self, group: &[Job]) {
        let entries = group.iter().flat_map(|job| &job.entries);
        for content in entries.flat_map(|entry| &entry.basis.contents) {
            if !self.state.knows(content.sha256()) {
                let mut known = self
                    .state
                    .known
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                known.insert(content.sha256().to_owned());
            }
        }
    }
}

/// Whole or not at all. Not forced to the disk: the log itself is, and a head
/// that is older than the log is no error.
fn write_head(file: &Path, head: &Head) -> io::Result<()> {
    let part = file.with_extension("head.part");
    fs::write(&part, format!("{head}\n"))?;
    fs::rename(&part, file)
}
