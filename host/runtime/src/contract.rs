//! The versions of the contract that this host speaks.

use anjian_model::{Assessment, Description, Page, Request};
use semver::Version;
use wasmtime::Store;
use wasmtime::component::Component;

use crate::fault::Fault;
use crate::limits::{Guard, Limits};
use crate::load::LoadError;
use crate::v0_1_0;

/// What a plugin exports, up to its version.
pub(crate) const INTERFACE: &str = "anjian:plugin/judge";

/// Oldest first. A released version stays here.
const SPOKEN: &[Version] = &[v0_1_0::VERSION];

/// A plugin by the version that it speaks.
pub(crate) enum Contract {
    V0_1_0(v0_1_0::Judge),
}

/// The version to speak with a plugin that offers these.
pub(crate) fn choose(offered: &[Version]) -> Result<Version, LoadError> {
    if let Some(version) = SPOKEN.iter().rev().find(|v| offered.contains(v)) {
        return Ok(version.clone());
    }
    let (Some(plugin), [oldest, .., newest] | [oldest @ newest]) = (offered.iter().max(), SPOKEN)
    else {
        return Err(LoadError::NotAPlugin);
    };
    if plugin > newest {
        Err(LoadError::NewerThanHost {
            plugin: plugin.to_string(),
            host: newest.to_string(),
        })
    } else {
        Err(LoadError::TooOld {
            plugin: plugin.to_string(),
            oldest: oldest.to_string(),
        })
    }
}

impl Contract {
    /// Links a component that offers `version`, as chosen by [`choose`].
    pub(crate) fn link(version: &Version, component: &Component) -> Result<Self, LoadError> {
        if *version == v0_1_0::VERSION {
            return v0_1_0::Judge::link(component).map(Self::V0_1_0);
        }
        Err(LoadError::NotAPlugin)
    }

    pub(crate) fn describe(
        &self,
        store: &mut Store<Guard>,
        limits: &Limits,
    ) -> Result<Description, Fault> {
        match self {
            Self::V0_1_0(judge) => judge.describe(store, limits),
        }
    }

    pub(crate) fn explain(
        &self,
        store: &mut Store<Guard>,
        limits: &Limits,
        rule: &str,
    ) -> Result<Option<Page>, Fault> {
        match self {
            Self::V0_1_0(judge) => judge.explain(store, limits, rule),
        }
    }

    pub(crate) fn evaluate(
        &self,
        store: &mut Store<Guard>,
        limits: &Limits,
        request: Request<'_>,
    ) -> Result<Assessment, Fault> {
        match self {
            Self::V0_1_0(judge) => judge.evaluate(store, limits, request),
        }
    }
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::{SPOKEN, choose};
    use crate::load::LoadError;

    fn offered(versions: &[&str]) -> Vec<Version> {
        versions
            .iter()
            .map(|v| Version::parse(v).unwrap())
            .collect()
    }

    #[test]
    fn the_newest_version_that_both_speak() {
        for version in SPOKEN {
            let chosen = choose(&offered(&["0.0.1", &version.to_string(), "99.0.0"])).unwrap();
            assert_eq!(chosen, *version);
        }
    }

    #[test]
    fn newer_and_older_are_different_refusals() {
        for newer in ["0.1.1", "0.2.0", "99.0.0"] {
            let refusal = choose(&offered(&[newer])).unwrap_err();
            assert!(
                matches!(&refusal, LoadError::NewerThanHost { plugin, .. } if plugin == newer),
                "{refusal:?}"
            );
        }
        for older in ["0.0.1", "0.1.0-draft"] {
            let refusal = choose(&offered(&[older])).unwrap_err();
            assert!(
                matches!(&refusal, LoadError::TooOld { plugin, .. } if plugin == older),
                "{refusal:?}"
            );
        }
        assert!(matches!(choose(&[]), Err(LoadError::NotAPlugin)));
    }

    #[test]
    fn versions_stand_oldest_first() {
        assert!(SPOKEN.is_sorted());
    }
}
