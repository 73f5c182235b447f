//! The list of sources that cargo writes beside what it built.

use std::path::PathBuf;

/// The files after the colon of a dep-info file: one rule in the way of make,
/// with blanks in names escaped.
pub(crate) fn sources(depinfo: &str) -> Vec<PathBuf> {
    let Some((_, list)) = depinfo
        .lines()
        .next()
        .and_then(|line| line.split_once(": "))
    else {
        return Vec::new();
    };
    let mut files = Vec::new();
    let mut name = String::new();
    let mut signs = list.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' if signs.peek() == Some(&' ') => {
                name.push(' ');
                signs.next();
            }
            ' ' => {
                if !name.is_empty() {
                    files.push(PathBuf::from(std::mem::take(&mut name)));
                }
            }
            other => name.push(other),
        }
    }
    if !name.is_empty() {
        files.push(PathBuf::from(name));
    }
    files
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::sources;

    #[test]
    fn names_with_blanks_and_none() {
        let files = sources("/t/a.wasm: /w/a.rs /w/my\\ b.rs  C:\\w\\c.rs\n");
        let expected: Vec<PathBuf> = ["/w/a.rs", "/w/my b.rs", "C:\\w\\c.rs"]
            .map(PathBuf::from)
            .into();
        assert_eq!(files, expected);
        assert!(sources("").is_empty());
        assert!(sources("/t/a.wasm: \n").is_empty());
    }
}
