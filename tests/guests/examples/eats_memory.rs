//! Takes memory until there is none.

use std::hint;

use anjian_guests::{Assessment, Behaviour, Refusal, Request};

/// See the file.
pub struct EatsMemory;

impl Behaviour for EatsMemory {
    fn evaluate(_request: Request) -> Result<Assessment, Refusal> {
        let mut eaten = Vec::new();
        loop {
            eaten.push(hint::black_box(vec![1_u8; 1024 * 1024]));
        }
    }
}

anjian_guests::plugin!(EatsMemory);
