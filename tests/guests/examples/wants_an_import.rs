//! Asks the host for the time.

#![cfg_attr(
    target_family = "wasm",
    expect(
        unsafe_code,
        reason = "the glue between the contract and Rust is made here"
    )
)]

use bindings::exports::anjian::plugin::judge::{
    Assessment, Description, Guest, Outcome, Page, Refusal, Request, Text,
};

mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/0.1.0",
        inline: "
            package anjian:guests;
            world wants-an-import {
                import now: func() -> u64;
                export anjian:plugin/judge@0.1.0;
            }
        ",
        world: "anjian:guests/wants-an-import",
    });
}

/// See the file.
pub struct WantsAnImport;

impl Guest for WantsAnImport {
    fn describe() -> Description {
        Description {
            id: "test".to_owned(),
            version: "1.2.3".to_owned(),
            title: Text {
                zh: "测试".to_owned(),
                en: "test".to_owned(),
            },
            sections: Vec::new(),
            instruments: Vec::new(),
            rules: Vec::new(),
        }
    }

    fn explain(_rule: String) -> Option<Page> {
        None
    }

    fn evaluate(_request: Request) -> Result<Assessment, Refusal> {
        let outcome = if bindings::now().is_multiple_of(2) {
            Outcome::Satisfied
        } else {
            Outcome::Violated
        };
        Ok(Assessment {
            outcomes: vec![outcome],
            findings: Vec::new(),
            scores: Vec::new(),
            identifications: Vec::new(),
        })
    }
}

#[cfg(target_family = "wasm")]
bindings::export!(WantsAnImport with_types_in bindings);
