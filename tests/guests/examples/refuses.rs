//! Refuses every filing.

use anjian_guests::{Assessment, Behaviour, Refusal, Request};

/// See the file.
pub struct Refuses;

impl Behaviour for Refuses {
    fn evaluate(_request: Request) -> Result<Assessment, Refusal> {
        Err(Refusal::OutOfRange("1e400 t".to_owned()))
    }
}

anjian_guests::plugin!(Refuses);
