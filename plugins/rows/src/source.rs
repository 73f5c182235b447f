//! Files with positions, and problems that point into them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A file that was read, by its path as people know it.
#[derive(Debug)]
pub struct Source {
    /// Relative to the workspace where possible.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

impl Source {
    /// # Errors
    /// When the file cannot be read or is not UTF-8.
    pub fn read(path: &Path) -> Result<Rc<Source>, Problem> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Rc::new(Source {
                path: path.to_owned(),
                text,
            })),
            Err(error) => Err(Problem {
                path: path.to_owned(),
                line: 0,
                column: 0,
                message: format!("this file cannot be read: {error}"),
                help: None,
            }),
        }
    }

    /// Line and column, from 1, of a byte offset.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = self
            .text
            .get(..offset.min(self.text.len()))
            .unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        (before.matches('\n').count() + 1, column)
    }
}

/// A place in a file.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub source: Rc<Source>,
    /// Byte offset.
    pub offset: usize,
}

impl Place {
    /// A problem here.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        let (line, column) = self.source.position(self.offset);
        Problem {
            path: self.source.path.clone(),
            line,
            column,
            message: message.into(),
            help: None,
        }
    }

    /// The same file, some bytes on.
    pub fn plus(&self, bytes: usize) -> Place {
        Place {
            source: Rc::clone(&self.source),
            offset: self.offset + bytes,
        }
    }
}

/// A mistake of a rule author: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// From 1; 0 for the file as a whole.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// Lower case, in the author's words.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

/// The nearest name, for "did you mean".
pub fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    names
        .into_iter()
        .map(|have| (strsim::damerau_levenshtein(name, have), have))
        .filter(|(distance, have)| *distance <= 1 + have.len() / 4)
        .min()
        .map(|(_, have)| have)
}
