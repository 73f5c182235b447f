//! Where output goes.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use anjian_check::Tally;
use anjian_check::formats::Lang;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::exit::Error;

/// Shorter work is over before a reader has seen that it began.
const SHOW_AFTER: Duration = Duration::from_secs(1);

/// A file or standard output, kept apart from the progress on the terminal.
pub struct Output {
    inner: Box<dyn Write + Send>,
    bar: Arc<OnceLock<ProgressBar>>,
}

impl Output {
    /// Opens the output. The file is emptied.
    pub fn open(file: Option<&Path>, progress: &Progress) -> Result<Self, Error> {
        let inner: Box<dyn Write + Send> = match file {
            None => Box::new(BufWriter::new(io::stdout())),
            Some(path) => Box::new(BufWriter::new(File::create(path).map_err(|cause| {
                Error::Output {
                    path: path.to_owned(),
                    cause,
                }
            })?)),
        };
        Ok(Self {
            inner,
            bar: Arc::clone(&progress.bar),
        })
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.bar.get() {
            Some(bar) => bar.suspend(|| self.inner.write(bytes)),
            None => self.inner.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Whether what is written to standard output may have colours.
pub fn colour() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// Progress on standard error, when that is a terminal and the work lasts.
pub struct Progress {
    began: Instant,
    wanted: bool,
    lang: Lang,
    bar: Arc<OnceLock<ProgressBar>>,
}

impl Progress {
    pub fn new(lang: Lang) -> Self {
        Self {
            began: Instant::now(),
            wanted: io::stderr().is_terminal(),
            lang,
            bar: Arc::default(),
        }
    }

    pub fn show(&self, tally: &Tally) {
        if !self.wanted || self.began.elapsed() < SHOW_AFTER {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let bar = ProgressBar::new_spinner().with_elapsed(self.began.elapsed());
            let template = self.lang.pick(
                "{spinner} 已检查 {pos} 份申报，{per_sec}，{elapsed} {msg}",
                "{spinner} {pos} filings checked, {per_sec}, {elapsed} {msg}",
            );
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.with_key("per_sec", whole_per_second));
            }
            bar
        });
        bar.set_position(tally.summary.filings);
        if tally.summary.major_hazards > 0 {
            let found = tally.summary.major_hazards;
            bar.set_message(self.lang.pick(
                format!("重大事故隐患 {found}"),
                format!("{found} major hazards"),
            ));
        }
    }

    pub fn done(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

/// A rate with digits after the point would pretend to be exact.
fn whole_per_second(state: &ProgressState, out: &mut dyn fmt::Write) {
    // Writing to the line cannot fail.
    let _ = write!(out, "{:.0}/s", state.per_sec());
}
