//! What of the outer build's environment the inner one may see.

use std::env;
use std::ffi::OsStr;
use std::process::Command;

/// Where cargo finds itself, its registry, the compiler and its share of the
/// machine. Everything else that begins with `CARGO` speaks of the outer
/// build, or would make the plugin's bytes depend on the caller.
const KEPT: &[&str] = &["CARGO_HOME", "CARGO_MAKEFLAGS"];
const KEPT_BEGINNINGS: &[&str] = &[
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_SOURCE_",
    "CARGO_TERM_",
];

/// Set by or for the outer build: flags of coverage, the wrapper of clippy, a
/// build script's own variables.
const DROPPED: &[&str] = &[
    "CLIPPY_ARGS",
    "CLIPPY_CONF_DIR",
    "CLIPPY_TERMINAL_WIDTH",
    "DEBUG",
    "HOST",
    "LLVM_PROFILE_FILE",
    "NUM_JOBS",
    "OPT_LEVEL",
    "OUT_DIR",
    "PROFILE",
    "RUSTC_LINKER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "TARGET",
    "__CARGO_DEFAULT_LIB_METADATA",
    "__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS",
];

/// Makes a command forget the build that it is started from.
pub(crate) fn clean(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if is_dropped(&name) {
            command.env_remove(name);
        }
    }
}

fn is_dropped(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    if KEPT.contains(&name) || KEPT_BEGINNINGS.iter().any(|b| name.starts_with(b)) {
        return false;
    }
    name == "CARGO"
        || name.starts_with("CARGO_")
        || name.starts_with("DEP_")
        || DROPPED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::is_dropped;

    #[test]
    fn the_outer_build_is_forgotten() {
        for dropped in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_BUILD_TARGET",
            "CARGO_TARGET_DIR",
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            "CARGO_PROFILE_PLUGIN_DEBUG",
            "CARGO_FEATURE_STD",
            "CARGO_INCREMENTAL",
            "RUSTC_WORKSPACE_WRAPPER",
            "RUSTC_WRAPPER",
        ] {
            assert!(is_dropped(dropped.as_ref()), "{dropped}");
        }
        for kept in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "CARGO_MAKEFLAGS",
            "CARGO_NET_OFFLINE",
            "RUSTUP_TOOLCHAIN",
            "RUSTC",
        ] {
            assert!(!is_dropped(kept.as_ref()), "{kept}");
        }
    }
}
