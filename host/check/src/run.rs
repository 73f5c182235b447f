//! A run over many filings: read, judge and render side by side, write in order.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::formats::Format;
use crate::input::{Inputs, Piece};
use crate::{Checked, Checker, Tally, refused};

/// Filings that one worker takes at a time. Handing out single filings of ten
/// microseconds would cost more than some of them.
const CHUNK: usize = 8;

/// How a run ended.
#[derive(Debug)]
pub struct Ran {
    /// Counts over what was judged.
    pub tally: Tally,
    /// Whether it was stopped before the end.
    pub interrupted: bool,
}

/// Judges all inputs and writes them in their order, on the threads of the
/// current rayon pool. The output does not depend on their number. When
/// `stop` is set, what was read by then is judged and the document is closed.
/// Each batch is written out before the next, and `progress` is called.
///
/// # Errors
/// When `out` cannot be written.
pub fn run(
    checker: &Checker,
    mut inputs: Inputs,
    format: &dyn Format,
    out: &mut dyn Write,
    stop: &AtomicBool,
    mut progress: impl FnMut(&Tally),
) -> io::Result<Ran> {
    let mut tally = Tally::default();
    let mut part = Vec::new();
    format.begin(checker, &mut part)?;
    out.write_all(&part)?;
    let mut first = true;
    let mut batch = inputs.next_batch();
    let mut stopped = false;
    while !batch.is_empty() && !stopped {
        // Read before, for a batch that was read may be all there was.
        stopped = stop.load(Ordering::Relaxed);
        let (judged, next) =
            rayon::join(|| judge(checker, &batch, format), || inputs.ready_batch());
        for part in judged {
            let (bytes, counts) = part?;
            if !bytes.is_empty() {
                if !first {
                    out.write_all(format.between())?;
                }
                first = false;
                out.write_all(&bytes)?;
            }
            tally.merge(counts);
        }
        out.flush()?;
        progress(&tally);
        batch = next.unwrap_or_else(|| inputs.next_batch());
    }
    let mut part = Vec::new();
    format.end(checker, &tally, &mut part)?;
    out.write_all(&part)?;
    out.flush()?;
    Ok(Ran {
        tally,
        interrupted: !batch.is_empty() || inputs.was_cut(),
    })
}

fn judge(
    checker: &Checker,
    batch: &[Piece],
    format: &dyn Format,
) -> Vec<io::Result<(Vec<u8>, Tally)>> {
    batch
        .par_chunks(CHUNK)
        .map(|pieces| {
            let mut bytes = Vec::new();
            let mut tally = Tally::default();
            for piece in pieces {
                let checked = check(checker, piece);
                tally.add(&checked.report);
                let before = bytes.len();
                if before > 0 {
                    bytes.extend_from_slice(format.between());
                }
                let start = bytes.len();
                format.filing(checker, &checked, &mut bytes)?;
                if bytes.len() == start {
                    bytes.truncate(before);
                }
            }
            Ok((bytes, tally))
        })
        .collect()
}

fn check<'p>(checker: &Checker, piece: &'p Piece) -> Checked<'p> {
    match &piece.content {
        Ok(bytes) => checker.check(piece.source.clone(), bytes),
        Err(problem) => refused(piece.source.clone(), problem.clone()),
    }
}
