//! Three-valued logic (Kleene) that can say why.
//!
//! The evaluator is generic over [`Why`]. With `()` it answers true, false or
//! unknown; with [`Trace`] the same code also collects the facts that decided.

/// Where a fact stands: a JSON pointer with `*` for list positions, and the
/// positions.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// `/sections/hazchem/units/*/in_service`.
    pub pattern: &'static str,
    /// One for each `*`.
    pub indices: &'a [usize],
}

impl At<'_> {
    /// The JSON pointer.
    pub fn pointer(&self) -> String {
        let mut pointer = String::with_capacity(self.pattern.len() + 4);
        let mut indices = self.indices.iter();
        for (n, part) in self.pattern.split('*').enumerate() {
            if n > 0
                && let Some(index) = indices.next()
            {
                pointer.push_str(itoa(*index, &mut [0; 20]));
            }
            pointer.push_str(part);
        }
        pointer
    }
}

fn itoa(mut n: usize, buffer: &mut [u8; 20]) -> &str {
    let mut at = buffer.len();
    loop {
        at -= 1;
        if let Some(digit) = buffer.get_mut(at) {
            *digit = b'0' + (n % 10) as u8;
        }
        n /= 10;
        if n == 0 {
            break;
        }
    }
    buffer
        .get(at..)
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .unwrap_or_default()
}

/// One fact in a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// JSON pointer of the fact, or of the object of a computed value.
    pub pointer: String,
    /// Unknown facts are reported missing, known ones as evidence.
    pub known: bool,
    /// Name, titles and printed value, when computed.
    pub computed: Option<(&'static str, crate::TextMeta, String)>,
    /// What would have been right.
    pub expected: Option<String>,
}

/// Facts that one finding names; a list of 10,000 blank items lacks more, and
/// nobody reads them.
const MOST_NOTES: usize = 256;

/// How much of the reason is kept.
pub trait Why: Sized {
    /// Whether anything is kept at all.
    const KEPT: bool;
    /// Nothing to say.
    fn nothing() -> Self;
    /// A fact was read.
    fn read(at: At<'_>, known: bool) -> Self;
    /// Notes made by `notes`, called only when reasons are kept.
    fn notes(notes: impl FnOnce(&mut Vec<Note>)) -> Self;
    /// Both reasons, without repetition.
    fn both(self, other: Self) -> Self;
    /// Whether it names as many facts as anybody reads.
    fn is_full(&self) -> bool {
        false
    }
    /// Sets what would have been right on the known facts that carry nothing yet.
    fn expect(self, expected: impl FnOnce() -> String) -> Self;
}

impl Why for () {
    const KEPT: bool = false;
    #[inline]
    fn nothing() {}
    #[inline]
    fn read(_: At<'_>, _: bool) {}
    #[inline]
    fn notes(_: impl FnOnce(&mut Vec<Note>)) {}
    #[inline]
    fn both(self, (): ()) {}
    #[inline]
    fn expect(self, _: impl FnOnce() -> String) {}
}

/// Facts that a reason names of the items of one list, or of one computed value.
/// Where a thousand items are asked, the first show what is the matter.
pub(crate) const NAMED_FACTS: usize = 100;

/// The facts that decided.
#[derive(Clone, Debug, Default)]
pub struct Trace(pub Vec<Note>);

impl Why for Trace {
    const KEPT: bool = true;
    fn nothing() -> Self {
        Trace(Vec::new())
    }
    fn read(at: At<'_>, known: bool) -> Self {
        Trace(vec![Note {
            pointer: at.pointer(),
            known,
            computed: None,
            expected: None,
        }])
    }
    fn notes(notes: impl FnOnce(&mut Vec<Note>)) -> Self {
        let mut all = Vec::new();
        notes(&mut all);
        Trace(all)
    }
    fn both(mut self, other: Self) -> Self {
        for note in other.0 {
            let full = self.0.len() >= MOST_NOTES;
            let same = |have: &&mut Note| {
                have.pointer == note.pointer
                    && have.computed.as_ref().map(|c| c.0) == note.computed.as_ref().map(|c| c.0)
            };
            match self.0.iter_mut().find(same) {
                Some(have) => {
                    have.known &= note.known;
                    if have.expected.is_none() {
                        have.expected = note.expected;
                    }
                }
                None if full => {}
                None => self.0.push(note),
            }
        }
        self
    }
    fn is_full(&self) -> bool {
        self.0.len() >= NAMED_FACTS
    }
    fn expect(mut self, expected: impl FnOnce() -> String) -> Self {
        // What is expected of `a` in `a < b` belongs to `a`, the first fact.
        if let Some(first) = self.0.first_mut()
            && first.known
            && first.expected.is_none()
        {
            first.expected = Some(expected());
        }
        self
    }
}

/// A condition: true, false or unknown, and why.
#[derive(Clone, Debug)]
pub struct Cond<W> {
    /// `None` is unknown.
    pub is: Option<bool>,
    /// When known, the facts that decided; when unknown, those that lack.
    pub why: W,
}

impl<W: Why> Cond<W> {
    /// A condition that reads no fact.
    #[inline]
    pub fn always(is: bool) -> Self {
        Cond {
            is: Some(is),
            why: W::nothing(),
        }
    }

    /// Whether it is known not to hold.
    pub fn is_false(&self) -> bool {
        self.is == Some(false)
    }
}

/// Both hold. False on one side decides.
#[inline]
pub fn and<W: Why>(a: Cond<W>, b: Cond<W>) -> Cond<W> {
    match (a.is, b.is) {
        (Some(false), Some(false)) => Cond {
            is: Some(false),
            why: a.why.both(b.why),
        },
        (Some(false), _) => a,
        (_, Some(false)) => b,
        (Some(true), Some(true)) => Cond {
            is: Some(true),
            why: a.why.both(b.why),
        },
        (None, None) => Cond {
            is: None,
            why: a.why.both(b.why),
        },
        (None, _) => a,
        (_, None) => b,
    }
}

/// One holds. True on one side decides.
#[inline]
pub fn or<W: Why>(a: Cond<W>, b: Cond<W>) -> Cond<W> {
    not(and(not(a), not(b)))
}

/// The opposite; unknown stays unknown.
#[inline]
pub fn not<W: Why>(a: Cond<W>) -> Cond<W> {
    Cond {
        is: a.is.map(|is| !is),
        why: a.why,
    }
}
