//! `anjian sign`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anjian_store::sign::sign;

use crate::args::SignArgs;
use crate::exit::{Error, Status};
use crate::files::{password, read};

pub fn run(args: &SignArgs) -> Result<Status, Error> {
    let key = read(&args.key)?;
    let key = String::from_utf8_lossy(&key);
    let password = password();
    let mut out = anstream::stdout().lock();
    for file in &args.files {
        let bytes = read(file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let signature = sign(&key, password.as_deref(), &bytes, &format!("file:{name}"))?;
        let path = beside(file, args.signer.as_deref());
        fs::write(&path, signature).map_err(|cause| Error::Output {
            path: path.clone(),
            cause,
        })?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(Status::Clean)
}

/// `NAME.minisig`, or `NAME.SIGNER.minisig` when several persons sign.
fn beside(file: &Path, signer: Option<&str>) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    if let Some(signer) = signer {
        path.push(".");
        path.push(signer);
    }
    path.push(".minisig");
    path.into()
}
