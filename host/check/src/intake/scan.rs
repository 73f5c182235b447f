//! Reads the places of values from text that is known to be JSON.

use std::borrow::Cow;
use std::collections::HashMap;

use super::document::{Document, Entry, Index, Kind};
use super::number::{self, NumberFault};
use super::{MAX_DEPTH, document};

/// What is wrong with a single value; the rest of the filing can be judged.
#[derive(Debug)]
pub(super) enum Defect {
    /// A member name stands in its object again.
    Repeated {
        first: Index,
        again: Index,
        /// The member before it: what lies between is cut out for plugins.
        before: Index,
    },
    /// A number that cannot be calculated with exactly.
    Number { at: Index, fault: NumberFault },
}

impl Defect {
    pub(super) fn blank(&self, document: &mut Document<'_>) {
        match self {
            Self::Repeated {
                first,
                again,
                before,
            } => {
                document.blank(*first);
                document.cut(*before, *again);
            }
            Self::Number { at, .. } => document.blank(*at),
        }
    }
}

/// Why a text is given up, with the offset.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    TooDeep(usize),
    /// An escape that is half of a character: the grammar allows it, but it is
    /// no text.
    Surrogate(usize),
}

/// The tape of the text, which is known to follow the grammar.
pub(super) fn scan(text: &str, first_line: u32) -> Result<(Document<'_>, Vec<Defect>), Refusal> {
    let mut scanner = Scanner {
        text,
        at: 0,
        // About one value in sixteen bytes in what enterprises file.
        entries: Vec::with_capacity(text.len() / 16 + 4),
        open: Vec::with_capacity(MAX_DEPTH),
        defects: Vec::new(),
        prints: Vec::new(),
        escaped_name: false,
        key: None,
    };
    scanner.run()?;
    let Scanner {
        entries, defects, ..
    } = scanner;
    Ok((Document::new(text, first_line, entries), defects))
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    entries: Vec<Entry>,
    /// Containers that are not closed yet, with the length of `prints` when
    /// they were opened.
    open: Vec<(Index, usize)>,
    defects: Vec<Defect>,
    /// Fingerprints of the member names of open objects.
    prints: Vec<u64>,
    /// A name was written with an escape, so equal names may look different.
    escaped_name: bool,
    /// The name of the member whose value comes next.
    key: Option<(usize, usize)>,
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), Refusal> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'{' => self.enter(Kind::Object)?,
                b'[' => self.enter(Kind::Array)?,
                b'}' | b']' => self.leave(),
                b'"' => self.string()?,
                b't' => self.scalar(Kind::True, 4),
                b'f' => self.scalar(Kind::False, 5),
                b'n' => self.scalar(Kind::Null, 4),
                b'-' | b'0'..=b'9' => self.number(),
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    fn push(&mut self, kind: Kind, length: usize) -> Index {
        let index = document::index(self.entries.len());
        if let Some((parent, _)) = self.open.last().copied()
            && let Some(parent) = self.entries.get_mut(parent as usize)
        {
            parent.len += 1;
        }
        let key = self.key.take().unwrap_or_default();
        self.entries
            .push(Entry::new(kind, self.at, self.at + length, key, index + 1));
        self.at += length;
        index
    }

    fn scalar(&mut self, kind: Kind, length: usize) {
        self.push(kind, length);
    }

    fn enter(&mut self, kind: Kind) -> Result<(), Refusal> {
        if self.open.len() == MAX_DEPTH {
            return Err(Refusal::TooDeep(self.at));
        }
        let index = self.push(kind, 1);
        self.open.push((index, self.prints.len()));
        Ok(())
    }

    fn leave(&mut self) {
        self.at += 1;
        let next = document::index(self.entries.len());
        if let Some((index, prints)) = self.open.pop()
            && let Some(entry) = self.entries.get_mut(index as usize)
        {
            entry.end = document::index(self.at);
            entry.next = next;
            if entry.kind == Kind::Object && self.may_repeat(prints) {
                self.repeated(index);
            }
            self.prints.truncate(prints);
        }
    }

    /// Whether two names since `start` have one fingerprint.
    fn may_repeat(&mut self, start: usize) -> bool {
        let prints = self.prints.get_mut(start..).unwrap_or_default();
        prints.sort_unstable();
        self.escaped_name || prints.array_windows().any(|[a, b]| a == b)
    }

    fn string(&mut self) -> Result<(), Refusal> {
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        let mut end = self.at + 1;
        loop {
            match bytes.get(end) {
                None | Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(_) => end += 1,
            }
        }
        let start = self.at + 1;
        if escaped && document::decode(self.text.get(start..end).unwrap_or_default()).is_none() {
            return Err(Refusal::Surrogate(self.at));
        }
        if self.key.is_none() && self.in_object() {
            self.key = Some((start, end));
            self.escaped_name |= escaped;
            let name = bytes.get(start..end).unwrap_or_default();
            self.prints.push(fingerprint(name));
            self.at = end + 1;
            return Ok(());
        }
        let kind = if escaped {
            Kind::EscapedString
        } else {
            Kind::String
        };
        self.push(kind, end + 1 - self.at);
        Ok(())
    }

    fn in_object(&self) -> bool {
        self.open
            .last()
            .and_then(|(index, _)| self.entries.get(*index as usize))
            .is_some_and(|entry| entry.kind == Kind::Object)
    }

    fn number(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest
            .bytes()
            .position(|b| !matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
            .unwrap_or(rest.len());
        let fault = number::check(rest.get(..length).unwrap_or_default()).err();
        let at = self.push(Kind::Number, length);
        if let Some(fault) = fault {
            self.defects.push(Defect::Number { at, fault });
        }
    }

    /// Looks for names that stand in the object again.
    fn repeated(&mut self, object: Index) {
        let members = self.names(object);
        let mut found = Vec::new();
        let mut seen = HashMap::with_capacity(members.len());
        for (n, (again, name)) in members.iter().enumerate() {
            match seen.get(name) {
                Some(first) => found.push((*first, *again, n)),
                None => {
                    seen.insert(name, *again);
                }
            }
        }
        let defects: Vec<Defect> = found
            .into_iter()
            .filter_map(|(first, again, n)| {
                let (before, _) = members.get(n.checked_sub(1)?)?;
                Some(Defect::Repeated {
                    first,
                    again,
                    before: *before,
                })
            })
            .collect();
        self.defects.extend(defects);
    }

    fn names(&self, object: Index) -> Vec<(Index, Cow<'_, str>)> {
        let mut names = Vec::new();
        let Some(entry) = self.entries.get(object as usize) else {
            return names;
        };
        let mut child = object + 1;
        while child < entry.next
            && let Some(member) = self.entries.get(child as usize)
        {
            names.push((child, member.key(self.text)));
            child = member.next;
        }
        names
    }
}

/// Length and both ends of a name, mixed. Equal names have equal fingerprints;
/// different names nearly always different ones, and where not, the names
/// themselves are compared.
fn fingerprint(name: &[u8]) -> u64 {
    let first = name
        .first_chunk::<8>()
        .map(|head| u64::from_le_bytes(*head));
    let last = name.last_chunk::<8>().map(|tail| u64::from_le_bytes(*tail));
    let mixed = match (first, last) {
        (Some(first), Some(last)) => first.rotate_left(29) ^ last,
        _ => name.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    };
    mixed.wrapping_add((name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}
