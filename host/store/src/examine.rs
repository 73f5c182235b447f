//! A component on its way: staged, verified, compiled, self-tested, and then
//! into the shadow or at once to judge.

use std::borrow::Cow;
use std::time::Duration;

use anjian_runtime::LoadError;

use crate::change::Keep;
use crate::journal::Journal;
use crate::self_test;
use crate::settings::Promotion;
use crate::state::{Loaded, State, lock};
use crate::store::{Store, describe};
use crate::swap::known;
use crate::version::{Origin, Stage, Standing, VersionId, VersionStatus};

/// A component that passed its self-test.
pub(crate) struct Passed {
    pub(crate) id: VersionId,
    loaded: Loaded,
}

impl Passed {
    /// Of several that are found at once the latest version comes last.
    pub(crate) fn order(&self) -> impl Ord + use<> {
        let description = self.loaded.plugin.description();
        let version = semver::Version::parse(&description.version).ok();
        (description.id.clone(), version, self.id.clone())
    }
}

impl Store {
    /// Examines a component up to its self-test, without holding what others
    /// wait for. `None` when it is refused, or is examined, in the shadow or
    /// active already.
    pub(crate) fn examine(
        &self,
        component: Vec<u8>,
        signatures: Vec<String>,
        origin: Origin,
    ) -> Option<Passed> {
        let id = VersionId::of(&component);
        let tested = self.staged(&id, origin)?;
        match self.stages(&id, &component, &signatures, tested) {
            Ok(plugin) => Some(Passed {
                id,
                loaded: Loaded {
                    plugin,
                    component: Cow::Owned(component),
                    signatures,
                },
            }),
            Err((stage, reason)) => {
                self.refuse(&mut lock(&self.state), &id, stage, &reason);
                None
            }
        }
    }

    /// Notes a version as staged; says whether it passed its self-test before.
    fn staged(&self, id: &VersionId, origin: Origin) -> Option<bool> {
        let mut state = lock(&self.state);
        let from = match &origin {
            Origin::BuiltIn => "it comes with the program".to_owned(),
            Origin::File(file) => format!("found as {file}"),
            Origin::Submitted(who) => format!("submitted by {who}"),
        };
        let step = self.step(Stage::Staged, true, from, None);
        let journal = &mut state.journal;
        let Some(version) = journal.version_mut(id) else {
            let mut version = VersionStatus::new(id.clone(), origin);
            version.step(step);
            journal.versions.push(version);
            return Some(false);
        };
        let tested = match version.standing {
            Standing::Ready => true,
            Standing::Refused => {
                version.origin = origin;
                false
            }
            _ => return None,
        };
        version.standing = Standing::Staging;
        version.step(step);
        Some(tested)
    }

    fn stages(
        &self,
        id: &VersionId,
        component: &[u8],
        signatures: &[String],
        tested: bool,
    ) -> Result<anjian_runtime::Plugin, (Stage, String)> {
        let signed_by = self
            .signers(component, signatures, self.today())
            .map_err(|reason| (Stage::Verified, reason))?;
        let plugin = self
            .engine
            .load(component)
            .map_err(|error| (stage_of(&error), error.to_string()))?;
        let verified = match signed_by.is_empty() {
            true => "it is not signed, which the operator allows; it asks the host for nothing"
                .to_owned(),
            false => format!(
                "signed by {}; it asks the host for nothing",
                signed_by.join(", ")
            ),
        };
        let rules = plugin.description().rules.len();
        let compiled = format!("it describes {rules} rules");
        self.tell(id, Stage::Verified, &verified, |version| {
            version.signed_by = signed_by;
            describe(version, &plugin);
        });
        self.tell(id, Stage::Compiled, &compiled, |_| {});
        let said = match tested {
            true => "it passed before".to_owned(),
            false => {
                let limit = Duration::from_millis(self.settings.self_test_ms);
                self_test::run(&plugin, &self.today().to_string(), limit)
                    .map_err(|reason| (Stage::SelfTested, reason))?
            }
        };
        // What judges must be there for replay, however late.
        self.archive
            .put(id, component, signatures)
            .map_err(|error| (Stage::SelfTested, error.to_string()))?;
        self.tell(id, Stage::SelfTested, &said, |_| {});
        Ok(plugin)
    }

    /// Notes a stage that went well.
    fn tell(
        &self,
        id: &VersionId,
        stage: Stage,
        reason: &str,
        more: impl FnOnce(&mut VersionStatus),
    ) {
        let step = self.step(stage, true, reason, None);
        if let Some(version) = lock(&self.state).journal.version_mut(id) {
            more(version);
            version.step(step);
        }
    }

    /// A version that failed a stage never judges.
    pub(crate) fn refuse(&self, state: &mut State, id: &VersionId, stage: Stage, reason: &str) {
        let step = self.step(stage, false, reason, None);
        // Nothing that judges changes, so nothing can fail but the disk, and
        // that is noted.
        let _ = self.change(state, Keep::Try, |journal| {
            let Some(version) = journal.version_mut(id) else {
                return;
            };
            version.standing = Standing::Refused;
            version.step(step);
            // What never said which plugin it is, and was only submitted,
            // concerns nobody but its sender.
            if version.plugin.is_some() || matches!(version.origin, Origin::File(_)) {
                journal.unsettled.insert(id.clone());
            }
        });
    }

    /// Lets a version that passed go on, as the operator decided.
    pub(crate) fn admit(&self, passed: Passed) {
        let Passed { id, loaded } = passed;
        let mut state = lock(&self.state);
        let state = &mut *state;
        state.loaded.insert(id.clone(), loaded);
        let at_once = self.settings.promotion == Promotion::AtOnce;
        if at_once && self.settings.four_eyes {
            let reason = "it waits for a second person to activate it";
            return self.ready(state, &id, Stage::SelfTested, reason);
        }
        if !at_once {
            if let Err(error) = self.begin_shadow(state, &id) {
                self.refuse(state, &id, Stage::Shadow, &error.to_string());
            }
            return;
        }
        if let Err(error) = self.begin(state, &id, "it passed all stages", None) {
            self.refuse(state, &id, Stage::Active, &error.to_string());
        }
    }

    fn ready(&self, state: &mut State, id: &VersionId, stage: Stage, reason: &str) {
        let step = self.step(stage, true, reason, None);
        let edit = |journal: &mut Journal| {
            if let Some(version) = journal.version_mut(id) {
                version.standing = Standing::Ready;
                version.step(step);
            }
        };
        let _ = self.change(state, Keep::Try, edit);
    }

    /// Why a version was refused, if it was.
    pub(crate) fn refusal(&self, id: &VersionId) -> Option<(Stage, String)> {
        let state = lock(&self.state);
        let version = known(&state, id).ok()?;
        let step = version.steps.last()?;
        let refused = version.standing == Standing::Refused;
        refused.then(|| (step.stage, step.reason.clone()))
    }
}

/// The stage at which a component failed that is no plugin.
fn stage_of(error: &LoadError) -> Stage {
    match error {
        LoadError::Unsupported { .. }
        | LoadError::DescribeFailed(_)
        | LoadError::BadDescription { .. } => Stage::Compiled,
        // Found out before anything was compiled.
        _ => Stage::Verified,
    }
}
