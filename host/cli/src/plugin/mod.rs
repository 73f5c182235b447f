//! `anjian plugin`: what a rule administrator does with plugins.

mod decide;
mod inspect;
mod keygen;
mod list;
mod sign;
mod submit;
mod verify;

use std::env;
use std::fs;
use std::path::Path;

use crate::args::{PluginArgs, PluginVerb};
use crate::exit::{Error, Status};

pub use list::run as list;

pub fn run(args: &PluginArgs) -> Result<Status, Error> {
    match &args.verb {
        PluginVerb::List(args) => list(args),
        PluginVerb::Inspect(args) => inspect::run(args),
        PluginVerb::Keygen(args) => keygen::run(args),
        PluginVerb::Sign(args) => sign::run(args),
        PluginVerb::Verify(args) => verify::run(args),
        PluginVerb::Submit(args) => submit::run(args),
        PluginVerb::Activate(args) => decide::activate(args),
        PluginVerb::Rollback(args) => decide::rollback(args),
        PluginVerb::Retire(args) => decide::retire(args),
        PluginVerb::Release(args) => decide::release(args),
    }
}

/// For scripts; people are asked in the terminal.
const PASSWORD: &str = "ANJIAN_KEY_PASSWORD";

fn password() -> Option<String> {
    env::var(PASSWORD).ok()
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|cause| Error::Read {
        path: path.to_owned(),
        cause,
    })
}
