//! Where filings come from: files, folders, streams of lines, standard input.
//!
//! In a folder, files that end in `.json` hold one filing and files that end
//! in `.ndjson` or `.jsonl` one on each line. Hidden files are left out, and
//! so are `expected.json` and names that end in `.expected.json` or
//! `-expected.json`: those are the expected reports that stand beside sample
//! filings. A file that is named by itself is always read.

mod lines;
mod live;

use std::fs::{self, DirEntry, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anjian_model::{Problem, ProblemLevel, Text};
use serde::de::IgnoredAny;

use crate::Source;
use lines::{Line, Rest, next_line};
use live::Live;

/// Bytes of one filing. The usual filing is 2 KiB and one with a thousand
/// units 1 MiB; a larger input is a mistake, such as a whole database. No
/// larger than what plugins take, so that it is told as a fault of the input.
pub const MAX_FILING: usize = 8 * 1024 * 1024;

/// Filings that are judged together: enough to keep all threads busy, few
/// enough that an interruption is felt at once.
const BATCH: usize = 256;

/// Bytes that are judged together, which bounds the memory of a run.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// Bytes of standard input that are looked at to tell a stream from a document.
const PEEK: usize = 1024 * 1024;

/// Bytes read from a file at once.
const READ: usize = 64 * 1024;

/// One input: the bytes of a filing, or why there are none.
pub struct Piece {
    /// Where it came from.
    pub source: Source,
    /// What to judge.
    pub content: Result<Vec<u8>, Problem>,
}

/// The inputs of a run, read as they are needed.
pub struct Inputs {
    /// What comes next is at the end.
    todo: Vec<Todo>,
    stream: Option<Stream>,
    stdin: Option<Box<dyn Read + Send>>,
    /// Ends standard input when set.
    stop: Arc<AtomicBool>,
    cut: bool,
    max_filing: usize,
    /// Canonical; never read when found in a folder.
    except: Option<PathBuf>,
}

enum Todo {
    /// Named by the user.
    Named(PathBuf),
    /// Found in a folder.
    Found(PathBuf),
}

struct Stream {
    path: String,
    line: u32,
    reader: Reader,
}

enum Reader {
    File(BufReader<File>),
    Live(Box<Live>),
    /// What follows an error cannot be found any more.
    Lost(io::Empty),
}

impl Inputs {
    /// From the paths, in their order; `-` is standard input.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut todo: Vec<Todo> = paths.into_iter().map(Todo::Named).collect();
        todo.reverse();
        Self {
            todo,
            stream: None,
            stdin: None,
            stop: Arc::default(),
            cut: false,
            max_filing: MAX_FILING,
            except: None,
        }
    }

    /// What to read for `-`, instead of standard input.
    #[must_use]
    pub fn with_stdin(mut self, reader: impl Read + Send + 'static) -> Self {
        self.stdin = Some(Box::new(reader));
        self
    }

    /// When set, standard input ends with what has come.
    #[must_use]
    pub fn with_stop(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = stop;
        self
    }

    /// Leaves out a file that a folder may hold: the report that is being
    /// written is no filing.
    #[must_use]
    pub fn except(mut self, path: &Path) -> Self {
        self.except = fs::canonicalize(path).ok();
        self
    }

    /// Bytes of one filing, instead of [`MAX_FILING`].
    #[must_use]
    pub fn with_max_filing(mut self, bytes: usize) -> Self {
        self.max_filing = bytes;
        self
    }

    /// The next filings to judge together; empty at the end. What comes line by
    /// line is not kept waiting until a batch is full.
    pub fn next_batch(&mut self) -> Vec<Piece> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            if !batch.is_empty() && self.would_wait() {
                break;
            }
            let Some(piece) = self.next_piece() else {
                break;
            };
            bytes += piece.content.as_ref().map_or(0, Vec::len);
            batch.push(piece);
        }
        batch
    }

    /// Whether standard input was ended by the stop.
    pub fn was_cut(&self) -> bool {
        self.cut
    }

    /// The same, if it is at hand: whoever would have to wait for it writes first
    /// what is judged.
    pub fn ready_batch(&mut self) -> Option<Vec<Piece>> {
        (!self.would_wait()).then(|| self.next_batch())
    }

    fn would_wait(&mut self) -> bool {
        match &mut self.stream {
            Some(Stream {
                reader: Reader::Live(live),
                ..
            }) => !live.has_line(self.max_filing),
            Some(_) => false,
            None => matches!(self.todo.last(), Some(Todo::Named(path)) if path.as_os_str() == "-"),
        }
    }

    fn next_piece(&mut self) -> Option<Piece> {
        loop {
            if let Some(stream) = &mut self.stream {
                match stream.next(self.max_filing) {
                    Some(piece) => return Some(piece),
                    None => {
                        self.cut |= stream.reader.cut();
                        self.stream = None;
                    }
                }
            }
            let piece = match self.todo.pop()? {
                Todo::Named(path) if path.as_os_str() == "-" => self.open_stdin(),
                Todo::Named(path) => self.open(&path, true),
                Todo::Found(path) => self.open(&path, false),
            };
            if piece.is_some() {
                return piece;
            }
        }
    }

    /// Opens a path: a piece at once, or a stream or folder to go on with.
    fn open(&mut self, path: &Path, named: bool) -> Option<Piece> {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => return Some(unreadable(path, &error)),
        };
        if metadata.is_dir() {
            return self.open_folder(path, named);
        }
        if is_lines(path) {
            return match File::open(path) {
                Ok(file) => {
                    self.stream = Some(Stream {
                        path: show(path),
                        line: 0,
                        reader: Reader::File(BufReader::with_capacity(READ, file)),
                    });
                    None
                }
                Err(error) => Some(unreadable(path, &error)),
            };
        }
        let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        if size > self.max_filing {
            return Some(refuse(show(path), too_large(self.max_filing)));
        }
        let read = File::open(path).and_then(|file| read_up_to(file, size, self.max_filing));
        Some(match read {
            Ok(content) => Piece {
                source: Source::file(show(path)),
                content: content.ok_or_else(|| too_large(self.max_filing)),
            },
            Err(error) => unreadable(path, &error),
        })
    }

    fn open_folder(&mut self, path: &Path, named: bool) -> Option<Piece> {
        // A link may lead back to a folder above it, and then there is no end.
        if !named && fs::symlink_metadata(path).is_ok_and(|data| data.is_symlink()) {
            return Some(refuse(
                show(path),
                problem(
                    "unreadable",
                    "这是指向文件夹的链接，没有跟随；需要检查时请直接给出该文件夹".to_owned(),
                    "a link to a folder, which is not followed; name the folder itself to check it"
                        .to_owned(),
                ),
            ));
        }
        let listed = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<DirEntry>>>);
        let entries = match listed {
            Ok(entries) => entries,
            Err(error) => return Some(unreadable(path, &error)),
        };
        let wanted = entries.iter().filter(|entry| is_wanted(entry));
        let mut paths: Vec<PathBuf> = wanted.map(DirEntry::path).collect();
        paths.retain(|path| !self.is_excepted(path));
        if named && paths.is_empty() {
            return Some(refuse(
                show(path),
                problem(
                    "no_filings",
                    "文件夹里没有申报（*.json、*.ndjson、*.jsonl）".to_owned(),
                    "the folder has no filings (*.json, *.ndjson, *.jsonl)".to_owned(),
                ),
            ));
        }
        paths.sort();
        self.todo.extend(paths.into_iter().rev().map(Todo::Found));
        None
    }

    fn is_excepted(&self, path: &Path) -> bool {
        self.except
            .as_ref()
            .is_some_and(|except| fs::canonicalize(path).is_ok_and(|path| path == *except))
    }

    fn open_stdin(&mut self) -> Option<Piece> {
        let reader = self.stdin.take().unwrap_or_else(|| Box::new(io::stdin()));
        let mut live = Live::new(reader, Arc::clone(&self.stop));
        let is_stream = loop {
            let rest = match live.held().len() {
                _ if live.ended() => Rest::Nothing,
                held if held >= PEEK => Rest::TooMuch,
                _ => Rest::MayCome,
            };
            if let Some(answer) = lines::is_stream(live.held(), rest) {
                break answer;
            }
            if let Err(error) = live.wait() {
                return Some(unreadable(Path::new("-"), &error));
            }
        };
        let path = "-".to_owned();
        if is_stream {
            self.stream = Some(Stream {
                path,
                line: 0,
                reader: Reader::Live(Box::new(live)),
            });
            return None;
        }
        let read = read_up_to(&mut live, 0, self.max_filing);
        if live.cut() {
            self.cut = true;
            // Half of a document says nothing of the filing.
            let whole = |bytes: &Vec<u8>| serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
            let content = read.ok().flatten().filter(whole)?;
            return Some(Piece {
                source: Source::file(path),
                content: Ok(content),
            });
        }
        Some(match read {
            Ok(content) => Piece {
                source: Source::file(path),
                content: content.ok_or_else(|| too_large(self.max_filing)),
            },
            Err(error) => unreadable(Path::new("-"), &error),
        })
    }
}

