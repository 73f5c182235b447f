//! `anjian plugin inspect`.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use anjian_model::Kind;
use anjian_runtime::{Engine, Limits};
use anjian_store::{VersionId, self_test, signatures_beside};
use jiff::Timestamp;
use jiff::tz::Offset;
use serde_json::json;

use crate::args::{InspectArgs, ListFormat};
use crate::exit::{Error, Status};
use crate::files::read;
use crate::rules::table;

/// Whoever inspects a plugin waits for its examples, but not for ever.
const SELF_TEST: Duration = Duration::from_secs(600);

pub fn run(args: &InspectArgs) -> Result<Status, Error> {
    let component = read(&args.file)?;
    let signatures = signatures_beside(&args.file).map_err(|cause| Error::Read {
        path: args.file.clone(),
        cause,
    })?;
    let sha256 = VersionId::of(&component).to_string();
    let engine = Engine::new(Limits::default())?;
    let plugin = match engine.load(&component) {
        Ok(plugin) => plugin,
        Err(error) => {
            anstream::eprintln!("anjian: {} cannot be used: {error}", args.file.display());
            return Ok(Status::Plugin);
        }
    };
    let said = plugin.description();
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for rule in &said.rules {
        *kinds.entry(rule.kind).or_default() += 1;
    }
    let today = Offset::UTC.to_datetime(Timestamp::now()).date().to_string();
    let tested = self_test::run(&plugin, &today, SELF_TEST);
    let reason = tested.as_ref().unwrap_or_else(|why| why);
    let mut out = anstream::stdout().lock();
    match args.format {
        ListFormat::Json => {
            let kinds: BTreeMap<String, usize> = kinds
                .into_iter()
                .map(|(kind, count)| (name(kind), count))
                .collect();
            let found = json!({
                "file": args.file.display().to_string(),
                "bytes": component.len(),
                "sha256": sha256,
                "id": said.id,
                "version": said.version,
                "title": said.title,
                "sections": said.sections.iter().map(|s| &s.name).collect::<Vec<_>>(),
                "instruments": said.instruments.iter().map(|i| &i.key).collect::<Vec<_>>(),
                "rules": kinds,
                "signatures": signatures.len(),
                "self_test": {
                    "passed": tested.is_ok(),
                    "reason": reason,
                },
            });
            serde_json::to_writer_pretty(&mut out, &found).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        ListFormat::Human => {
            let lang = args.lang.get();
            let row = |zh: &str, en: &str, value: String| vec![lang.pick(zh, en).to_owned(), value];
            let sections: Vec<&str> = said.sections.iter().map(|s| s.name.as_str()).collect();
            let instruments: Vec<&str> = said.instruments.iter().map(|i| i.key.as_str()).collect();
            let kinds: Vec<String> = kinds
                .into_iter()
                .map(|(kind, count)| format!("{count} {}", name(kind)))
                .collect();
            let rows = [
                row("插件", "plugin", format!("{} {}", said.id, said.version)),
                row("名称", "title", lang.of(&said.title).to_owned()),
                row("摘要", "sha256", sha256),
                row("大小", "size", format!("{} B", component.len())),
                row("章节", "sections", sections.join(", ")),
                row("依据", "instruments", instruments.join(", ")),
                row("规则", "rules", kinds.join(", ")),
                row("签名", "signatures", signatures.len().to_string()),
                row("自检", "self-test", reason.clone()),
            ];
            table(&mut out, &rows)?;
        }
    }
    out.flush()?;
    Ok(match tested {
        Ok(_) => Status::Clean,
        Err(_) => Status::Plugin,
    })
}

/// As reports name it.
fn name(kind: Kind) -> String {
    let named = serde_json::to_value(kind).ok();
    let named = named.and_then(|name| name.as_str().map(str::to_owned));
    named.unwrap_or_default()
}
