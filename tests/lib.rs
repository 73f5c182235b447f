//! The plugins that misbehave, for tests of other rooms.

include!(concat!(env!("OUT_DIR"), "/guests.rs"));

/// A guest of `tests/guests/examples` as a component.
pub fn guest(name: &str) -> Option<&'static [u8]> {
    macro_rules! find {
        ($guest:ident) => {
            if name == stringify!($guest) {
                return Some(include_bytes!(concat!(
                    env!("OUT_DIR"),
                    "/",
                    stringify!($guest),
                    ".wasm"
                )));
            }
        };
    }
    each_guest!(find);
    None
}
