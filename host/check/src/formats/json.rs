//! One JSON document; its schema is `schemas/report.schema.json`.

use std::io;

use anjian_model::{FilingReport, Head, REPORT_VERSION};

use super::Format;
use crate::{Checked, Checker, Tally};

/// The whole report as one document. `filings` is written as the run goes on,
/// so `summary` stands last.
pub struct Json;

impl Json {
    /// What stands before the first filing.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub fn head(&self, head: &Head, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(b"{\"report_version\":");
        serde_json::to_writer(&mut *out, REPORT_VERSION)?;
        out.extend_from_slice(b",\"plugins\":");
        serde_json::to_writer(&mut *out, &head.plugins)?;
        if let Some(profile) = &head.profile {
            out.extend_from_slice(b",\"profile\":");
            serde_json::to_writer(&mut *out, profile)?;
        }
        if !head.notes.is_empty() {
            out.extend_from_slice(b",\"notes\":");
            serde_json::to_writer(&mut *out, &head.notes)?;
        }
        out.extend_from_slice(b",\"filings\":[\n");
        Ok(())
    }

    /// One filing.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub fn report(&self, report: &FilingReport, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(out, report)?;
        Ok(())
    }

    /// What stands after the last filing.
    ///
    /// # Errors
    /// When a value cannot be written as JSON.
    pub fn tail(&self, tally: &Tally, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(b"\n],\"summary\":");
        serde_json::to_writer(&mut *out, &tally.summary)?;
        out.extend_from_slice(b"}\n");
        Ok(())
    }
}

impl Format for Json {
    fn begin(&self, checker: &Checker, out: &mut Vec<u8>) -> io::Result<()> {
        self.head(&checker.head(), out)
    }

    fn filing(&self, _: &Checker, checked: &Checked<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        self.report(&checked.report, out)
    }

    fn between(&self) -> &'static [u8] {
        b",\n"
    }

    fn end(&self, _: &Checker, tally: &Tally, out: &mut Vec<u8>) -> io::Result<()> {
        self.tail(tally, out)
    }
}
