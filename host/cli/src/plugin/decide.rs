//! `anjian plugin activate`, `rollback`, `retire` and `release`: which version of a
//! service judges.

use std::io::Write;

use anjian_check::formats::Lang;
use anjian_store::{Standing, VersionId, VersionStatus};
use serde::Deserialize;
use serde_json::Value;

use super::list::Plugins;
use crate::args::{ActivateArgs, ListFormat, ReleaseArgs, RetireArgs, RollbackArgs, ServiceArgs};
use crate::at::{AtError, Service};
use crate::exit::{Error, Status};

pub fn activate(args: &ActivateArgs) -> Result<Status, Error> {
    let activate = match args.from {
        Some(day) => format!("activate?from={day}"),
        None => "activate".to_owned(),
    };
    on_version(&args.service, &args.version, &activate)
}

pub fn release(args: &ReleaseArgs) -> Result<Status, Error> {
    on_version(&args.service, &args.version, "release")
}

fn on_version(args: &ServiceArgs, digits: &str, what: &str) -> Result<Status, Error> {
    let service = Service::of(args)?;
    let id = find(&service, digits)?;
    let answer = service.post(&format!("/v1/plugins/{id}/{what}"))?;
    show(&service, args, &answer)
}

pub fn rollback(args: &RollbackArgs) -> Result<Status, Error> {
    let service = Service::of(&args.service)?;
    let answer = service.post(&format!("/v1/plugins/{}/rollback", args.plugin))?;
    show(&service, &args.service, &answer)
}

pub fn retire(args: &RetireArgs) -> Result<Status, Error> {
    let service = Service::of(&args.service)?;
    service.post(&format!("/v1/plugins/{}/retire", args.plugin))?;
    // What became of it is said by what judges now.
    let plugins: Plugins = service.get("/v1/plugins")?;
    let judges = plugins.judging(&args.plugin);
    let mut out = anstream::stdout().lock();
    match args.service.format {
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &judges).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        ListFormat::Human => match judges {
            Some(version) => writeln!(out, "{}", line(version))?,
            None => {
                let plugin = &args.plugin;
                let lang = args.service.lang.get();
                writeln!(
                    out,
                    "{}",
                    lang.pick(
                        format!("插件 {plugin} 不再判定"),
                        format!("no version of {plugin} judges any more"),
                    )
                )?;
            }
        },
    }
    Ok(Status::Clean)
}

/// What a service says of a version.
#[derive(Deserialize)]
struct Changed {
    id: VersionId,
    status: Option<VersionStatus>,
}

/// Shows where a version stands after a change.
pub fn show(service: &Service, args: &ServiceArgs, answer: &[u8]) -> Result<Status, Error> {
    let mut out = anstream::stdout().lock();
    match args.format {
        ListFormat::Json => {
            let answer: Value = service.parsed(answer)?;
            serde_json::to_writer_pretty(&mut out, &answer).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        ListFormat::Human => {
            let changed: Changed = service.parsed(answer)?;
            match &changed.status {
                Some(version) => {
                    writeln!(out, "{}", line(version))?;
                    next(version, args.lang.get());
                }
                None => writeln!(out, "{}", changed.id.short())?,
            }
        }
    }
    Ok(Status::Clean)
}

/// The version, where it stands and why.
fn line(version: &VersionStatus) -> String {
    let standing = version.standing.name();
    let (name, id, reason) = (version.name(), version.id.short(), version.reason());
    format!("{name}  {id}  {standing}  {reason}")
}

/// Says how a version judges that does not yet.
fn next(version: &VersionStatus, lang: Lang) {
    if let Standing::Shadow | Standing::Held | Standing::Ready = version.standing {
        let id = version.id.short();
        anstream::eprintln!(
            "anjian: {}",
            lang.pick(
                format!("用 `anjian plugin activate {id}` 启用"),
                format!("`anjian plugin activate {id}` lets it judge"),
            )
        );
    }
}

/// The one version whose digest begins so.
fn find(service: &Service, digits: &str) -> Result<VersionId, Error> {
    if let Some(id) = VersionId::parse(digits) {
        return Ok(id);
    }
    let plugins: Plugins = service.get("/v1/plugins")?;
    let ids = plugins.versions.into_iter().map(|version| version.id);
    let mut found: Vec<VersionId> = ids.filter(|id| id.as_str().starts_with(digits)).collect();
    match (found.pop(), found.is_empty()) {
        (Some(id), true) => Ok(id),
        (None, _) => Err(AtError::NoVersion(digits.to_owned()).into()),
        (Some(id), false) => {
            found.push(id);
            Err(AtError::Several {
                digits: digits.to_owned(),
                found: found.iter().map(|id| id.short().to_owned()).collect(),
            }
            .into())
        }
    }
}
