//! One line for each filing, for pipes.

use std::io;

use anjian_model::{PluginUsed, ProfileUsed, REPORT_VERSION, Summary};
use serde::Serialize;

use super::Format;
use crate::{Checked, Checker, Tally};

/// One line for each filing, in the form of the JSON report's `filings`, and a
/// last line with its other members: a verdict without the digest of the
/// plugin behind it could not be reproduced.
pub struct Ndjson;

#[derive(Serialize)]
struct Last<'t> {
    report_version: &'static str,
    plugins: Vec<PluginUsed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileUsed>,
    summary: &'t Summary,
}

impl Format for Ndjson {
    fn begin(&self, _: &Checker, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }

    fn filing(&self, _: &Checker, checked: &Checked<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &checked.report)?;
        out.push(b'\n');
        Ok(())
    }

    fn end(&self, checker: &Checker, tally: &Tally, out: &mut Vec<u8>) -> io::Result<()> {
        let last = Last {
            report_version: REPORT_VERSION,
            plugins: checker.plugins_used(),
            profile: checker.profile_used(),
            summary: &tally.summary,
        };
        serde_json::to_writer(&mut *out, &last)?;
        out.push(b'\n');
        Ok(())
    }
}
