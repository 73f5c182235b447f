//! Never says what it is.

use std::hint;

use anjian_guests::{Behaviour, Description};

/// See the file.
pub struct SpinsInDescribe;

impl Behaviour for SpinsInDescribe {
    fn describe() -> Description {
        loop {
            hint::spin_loop();
        }
    }
}

anjian_guests::plugin!(SpinsInDescribe);
