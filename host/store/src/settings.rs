//! What the operator decides.

use std::borrow::Cow;
use std::path::PathBuf;

use anjian_check::{Options, Profile};
use jiff::Timestamp;

/// A plugin that comes with the program.
#[derive(Clone, Debug)]
pub struct BuiltIn {
    /// For messages.
    pub name: String,
    /// The component's bytes.
    pub component: Cow<'static, [u8]>,
}

/// When a version that passed its self-test begins to judge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Promotion {
    /// At once.
    AtOnce,
    /// After it judged this many live filings in the shadow and differed in no
    /// greater share of them; beyond that it is held.
    WhenAlike {
        /// Live filings that it judges before it is promoted.
        shadow_filings: u64,
        /// Greatest share of them, from 0 to 1, on which it may differ.
        shadow_bound: f64,
    },
    /// When a person activates it; until then it judges in the shadow.
    ByHand,
}

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Where plugins are put. What the store keeps lies in `.anjian` in it.
    pub folder: PathBuf,
    /// What judges where the folder has no version of a plugin.
    pub built_in: Vec<BuiltIn>,
    /// How to judge.
    pub options: Options,
    /// What an authority decided about rules.
    pub profile: Option<Profile>,
    /// The file of trusted keys. It is read again whenever a version is
    /// examined, so a key that is revoked counts no more at once.
    pub trust: Option<PathBuf>,
    /// Whether a version without any signature may judge. Reports then say so.
    pub allow_unsigned: bool,
    /// When a version begins to judge.
    pub promotion: Promotion,
    /// Whether two persons are needed: one who submits, another who activates.
    pub four_eyes: bool,
    /// A version is quarantined when so many filings broke it, each counted
    /// once, of its last ten times as many; 0 for never.
    pub fault_limit: u64,
    /// Live filings that may wait to be judged in the shadow; more are dropped
    /// and counted.
    pub shadow_queue: usize,
    /// Milliseconds that all examples of a version may take.
    pub self_test_ms: u64,
    /// Milliseconds for which the folder must be quiet before it is read.
    pub debounce_ms: u64,
    /// Milliseconds after which the folder is read without any event: some file
    /// systems send none, and none comes from behind a symbolic link.
    pub rescan_ms: u64,
    /// What time it is.
    pub now: fn() -> Timestamp,
}

impl StoreSettings {
    /// The careful settings: signed versions only, activated by hand.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            built_in: Vec::new(),
            options: Options::default(),
            profile: None,
            trust: None,
            allow_unsigned: false,
            promotion: Promotion::ByHand,
            four_eyes: false,
            // One trap may be a strange filing. Five are a plugin.
            fault_limit: 5,
            // A second of filings on a busy day.
            shadow_queue: 1024,
            // The 1,300 examples of the largest plugin take a few seconds on a busy
            // machine.
            self_test_ms: 60_000,
            // An editor's save is over within it.
            debounce_ms: 200,
            rescan_ms: 2_000,
            now: Timestamp::now,
        }
    }
}
