//! TOML values as JSON, numbers digit for digit.

use toml::de::DeValue;

use super::ProfileProblem;

/// Appends a value. `name` is for errors.
pub(super) fn write(
    name: &str,
    value: &DeValue<'_>,
    out: &mut String,
) -> Result<(), ProfileProblem> {
    match value {
        DeValue::String(text) => string(text, out),
        DeValue::Integer(number) if number.radix() == 10 => out.push_str(plain(number.as_str())),
        DeValue::Integer(number) => {
            let read = i128::from_str_radix(number.as_str(), number.radix());
            let read = read.map_err(|_| not_finite(name, number.as_str()))?;
            out.push_str(&read.to_string());
        }
        DeValue::Float(number) => {
            let digits = plain(number.as_str());
            if digits.ends_with(|c: char| c.is_ascii_alphabetic()) {
                return Err(not_finite(name, digits));
            }
            out.push_str(digits);
        }
        DeValue::Boolean(true) => out.push_str("true"),
        DeValue::Boolean(false) => out.push_str("false"),
        DeValue::Datetime(date) => string(&date.to_string(), out),
        DeValue::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                write(name, item.get_ref(), out)?;
            }
            out.push(']');
        }
        DeValue::Table(members) => {
            out.push('{');
            for (n, (key, value)) in members.iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                string(key.get_ref(), out);
                out.push(':');
                write(&format!("{name}.{}", key.get_ref()), value.get_ref(), out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn not_finite(name: &str, found: &str) -> ProfileProblem {
    ProfileProblem::NotFinite {
        name: name.to_owned(),
        found: found.to_owned(),
    }
}

/// JSON has no plus sign.
fn plain(digits: &str) -> &str {
    digits.strip_prefix('+').unwrap_or(digits)
}

fn string(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
