//! The thread that moves the deadline's clock.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A hundred wake-ups a second cost nothing that can be measured, and a
/// deadline is at most two of them late.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Ticks until dropped.
pub(crate) struct Ticker {
    /// `None` once dropped. Nothing is ever sent: the end of it is the signal.
    alive: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub(crate) fn start(engine: wasmtime::Engine) -> io::Result<Self> {
        let (alive, ended) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("anjian-deadline".to_owned())
            .spawn(move || {
                while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    engine.increment_epoch();
                }
            })?;
        Ok(Self {
            alive: Some(alive),
            thread: Some(thread),
        })
    }

    /// Ticks after which at least `milliseconds` have passed.
    pub(crate) fn ticks(milliseconds: u64) -> u64 {
        let tick = u64::try_from(TICK.as_millis()).unwrap_or(u64::MAX);
        // The tick that is under way may end at once.
        milliseconds.div_ceil(tick).saturating_add(1)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.alive.take());
        if let Some(thread) = self.thread.take() {
            // The thread runs three lines that cannot panic.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ticker;

    #[test]
    fn a_dropped_ticker_lets_go_of_the_engine() {
        let mut config = wasmtime::Config::new();
        config.epoch_interruption(true);
        let engine = wasmtime::Engine::new(&config).unwrap();
        let weak = engine.weak();
        let ticker = Ticker::start(engine).unwrap();
        assert!(weak.upgrade().is_some());
        drop(ticker);
        assert!(weak.upgrade().is_none());
    }

    #[test]
    fn never_fewer_ticks_than_time() {
        assert_eq!(Ticker::ticks(1), 2);
        assert_eq!(Ticker::ticks(10), 2);
        assert_eq!(Ticker::ticks(1_000), 101);
        assert!(Ticker::ticks(u64::MAX) > 1);
    }
}
