//! What the verbs that sign and look at files share.

use std::env;
use std::fs;
use std::path::Path;

use crate::exit::Error;

/// For scripts; people are asked in the terminal.
const PASSWORD: &str = "ANJIAN_KEY_PASSWORD";

pub fn password() -> Option<String> {
    env::var(PASSWORD).ok()
}

pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|cause| Error::Read {
        path: path.to_owned(),
        cause,
    })
}
