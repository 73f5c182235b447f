//! Keys and signatures, in the form of minisign.

use std::io::Cursor;

use minisign::{KeyPair, SecretKeyBox};
use thiserror::Error;

use crate::trust::key_id;

/// Why nothing was signed.
#[derive(Debug, Error)]
#[error("{what}: {cause}")]
pub struct SignError {
    /// What failed.
    what: &'static str,
    cause: minisign::PError,
}

fn fail(what: &'static str) -> impl FnOnce(minisign::PError) -> SignError {
    move |cause| SignError { what, cause }
}

/// A new key pair.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The line that a trust file repeats.
    pub public_key: String,
    /// The file for those who verify with minisign.
    pub public_key_file: String,
    /// The file of the secret key.
    pub secret_key_file: String,
    /// As signatures name the key.
    pub key_id: String,
}

impl Pair {
    /// Makes a key pair. Without a password it is asked for in the terminal;
    /// with an empty one the secret key lies open.
    ///
    /// # Errors
    /// When the machine gives no randomness, or nobody answers.
    pub fn new(password: Option<&str>, comment: &str) -> Result<Self, SignError> {
        let made = match password {
            Some("") => KeyPair::generate_unencrypted_keypair(),
            _ => KeyPair::generate_encrypted_keypair(password.map(str::to_owned)),
        };
        let failed = || fail("the key pair could not be made");
        let KeyPair { pk, sk } = made.map_err(failed())?;
        Ok(Self {
            public_key: pk.to_base64(),
            public_key_file: pk.to_box().map_err(failed())?.to_string(),
            secret_key_file: sk.to_box(Some(comment)).map_err(failed())?.to_string(),
            key_id: key_id(pk.keynum()),
        })
    }
}

/// Signs bytes with the key of a secret key's file. The comment is signed too.
/// Without a password it is asked for in the terminal, if the key has one.
///
/// # Errors
/// When the file is no secret key, or the password is not its own.
pub fn sign(
    secret_key_file: &str,
    password: Option<&str>,
    bytes: &[u8],
    comment: &str,
) -> Result<String, SignError> {
    let boxed = || {
        SecretKeyBox::from_string(secret_key_file)
            .map_err(fail("the file is no secret key of minisign"))
    };
    let key = match boxed()?.into_unencrypted_secret_key() {
        Ok(key) => key,
        Err(_) => boxed()?
            .into_secret_key(password.map(str::to_owned))
            .map_err(fail(
                "the secret key could not be opened; is the password right?",
            ))?,
    };
    minisign::sign(None, &key, Cursor::new(bytes), Some(comment), None)
        .map(|signature| signature.to_string())
        .map_err(fail("the file could not be signed"))
}
