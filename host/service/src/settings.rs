//! The configuration file. Its schema is `schemas/serve.schema.json`.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anjian_check::input::MAX_FILING;
use schemars::JsonSchema;
use serde::Deserialize;
use thiserror::Error;

/// The configuration of `anjian serve`, a TOML file. Paths are taken from the
/// folder of the file.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address and port. Beyond this machine only with tokens.
    pub listen: SocketAddr,
    /// Folder of the log of receipts.
    pub data: PathBuf,
    /// File of tokens, which `anjian token` writes.
    pub tokens: PathBuf,
    /// What an authority decided about rules. With `plugins.trust` its keys must
    /// have signed it.
    pub profile: Option<PathBuf>,
    /// Speak HTTPS. Without it, HTTP.
    pub tls: Option<TlsSettings>,
    /// Where plugins come from.
    pub plugins: PluginSettings,
    /// What an asker may use.
    pub limits: LimitSettings,
    /// What is written to standard error, one JSON object on each line.
    pub log: LogLevel,
    /// Seconds for what was accepted to be finished after a signal to stop.
    pub shutdown_s: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            data: PathBuf::from("data"),
            tokens: PathBuf::from("tokens.toml"),
            profile: None,
            tls: None,
            plugins: PluginSettings::default(),
            limits: LimitSettings::default(),
            log: LogLevel::Info,
            shutdown_s: 30,
        }
    }
}

/// The certificate of the service. Both files are PEM, and are looked at again
/// each minute.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// The certificate of this service first, then those between it and its
    /// authority.
    pub cert: PathBuf,
    /// The private key that the certificate was made for, without a password.
    pub key: PathBuf,
}

/// Where plugins come from and when one begins to judge.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PluginSettings {
    /// The folder that is watched.
    pub folder: PathBuf,
    /// File of the keys that may sign plugins and the profile.
    pub trust: Option<PathBuf>,
    /// Let plugins judge that nobody signed, and by a profile that nobody signed.
    /// Answers then say so.
    pub allow_unsigned: bool,
    /// Whoever submitted a plugin may not activate it.
    pub four_eyes: bool,
    /// When a version that passed all stages begins to judge.
    pub promotion: Promotion,
    /// Filings that a version judges in the shadow before it is promoted.
    pub shadow_filings: u64,
    /// Greatest share of them on which it may differ, from 0 to 1.
    pub shadow_bound: f64,
    /// Faults after which a version is quarantined.
    pub fault_limit: u64,
}

impl Default for PluginSettings {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("plugins"),
            trust: None,
            allow_unsigned: false,
            four_eyes: false,
            promotion: Promotion::ByHand,
            shadow_filings: 1_000,
            shadow_bound: 0.0,
            fault_limit: 5,
        }
    }
}

/// When a version that passed all stages begins to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Promotion {
    /// When a person activates it.
    ByHand,
    /// When it judged enough filings in the shadow and differed little.
    WhenAlike,
    /// At once.
    AtOnce,
}

/// What an asker may use.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// Bytes of a filing that is posted by itself, at most 8 MiB.
    pub filing_bytes: usize,
    /// Milliseconds for a filing to arrive and be judged.
    pub request_ms: u64,
    /// Milliseconds that a stream may stand still in either direction.
    pub stream_idle_ms: u64,
    /// Connections at once.
    pub connections: usize,
    /// Filings that may wait to be judged; more are refused.
    pub queue: usize,
    /// Bytes of filings and plugins that are taken in at once; what comes
    /// beyond that is refused.
    pub body_bytes: usize,
    /// Filings in a second for each token, over time.
    pub filings_per_s: u32,
    /// Filings for each token at once.
    pub burst: u32,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            filing_bytes: MAX_FILING,
            request_ms: 30_000,
            stream_idle_ms: 60_000,
            connections: 1_024,
            // A tenth of a second of work for two cores.
            queue: 1_024,
            // Sixteen components of the largest size, or as many large filings.
            body_bytes: 512 * 1024 * 1024,
            // Far more than a city files; a program that went wrong asks for more.
            filings_per_s: 2_000,
            burst: 10_000,
        }
    }
}

/// From how grave on something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// What the operator must look at.
    Error,
    /// Also what may become that.
    Warn,
    /// Also a line for each request.
    Info,
    /// Also what the author of this program needs.
    Debug,
}

/// Why a configuration cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// It cannot be read.
    #[error("the configuration {} cannot be read: {cause}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It is not of the form of the schema.
    #[error("the configuration {} is wrong: {reason}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// A number is out of range.
    #[error("{name} of the configuration is {value}; it must be {needed}")]
    OutOfRange {
        /// Which.
        name: &'static str,
        /// As set.
        value: String,
        /// What it may be.
        needed: String,
    },
}

impl Settings {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// When it cannot be read or used.
    pub fn read(file: &Path) -> Result<Self, SettingsError> {
        let text = fs::read_to_string(file).map_err(|cause| SettingsError::Unreadable {
            file: file.to_owned(),
            cause,
        })?;
        let settings = Self::parse(&text).map_err(|error| match error {
            SettingsError::Malformed { reason, .. } => SettingsError::Malformed {
                file: file.to_owned(),
                reason,
            },
            other => other,
        })?;
        Ok(settings.within(file.parent().unwrap_or(Path::new(""))))
    }

    fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = toml::from_str(text).map_err(|error| SettingsError::Malformed {
            file: PathBuf::new(),
            reason: error.to_string(),
        })?;
        settings.checked()
    }

    fn checked(self) -> Result<Self, SettingsError> {
        let limits = &self.limits;
        let least = |name, value: u64| {
            if value == 0 {
                Err(SettingsError::OutOfRange {
                    name,
                    value: "0".to_owned(),
                    needed: "at least 1".to_owned(),
                })
            } else {
                Ok(())
            }
        };
        if !(1..=MAX_FILING).contains(&limits.filing_bytes) {
            return Err(SettingsError::OutOfRange {
                name: "limits.filing_bytes",
                value: limits.filing_bytes.to_string(),
                needed: format!("from 1 to {MAX_FILING}"),
            });
        }
        if limits.body_bytes < limits.filing_bytes {
            return Err(SettingsError::OutOfRange {
                name: "limits.body_bytes",
                value: limits.body_bytes.to_string(),
                needed: format!("at least limits.filing_bytes, {}", limits.filing_bytes),
            });
        }
        least("limits.request_ms", limits.request_ms)?;
        least("limits.stream_idle_ms", limits.stream_idle_ms)?;
        least("limits.connections", limits.connections as u64)?;
        least("limits.filings_per_s", limits.filings_per_s.into())?;
        least("limits.burst", limits.burst.into())?;
        let bound = self.plugins.shadow_bound;
        if !(0.0..=1.0).contains(&bound) {
            return Err(SettingsError::OutOfRange {
                name: "plugins.shadow_bound",
                value: bound.to_string(),
                needed: "from 0 to 1".to_owned(),
            });
        }
        Ok(self)
    }

    /// With all paths inside a folder, unless they are absolute.
    fn within(mut self, folder: &Path) -> Self {
        let paths = [&mut self.data, &mut self.tokens, &mut self.plugins.folder];
        let optional = [&mut self.profile, &mut self.plugins.trust];
        let tls = self.tls.as_mut();
        let tls = tls.map(|tls| [&mut tls.cert, &mut tls.key]);
        let given = optional.into_iter().flatten();
        for path in paths
            .into_iter()
            .chain(given)
            .chain(tls.into_iter().flatten())
        {
            *path = folder.join(&*path);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::Settings;

    const SCHEMA: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../schemas/serve.schema.json"
    );

    /// `UPDATE=1 cargo test -p anjian-service serve_schema` writes it anew.
    #[test]
    fn serve_schema_is_generated_from_the_types() {
        let schema = schemars::schema_for!(Settings);
        let mut fresh = serde_json::to_string_pretty(&schema).unwrap();
        fresh.push('\n');
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(SCHEMA, &fresh).unwrap();
        }
        let kept = std::fs::read_to_string(SCHEMA).unwrap_or_default();
        let value = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        assert!(
            value(&kept) == value(&fresh),
            "run this test with UPDATE=1 and commit the file"
        );
    }

    #[test]
    fn the_deployed_configuration_says_what_is_the_default() {
        let example = include_str!("../../../deploy/anjian.toml");
        let read = Settings::parse(example).unwrap();
        let paths_aside = Settings {
            data: read.data.clone(),
            tokens: read.tokens.clone(),
            plugins: super::PluginSettings {
                folder: read.plugins.folder.clone(),
                trust: read.plugins.trust.clone(),
                ..super::PluginSettings::default()
            },
            ..Settings::default()
        };
        assert_eq!(read, paths_aside);
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (text, said) in [
            ("lisen = \"127.0.0.1:1\"", "lisen"),
            ("listen = \"localhost\"", "listen"),
            ("[limits]\nburst = 0", "limits.burst"),
            ("[limits]\nfiling_bytes = 999999999", "limits.filing_bytes"),
            ("[limits]\nbody_bytes = 1000", "limits.body_bytes"),
            ("[plugins]\nshadow_bound = 1.5", "plugins.shadow_bound"),
            ("[plugins]\npromotion = \"never\"", "by_hand"),
            ("[tls]\ncert = \"cert.pem\"", "key"),
        ] {
            let error = Settings::parse(text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn paths_are_taken_from_the_folder_of_the_file() {
        let text = "data = \"d\"\nprofile = \"/p.toml\"\n[tls]\ncert = \"c.pem\"\nkey = \"/k.pem\"";
        let settings = Settings::parse(text).unwrap();
        let settings = settings.within(Path::new("/etc/anjian"));
        assert_eq!(settings.data, Path::new("/etc/anjian/d"));
        assert_eq!(settings.profile.unwrap(), Path::new("/p.toml"));
        assert_eq!(settings.plugins.trust, None);
        let tls = settings.tls.unwrap();
        assert_eq!(tls.cert, Path::new("/etc/anjian/c.pem"));
        assert_eq!(tls.key, Path::new("/k.pem"));
    }
}
