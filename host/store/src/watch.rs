//! Events of the folder, gathered until it is quiet.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::error::StoreError;
use crate::store::Store;

/// For how many times the quiet it is waited for at most. A program that writes
/// into the folder without end must not keep a plugin out.
const MAX_WAITS: u32 = 10;

enum Signal {
    Changed,
    End,
}

/// Watches the folder until dropped.
#[derive(Debug)]
pub struct Watch {
    signals: Sender<Signal>,
    thread: Option<JoinHandle<()>>,
}

impl Store {
    /// Looks at the folder whenever something in it changes, on a thread of its
    /// own. Where the system sends no events it is looked at from time to time
    /// all the same.
    ///
    /// # Errors
    /// When the thread does not start.
    pub fn watch(self: &Arc<Self>) -> Result<Watch, StoreError> {
        let (signals, changed) = mpsc::channel();
        let store = Arc::downgrade(self);
        let events = signals.clone();
        let name = "anjian-watch";
        let watched = Arc::clone(&self.watched);
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                run(&store, &events, &changed);
                drop(watched);
            })
            .map_err(|cause| StoreError::Thread { name, cause })?;
        Ok(Watch {
            signals,
            thread: Some(thread),
        })
    }

    /// Whether a watch is at work. Without one, what is put into the folder is
    /// not found.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        Arc::strong_count(&self.watched) > 1
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It may have ended already, with the store.
        let _ = self.signals.send(Signal::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(store: &Weak<Store>, events: &Sender<Signal>, signals: &Receiver<Signal>) {
    let mut watched = Watched::default();
    loop {
        let Some(present) = store.upgrade() else {
            return;
        };
        let settings = &present.settings;
        let rescan = Duration::from_millis(settings.rescan_ms.max(1));
        let debounce = Duration::from_millis(settings.debounce_ms);
        let is_new = watched.renew(&settings.folder, events);
        // The store may end while this waits.
        drop(present);
        // What changed while nobody watched sends no event.
        if !is_new {
            match signals.recv_timeout(rescan) {
                Ok(Signal::End) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Signal::Changed) if !quiet(signals, debounce) => return,
                Ok(Signal::Changed) | Err(RecvTimeoutError::Timeout) => {}
            }
        }
        let Some(store) = store.upgrade() else { return };
        store.look();
    }
}

/// Waits until nothing changes; says whether to go on.
fn quiet(signals: &Receiver<Signal>, debounce: Duration) -> bool {
    let begun = Instant::now();
    // One write is one event, so it is not events that are counted.
    while begun.elapsed() < debounce.saturating_mul(MAX_WAITS) {
        match signals.recv_timeout(debounce) {
            Ok(Signal::Changed) => {}
            Ok(Signal::End) | Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => return true,
        }
    }
    true
}

/// The folder that is watched.
#[derive(Default)]
struct Watched {
    watcher: Option<RecommendedWatcher>,
    /// A folder that was deleted and made again is another one.
    inode: Option<u64>,
}

impl Watched {
    /// Watches the folder that is there now; says whether it is a new one.
    fn renew(&mut self, folder: &Path, events: &Sender<Signal>) -> bool {
        let inode = inode(folder);
        if inode == self.inode && (inode.is_none() || self.watcher.is_some()) {
            return false;
        }
        let is_new = inode.is_some() && inode != self.inode;
        self.inode = inode;
        self.watcher = None;
        if inode.is_some() {
            // Where the system has no more watches, the folder is still looked
            // at from time to time.
            self.watcher = watcher(folder, events.clone()).ok();
        }
        is_new
    }
}

fn watcher(folder: &Path, events: Sender<Signal>) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.as_ref().map_or(true, |event| is_change(event.kind)) {
            // The watch has ended when nobody listens.
            let _ = events.send(Signal::Changed);
        }
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

/// Reading the folder is an event too, and must not lead to reading it again.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

#[cfg(unix)]
fn inode(folder: &Path) -> Option<u64> {
    let metadata = std::fs::metadata(folder).ok()?;
    Some(std::os::unix::fs::MetadataExt::ino(&metadata))
}

#[cfg(not(unix))]
fn inode(folder: &Path) -> Option<u64> {
    folder.is_dir().then_some(0)
}
