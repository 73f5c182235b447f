//! How many filings a token may have checked in a time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A bucket of filings for each token: it fills at a rate up to its size, and
/// each filing takes one out.
#[derive(Debug)]
pub(crate) struct Rates {
    per_s: f64,
    burst: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Below zero after a large take, which later ones wait for.
    left: f64,
    at: Instant,
}

impl Rates {
    /// Filings in a second, and at once. Names come from the file of tokens,
    /// so there are not more buckets than tokens.
    pub(crate) fn new(per_s: u32, burst: u32) -> Self {
        Self {
            per_s: f64::from(per_s.max(1)),
            burst: f64::from(burst.max(1)),
            buckets: Mutex::default(),
        }
    }

    /// Takes one, or says when there will be one.
    pub(crate) fn take(&self, name: &str, now: Instant) -> Result<(), Duration> {
        self.with(name, now, |bucket| {
            if bucket.left < 1.0 {
                return Err(Duration::from_secs_f64((1.0 - bucket.left) / self.per_s));
            }
            bucket.left -= 1.0;
            Ok(())
        })
    }

    /// Takes `count` on account; how long to wait until they are there.
    pub(crate) fn take_slowly(&self, name: &str, count: usize, now: Instant) -> Duration {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.with(name, now, |bucket| {
            bucket.left -= f64::from(count);
            Duration::from_secs_f64((-bucket.left).max(0.0) / self.per_s)
        })
    }

    fn with<T>(&self, name: &str, now: Instant, take: impl FnOnce(&mut Bucket) -> T) -> T {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = Bucket {
            left: self.burst,
            at: now,
        };
        let bucket = buckets.entry(name.to_owned()).or_insert(full);
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.left = (bucket.left + passed * self.per_s).min(self.burst);
        bucket.at = now;
        take(bucket)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Rates;

    #[test]
    fn a_bucket_empties_and_fills_for_each_token() {
        let rates = Rates::new(10, 2);
        let now = Instant::now();
        assert_eq!(rates.take("a", now), Ok(()));
        assert_eq!(rates.take("a", now), Ok(()));
        assert_eq!(rates.take("a", now), Err(Duration::from_millis(100)));
        assert_eq!(rates.take("b", now), Ok(()), "another token has its own");
        let later = now + Duration::from_millis(100);
        assert_eq!(rates.take("a", later), Ok(()));
        assert!(rates.take("a", later).is_err());
        let rested = later + Duration::from_secs(60);
        assert_eq!(rates.take("a", rested), Ok(()));
        assert_eq!(rates.take("a", rested), Ok(()));
        assert!(
            rates.take("a", rested).is_err(),
            "never more than the burst"
        );
    }

    #[test]
    fn a_stream_waits_instead() {
        let rates = Rates::new(10, 2);
        let now = Instant::now();
        assert_eq!(rates.take_slowly("a", 2, now), Duration::ZERO);
        assert_eq!(rates.take_slowly("a", 5, now), Duration::from_millis(500));
        assert!(rates.take("a", now + Duration::from_millis(500)).is_err());
    }
}
