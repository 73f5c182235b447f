//! Never answers.

use std::hint;

use anjian_guests::{Assessment, Behaviour, Page, Refusal, Request};

/// See the file.
pub struct Spins;

impl Behaviour for Spins {
    fn explain(_rule: String) -> Option<Page> {
        loop {
            hint::spin_loop();
        }
    }

    fn evaluate(_request: Request) -> Result<Assessment, Refusal> {
        loop {
            hint::spin_loop();
        }
    }
}

anjian_guests::plugin!(Spins);
