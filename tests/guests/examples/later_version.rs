//! A later version: it finds filings that say `differ` violated, and judges
//! all others as before.

use anjian_guests::{Assessment, Behaviour, Description, Outcome, Refusal, Request};

/// See the file.
pub struct LaterVersion;

impl Behaviour for LaterVersion {
    fn describe() -> Description {
        Description {
            version: "2.0.0".to_owned(),
            ..anjian_guests::description()
        }
    }

    fn evaluate(request: Request) -> Result<Assessment, Refusal> {
        if !anjian_guests::says(&request.filing, "differ") {
            return Ok(anjian_guests::assessment(&request.filing));
        }
        Ok(Assessment {
            outcomes: vec![Outcome::Violated, Outcome::NotApplicable],
            findings: vec![anjian_guests::finding(Outcome::Violated)],
            scores: Vec::new(),
            identifications: Vec::new(),
        })
    }
}

anjian_guests::plugin!(LaterVersion);
