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
    /// When there are some.
    pub fn new(parameters: &'f [u8]) -> Result<Self, Refusal> {
        none(parameters)?;
        Ok(Cache::default())
    }
}

/// For a plugin without parameters of its own: whoever sets some expects an
/// effect, and a word that is passed over in silence has none.
///
/// # Errors
/// When there are some.
pub fn none(parameters: &[u8]) -> Result<(), Refusal> {
    match parameters.trim_ascii() {
        b"" | b"{}" => Ok(()),
        _ => Err(Refusal::BadParameters(
            "it takes none; take its table out of the profile".to_owned(),
        )),
    }
}

/// No working is shown.
pub fn working<C>(_: &C, _: &mut Out) {}

#[cfg(test)]
mod tests {
    use super::none;

    #[test]
    fn a_plugin_without_parameters_takes_none() {
        for (parameters, fine) in [
            ("", true),
            ("{}", true),
            (" { } ", false),
            ("{\"division\":{}}", false),
            ("[]", false),
        ] {
            assert_eq!(none(parameters.as_bytes()).is_ok(), fine, "{parameters}");
        }
    }
}
