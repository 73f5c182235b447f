//! A receipt as a row, and the bytes that its hash covers.

use std::sync::Arc;

use anjian_model::{Note, PluginUsed, Verdict};
use bytes::Bytes;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Row, ToSql};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// Starts what is hashed, so that the hash of a receipt is never that of
/// something else.
const DOMAIN: &[u8] = b"anjian receipt 1\0";

/// What the first receipt has for the hash of the one before it.
pub(crate) const NOTHING_BEFORE: &str =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// All columns but `hash`, in the order in which they are hashed.
pub(crate) const COLUMNS: &str = "seq, judged_at, request, token, form, source, filing_sha256, \
     plugins, profile_sha256, engine, reference_date, submission_date, verdict, report_sha256, \
     previous, notes, profile_signed_by";

/// How many columns are hashed.
pub(crate) const HASHED: usize = 17;

/// Columns of the first form of the table. Those that came later are hashed up
/// to the last that has a value, so that older receipts keep their hashes.
const HASHED_ALWAYS: usize = 15;

/// The form of a report: what `anjian check --format` is given for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A whole document for one filing.
    Json,
    /// One line of a stream.
    Ndjson,
}

impl Form {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Json, Self::Ndjson]
            .into_iter()
            .find(|form| form.word() == word)
    }
}

/// Bytes that are kept so that a receipt can be replayed.
#[derive(Clone, Debug)]
pub struct Content {
    sha256: String,
    bytes: Bytes,
}

impl Content {
    /// Keeps bytes with their digest.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self {
            sha256: sha256(&bytes),
            bytes,
        }
    }

    /// Lower-case hexadecimal digest.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// What filings are judged by, as long as nothing is swapped.
#[derive(Clone, Debug, Default)]
pub struct Basis {
    /// Who judges, as reports name them.
    pub plugins: Vec<PluginUsed>,
    /// Digest of the profile's file.
    pub profile_sha256: Option<String>,
    /// Whose signatures of it hold.
    pub profile_signed_by: Vec<String>,
    /// What reports say of the plugins.
    pub notes: Vec<Note>,
    /// The components and the profile, as far as the log may not have them yet.
    pub contents: Vec<Content>,
}

/// What is known of a filing that was judged, before it has a place in the log.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Id of the request that brought it.
    pub request: String,
    /// Name of the token that asked.
    pub token: String,
    /// Form of the report.
    pub form: Form,
    /// As the report names it: `-`, or `-#LINE`.
    pub source: String,
    /// The bytes that were judged; `None` for a line too long to be read.
    pub filing: Option<Content>,
    /// What it was judged by.
    pub basis: Arc<Basis>,
    /// The date by which rules were chosen.
    pub reference_date: Option<String>,
    /// The date of filing, as filed.
    pub submission_date: Option<String>,
    /// What was said of it.
    pub verdict: Verdict,
    /// Digest of the bytes of the answer: the document, or the line with its end.
    pub report_sha256: String,
}

/// One receipt: who asked for what to be judged, by what, and what came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Receipt {
    /// Its place in the log, from 1.
    pub id: i64,
    /// When it was written, UTC.
    pub judged_at: String,
    /// Id of the request that brought the filing.
    pub request: String,
    /// Name of the token that asked.
    pub token: String,
    /// Form of the report.
    pub form: Form,
    /// As the report names the filing: `-`, or `-#LINE`.
    pub source: String,
    /// Digest of the filing's bytes; none for a line too long to be read.
    pub filing_sha256: Option<String>,
    /// Who judged.
    #[schema(value_type = Vec<Object>)]
    pub plugins: Vec<PluginUsed>,
    /// Digest of the profile's file; none when there was no profile.
    pub profile_sha256: Option<String>,
    /// The host that judged.
    pub engine: String,
    /// The date by which rules were chosen.
    pub reference_date: Option<String>,
    /// The date of filing, as filed.
    pub submission_date: Option<String>,
    /// What was said of the filing.
    pub verdict: String,
    /// Digest of the bytes of the answer.
    pub report_sha256: String,
    /// What the report said of the plugins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub notes: Vec<Note>,
    /// Names of the keys whose signatures of the profile held.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub profile_signed_by: Vec<String>,
    /// Hash of the receipt before.
    pub previous: String,
    /// Hash of all of the above.
    pub hash: String,
}

/// A place in the log and the hash there: whoever keeps it can tell later
/// whether the log up to it is still the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Id of the receipt.
    pub id: i64,
    /// Its hash.
    pub hash: String,
}

impl Head {
    /// Of a log without receipts.
    pub(crate) fn start() -> Self {
        Self {
            id: 0,
            hash: NOTHING_BEFORE.to_owned(),
        }
    }
}

impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.id, self.hash)
    }
}

impl std::str::FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.trim().split_once(':');
        let read = parts.and_then(|(id, hash)| {
            let whole = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
            let id = id.parse().ok().filter(|id| *id >= 0)?;
            whole.then(|| Self {
                id,
                hash: hash.to_ascii_lowercase(),
            })
        });
        read.ok_or_else(|| "not a head, which is ID:HASH with 64 digits of hash".to_owned())
    }
}

