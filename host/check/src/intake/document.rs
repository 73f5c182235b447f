//! A filing in memory: one flat list of values with their places in the text.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use super::place::{Place, Places};

/// Position of a value in the list.
pub type Index = u32;

/// Offsets fit `u32` because larger inputs are refused before they are read.
pub(super) fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Null,
    True,
    False,
    Number,
    String,
    /// A string whose text differs from what it means.
    EscapedString,
    Array,
    Object,
}

/// A value: its place, its name when it is a member, and where the next
/// sibling is. Children follow their container.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    blanked: bool,
    cut: bool,
    start: u32,
    pub(super) end: u32,
    key: (u32, u32),
    pub(super) next: Index,
    pub(super) len: u32,
}

impl Entry {
    pub(super) fn new(
        kind: Kind,
        start: usize,
        end: usize,
        key: (usize, usize),
        next: Index,
    ) -> Self {
        Self {
            kind,
            blanked: false,
            cut: false,
            start: index(start),
            end: index(end),
            key: (index(key.0), index(key.1)),
            next,
            len: 0,
        }
    }

    pub(super) fn key<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let raw = slice(text, self.key.0, self.key.1);
        decode(raw).unwrap_or(Cow::Borrowed(raw))
    }
}

fn slice(text: &str, start: u32, end: u32) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}

/// What a string means, from the text between its quotes; `None` for half of
/// a character.
pub(super) fn decode(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.contains('\\') {
        return Some(Cow::Borrowed(raw));
    }
    serde_json::from_str(&format!("\"{raw}\""))
        .ok()
        .map(Cow::Owned)
}

/// A filing whose grammar is good, with the place of every value.
#[derive(Debug)]
pub struct Document<'a> {
    text: &'a str,
    first_line: u32,
    entries: Vec<Entry>,
    places: OnceLock<Places>,
    /// Parts of the text that plugins do not get, with what they get instead.
    pub(super) changes: Vec<(Range<usize>, &'static str)>,
}

impl<'a> Document<'a> {
    /// The whole.
    pub const ROOT: Index = 0;

    pub(super) fn new(text: &'a str, first_line: u32, entries: Vec<Entry>) -> Self {
        Self {
            text,
            first_line,
            entries,
            places: OnceLock::new(),
            changes: Vec::new(),
        }
    }

    /// As filed, without a byte order mark.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The line of the file that the text starts at.
    pub fn first_line(&self) -> u32 {
        self.first_line
    }

    fn entry(&self, at: Index) -> Option<&Entry> {
        self.entries.get(at as usize)
    }

    /// What it counts as: blanked values are null.
    pub fn kind(&self, at: Index) -> Kind {
        self.entry(at)
            .filter(|entry| !entry.blanked)
            .map_or(Kind::Null, |entry| entry.kind)
    }

    /// Whether the value as filed was refused.
    pub fn is_blanked(&self, at: Index) -> bool {
        self.entry(at).is_some_and(|entry| entry.blanked)
    }

    /// Bytes of the text that it takes.
    pub fn span(&self, at: Index) -> Range<usize> {
        self.entry(at)
            .map_or(0..0, |entry| entry.start as usize..entry.end as usize)
    }

