//! Does everything right.

use anjian_guests::Behaviour;

/// See the file.
pub struct WellBehaved;

impl Behaviour for WellBehaved {}

anjian_guests::plugin!(WellBehaved);
