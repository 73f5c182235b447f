//! Passes its own examples, and panics on filings that say `panic`.

use anjian_guests::{Assessment, Behaviour, Description, Refusal, Request};

/// See the file.
pub struct PanicsOnAWord;

impl Behaviour for PanicsOnAWord {
    fn describe() -> Description {
        Description {
            version: "3.0.0".to_owned(),
            ..anjian_guests::description()
        }
    }

    #[expect(clippy::panic, reason = "this is what it is for")]
    fn evaluate(request: Request) -> Result<Assessment, Refusal> {
        if anjian_guests::says(&request.filing, "panic") {
            panic!("a filing of {} bytes", request.filing.len());
        }
        Ok(anjian_guests::assessment(&request.filing))
    }
}

anjian_guests::plugin!(PanicsOnAWord);