    /// As filed, digit for digit.
    pub fn raw(&self, at: Index) -> &'a str {
        self.entry(at)
            .map_or("", |entry| slice(self.text, entry.start, entry.end))
    }

    /// What a string means.
    pub fn string(&self, at: Index) -> Option<Cow<'a, str>> {
        let raw = self.raw(at);
        let inner = || raw.get(1..raw.len().saturating_sub(1));
        match self.kind(at) {
            Kind::String => Some(Cow::Borrowed(inner()?)),
            Kind::EscapedString => decode(inner()?),
            _ => None,
        }
    }

    /// The name, when the value is a member of an object.
    pub fn key(&self, at: Index) -> Option<Cow<'a, str>> {
        let entry = self.entry(at)?;
        // A name stands in quotes, so it never starts at 0.
        (entry.key.0 > 0).then(|| entry.key(self.text))
    }

    /// Entries or members.
    pub fn len(&self, at: Index) -> usize {
        self.entry(at).map_or(0, |entry| entry.len as usize)
    }

    /// Entries or members in order; none for what is blanked.
    pub fn children(&self, at: Index) -> Children<'_> {
        let container = matches!(self.kind(at), Kind::Array | Kind::Object);
        let end = self.entry(at).map_or(0, |entry| entry.next);
        Children {
            entries: &self.entries,
            at: at + 1,
            end: if container { end } else { 0 },
            all: false,
        }
    }

    /// The member of that name.
    pub fn member(&self, at: Index, name: &str) -> Option<Index> {
        if self.kind(at) != Kind::Object {
            return None;
        }
        self.children(at).find(|child| self.is_named(*child, name))
    }

    fn is_named(&self, at: Index, name: &str) -> bool {
        self.entry(at).is_some_and(|entry| {
            let raw = slice(self.text, entry.key.0, entry.key.1);
            if raw.contains('\\') {
                entry.key(self.text) == name
            } else {
                raw == name
            }
        })
    }

    fn child(&self, at: Index, token: &str) -> Option<Index> {
        match self.kind(at) {
            Kind::Object => self.member(at, token),
            Kind::Array => {
                // RFC 6901: no sign, no leading zero.
                let plain = token.bytes().all(|b| b.is_ascii_digit())
                    && (token == "0" || !token.starts_with('0'));
                let n = plain.then(|| token.parse().ok())??;
                self.children(at).nth(n)
            }
            _ => None,
        }
    }

    /// The value that a JSON pointer names.
    pub fn find(&self, pointer: &str) -> Option<Index> {
        let mut at = Self::ROOT;
        for token in tokens(pointer) {
            at = self.child(at, &token)?;
        }
        Some(at)
    }

    /// The value that a JSON pointer names, or the nearest one around it.
    pub fn nearest(&self, pointer: &str) -> Index {
        let mut at = Self::ROOT;
        for token in tokens(pointer) {
            match self.child(at, &token) {
                Some(child) => at = child,
                None => break,
            }
        }
        at
    }

    /// The JSON pointer of a value.
    pub fn pointer(&self, target: Index) -> String {
        let mut pointer = String::new();
        let mut at = Self::ROOT;
        while at != target {
            let Some((n, child)) = self
                .stored_children(at)
                .enumerate()
                .find(|(_, child)| self.entry(*child).is_some_and(|e| target < e.next))
            else {
                break;
            };
            pointer.push('/');
            match self.key(child) {
                Some(name) => pointer.push_str(&escape(&name)),
                None => pointer.push_str(&n.to_string()),
            }
            at = child;
        }
        pointer
    }

    /// Children as filed, also of what is blanked.
    fn stored_children(&self, at: Index) -> Children<'_> {
        let end = self.entry(at).map_or(0, |entry| entry.next);
        Children {
            entries: &self.entries,
            at: at + 1,
            end,
            all: true,
        }
    }

    /// Line and column of a value.
    pub fn place(&self, at: Index) -> Place {
        self.place_of(self.span(at).start)
    }

    /// Line and column of a byte offset.
    pub fn place_of(&self, offset: usize) -> Place {
        self.places
            .get_or_init(|| Places::new(self.text, self.first_line))
            .of(self.text, offset)
    }

    /// Makes a value unknown: it counts as null here and for plugins.
    pub fn blank(&mut self, at: Index) {
        let span = self.span(at);
        if let Some(entry) = self.entries.get_mut(at as usize)
            && !entry.blanked
        {
            entry.blanked = true;
            self.changes.push((span, "null"));
        }
    }

    /// Takes a member out, together with what separates it from the one before.
    pub(super) fn cut(&mut self, before: Index, at: Index) {
        let start = self.span(before).end;
        let end = self.span(at).end;
        if let Some(entry) = self.entries.get_mut(at as usize) {
            entry.blanked = true;
            entry.cut = true;
            self.changes.push((start..end, ""));
        }
    }
}

/// Positions of the children of a value.
#[derive(Clone, Debug)]
pub struct Children<'d> {
    entries: &'d [Entry],
    at: Index,
    end: Index,
    /// Also what was cut out.
    all: bool,
}

impl Iterator for Children<'_> {
    type Item = Index;

    fn next(&mut self) -> Option<Index> {
        while self.at < self.end {
            let at = self.at;
            let entry = self.entries.get(at as usize)?;
            self.at = entry.next;
            if self.all || !entry.cut {
                return Some(at);
            }
        }
        None
    }
}

/// The parts of a JSON pointer, unescaped.
pub(crate) fn tokens(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(|token| {
        if token.contains('~') {
            Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
        } else {
            Cow::Borrowed(token)
        }
    })
}

/// A name as a part of a JSON pointer.
pub(crate) fn escape(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) {
        Cow::Owned(name.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(name)
    }
}
