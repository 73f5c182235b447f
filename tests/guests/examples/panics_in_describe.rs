//! Panics when asked what it is.

use anjian_guests::{Behaviour, Description};

/// See the file.
pub struct PanicsInDescribe;

impl Behaviour for PanicsInDescribe {
    #[expect(clippy::panic, reason = "this is what it is for")]
    fn describe() -> Description {
        panic!("not today");
    }
}

anjian_guests::plugin!(PanicsInDescribe);
