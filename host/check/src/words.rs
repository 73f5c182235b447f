//! Small words that several parts share.

use std::cmp::Ordering;

use unicode_width::UnicodeWidthChar;

/// Columns of a value shown inside a sentence.
const SHORT: usize = 48;

/// A value cut to what fits a sentence, on one line.
pub(crate) fn short(text: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for c in text.chars() {
        let c = if c.is_control() { ' ' } else { c };
        width += c.width().unwrap_or(0);
        if width > SHORT {
            out.push('…');
            return out;
        }
        out.push(c);
    }
    out
}

/// Orders text with numbers inside as people do: `5a` before `10`.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (digits_a, rest_a) = a.split_at(digits(a));
        let (digits_b, rest_b) = b.split_at(digits(b));
        if !digits_a.is_empty() && !digits_b.is_empty() {
            let plain = |s: &str| s.trim_start_matches('0').len();
            let order = plain(digits_a)
                .cmp(&plain(digits_b))
                .then_with(|| {
                    digits_a
                        .trim_start_matches('0')
                        .cmp(digits_b.trim_start_matches('0'))
                })
                .then_with(|| digits_a.len().cmp(&digits_b.len()));
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (rest_a, rest_b);
            continue;
        }
        match (a.chars().next(), b.chars().next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) if x != y => return x.cmp(&y),
            (Some(x), Some(_)) => {
                a = a.get(x.len_utf8()..).unwrap_or_default();
                b = b.get(x.len_utf8()..).unwrap_or_default();
            }
        }
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::{natural, short};

    #[test]
    fn natural_order() {
        let mut ids = [
            "a/10", "a/5b", "a/5a", "a/5", "b/1", "a/7.10", "a/7.3", "a/05",
        ];
        ids.sort_by(|a, b| natural(a, b));
        assert_eq!(
            ids,
            [
                "a/5", "a/5a", "a/5b", "a/05", "a/7.3", "a/7.10", "a/10", "b/1"
            ]
        );
    }

    #[test]
    fn short_is_one_line() {
        assert_eq!(short("a\nb"), "a b");
        assert!(short(&"安".repeat(100)).chars().count() <= 25);
    }
}
