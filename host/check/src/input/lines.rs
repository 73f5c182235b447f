//! Lines of a stream, with a bound.

use std::io::{self, BufRead};

use serde::de::IgnoredAny;

/// One line of a stream.
pub(super) enum Line {
    /// Without its end.
    Whole(Vec<u8>),
    /// Longer than allowed; it was passed over.
    TooLong,
    /// There are no more.
    End,
}

/// Reads a line without holding more than `max` bytes of it.
pub(super) fn next_line(reader: &mut dyn BufRead, max: usize) -> io::Result<Line> {
    let mut line = Vec::new();
    let mut any = false;
    let mut too_long = false;
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            break;
        }
        any = true;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = buffer
            .get(..end.unwrap_or(buffer.len()))
            .unwrap_or_default();
        too_long |= line.len() + part.len() > max;
        if !too_long {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        reader.consume(used);
        if end.is_some() {
            break;
        }
    }
    Ok(match (any, too_long) {
        (false, _) => Line::End,
        (true, true) => Line::TooLong,
        (true, false) => {
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            Line::Whole(line)
        }
    })
}

/// Whether standard input is a stream of filings rather than one document:
/// one of its first two lines is a whole object that starts at the margin,
/// and there is more than that line. The second line counts so that a stream
/// with a broken first line is still read line by line.
pub(super) fn is_stream(head: &[u8], complete: bool) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines = head
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty());
    let (first, second, third) = (lines.next(), lines.next(), lines.next());
    let whole = |line: Option<&[u8]>| {
        line.is_some_and(|line| {
            line.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
        })
    };
    // A first line that fills the whole of what was looked at is either one
    // document without line ends or a line too long to tell; a document is
    // the safe reading, for it is refused as a whole when it is none.
    match (second, third) {
        (None, _) => false,
        (Some(_), None) => whole(first) || (complete && whole(second)),
        (Some(_), Some(_)) => whole(first) || whole(second),
    }
}
