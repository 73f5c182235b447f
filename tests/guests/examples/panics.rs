//! Panics on every filing.

use anjian_guests::{Assessment, Behaviour, Refusal, Request};

/// See the file.
pub struct Panics;

impl Behaviour for Panics {
    #[expect(clippy::panic, reason = "this is what it is for")]
    fn evaluate(request: Request) -> Result<Assessment, Refusal> {
        panic!("a filing of {} bytes", request.filing.len());
    }
}

anjian_guests::plugin!(Panics);
