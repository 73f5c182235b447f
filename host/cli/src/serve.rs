//! `anjian serve`.

use std::borrow::Cow;
use std::io::Write;

use anjian_bundle::PLUGINS;
use anjian_runtime::{Engine, Limits};
use anjian_service::{Settings, TlsSettings, serve, start_log};
use anjian_store::BuiltIn;

use crate::args::{ConfigArg, ServeArgs};
use crate::exit::{Error, Status};
use crate::hand::cache;

pub fn run(args: &ServeArgs) -> Result<Status, Error> {
    let mut settings = settings(&args.config)?;
    if let Some(listen) = args.listen {
        settings.listen = listen;
    }
    if let (Some(cert), Some(key)) = (args.tls_cert.clone(), args.tls_key.clone()) {
        settings.tls = Some(TlsSettings { cert, key });
    }
    let scheme = match settings.tls {
        Some(_) => "https",
        None => "http",
    };
    start_log(settings.log);
    let engine = Engine::with_cache(Limits::default(), cache())?;
    let built_in = PLUGINS.iter().map(|bundled| BuiltIn {
        name: bundled.name.to_owned(),
        component: Cow::Borrowed(bundled.component),
    });
    serve(settings, engine, built_in.collect(), |address| {
        // Nobody may be listening; that is no reason not to serve.
        let mut out = anstream::stdout().lock();
        let _ = writeln!(out, "{scheme}://{address}");
        let _ = out.flush();
    })?;
    Ok(Status::Clean)
}

/// The configuration of the service, or the one without a file.
pub fn settings(config: &ConfigArg) -> Result<Settings, Error> {
    Ok(match &config.file {
        Some(file) => Settings::read(file)?,
        None => Settings::default(),
    })
}
