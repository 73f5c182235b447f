//! The load program, shortly: nothing lost, doubled, mixed or wrong while a
//! plugin is swapped, hostile ones come, and the service is killed.

use std::process::Command;

#[test]
fn a_short_load_with_swaps_hostile_plugins_and_a_kill() {
    let output = Command::new(env!("CARGO_BIN_EXE_load"))
        .args(["--seconds", "3", "--rate", "60", "--connections", "4"])
        // Times on a busy machine say nothing.
        .args(["--max-ratio", "0"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{error}");
    assert!(said.contains("none changed"), "{said}");
}
