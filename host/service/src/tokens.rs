//! Who may ask for what: bearer tokens with roles.
//!
//! A file holds the name, the roles and the digest of each token, never the
//! token. A token is 256 random bits, so a plain digest cannot be guessed
//! backwards.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::{Choice, ConstantTimeEq};
use thiserror::Error;
use utoipa::ToSchema;

use crate::receipts::sha256;

/// Starts every token, so that people and scanners know one when they see it.
const PREFIX: &str = "anjian_";

/// Random bytes of a token.
const SECRET_BYTES: usize = 32;

/// Letters of a name, which stands in receipts and logs.
const MAX_NAME: usize = 64;

/// Who asks while there are no tokens, which is on this machine only.
const ANYBODY: &str = "anybody";

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Has filings checked.
    Submitter,
    /// Has filings checked and reads receipts.
    Officer,
    /// Uploads, activates and rolls back plugins.
    RuleAdmin,
    /// Reads everything and changes nothing.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Submitter,
        Self::Officer,
        Self::RuleAdmin,
        Self::Auditor,
    ];

    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Submitter => "submitter",
            Self::Officer => "officer",
            Self::RuleAdmin => "rule_admin",
            Self::Auditor => "auditor",
        }
    }
}

/// Who asks, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    /// Name of the token.
    pub name: String,
    /// Its roles.
    pub roles: Vec<Role>,
}

impl Asker {
    /// Somebody on this machine, while there are no tokens.
    pub(crate) fn anybody() -> Self {
        Self {
            name: ANYBODY.to_owned(),
            roles: Role::ALL.to_vec(),
        }
    }

    /// Whether one of the roles is there.
    #[must_use]
    pub fn is_one_of(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }
}

/// A token as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Who it was given to.
    pub name: String,
    /// What it is for.
    pub roles: Vec<Role>,
    /// Digest of the token.
    pub sha256: String,
    /// When it was made, UTC.
    pub created: String,
    /// When it was revoked, UTC. It stays in the file, so that a file of
    /// revoked tokens is not taken for one without tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<String>,
}

/// Why tokens cannot be read or changed.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say it")]
pub enum TokenError {
    #[error("the tokens {} cannot be read or written: {cause}; this is for the operator", file.display())]
    File { file: PathBuf, cause: io::Error },
    #[error("the tokens {} cannot be understood: {reason}; the operator should correct the file", file.display())]
    Malformed { file: PathBuf, reason: String },
    #[error("there is a token called `{0}` already; choose another name, which receipts will show")]
    NameTaken(String),
    #[error("`{0}` is no name for a token; use up to 64 of a-z, 0-9 and -")]
    BadName(String),
    #[error("a token needs a role; give --role")]
    NoRole,
    #[error("there is no token called `{0}`; `anjian token list` shows all")]
    Unknown(String),
    #[error("the machine gives no random numbers: {0}")]
    Random(String),
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    #[serde(default, rename = "token")]
    tokens: Vec<Token>,
}

/// The file of tokens. A change of it counts at once.
#[derive(Debug)]
pub struct Tokens {
    file: PathBuf,
    read: Mutex<Option<(Stamp, Arc<Vec<Token>>)>>,
    /// Whether there was ever a token: a file that is moved away or lost must
    /// not open the service to anybody.
    seen: AtomicBool,
}

/// What tells one state of the file from another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    node: u64,
}

impl Stamp {
    /// `None` for a file that is not there.
    fn of(file: &Path) -> io::Result<Option<Self>> {
        let data = match fs::metadata(file) {
            Ok(data) => data,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        #[cfg(unix)]
        let node = std::os::unix::fs::MetadataExt::ino(&data);
        #[cfg(not(unix))]
        let node = 0;
        Ok(Some(Self {
            modified: data.modified().ok(),
            bytes: data.len(),
            node,
        }))
    }
}

impl Tokens {
    /// Tokens of a file, which need not be there.
    #[must_use]
    pub fn of(file: PathBuf) -> Self {
        Self {
            file,
            read: Mutex::new(None),
            seen: AtomicBool::new(false),
        }
    }

    /// Whether nobody was ever given a token.
    ///
    /// # Errors
    /// As [`Tokens::all`].
    pub fn none_yet(&self) -> Result<bool, TokenError> {
        Ok(self.all()?.is_empty() && !self.seen.load(Ordering::Relaxed))
    }

