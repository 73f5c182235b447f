//! `anjian keygen`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use anjian_store::sign::Pair;

use crate::args::KeygenArgs;
use crate::exit::{Error, Status};
use crate::files::password;

pub fn run(args: &KeygenArgs) -> Result<Status, Error> {
    let KeygenArgs { name, folder, .. } = args;
    let secret = folder.join(format!("{name}.key"));
    let public = folder.join(format!("{name}.pub"));
    let password = match args.no_password {
        true => Some(String::new()),
        false => password(),
    };
    let pair = Pair::new(password.as_deref(), &format!("secret key of {name}"))?;
    // The secret one first: without it the public one is of no use.
    write_new(&secret, &pair.secret_key_file, true)?;
    write_new(&public, &pair.public_key_file, false)?;
    let mut out = anstream::stdout().lock();
    // What a trust file says of the key.
    writeln!(out, "[[keys]]")?;
    writeln!(out, "name = \"{name}\"")?;
    writeln!(out, "public_key = \"{}\"", pair.public_key)?;
    anstream::eprintln!(
        "anjian: key {} is in {} (secret) and {}; the lines above belong into the trust file, \
         below `required = 1` or how many keys must sign",
        pair.key_id,
        secret.display(),
        public.display(),
    );
    Ok(Status::Clean)
}

/// A key that is there is never overwritten.
fn write_new(path: &Path, text: &str, is_secret: bool) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if is_secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = is_secret;
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|cause| Error::Output {
        path: path.to_owned(),
        cause,
    })
}
