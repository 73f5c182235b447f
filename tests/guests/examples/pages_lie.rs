//! Judges rightly, and its page says otherwise.

use anjian_guests::{Behaviour, Outcome, Page};

/// See the file.
pub struct PagesLie;

impl Behaviour for PagesLie {
    fn explain(rule: String) -> Option<Page> {
        let mut page = anjian_guests::page(&rule)?;
        for example in &mut page.examples {
            example.outcome = Outcome::Satisfied;
        }
        Some(page)
    }
}

anjian_guests::plugin!(PagesLie);
