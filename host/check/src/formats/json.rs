//! One JSON document; its schema is `schemas/report.schema.json`.

use std::io;

use anjian_model::REPORT_VERSION;

use super::Format;
use crate::{Checked, Checker, Tally};

/// The whole report as one document. `filings` is written as the run goes on,
/// so `summary` stands last.
pub struct Json;

impl Format for Json {
    fn begin(&self, checker: &Checker, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(b"{\"report_version\":");
        serde_json::to_writer(&mut *out, REPORT_VERSION)?;
        out.extend_from_slice(b",\"plugins\":");
        serde_json::to_writer(&mut *out, &checker.plugins_used())?;
        if let Some(profile) = checker.profile_used() {
            out.extend_from_slice(b",\"profile\":");
            serde_json::to_writer(&mut *out, &profile)?;
        }
        out.extend_from_slice(b",\"filings\":[\n");
        Ok(())
    }

    fn filing(&self, _: &Checker, checked: &Checked<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(out, &checked.report)?;
        Ok(())
    }

    fn between(&self) -> &'static [u8] {
        b",\n"
    }

    fn end(&self, _: &Checker, tally: &Tally, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(b"\n],\"summary\":");
        serde_json::to_writer(&mut *out, &tally.summary)?;
        out.extend_from_slice(b"}\n");
        Ok(())
    }
}