    /// All tokens, revoked ones too.
    ///
    /// # Errors
    /// When the file is there and cannot be read. Nobody is let in then.
    pub fn all(&self) -> Result<Arc<Vec<Token>>, TokenError> {
        let stamp = Stamp::of(&self.file).map_err(|cause| self.file_error(cause))?;
        let Some(stamp) = stamp else {
            return Ok(Arc::default());
        };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, tokens)) = &*read
            && *known == stamp
        {
            return Ok(Arc::clone(tokens));
        }
        let tokens = Arc::new(self.load()?.tokens);
        self.seen.fetch_or(!tokens.is_empty(), Ordering::Relaxed);
        *read = Some((stamp, Arc::clone(&tokens)));
        Ok(tokens)
    }

    /// Who a token belongs to; `None` for a token that is unknown or revoked.
    /// Takes as long for one as for another.
    ///
    /// # Errors
    /// As [`Tokens::all`].
    pub fn asker(&self, secret: &str) -> Result<Option<Asker>, TokenError> {
        let tokens = self.all()?;
        let digest = sha256(secret.as_bytes());
        let mut found = None;
        for token in tokens.iter() {
            let same: Choice = token.sha256.as_bytes().ct_eq(digest.as_bytes());
            if bool::from(same) && token.revoked.is_none() {
                found = Some(Asker {
                    name: token.name.clone(),
                    roles: token.roles.clone(),
                });
            }
        }
        Ok(found)
    }

    /// Makes a token. It is given back once and kept nowhere.
    ///
    /// # Errors
    /// When the name will not do or the file cannot be written.
    pub fn add(&self, name: &str, roles: &[Role]) -> Result<String, TokenError> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(fits) || name == ANYBODY {
            return Err(TokenError::BadName(name.to_owned()));
        }
        if roles.is_empty() {
            return Err(TokenError::NoRole);
        }
        let _alone = self.alone()?;
        let mut contents = self.load()?;
        if contents.tokens.iter().any(|token| token.name == name) {
            return Err(TokenError::NameTaken(name.to_owned()));
        }
        let secret = format!("{PREFIX}{}", random_hex::<SECRET_BYTES>()?);
        contents.tokens.push(Token {
            name: name.to_owned(),
            roles: roles.to_vec(),
            sha256: sha256(secret.as_bytes()),
            created: jiff::Timestamp::now().to_string(),
            revoked: None,
        });
        self.store(&contents)?;
        Ok(secret)
    }

    /// Revokes a token, from now on.
    ///
    /// # Errors
    /// When there is none of that name or the file cannot be written.
    pub fn revoke(&self, name: &str) -> Result<(), TokenError> {
        let _alone = self.alone()?;
        let mut contents = self.load()?;
        let found = contents.tokens.iter_mut().find(|token| token.name == name);
        let token = found.ok_or_else(|| TokenError::Unknown(name.to_owned()))?;
        token
            .revoked
            .get_or_insert_with(|| jiff::Timestamp::now().to_string());
        self.store(&contents)
    }

    /// Keeps other processes from changing the file, until it is dropped: what
    /// one revokes, another one that adds must not bring back.
    fn alone(&self) -> Result<File, TokenError> {
        let lock = self.file.with_extension("lock");
        let locked = File::create(&lock).and_then(|file| file.lock().map(|()| file));
        locked.map_err(|cause| self.file_error(cause))
    }

    fn load(&self) -> Result<Contents, TokenError> {
        let text = match fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contents::default()),
            Err(cause) => return Err(self.file_error(cause)),
        };
        toml::from_str(&text).map_err(|error| TokenError::Malformed {
            file: self.file.clone(),
            // Without the line itself, which is nobody's business in a log.
            reason: error.message().to_owned(),
        })
    }

    /// Whole or not at all, and for the user alone.
    fn store(&self, contents: &Contents) -> Result<(), TokenError> {
        let text = toml::to_string(contents).map_err(|error| TokenError::Malformed {
            file: self.file.clone(),
            reason: error.to_string(),
        })?;
        let part = self.file.with_extension("part");
        let written = create_private(&part).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            give_to_owner_of_folder(&part)?;
            file.sync_all()
        });
        written
            .and_then(|()| fs::rename(&part, &self.file))
            .map_err(|cause| self.file_error(cause))
    }

    fn file_error(&self, cause: io::Error) -> TokenError {
        TokenError::File {
            file: self.file.clone(),
            cause,
        }
    }
}