/// Digest as lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The word of a verdict in reports.
pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Failed => "failed",
        Verdict::Invalid => "invalid",
        Verdict::NonCompliant => "non_compliant",
        Verdict::Undetermined => "undetermined",
        Verdict::Compliant => "compliant",
    }
}

/// The columns of an entry at its place, in the order of [`COLUMNS`].
pub(crate) fn columns(
    entry: &Entry,
    judged_at: &str,
    engine: &str,
    before: &Head,
) -> Result<[Value; HASHED], serde_json::Error> {
    let text = |text: &str| Value::Text(text.to_owned());
    let option = |text: Option<&String>| text.map_or(Value::Null, |t| Value::Text(t.clone()));
    let notes = list(&entry.basis.notes)?;
    let signed_by = list(&entry.basis.profile_signed_by)?;
    Ok([
        Value::Integer(before.id.saturating_add(1)),
        text(judged_at),
        text(&entry.request),
        text(&entry.token),
        text(entry.form.word()),
        text(&entry.source),
        option(entry.filing.as_ref().map(|filing| &filing.sha256)),
        Value::Text(serde_json::to_string(&entry.basis.plugins)?),
        option(entry.basis.profile_sha256.as_ref()),
        text(engine),
        option(entry.reference_date.as_ref()),
        option(entry.submission_date.as_ref()),
        text(verdict(entry.verdict)),
        text(&entry.report_sha256),
        text(&before.hash),
        notes,
        signed_by,
    ])
}

/// A list as JSON; nothing for an empty one.
fn list<T: Serialize>(list: &[T]) -> Result<Value, serde_json::Error> {
    match list {
        [] => Ok(Value::Null),
        list => serde_json::to_string(list).map(Value::Text),
    }
}

/// Hash over columns as the database has them. Each value has a mark of its
/// type and its length before it, so that no two rows give the same bytes.
pub(crate) fn hash(columns: &[ValueRef<'_>]) -> String {
    let mut hasher = Sha256::new_with_prefix(DOMAIN);
    let mut part = |mark: u8, bytes: &[u8]| {
        hasher.update([mark]);
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    let last = columns.iter().rposition(|column| *column != ValueRef::Null);
    let hashed = last.map_or(0, |last| last + 1).max(HASHED_ALWAYS);
    for column in columns.iter().take(hashed) {
        match column {
            ValueRef::Null => part(0, b""),
            ValueRef::Integer(number) => part(1, &number.to_be_bytes()),
            ValueRef::Text(text) => part(2, text),
            // No column has these types; a changed row may.
            ValueRef::Real(number) => part(3, &number.to_be_bytes()),
            ValueRef::Blob(bytes) => part(4, bytes),
        }
    }
    format!("{:x}", hasher.finalize())
}

/// Hash of a row that was selected as [`COLUMNS`].
pub(crate) fn hash_of_row(row: &Row<'_>) -> rusqlite::Result<String> {
    let columns: Vec<ValueRef<'_>> = (0..HASHED)
        .map(|at| row.get_ref(at))
        .collect::<rusqlite::Result<_>>()?;
    Ok(hash(&columns))
}

/// Hash of columns that will be written.
pub(crate) fn hash_of_values(values: &[Value; HASHED]) -> String {
    let columns: Vec<ValueRef<'_>> = values.iter().map(ValueRef::from).collect();
    hash(&columns)
}

/// What is bound to the statement that writes a row.
pub(crate) fn bound<'v>(values: &'v [Value; HASHED], hash: &'v dyn ToSql) -> Vec<&'v dyn ToSql> {
    let mut all: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
    all.push(hash);
    all
}

/// A row that was selected as [`COLUMNS`] and `hash`.
pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Receipt> {
    let form: String = row.get("form")?;
    let plugins: String = row.get("plugins")?;
    let notes: Option<String> = row.get("notes")?;
    let signed_by: Option<String> = row.get("profile_signed_by")?;
    let strange = |what: &str| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, what.into())
    };
    Ok(Receipt {
        id: row.get("seq")?,
        judged_at: row.get("judged_at")?,
        request: row.get("request")?,
        token: row.get("token")?,
        form: Form::of(&form).ok_or_else(|| strange("an unknown form of report"))?,
        source: row.get("source")?,
        filing_sha256: row.get("filing_sha256")?,
        plugins: used(&plugins).ok_or_else(|| strange("an unreadable list of plugins"))?,
        notes: match notes {
            None => Vec::new(),
            Some(notes) => {
                serde_json::from_str(&notes).map_err(|_| strange("an unreadable list of notes"))?
            }
        },
        profile_sha256: row.get("profile_sha256")?,
        profile_signed_by: match signed_by {
            None => Vec::new(),
            Some(keys) => {
                serde_json::from_str(&keys).map_err(|_| strange("an unreadable list of keys"))?
            }
        },
        engine: row.get("engine")?,
        reference_date: row.get("reference_date")?,
        submission_date: row.get("submission_date")?,
        verdict: row.get("verdict")?,
        report_sha256: row.get("report_sha256")?,
        previous: row.get("previous")?,
        hash: row.get("hash")?,
    })
}

/// The plugins of a row.
pub(crate) fn used(json: &str) -> Option<Vec<PluginUsed>> {
    serde_json::from_str(json).ok()
}
