//! Builds the default plugins.

use std::process::ExitCode;

use anjian_plugin_build::Guest;

fn main() -> ExitCode {
    anjian_plugin_build::build_script(&[Guest::lib("anjian-hazchem")])
}
