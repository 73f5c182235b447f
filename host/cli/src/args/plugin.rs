//! Arguments of `anjian plugin`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{LangArg, ListFormat, PluginFolders, date};

/// Look at plugins, sign them, and decide which version judges.
#[derive(Debug, clap::Args)]
pub struct PluginArgs {
    #[command(subcommand)]
    pub verb: PluginVerb,
}

#[derive(Debug, Subcommand)]
pub enum PluginVerb {
    List(PluginsArgs),
    Inspect(InspectArgs),
    /// As `anjian keygen`.
    #[command(hide = true)]
    Keygen(KeygenArgs),
    /// As `anjian sign`.
    #[command(hide = true)]
    Sign(SignArgs),
    /// As `anjian verify`.
    #[command(hide = true)]
    Verify(VerifyArgs),
    Submit(SubmitArgs),
    Activate(ActivateArgs),
    Rollback(RollbackArgs),
    Retire(RetireArgs),
    Release(ReleaseArgs),
}

/// Show what a plugin's file is, and whether it agrees with the examples of its own pages.
///
/// Exit status: 0 it may be used, 2 the file cannot be read, 4 it cannot be used.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct InspectArgs {
    /// A component, *.wasm.
    pub file: PathBuf,

    /// Form of what is shown.
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub format: ListFormat,

    #[command(flatten)]
    pub lang: LangArg,
}

/// Make a key pair for signing plugins and profiles: NAME.key, which is secret, and NAME.pub.
///
/// The keys are those of minisign. The lines for the trust file are printed. The password is asked
/// for, or taken from ANJIAN_KEY_PASSWORD.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct KeygenArgs {
    /// Whose key it is: lower-case letters, digits and hyphens.
    #[arg(value_parser = key_name)]
    pub name: String,

    /// Where the two files are written.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,

    /// Leave the secret key without a password. Whoever reads the file can then sign.
    #[arg(long)]
    pub no_password: bool,
}

/// Sign plugins and profiles: writes FILE.minisig beside each, as minisign does.
///
/// The password of the key is asked for, or taken from ANJIAN_KEY_PASSWORD.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct SignArgs {
    /// Components, *.wasm, or profiles, *.toml: their bytes are signed as they are.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The secret key.
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,

    /// Write FILE.NAME.minisig instead, so that several persons can sign one file.
    #[arg(long = "as", value_name = "NAME", value_parser = key_name)]
    pub signer: Option<String>,
}

/// Verify the signatures beside plugins and profiles against a trust file.
///
/// Exit status: 0 enough trusted keys have signed each, 2 a file cannot be read, 4 refused.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct VerifyArgs {
    /// Components, *.wasm, or profiles, *.toml, with their *.minisig beside them.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The trusted keys, and how many of them must have signed.
    #[arg(long, value_name = "FILE")]
    pub trust: PathBuf,

    /// Judge by this day whether a key has expired, instead of today.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub on: Option<jiff::civil::Date>,
}

/// List the plugins that judge, with their digests.
#[derive(Debug, clap::Args)]
pub struct PluginsArgs {
    /// Form of the list.
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub format: ListFormat,

    #[command(flatten)]
    pub lang: LangArg,

    #[command(flatten)]
    pub plugins: PluginFolders,

    /// List instead the versions that a service keeps in its folder of plugins, each with its
    /// stages and the reason why it stands where it stands.
    #[arg(long, value_name = "DIR", conflicts_with = "folders")]
    pub versions: Option<PathBuf>,

    /// List instead the versions of a service that runs, in the same form. Without URL it is the
    /// one of ANJIAN_AT, or http://127.0.0.1:8080.
    #[arg(long, value_name = "URL", num_args = 0..=1, conflicts_with_all = ["folders", "versions"])]
    pub at: Option<Option<String>>,

    #[command(flatten)]
    pub way: WayArgs,
}

/// Send a plugin to a service that runs, with the signatures that lie beside it.
///
/// It goes through its stages while this waits; what judges now judges on.
///
/// Exit status: 0 it passed, 2 the service cannot be asked or says no, 4 the plugin is refused.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct SubmitArgs {
    /// A component, *.wasm. FILE.minisig and FILE.NAME.minisig are sent along.
    pub file: PathBuf,

    /// Further signatures, that lie elsewhere.
    #[arg(value_name = "SIGNATURE")]
    pub signatures: Vec<PathBuf>,

    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Let a version of a service that runs judge, at once.
///
/// What was begun ends on the version before. Where the service asks for four eyes, whoever
/// submitted a version cannot do this.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct ActivateArgs {
    /// Digest of the version, or as many of its first digits as no other has.
    #[arg(value_name = "SHA256", value_parser = digest)]
    pub version: String,

    /// Judge only filings of this reference date and later; what judged before goes on judging
    /// earlier ones.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = super::date)]
    pub from: Option<jiff::civil::Date>,

    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Go back to the version of a plugin that judged before, at once.
#[derive(Debug, clap::Args)]
pub struct RollbackArgs {
    /// Id of the plugin, such as hazchem.
    #[arg(value_name = "ID", value_parser = plugin_id)]
    pub plugin: String,

    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Take a plugin away from a service that runs. Where one is built in, that judges again.
#[derive(Debug, clap::Args)]
pub struct RetireArgs {
    /// Id of the plugin, such as hazchem.
    #[arg(value_name = "ID", value_parser = plugin_id)]
    pub plugin: String,

    #[command(flatten)]
    pub service: ServiceArgs,
}

/// End the quarantine of a version, so that it may be activated again.
#[derive(Debug, clap::Args)]
pub struct ReleaseArgs {
    /// Digest of the version, or as many of its first digits as no other has.
    #[arg(value_name = "SHA256", value_parser = digest)]
    pub version: String,

    #[command(flatten)]
    pub service: ServiceArgs,
}

/// Which service, and how it answers.
#[derive(Debug, clap::Args)]
pub struct ServiceArgs {
    /// Where the service is. Without it, what ANJIAN_AT says, or http://127.0.0.1:8080.
    #[arg(long, value_name = "URL")]
    pub at: Option<String>,

    #[command(flatten)]
    pub way: WayArgs,

    /// Form of what is shown.
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub format: ListFormat,

    #[command(flatten)]
    pub lang: LangArg,
}

/// How a service is reached.
#[derive(Debug, clap::Args)]
pub struct WayArgs {
    /// File with the token, instead of ANJIAN_TOKEN. A token is never an argument: other users of
    /// the machine see arguments.
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// Certificates of the authority of the service, a PEM file, instead of those that the system
    /// trusts.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
}

/// What may stand in the name of a file, between two points.
fn key_name(text: &str) -> Result<String, String> {
    let may = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() || !text.bytes().all(may) {
        return Err("give lower-case letters, digits and hyphens".to_owned());
    }
    Ok(text.to_owned())
}

/// Of a version, or the first digits of it.
fn digest(text: &str) -> Result<String, String> {
    let hex = |byte: u8| byte.is_ascii_hexdigit();
    if text.is_empty() || text.len() > 64 || !text.bytes().all(hex) {
        return Err(
            "give a digest or its first digits, as `anjian plugin list` shows it".to_owned(),
        );
    }
    Ok(text.to_ascii_lowercase())
}

/// As a plugin may be called.
fn plugin_id(text: &str) -> Result<String, String> {
    let may = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-'
    };
    if text.is_empty() || !text.bytes().all(may) {
        return Err("give the id of a plugin, as `anjian plugin list` shows it".to_owned());
    }
    Ok(text.to_owned())
}
