//! Lines of a stream, with a bound.

use std::io::{self, BufRead};

use serde::de::IgnoredAny;

/// One line of a stream.
pub(super) enum Line {
    /// Without its end.
    Whole(Vec<u8>),
    /// The same, of the last line, which has no end.
    Last(Vec<u8>),
    /// Longer than allowed; it was passed over.
    TooLong,
    /// There are no more.
    End,
}

/// Reads a line without holding more than `max` bytes of it.
pub(super) fn next_line(reader: &mut dyn BufRead, max: usize) -> io::Result<Line> {
    let mut line = Vec::new();
    let mut any = false;
    let mut ended = false;
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
            ended = true;
            break;
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(match (any, too_long, ended) {
        (false, ..) => Line::End,
        (true, true, _) => Line::TooLong,
        (true, false, true) => Line::Whole(line),
        (true, false, false) => Line::Last(line),
    })
}

/// What stands behind the part of standard input that is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nobody knows yet.
    MayCome,
    /// More than is looked at.
    TooMuch,
    Nothing,
}

/// Whether standard input is a stream of filings rather than one document:
/// one of its first two lines is a whole object that starts at the margin,
/// and there is more than that line. The second line counts so that a stream
/// with a broken first line is still read line by line. `None`: what came so
/// far does not say.
pub(super) fn is_stream(head: &[u8], rest: Rest) -> Option<bool> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines = head
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty());
    let (first, second, third) = (lines.next(), lines.next(), lines.next());
    let open = |line: &[u8]| rest == Rest::MayCome && !line.ends_with(b"\n");
    let whole =
        |line: &[u8]| line.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok();
    // A first line that fills the whole of what was looked at is either one
    // document without line ends or a line too long to tell; a document is
    // the safe reading, for it is refused as a whole when it is none.
    let unsaid = (rest != Rest::MayCome).then_some(false);
    let Some(first) = first else {
        return unsaid;
    };
    if open(first) {
        return None;
    }
    match (second, third) {
        (None, _) => unsaid,
        (Some(_), _) if whole(first) => Some(true),
        (Some(second), _) if !second.starts_with(b"{") => Some(false),
        (Some(second), _) if open(second) => None,
        (Some(second), None) if rest != Rest::MayCome => {
            Some(rest == Rest::Nothing && whole(second))
        }
        (Some(_), None) => None,
        (Some(second), Some(_)) => Some(whole(second)),
    }
}
