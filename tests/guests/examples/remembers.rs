//! Would know whether it was called before, if an instance were used twice.

use std::sync::atomic::{AtomicU32, Ordering};

use anjian_guests::{Assessment, Behaviour, Refusal, Request, assessment};

static CALLS: AtomicU32 = AtomicU32::new(0);

/// See the file.
pub struct Remembers;

impl Behaviour for Remembers {
    fn evaluate(request: Request) -> Result<Assessment, Refusal> {
        match CALLS.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(assessment(&request.filing)),
            calls => Err(Refusal::BadParameters(format!(
                "called {calls} times before"
            ))),
        }
    }
}

anjian_guests::plugin!(Remembers);
