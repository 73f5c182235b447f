//! The plugins that misbehave a client and a full disk, for tests of other rooms.

pub mod disk;
pub mod http;

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
