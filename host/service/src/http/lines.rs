//! A stream of filings, one on each line, as it comes in.

use anjian_check::Source;
use anjian_check::input::{MAX_FILING, Piece, too_large};
use anjian_model::Problem;

/// Cuts what comes in into lines, and holds no more than the longest line
/// that is judged. Lines count as `anjian check -` counts them.
#[derive(Debug)]
pub(crate) struct Lines {
    /// What is not cut yet.
    held: Vec<u8>,
    /// Up to where there is no end of line.
    searched: usize,
    /// The line before is too long and has not ended.
    passing_over: bool,
    line: u32,
    max: usize,
}

impl Default for Lines {
    fn default() -> Self {
        Self::new(MAX_FILING)
    }
}

impl Lines {
    fn new(max: usize) -> Self {
        Self {
            held: Vec::new(),
            searched: 0,
            passing_over: false,
            line: 0,
            max,
        }
    }

    /// Takes what came in and gives the filings that are whole.
    pub(crate) fn push(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>) {
        self.held.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.held);
        let mut begin = 0;
        let mut search = self.searched;
        while let Some(end) = end_of_line(&held, search) {
            pieces.extend(self.line(held.get(begin..end).unwrap_or_default()));
            begin = end + 1;
            search = begin;
        }
        self.held = held;
        self.held.drain(..begin);
        if self.held.len() > self.max {
            self.passing_over = true;
            self.held.clear();
        }
        self.searched = self.held.len();
    }

    /// The filing after the last end of line, if there is one.
    pub(crate) fn end(&mut self) -> Option<Piece> {
        let last = std::mem::take(&mut self.held);
        if last.is_empty() && !self.passing_over {
            return None;
        }
        self.line(&last)
    }

    /// A line without its end; `None` for a blank one.
    fn line(&mut self, line: &[u8]) -> Option<Piece> {
        self.line = self.line.saturating_add(1);
        let source = Source {
            path: "-".to_owned(),
            line: Some(self.line),
        };
        if std::mem::take(&mut self.passing_over) || line.len() > self.max {
            let problem = Problem {
                line: Some(self.line),
                ..too_large(self.max)
            };
            return Some(Piece {
                source,
                content: Err(problem),
            });
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        (!line.trim_ascii().is_empty()).then(|| Piece {
            source,
            content: Ok(line.to_vec()),
        })
    }
}

fn end_of_line(bytes: &[u8], from: usize) -> Option<usize> {
    let unseen = bytes.get(from..)?;
    let at = unseen.iter().position(|byte| *byte == b'\n')?;
    Some(from + at)
}

#[cfg(test)]
mod tests {
    use anjian_check::input::Piece;
    use proptest::prelude::*;

    use super::Lines;

    fn show(pieces: &[Piece]) -> Vec<String> {
        let content = |piece: &Piece| match &piece.content {
            Ok(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Err(problem) => problem.code.clone(),
        };
        pieces
            .iter()
            .map(|piece| format!("{} {}", piece.source, content(piece)))
            .collect()
    }

    fn cut(text: &[u8], chunk: usize) -> Vec<String> {
        let mut lines = Lines::new(8);
        let mut pieces = Vec::new();
        for bytes in text.chunks(chunk) {
            lines.push(bytes, &mut pieces);
        }
        pieces.extend(lines.end());
        show(&pieces)
    }

    #[test]
    fn lines_are_counted_and_blank_ones_left_out() {
        for (text, expect) in [
            ("", &[][..]),
            ("a", &["-#1 a"]),
            ("a\n", &["-#1 a"]),
            ("a\r\n\n  \nb", &["-#1 a", "-#4 b"]),
            (
                "12345678\n123456789\nc\n",
                &["-#1 12345678", "-#2 too_large", "-#3 c"],
            ),
            ("a\n1234567890123456789", &["-#1 a", "-#2 too_large"]),
            ("1234567890123456789\n", &["-#1 too_large"]),
        ] {
            for chunk in [1, 2, 3, 100] {
                assert_eq!(cut(text.as_bytes(), chunk), expect, "{text:?} by {chunk}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_cut_does_not_depend_on_how_bytes_come_in(
            text in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'x')], 0..60),
            chunk in 1_usize..20,
        ) {
            prop_assert_eq!(cut(&text, chunk), cut(&text, 1_000));
        }
    }
}
