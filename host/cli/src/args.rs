//! What the command takes. The help is the reference, so it says everything.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

mod plugin;

pub use plugin::*;

/// Anjian 安检: check what enterprises file with their safety regulator.
#[derive(Debug, Parser)]
#[command(name = "anjian", version, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    Check(CheckArgs),
    Explain(ExplainArgs),
    Rules(RulesArgs),
    Plugin(PluginArgs),
    /// As `plugin list`.
    #[command(hide = true)]
    Plugins(PluginsArgs),
    Keygen(KeygenArgs),
    Sign(SignArgs),
    Verify(VerifyArgs),
    Serve(ServeArgs),
    Receipt(ReceiptArgs),
    Token(TokenArgs),
}

/// Check filings and report what is violated and what cannot be decided
///
/// Exit status: 0 nothing at or above --fail-on, 1 findings, 2 usage or configuration, 3 an input
/// that is no filing or breaks the schema, 4 a plugin that cannot be loaded, 5 a rule that failed
/// on a filing, 130 interrupted. The graver wins: 4, 5, 3, 1.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct CheckArgs {
    /// Files, folders, or - for standard input. A .ndjson or .jsonl file has one filing on each
    /// line, any other file is one filing. Folders are searched for *.json, *.ndjson and *.jsonl;
    /// hidden files and expected reports beside samples (expected.json, *.expected.json,
    /// *-expected.json) are left out.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Form of the report.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub format: ReportFormat,

    /// Judge as of this reference date, whatever the filings say. The submission date stays as
    /// filed.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub as_of: Option<jiff::civil::Date>,

    /// The least grave finding that gives exit status 1.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Violated)]
    pub fail_on: FailOn,

    #[command(flatten)]
    pub lang: LangArg,

    /// Also report rules that are satisfied or do not apply.
    #[arg(long)]
    pub all: bool,

    #[command(flatten)]
    pub profile: ProfileArg,

    #[command(flatten)]
    pub plugins: PluginFolders,

    /// Threads that judge; by default as many as the machine has.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,

    /// Write the report to a file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Show the page of a rule, or of all rules of a clause: what it asks, what the rule reads, where
/// the line is, the penalty, examples.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// A rule such as order10/5.6a, or a clause such as order10/5.6: then all its rules, those of
    /// dead devices included.
    #[arg(value_name = "RULE")]
    pub rule: String,

    #[command(flatten)]
    pub lang: LangArg,

    #[command(flatten)]
    pub plugins: PluginFolders,
}

/// List the rules of each instrument by clause, and the rows of the law that no rule encodes, with
/// the reason.
#[derive(Debug, clap::Args)]
pub struct RulesArgs {
    /// Only those of an instrument, such as hazchem121.
    #[arg(long, value_name = "KEY")]
    pub instrument: Option<String>,

    /// Only those of a plugin.
    #[arg(long, value_name = "ID")]
    pub plugin: Option<String>,

    #[command(flatten)]
    pub profile: ProfileArg,

    /// Form of the list.
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub format: ListFormat,

    #[command(flatten)]
    pub lang: LangArg,

    #[command(flatten)]
    pub plugins: PluginFolders,
}

/// Check filings over HTTP, with a receipt for each.
///
/// Writes its address on standard output when it takes requests, and its log on standard error,
/// one JSON object on each line. A page that shows the API is at /. SIGTERM or Ctrl-C ends it after
/// what was accepted is finished.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct ServeArgs {
    #[command(flatten)]
    pub config: ConfigArg,

    /// Address and port, instead of those of the configuration. Port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<std::net::SocketAddr>,

    /// Speak HTTPS with this certificate: a PEM file with that of the service first, then those
    /// between it and its authority. A file that is renewed counts within a minute.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// The private key of the certificate: a PEM file without a password.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

/// Look at the receipts of `anjian serve`.
#[derive(Debug, clap::Args)]
pub struct ReceiptArgs {
    #[command(subcommand)]
    pub verb: ReceiptVerb,

    #[command(flatten)]
    pub config: ConfigArg,

    #[command(flatten)]
    pub lang: LangArg,
}

