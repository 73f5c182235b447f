//! `anjian plugin submit`.

use anjian_store::{VersionId, signatures_beside};

use super::decide;
use crate::args::SubmitArgs;
use crate::at::Service;
use crate::exit::{Error, Status};
use crate::files::read;

pub fn run(args: &SubmitArgs) -> Result<Status, Error> {
    let component = read(&args.file)?;
    let mut signatures = signatures_beside(&args.file).map_err(|cause| Error::Read {
        path: args.file.clone(),
        cause,
    })?;
    for path in &args.signatures {
        let signature = String::from_utf8_lossy(&read(path)?).into_owned();
        if !signatures.contains(&signature) {
            signatures.push(signature);
        }
    }
    let service = Service::of(&args.service)?;
    // No file has its own digest in it.
    let boundary = VersionId::of(&component);
    let mut body = Vec::new();
    let signatures = signatures.iter().map(|text| ("signature", text.as_bytes()));
    for (name, bytes) in std::iter::once(("component", &*component)).chain(signatures) {
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    let form = format!("multipart/form-data; boundary={boundary}");
    let answer = service.send("/v1/plugins", &form, &body)?;
    decide::show(&service, &args.service, &answer)
}