impl Reader {
    fn cut(&self) -> bool {
        matches!(self, Self::Live(live) if live.cut())
    }

    fn buffered(&mut self) -> &mut dyn BufRead {
        match self {
            Self::File(file) => file,
            Self::Live(live) => live.as_mut(),
            Self::Lost(nothing) => nothing,
        }
    }
}

impl Stream {
    fn next(&mut self, max: usize) -> Option<Piece> {
        loop {
            self.line = self.line.saturating_add(1);
            let source = Source {
                path: self.path.clone(),
                line: Some(self.line),
            };
            let content = match next_line(self.reader.buffered(), max) {
                Ok(Line::End) => return None,
                // It was cut off in the middle of the line.
                Ok(Line::Last(_)) if self.reader.cut() => return None,
                Ok(Line::Whole(bytes) | Line::Last(bytes)) if bytes.trim_ascii().is_empty() => {
                    continue;
                }
                Ok(Line::Whole(bytes) | Line::Last(bytes)) => Ok(bytes),
                Ok(Line::TooLong) => Err(Problem {
                    line: Some(self.line),
                    ..too_large(max)
                }),
                Err(error) => {
                    self.reader = Reader::Lost(io::empty());
                    Err(unreadable_problem(&error))
                }
            };
            return Some(Piece { source, content });
        }
    }
}

