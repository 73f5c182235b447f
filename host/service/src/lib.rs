//! The HTTP front door: filings in, reports out, and a receipt for each.
//!
//! A filing is judged as [`anjian_check`] judges it everywhere, by the line-up
//! of plugins that the store had when it came; its receipt is on the disk
//! before its answer leaves. Alone names axum and the database.

mod http;
mod judge;
mod log;
mod metrics;
mod pool;
mod rates;
mod receipts;
mod replay;
mod server;
mod settings;
mod tls;
mod tokens;

pub use http::description;
pub use log::start as start_log;
pub use receipts::{Content, Flaw, Form, Head, Log, LogError, Receipt, Verified, Wanted};
pub use replay::{ReplayError, Replayed, replay};
pub use server::{ServeError, serve};
pub use settings::{
    LimitSettings, LogLevel, PluginSettings, Promotion, Settings, SettingsError, TlsSettings,
};
pub use tls::TlsError;
pub use tokens::{Asker, Role, Token, TokenError, Tokens};
