//! Builds the default plugins.

use std::process::ExitCode;

use anjian_plugin_build::Guest;

fn main() -> ExitCode {
    anjian_plugin_build::build_script(&[
        Guest::lib("anjian-general"),
        Guest::lib("anjian-hazchem"),
        Guest::lib("anjian-metallurgy"),
        Guest::lib("anjian-mining"),
        Guest::lib("anjian-platform"),
    ])
}
