//! `anjian plugin`: what a rule administrator does with plugins.

mod decide;
mod inspect;
mod list;
mod submit;

use crate::args::{PluginArgs, PluginVerb};
use crate::exit::{Error, Status};
use crate::{keygen, sign, verify};

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
