//! `anjian verify`.

use std::io::Write;

use anjian_store::{Trust, signatures_beside};
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::args::VerifyArgs;
use crate::exit::{Error, Status};
use crate::files::read;

pub fn run(args: &VerifyArgs) -> Result<Status, Error> {
    let trust = Trust::read(&args.trust)?;
    let today = || Offset::UTC.to_datetime(Timestamp::now()).date();
    let day = args.on.unwrap_or_else(today);
    let mut out = anstream::stdout().lock();
    let mut status = Status::Clean;
    for file in &args.files {
        let bytes = read(file)?;
        let signatures = signatures_beside(file).map_err(|cause| Error::Read {
            path: file.clone(),
            cause,
        })?;
        match trust.verify(&bytes, &signatures, day) {
            Ok(keys) => writeln!(out, "{}: signed by {}", file.display(), keys.join(", "))?,
            Err(distrust) => {
                status = Status::Plugin;
                writeln!(out, "{}: refused: {distrust}", file.display())?;
            }
        }
    }
    Ok(status)
}
