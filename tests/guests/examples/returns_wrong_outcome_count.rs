//! Forgets the outcome of its last rule.

use anjian_guests::{Assessment, Behaviour, Refusal, Request, assessment};

/// See the file.
pub struct ReturnsWrongOutcomeCount;

impl Behaviour for ReturnsWrongOutcomeCount {
    fn evaluate(request: Request) -> Result<Assessment, Refusal> {
        let mut answer = assessment(&request.filing);
        answer.outcomes.pop();
        Ok(answer)
    }
}

anjian_guests::plugin!(ReturnsWrongOutcomeCount);
