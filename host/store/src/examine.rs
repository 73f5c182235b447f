//! A component on its way: staged, verified, compiled, self-tested, and then
//! into the shadow or at once to judge.

use std::any::Any;
use std::borrow::Cow;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use anjian_runtime::Plugin;

use crate::change::Keep;
use crate::error::StoreError;
use crate::journal::Journal;
use crate::self_test;
use crate::settings::Promotion;
use crate::state::{Loaded, State, lock};
use crate::store::{Keys, Store, describe};
use crate::swap::known;
use crate::version::{Origin, Stage, Standing, VersionId, VersionStatus};

/// A component that passed its self-test.
pub(crate) struct Passed {
    id: VersionId,
    loaded: Loaded,
    /// Nobody put it there now: it was refused before, and passes now.
    again: bool,
}

/// What became of a component.
pub(crate) enum Examined {
    /// It goes on to judge, or into the shadow.
    Passed(Passed),
    /// It is refused, or is examined, in the shadow or active already.
    Settled,
    /// The disk did not take it, which is not its fault.
    NotKept(StoreError),
}

/// Why a component does not pass.
enum Failed {
    At(Stage, String),
    NotKept(StoreError),
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
    /// wait for. `again` where it was refused and nobody has put it there since.
    pub(crate) fn examine(
        &self,
        component: Vec<u8>,
        signatures: Vec<String>,
        origin: Origin,
        again: bool,
    ) -> Examined {
        let id = VersionId::of(&component);
        let Some(tested) = self.staged(&id, origin) else {
            return Examined::Settled;
        };
        let stages = || self.stages(&id, &component, &signatures, tested);
        // What breaks here would end the watch, or each start with this file.
        let failed = match panic::catch_unwind(AssertUnwindSafe(stages)) {
            Ok(Ok(plugin)) => {
                let loaded = Loaded {
                    plugin,
                    component: Cow::Owned(component),
                    signatures,
                };
                return Examined::Passed(Passed { id, loaded, again });
            }
            Ok(Err(failed)) => failed,
            Err(panic) => Failed::At(Stage::Compiled, broke_down(&*panic)),
        };
        let (stage, reason) = match &failed {
            Failed::At(stage, reason) => (*stage, reason.clone()),
            Failed::NotKept(error) => (Stage::SelfTested, error.to_string()),
        };
        self.refuse(&mut lock(&self.state), &id, stage, &reason);
        match failed {
            Failed::At(..) => Examined::Settled,
            Failed::NotKept(error) => Examined::NotKept(error),
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
    ) -> Result<Plugin, Failed> {
        let at = |stage| move |reason: String| Failed::At(stage, reason);
        let signed_by = self
            .signers(component, signatures, self.today(), Keys::Now)
            .map_err(at(Stage::Verified))?;
        self.engine
            .inspect(component)
            .map_err(|error| Failed::At(Stage::Verified, error.to_string()))?;
        let verified = match signed_by.is_empty() {
            true => "it is not signed, which the operator allows; it asks the host for nothing"
                .to_owned(),
            false => format!(
                "signed by {}; it asks the host for nothing",
                signed_by.join(", ")
            ),
        };
        self.tell(id, Stage::Verified, &verified, |version| {
            version.signed_by = signed_by;
        });
        let plugin = self
            .engine
            .load(component)
            .map_err(|error| Failed::At(Stage::Compiled, error.to_string()))?;
        let rules = plugin.description().rules.len();
        let compiled = format!("it describes {rules} rules");
        self.tell(id, Stage::Compiled, &compiled, |version| {
            describe(version, &plugin);
        });
        let said = match tested {
            true => "it passed before".to_owned(),
            false => {
                let limit = Duration::from_millis(self.settings.self_test_ms);
                self_test::run(&plugin, &self.today().to_string(), limit)
                    .map_err(at(Stage::SelfTested))?
            }
        };
        // What judges must be there for replay, however late.
        self.archive
            .put(id, component, signatures)
            .map_err(Failed::NotKept)?;
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

    /// A version that failed a stage does not judge.
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
    ///
    /// # Errors
    /// When it does not fit beside the others, or cannot be kept. It is refused
    /// then.
    pub(crate) fn admit(&self, passed: Passed) -> Result<(), StoreError> {
        let Passed { id, loaded, again } = passed;
        let mut state = lock(&self.state);
        let state = &mut *state;
        state.loaded.insert(id.clone(), loaded);
        if again && let Some(later) = later(state, &id) {
            let reason = format!("it passes now; {later}, which is later, goes on in its place");
            self.ready(state, &id, Stage::SelfTested, &reason);
            return Ok(());
        }
        let at_once = self.settings.promotion == Promotion::AtOnce;
        if at_once && self.settings.four_eyes {
            let reason = "it waits for a second person to activate it";
            self.ready(state, &id, Stage::SelfTested, reason);
            return Ok(());
        }
        let (stage, admitted) = match at_once {
            true => {
                let begun = self.begin(state, &id, "it passed all stages", None);
                (Stage::Active, begun)
            }
            false => (Stage::Shadow, self.begin_shadow(state, &id)),
        };
        if let Err(error) = &admitted {
            self.refuse(state, &id, stage, &error.to_string());
        }
        admitted
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

/// A later version of the same plugin that judges, or does so in the shadow.
/// What passes only because something else changed takes no place of it.
fn later(state: &State, id: &VersionId) -> Option<String> {
    let number = |version: &VersionStatus| {
        let number = version.version.as_deref()?;
        semver::Version::parse(number).ok()
    };
    let own = state.journal.version(id)?;
    let mut others = state.journal.versions.iter().filter(|other| {
        matches!(other.standing, Standing::Active | Standing::Shadow)
            && other.plugin == own.plugin
            && number(other) > number(own)
    });
    others.next().map(VersionStatus::name)
}

/// What a panic says, for people.
fn broke_down(panic: &(dyn Any + Send)) -> String {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it does not say why");
    format!(
        "the host broke down over it ({message}); this is for the author of the host, who needs \
         the file"
    )
}
