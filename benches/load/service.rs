//! The service in a process of its own.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anjian_bundle::PLUGINS;
use anjian_runtime::{Cache, Engine, Limits};
use anjian_service::{Settings, serve, start_log};
use anjian_store::BuiltIn;
use anjian_tests::http::{Answer, Connection};
use serde_json::Value;

use crate::Outcome;

/// What the process does that [`Service::start`] starts.
pub fn be_the_service(config: &Path) -> Outcome<()> {
    let settings = Settings::read(config)?;
    start_log(settings.log);
    let cache = Cache::open(config.with_file_name("cache"))?;
    let engine = Engine::with_cache(Limits::default(), Some(cache))?;
    let built_in = PLUGINS.iter().map(|bundled| BuiltIn {
        name: bundled.name.to_owned(),
        component: bundled.component.into(),
    });
    serve(settings, engine, built_in.collect(), |address| {
        println!("http://{address}");
    })?;
    Ok(())
}

/// The service in its own process.
pub struct Service {
    child: Child,
    pub address: String,
}

impl Service {
    pub fn start(config: &Path) -> Outcome<Self> {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(config.with_file_name("log"))?;
        let mut child = Command::new(std::env::current_exe()?)
            .arg("--serve")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let mut address = String::new();
        let stdout = child.stdout.take().ok_or("the service has no output")?;
        BufReader::new(stdout).read_line(&mut address)?;
        if address.is_empty() {
            let mut said = String::new();
            fs::File::open(config.with_file_name("log"))?.read_to_string(&mut said)?;
            return Err(format!("the service does not start: {said}").into());
        }
        Ok(Self {
            child,
            address: address.trim().to_owned(),
        })
    }

    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Outcome<Answer> {
        Ok(Connection::open(&self.address)?.send(method, path, headers, body)?)
    }

    /// What `GET /v1/plugins` says.
    pub fn plugins(&self) -> Outcome<Value> {
        let answer = self.send("GET", "/v1/plugins", &[], b"")?;
        Ok(serde_json::from_slice(&answer.body)?)
    }

    pub fn kill(&mut self) -> Outcome<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
