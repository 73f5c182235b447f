//! From byte offsets to lines and columns.

/// A place in a file, both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// Bytes between two remembered places. A look-up reads at most this much, so
/// that a large file on one line stays cheap however many findings point into it.
const STEP: usize = 256;

/// Remembered places of a text, made once when the first finding asks.
#[derive(Debug)]
pub(super) struct Places {
    marks: Vec<(usize, Place)>,
}

impl Places {
    pub(super) fn new(text: &str, first_line: u32) -> Self {
        let mut at = 0;
        let mut place = Place {
            line: first_line,
            column: 1,
        };
        let mut marks = vec![(at, place)];
        while text.len() - at > STEP {
            let next = text.floor_char_boundary(at + STEP);
            place = walk(text.get(at..next).unwrap_or_default(), place);
            at = next;
            marks.push((at, place));
        }
        Self { marks }
    }

    pub(super) fn of(&self, text: &str, offset: usize) -> Place {
        let after = self.marks.partition_point(|(at, _)| *at <= offset);
        let mark = after.checked_sub(1).and_then(|i| self.marks.get(i));
        let &(at, place) = mark.unwrap_or(&(0, Place { line: 1, column: 1 }));
        walk(text.get(at..offset).unwrap_or_default(), place)
    }
}

fn walk(text: &str, mut place: Place) -> Place {
    for c in text.chars() {
        if c == '\n' {
            place.line = place.line.saturating_add(1);
            place.column = 1;
        } else {
            place.column = place.column.saturating_add(1);
        }
    }
    place
}

/// The place of a byte offset, when one place is all that is asked.
pub(super) fn of(text: &str, first_line: u32, offset: usize) -> Place {
    let offset = text.floor_char_boundary(offset.min(text.len()));
    walk(
        text.get(..offset).unwrap_or_default(),
        Place {
            line: first_line,
            column: 1,
        },
    )
}

/// The place that `serde_json` means: its columns count bytes, and it names
/// the byte read last.
pub(super) fn of_serde(text: &str, first_line: u32, error: &serde_json::Error) -> Place {
    let start: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    of(text, first_line, start + error.column().saturating_sub(1))
}
