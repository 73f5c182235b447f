//! One filing from bytes to an answer and what its receipt says.

use std::io;
use std::sync::Arc;

use anjian_check::formats::{Json, Ndjson};
use anjian_check::input::{Inputs, Piece};
use anjian_check::{ByDate, Tally, refused};
use anjian_model::{FilingReport, Head};

use crate::receipts::{Basis, Content, Entry, Form, sha256};

/// Who asked, in which request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) request: String,
    pub(crate) token: String,
}

/// A filing that was judged.
pub(crate) struct Judged {
    /// What goes out: a document, or a line with its end.
    pub(crate) answer: Vec<u8>,
    /// What its receipt will say.
    pub(crate) entry: Entry,
    /// What was said of it.
    pub(crate) report: FilingReport,
}

/// The one filing of a document, read as `anjian check -` reads standard
/// input; `None` when there are several.
pub(crate) fn one(bytes: Vec<u8>) -> Option<Piece> {
    let mut inputs = Inputs::new(["-".into()]).with_stdin(io::Cursor::new(bytes));
    let mut pieces = inputs.next_batch();
    let only = pieces.pop()?;
    pieces.is_empty().then_some(only)
}

/// Judges a filing as `anjian check` does, byte for byte.
///
/// # Errors
/// When a value cannot be written as JSON.
pub(crate) fn judge(
    checker: &ByDate,
    head: &Head,
    basis: &Arc<Basis>,
    asked: &Asked,
    form: Form,
    piece: Piece,
) -> io::Result<Judged> {
    let Piece { source, content } = piece;
    let checked = match &content {
        Ok(bytes) => checker.check(source, bytes),
        Err(problem) => refused(source, problem.clone()),
    };
    let mut answer = Vec::new();
    match form {
        Form::Json => {
            let mut tally = Tally::default();
            tally.add(&checked.report);
            Json.head(head, &mut answer)?;
            Json.report(&checked.report, &mut answer)?;
            Json.tail(&tally, &mut answer)?;
        }
        Form::Ndjson => Ndjson.report(&checked.report, &mut answer)?,
    }
    let submission_date = checked.document.as_ref().and_then(|document| {
        let at = document.find("/submission_date")?;
        document.string(at).map(|date| date.into_owned())
    });
    let report = checked.report;
    let entry = Entry {
        request: asked.request.clone(),
        token: asked.token.clone(),
        form,
        source: report.source.clone(),
        filing: content.ok().map(Content::new),
        basis: Arc::clone(basis),
        reference_date: report.reference_date.clone(),
        submission_date,
        verdict: report.verdict,
        report_sha256: sha256(&answer),
    };
    Ok(Judged {
        answer,
        entry,
        report,
    })
}