#[derive(Debug, Subcommand)]
pub enum ReceiptVerb {
    /// Look whether anything was changed. Exit status: 0 nothing, 1 something.
    Verify {
        /// A head that was kept elsewhere, as `verify` prints it or as answers carry it in their
        /// headers: the log must still have it. May be given more than once.
        #[arg(long = "head", value_name = "ID:HASH")]
        heads: Vec<anjian_service::Head>,
    },
    /// List receipts in their order.
    List {
        /// Those after this one.
        #[arg(long, value_name = "ID", default_value_t = 0)]
        after: i64,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: u32,
        /// Those of a request, by the x-request-id of its answer.
        #[arg(long, value_name = "ID")]
        request: Option<String>,
        /// Those of the very bytes of this filing.
        #[arg(long, value_name = "FILE")]
        filing: Option<PathBuf>,
        /// Those that a component was among the judges of, by its SHA-256.
        #[arg(long, value_name = "SHA256")]
        plugin: Option<String>,
        /// Form of the list.
        #[arg(long, value_enum, default_value_t = ListFormat::Human)]
        format: ListFormat,
    },
    /// Show a receipt as JSON.
    Show {
        /// Its number.
        id: i64,
    },
    /// Judge the filing of a receipt again, by the versions that judged it then, and write the
    /// report. Exit status: 0 the same bytes as then, 1 others.
    Replay {
        /// Its number.
        id: i64,
    },
}

/// Make and revoke the tokens of `anjian serve`.
#[derive(Debug, clap::Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub verb: TokenVerb,

    #[command(flatten)]
    pub config: ConfigArg,

    #[command(flatten)]
    pub lang: LangArg,
}

#[derive(Debug, Subcommand)]
pub enum TokenVerb {
    /// Make a token and write it on standard output. It is kept nowhere else.
    Add {
        /// Who it is for, as receipts will show it.
        name: String,
        /// What it is for. May be given more than once.
        #[arg(long = "role", value_enum, required = true)]
        roles: Vec<RoleName>,
    },
    /// List tokens with their roles.
    List,
    /// Revoke a token, at once.
    Revoke {
        /// As listed.
        name: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum RoleName {
    /// Has filings checked.
    Submitter,
    /// Has filings checked and reads receipts.
    Officer,
    /// Uploads, activates and rolls back plugins.
    RuleAdmin,
    /// Reads everything and changes nothing.
    Auditor,
}

#[derive(Debug, clap::Args)]
pub struct ConfigArg {
    /// Configuration of the service, a TOML file (schemas/serve.schema.json; deploy/anjian.toml is
    /// an example). Without it, what the service keeps lies in the working folder.
    #[arg(long = "config", value_name = "FILE", global = true)]
    pub file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct LangArg {
    /// Language of what is said to people. Machine formats have both.
    #[arg(long, value_enum, global = true, default_value_t = LangName::Zh)]
    pub lang: LangName,
}

impl LangArg {
    pub fn get(&self) -> anjian_check::formats::Lang {
        match self.lang {
            LangName::Zh => anjian_check::formats::Lang::Zh,
            LangName::En => anjian_check::formats::Lang::En,
        }
    }
}

#[derive(Debug, clap::Args)]
pub struct ProfileArg {
    /// What an authority decided about rules: a TOML file that switches rules off, postpones,
    /// re-grades or tolerates them, and gives parameters to plugins. Its form is docs/profile.md.
    #[arg(long = "profile", value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Take the profile only if enough keys of this trust file have signed it (`anjian sign`).
    /// Without it whoever names the profile answers for it, and the report says so. Plugins are not
    /// verified by it.
    #[arg(long, value_name = "FILE", requires = "file")]
    pub trust: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct PluginFolders {
    /// A folder whose *.wasm files are loaded too. A plugin with the id of a built-in one takes
    /// its place. May be given more than once.
    #[arg(long = "plugins", value_name = "DIR")]
    pub folders: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people, with the filing's own lines.
    Human,
    /// One document; its schema is schemas/report.schema.json.
    Json,
    /// One line for each filing, and a last line with plugins and summary.
    Ndjson,
    /// SARIF 2.1.0.
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum FailOn {
    /// A major accident hazard.
    MajorHazard,
    /// Any violation that makes a filing non-compliant.
    Violated,
    /// Also what leaves a filing undetermined.
    Undetermined,
    /// Also advice.
    Advice,
    /// Findings never fail the run; statuses 2 to 5 stay.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LangName {
    /// Chinese.
    Zh,
    /// English.
    En,
}

fn date(text: &str) -> Result<jiff::civil::Date, String> {
    anjian_check::schema::date(text)
        .ok_or_else(|| "not a date of the calendar, YYYY-MM-DD".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Args;

    #[test]
    fn arguments_are_consistent() {
        Args::command().debug_assert();
    }
}