fn show(path: &Path) -> String {
    path.display().to_string()
}

fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_ascii_lowercase())
}

fn is_lines(path: &Path) -> bool {
    extension(path).is_some_and(|extension| extension == "ndjson" || extension == "jsonl")
}

/// Whether something found in a folder is to be read. What cannot be looked at
/// is: opening it tells why not.
fn is_wanted(entry: &DirEntry) -> bool {
    let path = entry.path();
    let name = entry.file_name();
    let name = name.to_string_lossy();
    if name.starts_with('.') {
        return false;
    }
    let filing = is_lines(&path) || extension(&path).is_some_and(|extension| extension == "json");
    if filing && !is_expected(&name) {
        return true;
    }
    match entry.file_type() {
        Ok(kind) if kind.is_symlink() => match fs::metadata(&path) {
            Ok(data) => data.is_dir(),
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        },
        Ok(kind) => kind.is_dir(),
        Err(_) => true,
    }
}

/// Whether it is the report that is expected of the filing beside it.
fn is_expected(name: &str) -> bool {
    name.strip_suffix("expected.json")
        .is_some_and(|start| start.is_empty() || start.ends_with(['.', '-']))
}

/// The bytes, or `None` when there are more than allowed. A file may grow
/// while it is read, so its size alone does not decide.
fn read_up_to(reader: impl Read, size: usize, max: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::with_capacity(size.saturating_add(1));
    reader.take(max as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= max).then_some(bytes))
}

fn problem(code: &str, zh: String, en: String) -> Problem {
    Problem {
        code: code.to_owned(),
        level: ProblemLevel::Error,
        message: Text { zh, en },
        pointer: None,
        line: None,
        column: None,
    }
}

/// What is said of a filing of more than `max` bytes, which is not read.
pub fn too_large(max: usize) -> Problem {
    let mib = max / (1024 * 1024);
    problem(
        "too_large",
        format!("一份申报超过 {mib} MiB（{max} 字节），没有读取；多份申报请用 .ndjson，每行一份"),
        format!(
            "one filing of more than {mib} MiB ({max} bytes), which was not read; put several \
             filings into an .ndjson file, one on each line"
        ),
    )
}

fn unreadable_problem(error: &io::Error) -> Problem {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "不存在",
        io::ErrorKind::PermissionDenied => "没有读取权限",
        _ => "读取失败",
    };
    problem(
        "unreadable",
        format!("无法读取（{reason}）：{error}"),
        format!("cannot be read: {error}"),
    )
}

fn unreadable(path: &Path, error: &io::Error) -> Piece {
    refuse(show(path), unreadable_problem(error))
}

fn refuse(path: String, problem: Problem) -> Piece {
    Piece {
        source: Source::file(path),
        content: Err(problem),
    }
}

#[cfg(test)]
mod tests;
