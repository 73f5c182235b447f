//! Where output goes.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use anjian_check::Tally;
use anjian_check::formats::Lang;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::exit::Error;

/// Shorter work is over before a reader has seen that it began.
const SHOW_AFTER: Duration = Duration::from_secs(1);

/// How often the line moves, so that a reader sees that work goes on.
const MOVE: Duration = Duration::from_millis(120);

/// A file or standard output, kept apart from the progress on the terminal.
pub struct Output {
    inner: Box<dyn Write + Send>,
    bar: ProgressBar,
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
            bar: progress.bar.clone(),
        })
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bar.suspend(|| self.inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.bar.suspend(|| self.inner.flush())
    }
}

/// Whether what is written to standard output may have colours.
pub fn colour() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// Progress on standard error, from the first moment that lasts, when that is
/// a terminal.
pub struct Progress {
    lang: Lang,
    bar: ProgressBar,
    /// Dropped when the work is over.
    _working: Option<Sender<()>>,
}

impl Progress {
    pub fn new(lang: Lang) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_style(style("{spinner} {msg}"));
        let working = io::stderr().is_terminal().then(|| {
            let (working, over) = channel::<()>();
            let bar = bar.clone();
            thread::spawn(move || {
                // Nothing is ever sent: it waits for the end of the work.
                if over.recv_timeout(SHOW_AFTER) == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
                    && !bar.is_finished()
                {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(MOVE);
                }
            });
            working
        });
        Self {
            lang,
            bar,
            _working: working,
        }
    }

    /// Which of the plugins is being loaded. The first time it is compiled,
    /// and that takes longest.
    pub fn loading(&self, name: &str) {
        self.bar.set_message(
            self.lang
                .pick(format!("加载插件 {name}"), format!("loading plugin {name}")),
        );
    }

    /// That the inputs are read from now on.
    pub fn checking(&self) {
        self.bar.set_message("");
        self.bar.set_style(style(self.lang.pick(
            "{spinner} 已检查 {pos} 份申报，{per_sec}，{elapsed} {msg}",
            "{spinner} filings checked: {pos}, {per_sec}, {elapsed} {msg}",
        )));
        self.bar.reset_eta();
    }

    pub fn show(&self, tally: &Tally) {
        self.bar.set_position(tally.summary.filings);
        if tally.summary.major_hazards > 0 {
            let found = tally.summary.major_hazards;
            self.bar.set_message(self.lang.pick(
                format!("重大事故隐患 {found}"),
                format!("major hazards: {found}"),
            ));
        }
    }

    /// Says something on standard error, above the line of progress.
    pub fn say(&self, text: impl fmt::Display) {
        self.bar.suspend(|| anstream::eprintln!("anjian: {text}"));
    }

    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .with_key("per_sec", whole_per_second)
}

/// A rate with digits after the point would pretend to be exact.
fn whole_per_second(state: &ProgressState, out: &mut dyn fmt::Write) {
    // Writing to the line cannot fail.
    let _ = write!(out, "{:.0}/s", state.per_sec());
}
