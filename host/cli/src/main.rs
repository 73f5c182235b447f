//! The command `anjian`. Alone prints and reads arguments.

mod args;
mod at;
mod check;
mod exit;
mod explain;
mod files;
mod hand;
mod keygen;
mod map;
mod output;
mod plugin;
mod receipt;
mod rules;
mod serve;
mod sign;
mod token;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Verb};
use exit::Status;

fn main() -> ExitCode {
    let status = match Args::parse().verb {
        Verb::Check(args) => check::run(&args),
        Verb::Explain(args) => explain::run(&args),
        Verb::Rules(args) => rules::run(&args),
        Verb::Plugin(args) => plugin::run(&args),
        Verb::Plugins(args) => plugin::list(&args),
        Verb::Keygen(args) => keygen::run(&args),
        Verb::Sign(args) => sign::run(&args),
        Verb::Verify(args) => verify::run(&args),
        Verb::Serve(args) => serve::run(&args),
        Verb::Receipt(args) => receipt::run(&args),
        Verb::Token(args) => token::run(&args),
    };
    match status {
        Ok(status) => status.into(),
        Err(error) => {
            error.show();
            Status::from(&error).into()
        }
    }
}