/// Root makes tokens for a service that runs as another user and must read
/// them; the folder is that user's.
#[cfg(unix)]
fn give_to_owner_of_folder(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let folder = file.parent().unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let owner = fs::metadata(folder)?;
    if fs::metadata(file)?.uid() == owner.uid() {
        return Ok(());
    }
    chown(file, Some(owner.uid()), Some(owner.gid()))
}

#[cfg(not(unix))]
fn give_to_owner_of_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// `N` random bytes as hexadecimal.
pub(crate) fn random_hex<const N: usize>() -> Result<String, TokenError> {
    use std::fmt::Write as _;
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|error| TokenError::Random(error.to_string()))?;
    Ok(bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

#[cfg(test)]
mod tests {
    use super::{Role, TokenError, Tokens};

    fn tokens() -> (tempfile::TempDir, Tokens) {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::of(folder.path().join("tokens.toml"));
        (folder, tokens)
    }

    #[test]
    fn a_token_is_known_by_its_digest_until_it_is_revoked() {
        let (folder, tokens) = tokens();
        assert!(tokens.all().unwrap().is_empty());
        let secret = tokens.add("city", &[Role::Submitter]).unwrap();
        let asker = tokens.asker(&secret).unwrap().unwrap();
        assert_eq!(asker.name, "city");
        assert!(asker.is_one_of(&[Role::Submitter, Role::Auditor]));
        assert!(!asker.is_one_of(&[Role::RuleAdmin]));
        let mut other = secret.clone();
        other.replace_range(
            10..11,
            if secret.as_bytes()[10] == b'0' {
                "1"
            } else {
                "0"
            },
        );
        assert_eq!(tokens.asker(&other).unwrap(), None);
        let file = std::fs::read_to_string(folder.path().join("tokens.toml")).unwrap();
        assert!(!file.contains(&secret), "{file}");
        tokens.revoke("city").unwrap();
        assert_eq!(tokens.asker(&secret).unwrap(), None);
        assert_eq!(
            tokens.all().unwrap().len(),
            1,
            "a revoked token stays listed"
        );
    }

    #[test]
    fn a_file_that_cannot_be_understood_lets_nobody_in_and_is_not_shown() {
        let (folder, tokens) = tokens();
        let secret = tokens.add("city", &[Role::Submitter]).unwrap();
        tokens.asker(&secret).unwrap().unwrap();
        let hidden = "hidden = \"in the line\"\n";
        std::fs::write(folder.path().join("tokens.toml"), hidden).unwrap();
        let error = tokens.asker(&secret).unwrap_err();
        assert!(matches!(error, TokenError::Malformed { .. }));
        assert!(!error.to_string().contains("in the line"), "{error}");
    }

    #[test]
    fn names_and_roles() {
        let (_folder, tokens) = tokens();
        for name in ["", "anybody", "Big", "a b", &"x".repeat(65)] {
            let error = tokens.add(name, &[Role::Auditor]).unwrap_err();
            assert!(matches!(error, TokenError::BadName(_)), "{name}");
        }
        assert!(matches!(tokens.add("a", &[]), Err(TokenError::NoRole)));
        tokens.add("a", &[Role::Auditor]).unwrap();
        let again = tokens.add("a", &[Role::Auditor]);
        assert!(matches!(again, Err(TokenError::NameTaken(_))));
        assert!(matches!(tokens.revoke("b"), Err(TokenError::Unknown(_))));
    }

    /// Only root can show it.
    #[test]
    #[cfg(unix)]
    fn the_file_belongs_to_whom_its_folder_belongs() {
        use std::os::unix::fs::{MetadataExt, chown};
        let (folder, tokens) = tokens();
        if chown(folder.path(), Some(65_534), Some(65_534)).is_err() {
            println!("not tried: only root gives files away");
            return;
        }
        tokens.add("a", &[Role::Auditor]).unwrap();
        let file = folder.path().join("tokens.toml");
        assert_eq!(std::fs::metadata(file).unwrap().uid(), 65_534);
    }

    #[test]
    #[cfg(unix)]
    fn the_file_is_for_its_user_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, tokens) = tokens();
        tokens.add("a", &[Role::Auditor]).unwrap();
        let data = std::fs::metadata(folder.path().join("tokens.toml")).unwrap();
        assert_eq!(data.permissions().mode() & 0o777, 0o600);
    }
}
