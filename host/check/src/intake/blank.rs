//! The text that plugins get.

use std::borrow::Cow;

use super::document::Document;

impl Document<'_> {
    /// The filing with every refused value blanked to `null`. Plugins answer
    /// with pointers, never with offsets, so the copy may be longer or shorter
    /// than what was filed.
    pub fn for_plugins(&self) -> Cow<'_, [u8]> {
        if self.changes.is_empty() {
            return Cow::Borrowed(self.text().as_bytes());
        }
        let mut changes = self.changes.clone();
        // Outer before inner, so that what lies inside a change is skipped.
        changes.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        let text = self.text();
        let mut copy = Vec::with_capacity(text.len() + 4 * changes.len());
        let mut at = 0;
        for (span, instead) in changes {
            if span.start < at {
                continue;
            }
            copy.extend_from_slice(text.get(at..span.start).unwrap_or_default().as_bytes());
            copy.extend_from_slice(instead.as_bytes());
            at = span.end;
        }
        copy.extend_from_slice(text.get(at..).unwrap_or_default().as_bytes());
        Cow::Owned(copy)
    }
}
