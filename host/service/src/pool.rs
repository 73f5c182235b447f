//! Threads that judge: as many at once as there are cores, and a bounded queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotDone {
    /// The queue is full.
    Busy,
    /// It panicked, or the host is going down.
    Broken,
}

/// A queue of work before a number of threads.
#[derive(Debug)]
pub(crate) struct Pool {
    threads: Arc<Semaphore>,
    queue: usize,
    inside: Arc<AtomicUsize>,
}

/// Counts work as inside until it is dropped.
struct Inside(Arc<AtomicUsize>);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pool {
    /// `threads` pieces of work run at once and up to `queue` more wait.
    pub(crate) fn new(threads: usize, queue: usize) -> Self {
        Self {
            threads: Arc::new(Semaphore::new(threads.max(1))),
            queue: queue.saturating_add(threads.max(1)),
            inside: Arc::default(),
        }
    }

    /// Work that runs or waits.
    pub(crate) fn inside(&self) -> usize {
        self.inside.load(Ordering::Relaxed)
    }

    /// Does the work, or says at once that there is too much of it.
    pub(crate) async fn try_run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotDone> {
        let before = self.inside.fetch_add(1, Ordering::Relaxed);
        let inside = Inside(Arc::clone(&self.inside));
        if before >= self.queue {
            return Err(NotDone::Busy);
        }
        self.wait_and_run(inside, work).await
    }

    /// Does the work however long the queue is: whoever waits for one piece
    /// after the other, as a stream does, bounds the queue by itself.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotDone> {
        self.inside.fetch_add(1, Ordering::Relaxed);
        let inside = Inside(Arc::clone(&self.inside));
        self.wait_and_run(inside, work).await
    }

    async fn wait_and_run<T: Send + 'static>(
        &self,
        inside: Inside,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotDone> {
        let thread = Arc::clone(&self.threads).acquire_owned().await;
        let thread = thread.map_err(|_| NotDone::Broken)?;
        let done = tokio::task::spawn_blocking(move || {
            // Given back when the work is over, even when nobody waits any more.
            let _held = (thread, inside);
            work()
        });
        done.await.map_err(|_| NotDone::Broken)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::{NotDone, Pool};

    #[tokio::test]
    async fn more_than_the_queue_holds_is_refused_at_once() {
        let pool = Arc::new(Pool::new(1, 1));
        let (go, wait) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.try_run(move || wait.recv().unwrap()).await }
        });
        while pool.inside() < 1 {
            tokio::task::yield_now().await;
        }
        let second = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.try_run(|| 2).await }
        });
        while pool.inside() < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.try_run(|| 3).await, Err(NotDone::Busy));
        go.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(()));
        assert_eq!(second.await.unwrap(), Ok(2));
        assert_eq!(pool.inside(), 0);
    }

    #[tokio::test]
    async fn work_that_panics_gives_its_thread_back() {
        let pool = Pool::new(1, 0);
        let broken = pool.try_run(|| panic!("on purpose")).await;
        assert_eq!(broken, Err::<(), _>(NotDone::Broken));
        assert_eq!(pool.try_run(|| 1).await, Ok(1));
    }
}
