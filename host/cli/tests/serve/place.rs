//! A folder with a configuration, and the service that runs in it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anjian_tests::http::{Answer, Connection};
use tempfile::TempDir;

pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anjian"));
    command.env("ANJIAN_CACHE", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Services share the machine's time, and a plugin has a deadline by the clock
/// of the wall; so there is one service at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// A folder with a configuration.
pub struct Place {
    pub folder: TempDir,
    _alone: MutexGuard<'static, ()>,
}

/// A service that runs until it is dropped.
pub struct Serving {
    pub child: Child,
    /// As it is written when requests are taken.
    pub address: String,
    log: Option<std::thread::JoinHandle<String>>,
}

impl Place {
    pub fn new(config: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("plugins")).unwrap();
        let place = Self {
            folder,
            _alone: ALONE.lock().unwrap_or_else(PoisonError::into_inner),
        };
        place.configure(config);
        place
    }

    pub fn configure(&self, config: &str) {
        fs::write(self.folder.path().join("anjian.toml"), config).unwrap();
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("anjian.toml")
    }

    pub fn run(&self, args: &[&str]) -> Output {
        command()
            .args(args)
            .arg("--config")
            .arg(self.config())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    #[track_caller]
    pub fn says(&self, args: &[&str], status: i32) -> String {
        let output = self.run(args);
        let text = String::from_utf8(output.stdout).unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            output.status.code(),
            Some(status),
            "{args:?} {text} {error}"
        );
        text + &error
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    pub fn serve_with(&self, args: &[&str]) -> Serving {
        let mut child = command()
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(self.config())
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            let _ = stderr.read_to_string(&mut log);
            log
        });
        let mut address = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut address).unwrap();
        let mut serving = Serving {
            child,
            address: address.trim().to_owned(),
            log: Some(log),
        };
        assert!(
            !serving.address.is_empty(),
            "it does not serve: {}",
            serving.log.take().unwrap().join().unwrap()
        );
        serving
    }
}

impl Serving {
    pub fn connect(&self) -> Connection {
        Connection::open(&self.address).unwrap()
    }

    pub fn get(&self, path: &str) -> Answer {
        self.connect().send("GET", path, &[], b"").unwrap()
    }

    pub fn check(&self, filing: &[u8]) -> Answer {
        self.connect()
            .send("POST", "/v1/check", &[], filing)
            .unwrap()
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &id])
                .status()
                .unwrap()
                .success()
        );
    }

    /// The log, after a signal to stop.
    pub fn stop(mut self) -> String {
        self.signal("-TERM");
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
