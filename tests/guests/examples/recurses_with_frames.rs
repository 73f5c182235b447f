//! Calls itself without end, with a kilobyte of its own memory for each frame,
//! so that the stack inside the plugin is what runs out.

use std::hint;

use anjian_guests::{Assessment, Behaviour, Refusal, Request, assessment};

/// See the file.
pub struct RecursesWithFrames;

fn down(depth: u64) -> u64 {
    let frame = hint::black_box([depth; 128]);
    if depth == u64::MAX {
        return 0;
    }
    down(depth.wrapping_add(1)) ^ frame.iter().sum::<u64>()
}

impl Behaviour for RecursesWithFrames {
    fn evaluate(request: Request) -> Result<Assessment, Refusal> {
        if down(0) == 1 {
            return Err(Refusal::BadDate(String::new()));
        }
        Ok(assessment(&request.filing))
    }
}

anjian_guests::plugin!(RecursesWithFrames);
