//! Answers with a megabyte of text a thousand times over. It has the text only
//! once in its memory, so that no limit on memory sees it.

use std::mem;

use anjian_guests::{
    Assessment, Behaviour, Finding, Outcome, Refusal, Request, assessment, finding,
};

const MEGABYTE: usize = 1024 * 1024;

/// See the file.
pub struct ReturnsAGigabyte;

impl Behaviour for ReturnsAGigabyte {
    #[expect(
        unsafe_code,
        reason = "safe code cannot name the same text twice; nothing is freed, because the host \
                  refuses the answer before"
    )]
    fn evaluate(_request: Request) -> Result<Assessment, Refusal> {
        let text = "/".repeat(MEGABYTE).into_boxed_str();
        let start = Box::into_raw(text).cast::<u8>();
        let again = || {
            // SAFETY: allocated just above with this length, by the allocator
            // of `String`, and filled with one-byte signs.
            unsafe { String::from_raw_parts(start, MEGABYTE, MEGABYTE) }
        };
        let findings: Vec<Finding> = (0..1024)
            .map(|_| Finding {
                item: Some(again()),
                ..finding(Outcome::Violated)
            })
            .collect();
        let mut answer = assessment(br#"{"hot":true}"#);
        mem::forget(mem::replace(&mut answer.findings, findings));
        Ok(answer)
    }
}

anjian_guests::plugin!(ReturnsAGigabyte);
