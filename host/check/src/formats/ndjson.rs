//! One line for each filing, for pipes.

use std::io;

use anjian_model::{FilingReport, Head, Note, PluginUsed, ProfileUsed, REPORT_VERSION, Summary};
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
    plugins: &'t [PluginUsed],
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'t ProfileUsed>,
    #[serde(skip_serializing_if = "<[Note]>::is_empty")]
    notes: &'t [Note],
    summary: &'t Summary,
}

impl Ndjson {
    /// One filing.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub fn report(&self, report: &FilingReport, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(&mut *out, report)?;
        out.push(b'\n');
        Ok(())
    }

    /// The last line.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub fn tail(&self, head: &Head, tally: &Tally, out: &mut Vec<u8>) -> io::Result<()> {
        let last = Last {
            report_version: REPORT_VERSION,
            plugins: &head.plugins,
            profile: head.profile.as_ref(),
            notes: &head.notes,
            summary: &tally.summary,
        };
        serde_json::to_writer(&mut *out, &last)?;
        out.push(b'\n');
        Ok(())
    }
}

impl Format for Ndjson {
    fn begin(&self, _: &Checker, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }

    fn filing(&self, _: &Checker, checked: &Checked<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        self.report(&checked.report, out)
    }

    fn end(&self, checker: &Checker, tally: &Tally, out: &mut Vec<u8>) -> io::Result<()> {
        self.tail(&checker.head(), tally, out)
    }
}
