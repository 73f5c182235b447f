//! Calls itself without end, with nothing of a frame in its own memory, so that
//! the machine's stack is what runs out.

use std::sync::atomic::{AtomicU64, Ordering};

use anjian_guests::{Assessment, Behaviour, Refusal, Request, assessment};

static DEPTH: AtomicU64 = AtomicU64::new(0);

/// See the file.
pub struct Recurses;

fn down(depth: u64) -> u64 {
    // Never true, and the compiler cannot know.
    if DEPTH.load(Ordering::Relaxed) == u64::MAX {
        return depth;
    }
    // Work after the call, so that it does not become a loop.
    down(depth.wrapping_add(1)).wrapping_mul(3) ^ DEPTH.fetch_add(1, Ordering::Relaxed)
}

impl Behaviour for Recurses {
    fn evaluate(request: Request) -> Result<Assessment, Refusal> {
        if down(0) == 1 {
            return Err(Refusal::BadDate(String::new()));
        }
        Ok(assessment(&request.filing))
    }
}

anjian_guests::plugin!(Recurses);
