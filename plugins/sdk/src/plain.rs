//! What a plugin takes that has rows and nothing that computes.

use std::marker::PhantomData;

use crate::Out;
use crate::contract::Refusal;

/// Computed values share nothing.
#[derive(Debug, Default)]
pub struct Cache<'f>(PhantomData<&'f ()>);

impl<'f> Cache<'f> {
    /// Rows take no local parameters.
    ///
    /// # Errors
    /// None; a plugin with parameters of its own refuses what it cannot read.
    pub fn new(_parameters: &'f [u8]) -> Result<Self, Refusal> {
        Ok(Cache::default())
    }
}

/// No working is shown.
pub fn working<C>(_: &C, _: &mut Out) {}
