//! Lines of the filing with marks in them.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Snippet};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::Checked;
use crate::intake::Document;

/// Columns of a line above which only the part around a mark is shown.
const LONG: usize = 110;

/// Columns shown before and after a mark in a long line.
const AROUND: usize = 40;

/// Lines between marks that are shown as one piece; what lies between is folded.
const FAR: u32 = 200;

/// A part of the filing that the reader should look at.
pub(super) struct Mark {
    pub(super) span: Range<usize>,
    pub(super) label: String,
    pub(super) primary: bool,
}

/// The marks in their lines.
pub(super) fn elements<'s>(checked: &'s Checked<'_>, marks: Vec<Mark>) -> Vec<Element<'s>> {
    let Some(document) = &checked.document else {
        return vec![Origin::path(checked.source.path.as_str()).into()];
    };
    let mut elements = Vec::new();
    let mut near: Vec<(Line, Mark)> = Vec::new();
    for mark in marks {
        let line = Line::of(document, mark.span.start);
        let long = line.text(document).width() > LONG;
        let far = near
            .iter()
            .any(|(other, _)| other.number.abs_diff(line.number) > FAR);
        if (long || far) && !mark.primary && mark.label.is_empty() {
            continue;
        }
        if long || far {
            elements.push(window(checked, document, &line, mark));
        } else {
            near.push((line, mark));
        }
    }
    if !near.is_empty() {
        elements.insert(0, together(checked, document, near));
    }
    elements
}

/// A place without its lines.
pub(super) fn origin<'s>(
    checked: &'s Checked<'_>,
    document: &Document<'_>,
    offset: usize,
) -> Element<'s> {
    let place = document.place_of(offset);
    Origin::path(checked.source.path.as_str())
        .line(place.line as usize)
        .char_column(place.column as usize)
        .into()
}

struct Line {
    number: u32,
    span: Range<usize>,
}

impl Line {
    fn of(document: &Document<'_>, offset: usize) -> Self {
        let text = document.text();
        let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = after.find('\n').map_or(text.len(), |at| offset + at);
        Self {
            number: document.place_of(offset).line,
            span: start..end,
        }
    }

    fn text<'d>(&self, document: &Document<'d>) -> &'d str {
        document.text().get(self.span.clone()).unwrap_or_default()
    }

    /// A value over several lines is marked at its start only.
    fn clip(&self, document: &Document<'_>, span: &Range<usize>) -> Range<usize> {
        if span.end <= self.span.end {
            return span.clone();
        }
        let first = document.text().get(span.start..).unwrap_or_default();
        let width = first.chars().next().map_or(0, char::len_utf8);
        span.start..span.start + width
    }
}

fn annotation<'s>(span: Range<usize>, mark: Mark) -> Annotation<'s> {
    let kind = if mark.primary {
        AnnotationKind::Primary
    } else {
        AnnotationKind::Context
    };
    let annotation = kind.span(span);
    if mark.label.is_empty() {
        annotation
    } else {
        annotation.label(mark.label)
    }
}

fn together<'s>(
    checked: &'s Checked<'_>,
    document: &Document<'_>,
    marks: Vec<(Line, Mark)>,
) -> Element<'s> {
    let start = marks
        .iter()
        .map(|(line, _)| line.span.start)
        .min()
        .unwrap_or(0);
    let end = marks
        .iter()
        .map(|(line, _)| line.span.end)
        .max()
        .unwrap_or(0);
    let first = marks.iter().map(|(line, _)| line.number).min().unwrap_or(1);
    let source = document.text().get(start..end).unwrap_or_default();
    let annotations: Vec<Annotation<'_>> = marks
        .into_iter()
        .map(|(line, mark)| {
            let span = line.clip(document, &mark.span);
            annotation(span.start - start..span.end - start, mark)
        })
        .collect();
    Snippet::source(source.to_owned())
        .line_start(first as usize)
        .path(checked.source.path.as_str())
        .annotations(annotations)
        .into()
}

/// The part of a long line around a mark.
fn window<'s>(
    checked: &'s Checked<'_>,
    document: &Document<'_>,
    line: &Line,
    mark: Mark,
) -> Element<'s> {
    let text = document.text();
    let span = line.clip(document, &mark.span);
    let before = text.get(line.span.start..span.start).unwrap_or_default();
    let value = text.get(span.clone()).unwrap_or_default();
    let after = text.get(span.end..line.span.end).unwrap_or_default();
    let head = last_columns(before, AROUND);
    let body = first_columns(value, LONG - 2 * AROUND);
    let tail = if body.len() < value.len() {
        ""
    } else {
        first_columns(after, AROUND)
    };
    // Blanks stand for what is left out, so that columns stay right; the
    // renderer does not show blanks that all lines begin with.
    let left_out = before.len() - head.len();
    let left_out = before.get(..left_out).unwrap_or_default().chars().count();
    let mut source = " ".repeat(left_out);
    source.push_str(head);
    let start = source.len();
    source.push_str(body);
    let end = source.len();
    source.push_str(tail);
    if body.len() < value.len() || tail.len() < after.len() {
        source.push('…');
    }
    Snippet::source(source)
        .line_start(line.number as usize)
        .path(checked.source.path.as_str())
        .annotation(annotation(start..end, mark))
        .into()
}

fn first_columns(text: &str, columns: usize) -> &str {
    let mut width = 0;
    let end = text
        .char_indices()
        .find(|(_, c)| {
            width += c.width().unwrap_or(0);
            width > columns
        })
        .map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

fn last_columns(text: &str, columns: usize) -> &str {
    let mut width = 0;
    let start = text
        .char_indices()
        .rev()
        .find(|(_, c)| {
            width += c.width().unwrap_or(0);
            width > columns
        })
        .map_or(0, |(at, c)| at + c.len_utf8());
    text.get(start..).unwrap_or_default()
}
