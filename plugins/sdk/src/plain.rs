//! What a plugin takes that has rows and nothing that computes.

use std::marker::PhantomData;

use crate::Out;

/// Computed values share nothing.
#[derive(Debug, Default)]
pub struct Cache<'f>(PhantomData<&'f ()>);

/// No working is shown.
pub fn working<C>(_: &C, _: &mut Out) {}
