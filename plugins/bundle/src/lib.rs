//! The default plugins. The build makes them from the source beside it, so no
//! compiled plugin is kept under version control and the command works without
//! configuration.

/// A plugin as a component.
#[derive(Clone, Copy, Debug)]
pub struct Bundled {
    /// For messages.
    pub name: &'static str,
    /// The component's bytes.
    pub component: &'static [u8],
}

macro_rules! bundled {
    ($($name:literal),*) => {
        &[$(Bundled {
            name: $name,
            component: include_bytes!(concat!(env!("OUT_DIR"), "/anjian-", $name, ".wasm")),
        }),*]
    };
}

/// All of them, in the order in which they judge: the sectors, then the duties
/// of every enterprise.
pub const PLUGINS: &[Bundled] = bundled!["hazchem", "metallurgy", "mining", "platform", "general"];
