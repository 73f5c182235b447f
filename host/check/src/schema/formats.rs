//! The formats that filings may use. Dates are checked against the calendar:
//! the standard leaves `format` to the implementation.

use jiff::civil::{Date, Time};

/// The answer "there is none", for facts with `x-none`.
const NONE: &str = "none";

type Check = fn(&str) -> bool;

/// Name and check of each.
pub(super) const FORMATS: [(&str, Check); 4] = [
    ("date", |text| date(text).is_some()),
    ("date-time-local", date_time_local),
    ("date-or-none", |text| text == NONE || date(text).is_some()),
    ("date-time-local-or-none", |text| {
        text == NONE || date_time_local(text)
    }),
];

/// `YYYY-MM-DD`, a day of the calendar. Stricter than `jiff`'s own reading,
/// which takes other spellings of ISO 8601 too.
pub fn date(text: &str) -> Option<Date> {
    let [year, month, day] = numbers(text, '-', [4, 2, 2])?;
    Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()
    .filter(|_| year > 0)
}

fn date_time_local(text: &str) -> bool {
    let Some((day, time)) = text.split_once('T') else {
        return false;
    };
    let parts = numbers(time, ':', [2, 2])
        .map(|[hour, minute]| [hour, minute, 0])
        .or_else(|| numbers(time, ':', [2, 2, 2]));
    let Some([hour, minute, second]) = parts else {
        return false;
    };
    let small = |n: u16| i8::try_from(n).unwrap_or(i8::MAX);
    date(day).is_some() && Time::new(small(hour), small(minute), small(second), 0).is_ok()
}

fn numbers<const N: usize>(text: &str, between: char, widths: [usize; N]) -> Option<[u16; N]> {
    let mut parts = text.split(between);
    let mut out = [0; N];
    for (slot, width) in out.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *slot = part.parse().ok()?;
    }
    parts.next().is_none().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::FORMATS;

    #[test]
    fn formats() {
        for (format, text, expect) in [
            ("date", "2026-06-30", true),
            ("date", "2024-02-29", true),
            ("date", "2026-02-29", false),
            ("date", "2026-02-30", false),
            ("date", "2026-13-01", false),
            ("date", "0000-01-01", false),
            ("date", "20260630", false),
            ("date", "2026-6-30", false),
            ("date", "2026-06-30T08:15", false),
            ("date", "+026-06-30", false),
            ("date", "none", false),
            ("date-or-none", "none", true),
            ("date-or-none", "2026-06-31", false),
            ("date-time-local", "2026-06-30T08:15", true),
            ("date-time-local", "2026-06-30T08:15:59", true),
            ("date-time-local", "2026-06-30T24:00", false),
            ("date-time-local", "2026-06-30T08:60", false),
            ("date-time-local", "2026-06-30 08:15", false),
            ("date-time-local", "2026-06-30T08:15Z", false),
            ("date-time-local", "2026-02-30T08:15", false),
            ("date-time-local-or-none", "none", true),
            ("date-time-local-or-none", "2026-06-30T08:15", true),
        ] {
            let (_, check) = FORMATS.iter().find(|(name, _)| *name == format).unwrap();
            assert_eq!(check(text), expect, "{format} {text}");
        }
    }
}
