//! `anjian plugin list`.

use std::io::Write;

use anjian_check::Options;
use anjian_model::Text;
use anjian_store::{Origin, Standing, VersionStatus, versions_on_disk};
use serde::Deserialize;
use serde_json::json;

use crate::args::{ListFormat, PluginsArgs};
use crate::at::Service;
use crate::exit::{Error, Status};
use crate::hand::Hand;
use crate::output::Progress;
use crate::rules::table;

pub fn run(args: &PluginsArgs) -> Result<Status, Error> {
    if let Some(folder) = &args.versions {
        return versions(args, &versions_on_disk(folder)?);
    }
    if let Some(at) = &args.at {
        return at_service(args, at.as_deref());
    }
    let lang = args.lang.get();
    let progress = Progress::new(lang);
    let hand = Hand::load(&args.plugins.folders, None, Options::default(), &progress)?;
    progress.done();
    let file = |id: &str| {
        let found = hand.files.iter().find(|(other, _)| other == id);
        found.map(|(_, path)| path.display().to_string())
    };
    let mut out = anstream::stdout().lock();
    let judges = hand.checker.plugins();
    match args.format {
        ListFormat::Json => {
            let all: Vec<serde_json::Value> = judges
                .map(|judge| {
                    let said = judge.description();
                    json!({
                        "id": said.id,
                        "version": said.version,
                        "sha256": judge.sha256(),
                        "title": said.title,
                        "sections": said.sections.iter().map(|s| &s.name).collect::<Vec<_>>(),
                        "rules": said.rules.len(),
                        "file": file(&said.id),
                    })
                })
                .collect();
            serde_json::to_writer_pretty(&mut out, &all).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        ListFormat::Human => {
            let rows: Vec<Vec<String>> = judges
                .map(|judge| {
                    let said = judge.description();
                    let rules = said.rules.len();
                    let built_in = lang.pick("内置", "built in").to_owned();
                    vec![
                        said.id.clone(),
                        said.version.clone(),
                        lang.of(&said.title).to_owned(),
                        lang.pick(format!("{rules} 条规则"), format!("{rules} rules")),
                        file(&said.id).unwrap_or(built_in),
                        judge.sha256().to_owned(),
                    ]
                })
                .collect();
            table(&mut out, &rows)?;
        }
    }
    out.flush()?;
    Ok(if hand.refused > 0 {
        Status::Plugin
    } else {
        Status::Clean
    })
}

/// What a service says of its plugins.
#[derive(Deserialize)]
pub struct Plugins {
    pub versions: Vec<VersionStatus>,
    notes: Vec<Note>,
}

/// What readers of reports should know.
#[derive(Deserialize)]
struct Note {
    text: Text,
}

impl Plugins {
    /// The version of a plugin that judges.
    pub fn judging(&self, plugin: &str) -> Option<&VersionStatus> {
        self.versions.iter().find(|version| {
            version.standing == Standing::Active && version.plugin.as_deref() == Some(plugin)
        })
    }
}

fn at_service(args: &PluginsArgs, at: Option<&str>) -> Result<Status, Error> {
    let service = Service::at(at, &args.way)?;
    if args.format == ListFormat::Json {
        let answer: serde_json::Value = service.get("/v1/plugins")?;
        let mut out = anstream::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &answer).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(Status::Clean);
    }
    let plugins: Plugins = service.get("/v1/plugins")?;
    for note in &plugins.notes {
        anstream::eprintln!("anjian: {}", args.lang.get().of(&note.text));
    }
    versions(args, &plugins.versions)
}

/// What a service keeps, each version with its stages.
fn versions(args: &PluginsArgs, all: &[VersionStatus]) -> Result<Status, Error> {
    let lang = args.lang.get();
    let mut out = anstream::stdout().lock();
    match args.format {
        ListFormat::Json => {
            serde_json::to_writer_pretty(&mut out, all).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        ListFormat::Human => {
            for version in all {
                let origin = match &version.origin {
                    Origin::BuiltIn => lang.pick("内置", "built in").to_owned(),
                    Origin::File(file) => file.clone(),
                    Origin::Submitted(who) => {
                        lang.pick(format!("{who} 提交"), format!("submitted by {who}"))
                    }
                };
                let (name, id, standing) =
                    (version.name(), version.id.short(), version.standing.name());
                writeln!(out, "{name}  {id}  {standing}  {origin}")?;
                let steps = version.steps.iter().map(|step| {
                    let sign = if step.passed { " " } else { "✗" };
                    let who = step.who.as_deref().filter(|who| !step.reason.contains(who));
                    let who = who.map(|who| format!(" ({who})")).unwrap_or_default();
                    vec![
                        format!("  {sign}"),
                        step.stage.name().to_owned(),
                        format!("{:.0}", step.at),
                        format!("{}{who}", step.reason),
                    ]
                });
                let shadow = version.shadow.as_ref().map(|shadow| {
                    let told = ["", "", "", &shadow.sentence()];
                    told.map(str::to_owned).to_vec()
                });
                let steps = steps.chain(shadow);
                table(&mut out, &steps.collect::<Vec<_>>())?;
            }
        }
    }
    out.flush()?;
    Ok(Status::Clean)
}
