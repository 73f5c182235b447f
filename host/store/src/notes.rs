//! What whoever reads a report should know of the plugins that judged.

use anjian_check::Profile;
use anjian_model::{Note, NoteKind, Text};

use crate::line_up::InUse;
use crate::state::State;
use crate::version::{Origin, Stage, Standing, VersionStatus};

/// All notes, in an order that does not depend on when things happened.
pub(crate) fn notes(state: &State, plugins: &[InUse], profile: Option<&Profile>) -> Vec<Note> {
    let mut notes = Vec::new();
    notes.extend(profile.and_then(unsigned_profile));
    notes.extend(plugins.iter().filter_map(unsigned));
    notes.extend(plugins.iter().filter_map(|used| file_gone(state, used)));
    let journal = &state.journal;
    for id in &journal.unsettled {
        if let Some(version) = journal.version(id) {
            notes.extend(unsettled(state, version, plugins));
        }
    }
    for (file, cause) in &state.unreadable {
        notes.push(Note {
            kind: NoteKind::FileUnreadable,
            plugin: None,
            text: Text {
                zh: format!("插件文件 {file} 无法读取（{cause}）"),
                en: format!("the file {file} cannot be read ({cause})"),
            },
        });
    }
    if let Some(cause) = &state.folder_gone {
        notes.push(Note {
            kind: NoteKind::FolderGone,
            plugin: None,
            text: Text {
                zh: format!("插件目录无法读取（{cause}）；在用版本继续使用"),
                en: format!(
                    "the folder of plugins cannot be read ({cause}); the active versions judge on"
                ),
            },
        });
    }
    if let Some(cause) = &state.not_kept {
        notes.push(Note {
            kind: NoteKind::NotKept,
            plugin: None,
            text: Text {
                zh: format!("插件状态无法保存（{cause}）；重启后将不知道此前的变更"),
                en: format!(
                    "what was decided about plugins cannot be kept ({cause}); a restart would \
                     not know of it"
                ),
            },
        });
    }
    notes
}

fn unsigned_profile(profile: &Profile) -> Option<Note> {
    let id = &profile.id;
    profile.signed_by.is_empty().then(|| Note {
        kind: NoteKind::Unsigned,
        plugin: None,
        text: Text {
            zh: format!("配置 {id} 未经签名，由运行者允许使用"),
            en: format!("the profile {id} is not signed; the operator allows it"),
        },
    })
}

fn unsigned(used: &InUse) -> Option<Note> {
    let InUse { id, version, .. } = used;
    (!used.built_in && used.signed_by.is_empty()).then(|| Note {
        kind: NoteKind::Unsigned,
        plugin: Some(id.clone()),
        text: Text {
            zh: format!("插件 {id} {version} 未经签名，由运行者允许使用"),
            en: format!("plugin {id} {version} is not signed; the operator allows it"),
        },
    })
}

fn file_gone(state: &State, used: &InUse) -> Option<Note> {
    let files = &state.journal.files;
    let of_it = || {
        files
            .iter()
            .filter(|(_, seen)| seen.id.as_str() == used.sha256)
    };
    if of_it().any(|(_, seen)| !seen.gone) {
        return None;
    }
    let (file, _) = of_it().next()?;
    let InUse { id, version, .. } = used;
    Some(Note {
        kind: NoteKind::FileGone,
        plugin: Some(id.clone()),
        text: Text {
            zh: format!(
                "插件 {id} {version} 的文件 {file} 已被删除；该版本继续使用，停用须由人决定"
            ),
            en: format!(
                "the file {file} of plugin {id} {version} was deleted; the version judges on until \
                 somebody retires it"
            ),
        },
    })
}

/// About a version that failed.
fn unsettled(state: &State, version: &VersionStatus, plugins: &[InUse]) -> Option<Note> {
    let name = version.name();
    let judges = version.plugin.as_ref().and_then(|plugin| {
        let used = plugins.iter().rfind(|used| used.id == *plugin)?;
        Some((&used.version, used.sha256 == version.id.as_str()))
    });
    let (zh, en) = match judges {
        Some((active, false)) => (
            format!("；继续使用版本 {active}"),
            format!("; version {active} judges"),
        ),
        None if version.plugin.is_some() => (
            "；该插件没有可用的版本".to_owned(),
            "; no version of the plugin judges".to_owned(),
        ),
        _ => (String::new(), String::new()),
    };
    let reason = version.reason();
    let (kind, text) = match version.standing {
        Standing::Refused => {
            let stage = version
                .steps
                .last()
                .map_or(Stage::Staged, |step| step.stage);
            let stage = stage.name();
            let from = match &version.origin {
                Origin::File(file) if *file != name => format!(" ({file})"),
                _ => String::new(),
            };
            (
                NoteKind::LastGoodKept,
                Text {
                    zh: format!("{name}{from} 在 {stage} 阶段被拒绝（{reason}）{zh}"),
                    en: format!("{name}{from} was refused at the stage `{stage}` ({reason}){en}"),
                },
            )
        }
        Standing::Held => (
            NoteKind::Held,
            Text {
                zh: format!("{name} 在影子运行中差异过大，暂不启用（{reason}）{zh}"),
                en: format!("{name} is held ({reason}){en}"),
            },
        ),
        Standing::Quarantined => (
            NoteKind::Quarantined,
            Text {
                zh: format!("{name} 已被隔离（{reason}）{zh}"),
                en: format!("{name} is quarantined ({reason}){en}"),
            },
        ),
        // It faulted too often, and nothing could take its place.
        Standing::Active => (
            NoteKind::Faulty,
            Text {
                zh: format!("{name} 多次出错，但没有更早的版本可用（{reason}）"),
                en: format!("{name} keeps breaking, and there is no earlier version ({reason})"),
            },
        ),
        Standing::Staging | Standing::Shadow | Standing::Ready => return None,
    };
    let known = state.journal.version(&version.id)?;
    Some(Note {
        kind,
        plugin: known.plugin.clone(),
        text,
    })
}
