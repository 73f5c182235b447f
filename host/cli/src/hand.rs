//! The plugins at hand: the built-in ones, and those of `--plugins`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anjian_bundle::PLUGINS;
use anjian_check::{Checker, Options};
use anjian_runtime::{Cache, Engine, Limits, Plugin};
use anjian_store::read_profile;
use jiff::Timestamp;

use crate::args::ProfileArg;
use crate::exit::Error;
use crate::output::Progress;

/// A plugin and where it came from.
struct AtHand {
    plugin: Plugin,
    /// `None` for a built-in one.
    file: Option<PathBuf>,
}

/// A checker with all plugins that could be loaded.
pub struct Hand {
    pub checker: Checker,
    /// How many could not. Each was told on standard error.
    pub refused: usize,
    /// Where plugins came from, by id; built-in ones are not listed.
    pub files: Vec<(String, PathBuf)>,
}

impl Hand {
    /// Loads the built-in plugins and those of the folders, and the profile.
    pub fn load(
        folders: &[PathBuf],
        profile: Option<&ProfileArg>,
        options: Options,
        progress: &Progress,
    ) -> Result<Self, Error> {
        let profile = profile.and_then(|given| Some((given.file.as_deref()?, &given.trust)));
        let profile = profile
            .map(|(file, trust)| read_profile(file, trust.as_deref(), false, Timestamp::now()));
        let profile = profile.transpose()?;
        let engine = Engine::with_cache(Limits::default(), cache())?;
        let mut refused = 0;
        let mut all: Vec<AtHand> = Vec::new();
        for bundled in PLUGINS {
            progress.loading(bundled.name);
            match engine.load(bundled.component) {
                Ok(plugin) => all.push(AtHand { plugin, file: None }),
                Err(error) => {
                    let name = bundled.name;
                    progress.say(format_args!(
                        "the built-in plugin {name} cannot be used: {error}"
                    ));
                    refused += 1;
                }
            }
        }
        for folder in folders {
            for path in files(folder)? {
                progress.loading(&path.display().to_string());
                match load(&engine, &path) {
                    Ok(plugin) => put(&mut all, plugin, path, progress),
                    Err(reason) => {
                        let path = path.display();
                        progress.say(format_args!("{path} cannot be used: {reason}"));
                        refused += 1;
                    }
                }
            }
        }
        let mut checker = Checker::new(options)?;
        let mut origins = Vec::new();
        for AtHand { plugin, file } in all {
            let id = plugin.description().id.clone();
            if let Err(error) = checker.add(Arc::new(plugin)) {
                let place = file.map_or_else(
                    || format!("the built-in plugin {id}"),
                    |file| file.display().to_string(),
                );
                progress.say(format_args!("{place} cannot be used: {error}"));
                refused += 1;
            } else if let Some(file) = file {
                origins.push((id, file));
            }
        }
        if checker.plugins().len() == 0 && refused == 0 {
            return Err(Error::NoPlugins);
        }
        if let Some((profile, _)) = profile {
            checker = checker.with_profile(profile)?;
        }
        Ok(Self {
            checker,
            refused,
            files: origins,
        })
    }
}

/// Names the folder of compiled plugins; `off` for none.
const CACHE: &str = "ANJIAN_CACHE";

/// Where compiled plugins are kept between runs. Without it every start
/// compiles them; that is all, so nothing is said when it cannot be used.
pub fn cache() -> Option<Cache> {
    let folder = match env::var_os(CACHE) {
        Some(chosen) if chosen == "off" => return None,
        Some(folder) => PathBuf::from(folder),
        None => user_cache()?.join("anjian"),
    };
    Cache::open(folder).ok()
}

/// The user's folder for what can be made again.
fn user_cache() -> Option<PathBuf> {
    let folder = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|folder| folder.is_absolute())
    };
    if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Caches"))
    } else {
        folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))
    }
}

/// Adds a plugin of a folder; it takes the place of a built-in one of its id.
fn put(all: &mut Vec<AtHand>, plugin: Plugin, path: PathBuf, progress: &Progress) {
    let id = &plugin.description().id;
    let built_in = all
        .iter()
        .position(|other| other.file.is_none() && other.plugin.description().id == *id);
    if let Some(old) = built_in.map(|at| all.remove(at)) {
        progress.say(format_args!(
            "plugin {id} {} of {} takes the place of the built-in {}",
            plugin.description().version,
            path.display(),
            old.plugin.description().version,
        ));
    }
    all.push(AtHand {
        plugin,
        file: Some(path),
    });
}

fn load(engine: &Engine, path: &Path) -> Result<Plugin, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    engine.load(&bytes).map_err(|error| error.to_string())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let fail = |cause| Error::PluginFolder {
        folder: folder.to_owned(),
        cause,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(Error::EmptyPluginFolder {
            folder: folder.to_owned(),
        });
    }
    files.sort();
    Ok(files)
}
