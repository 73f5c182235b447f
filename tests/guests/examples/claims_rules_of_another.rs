//! Another plugin, which claims the rules of the first one.

use anjian_guests::{Behaviour, Description};

/// See the file.
pub struct ClaimsRulesOfAnother;

impl Behaviour for ClaimsRulesOfAnother {
    fn describe() -> Description {
        Description {
            id: "other".to_owned(),
            ..anjian_guests::description()
        }
    }
}

anjian_guests::plugin!(ClaimsRulesOfAnother);
