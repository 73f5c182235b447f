//! How the compiler is told to make a plugin.

use std::ffi::OsString;
use std::path::PathBuf;

/// The stack inside the plugin's memory. The usual 1 MiB is address space that
/// every fresh instance has to lay out; nothing a rule does nests that deep.
const STACK_BYTES: u32 = 64 * 1024;

/// Memory at the start. Each `memory.grow` is a system call that makes threads
/// wait for one another, so a plugin begins with what a usual filing needs.
/// Pages that are not touched cost nothing.
const INITIAL_MEMORY_BYTES: u32 = 4 * 1024 * 1024;

/// Directories of this machine, and what stands for them in the bytes.
pub(crate) struct Places {
    pub(crate) workspace: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) cargo_home: Option<PathBuf>,
    pub(crate) sysroot: PathBuf,
}

/// The value of `CARGO_ENCODED_RUSTFLAGS`, which overrides every other source
/// of flags.
pub(crate) fn encoded(places: Places) -> OsString {
    let mut names = vec![
        (places.workspace, "/anjian"),
        (places.target, "/target"),
        (places.sysroot, "/rust"),
    ];
    if let Some(home) = places.cargo_home {
        names.push((home, "/cargo"));
    }
    // The last that fits wins: the innermost directory has to come last.
    names.sort_by_key(|(place, _)| place.components().count());

    let mut flags = vec![
        OsString::from(format!("-Clink-arg=-zstack-size={STACK_BYTES}")),
        OsString::from(format!(
            "-Clink-arg=--initial-memory={INITIAL_MEMORY_BYTES}"
        )),
    ];
    for (place, name) in names {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(place);
        flag.push("=");
        flag.push(name);
        flags.push(flag);
    }
    flags.join("\u{1f}".as_ref())
}

#[cfg(test)]
mod tests {
    use super::{Places, encoded};

    #[test]
    fn the_innermost_directory_comes_last() {
        let flags = encoded(Places {
            workspace: "/home/me/work".into(),
            target: "/home/me/work/target/plugins".into(),
            cargo_home: Some("/home/me/work/.cargo".into()),
            sysroot: "/opt/rust".into(),
        });
        let flags = flags.to_str().unwrap();
        let at = |name: &str| flags.find(name).unwrap();
        assert!(at("=/anjian") < at("=/cargo"));
        assert!(at("=/cargo") < at("=/target"));
        assert!(flags.contains("\u{1f}--remap-path-prefix=/opt/rust=/rust"));
    }
}
