//! Standard input may stay open for ever. A thread of its own reads it, so
//! that whoever waits for it can be told to stop.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use super::READ;

/// Reads that wait to be used: enough that reading and judging overlap.
const QUEUE: usize = 16;

/// How often one who waits looks whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// What came so far, and what may still come.
pub(super) struct Live {
    chunks: Receiver<io::Result<Vec<u8>>>,
    held: Vec<u8>,
    /// Of `held`, how much was used.
    used: usize,
    ended: bool,
    error: Option<io::Error>,
    stop: Arc<AtomicBool>,
    /// Chunks that are still taken after the stop: those that had come.
    after_stop: usize,
    cut: bool,
}

impl Live {
    pub(super) fn new(mut reader: Box<dyn Read + Send>, stop: Arc<AtomicBool>) -> Self {
        let (send, chunks) = sync_channel(QUEUE);
        // Ends with the reader or with the receiver. It may wait in a read for
        // as long as the process lives, and holds nothing that matters then.
        thread::spawn(move || {
            loop {
                let mut chunk = vec![0; READ];
                let read = match reader.read(&mut chunk) {
                    Ok(0) => return,
                    Ok(length) => {
                        chunk.truncate(length);
                        Ok(chunk)
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = read.is_err();
                if send.send(read).is_err() || failed {
                    return;
                }
            }
        });
        Self {
            chunks,
            held: Vec::new(),
            used: 0,
            ended: false,
            error: None,
            stop,
            after_stop: QUEUE,
            cut: false,
        }
    }

    /// What came and was not used yet.
    pub(super) fn held(&self) -> &[u8] {
        self.held.get(self.used..).unwrap_or_default()
    }

    /// Whether nothing more comes.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Whether it was ended by the stop and not by its end.
    pub(super) fn cut(&self) -> bool {
        self.cut
    }

    /// Waits for more.
    pub(super) fn wait(&mut self) -> io::Result<()> {
        while !self.ended {
            let stopped = self.stop.load(Ordering::Relaxed);
            if stopped && self.after_stop == 0 {
                self.cut_off();
                break;
            }
            let wait = if stopped { Duration::ZERO } else { LOOK };
            match self.chunks.recv_timeout(wait) {
                Ok(chunk) => {
                    self.after_stop -= usize::from(stopped);
                    self.take(chunk);
                    break;
                }
                Err(RecvTimeoutError::Disconnected) => self.end(),
                Err(RecvTimeoutError::Timeout) if stopped => self.cut_off(),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        match self.error.take() {
            Some(error) if self.held().is_empty() => Err(error),
            error => {
                self.error = error;
                Ok(())
            }
        }
    }

    /// Whether a whole line is at hand, or the end, or more than `max` bytes.
    pub(super) fn has_line(&mut self, max: usize) -> bool {
        loop {
            let held = self.held();
            if self.ended || held.len() > max || held.contains(&b'\n') {
                return true;
            }
            match self.chunks.try_recv() {
                Ok(chunk) => self.take(chunk),
                Err(TryRecvError::Empty) => return false,
                Err(TryRecvError::Disconnected) => self.end(),
            }
        }
    }

    fn take(&mut self, chunk: io::Result<Vec<u8>>) {
        match chunk {
            Ok(chunk) => {
                self.held.drain(..self.used);
                self.used = 0;
                self.held.extend_from_slice(&chunk);
            }
            Err(error) => {
                self.error = Some(error);
                self.ended = true;
            }
        }
    }

    /// In a pipeline Ctrl-C ends the writer too: what it wrote last may be half.
    fn end(&mut self) {
        (self.ended, self.cut) = (true, self.stop.load(Ordering::Relaxed));
    }

    fn cut_off(&mut self) {
        (self.ended, self.cut) = (true, true);
    }
}

impl Read for Live {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Live {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.held().is_empty() {
            self.wait()?;
        }
        Ok(self.held())
    }

    fn consume(&mut self, amount: usize) {
        self.used = self.held.len().min(self.used + amount);
    }
}
