//! Finds something on a rule that it does not have.

use anjian_guests::{Assessment, Behaviour, Refusal, Request, assessment};

/// See the file.
pub struct ReturnsBadRuleIndex;

impl Behaviour for ReturnsBadRuleIndex {
    fn evaluate(_request: Request) -> Result<Assessment, Refusal> {
        let mut answer = assessment(br#"{"hot":true}"#);
        for finding in &mut answer.findings {
            finding.rule = 7;
        }
        Ok(answer)
    }
}

anjian_guests::plugin!(ReturnsBadRuleIndex);
