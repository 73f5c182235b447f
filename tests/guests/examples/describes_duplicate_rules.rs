//! Has the same rule twice.

use anjian_guests::{Behaviour, Description, description};

/// See the file.
pub struct DescribesDuplicateRules;

impl Behaviour for DescribesDuplicateRules {
    fn describe() -> Description {
        let mut answer = description();
        for rule in &mut answer.rules {
            rule.id = "test1/1".to_owned();
        }
        answer
    }
}

anjian_guests::plugin!(DescribesDuplicateRules);
