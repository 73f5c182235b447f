//! Constant load on the service while a plugin is swapped.
//!
//! Starts the service as a process of its own, on loopback, and asks it from
//! several connections at a constant rate. A time counts from the moment at
//! which its filing was due, so a service that stands still is not flattered.

mod asking;
mod hostile;
mod service;
mod versions;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use anjian_benches::filings;
use anjian_service::Log;
use serde_json::Value;

use crate::asking::{Asking, Phase};
use crate::service::Service;
use crate::versions::{SWAP, SWAPPED, activate, submit, swap};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What is wanted of the run.
struct Load {
    seconds: u64,
    rate: u32,
    connections: u32,
    /// How many times the quiet p99 the one with swaps may be; 0 for any.
    max_ratio: f64,
    /// Where the service keeps its log; by default a folder of the system for
    /// temporary files, which may not be a disk.
    dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    match told() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::from(2)
        }
    }
}

fn told() -> Outcome<ExitCode> {
    let mut args = std::env::args().skip(1);
    let mut load = Load {
        seconds: 120,
        rate: 400,
        connections: 8,
        max_ratio: 1.5,
        dir: None,
    };
    while let Some(arg) = args.next() {
        let value = args.next().unwrap_or_default();
        match arg.as_str() {
            // How the program starts the service.
            "--serve" => {
                service::be_the_service(Path::new(&value))?;
                return Ok(ExitCode::SUCCESS);
            }
            "--seconds" => load.seconds = value.parse()?,
            "--rate" => load.rate = value.parse()?,
            "--connections" => load.connections = value.parse()?,
            "--max-ratio" => load.max_ratio = value.parse()?,
            "--dir" => load.dir = Some(value.into()),
            other => {
                return Err(format!(
                    "there is no option {other}; there are --seconds, --rate, --connections, \
                     --max-ratio and --dir"
                )
                .into());
            }
        }
    }
    let failed = run(&load)?;
    for what in &failed {
        println!("FAILED: {what}");
    }
    Ok(ExitCode::from(u8::from(!failed.is_empty())))
}

/// What happens while filings come in.
#[derive(Clone, Copy)]
struct Meanwhile {
    name: &'static str,
    swaps: bool,
    hostile: bool,
    killed: bool,
}

impl Meanwhile {
    const fn quiet(name: &'static str) -> Self {
        Self {
            name,
            swaps: false,
            hostile: false,
            killed: false,
        }
    }
}

const PHASES: &[Meanwhile] = &[
    Meanwhile::quiet("warm-up"),
    Meanwhile::quiet("quiet"),
    Meanwhile {
        swaps: true,
        ..Meanwhile::quiet("swapping")
    },
    // What the machine does by itself shows in the difference of both.
    Meanwhile::quiet("quiet again"),
    Meanwhile {
        swaps: true,
        hostile: true,
        ..Meanwhile::quiet("hostile")
    },
    Meanwhile {
        swaps: true,
        killed: true,
        ..Meanwhile::quiet("kill -9")
    },
];

/// Says what did not hold.
fn run(load: &Load) -> Outcome<Vec<String>> {
    let folder = match &load.dir {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir()?,
    };
    let config = folder.path().join("anjian.toml");
    let plugins = folder.path().join("plugins");
    fs::create_dir(&plugins)?;
    // No limit for the one asker that there is.
    fs::write(
        &config,
        "listen = \"127.0.0.1:0\"\nlog = \"error\"\n[plugins]\nallow_unsigned = true\n\
         [limits]\nfilings_per_s = 1000000\nburst = 1000000\n",
    )?;
    let sample = filings(SWAPPED)?
        .into_iter()
        .find(|sample| sample.name.starts_with("03"))
        .ok_or("the sample data has no scenario 03")?;
    let mut filing: Value = serde_json::from_slice(&sample.bytes)?;
    let mut service = Service::start(&config)?;
    let (versions, word) = versions::versions(&service, &sample.bytes)?;
    for version in versions.iter().rev() {
        submit(&service, version)?;
        activate(&service.address, version)?;
    }
    // What hostile plugins judge, where one comes so far.
    hostile::add_section(&mut filing);
    println!(
        "{} filings/s on {} connections, {} s each; a swap each {} ms",
        load.rate,
        load.connections,
        load.seconds,
        SWAP.as_millis()
    );
    Phase::title();
    let asking = Asking {
        load,
        filing: &filing,
        versions: &versions,
        word: &word,
    };
    let mut failed = Vec::new();
    let mut after = 0;
    let mut p99 = Vec::new();
    for phase in PHASES {
        let before = service.plugins()?;
        let (stop, swaps) = (AtomicBool::new(false), AtomicU64::new(0));
        let address = service.address.clone();
        let counted = thread::scope(|scope| -> Outcome<Phase> {
            let asker = scope.spawn(|| asking.ask(&address, phase.time(load), phase.name));
            if phase.killed {
                let swapper = scope.spawn(|| swap(&address, &versions, &stop, &swaps));
                thread::sleep(phase.time(load) / 3);
                service.kill()?;
                // What it was asked in that moment has no answer.
                let _ = swapper.join();
            } else {
                let swapper = phase
                    .swaps
                    .then(|| scope.spawn(|| swap(&address, &versions, &stop, &swaps)));
                let dropper = phase
                    .hostile
                    .then(|| scope.spawn(|| hostile::drop_all(&plugins, &stop)));
                let counted = asker.join().map_err(|_| "an asker broke down")?;
                stop.store(true, Ordering::Relaxed);
                for helper in swapper.into_iter().chain(dropper) {
                    helper.join().map_err(|_| "a helper broke down")??;
                }
                return counted;
            }
            asker.join().map_err(|_| "an asker broke down")?
        })?;
        if phase.killed {
            service = Service::start(&config)?;
        }
        if phase.hostile {
            failed.extend(hostile::looked(&before, &service)?);
        }
        let swaps = swaps.load(Ordering::Relaxed);
        let told = counted.show(phase, swaps, folder.path(), after)?;
        failed.extend(told.failed);
        after = told.last_receipt;
        p99.push(told.p99_ms);
    }
    if let [_, quiet, swapping, again, ..] = p99.as_slice() {
        let ratio = swapping / ((quiet + again) / 2.0);
        println!(
            "\np99 swapping / quiet: {ratio:.2}; quiet again / quiet, the machine's own: {:.2}",
            again / quiet
        );
        if load.max_ratio > 0.0 && ratio > load.max_ratio {
            failed.push(format!("the ratio is above {}", load.max_ratio));
        }
    }
    let log = Log::open(&folder.path().join("data"))?;
    let known = Vec::from_iter(log.witness()?);
    let receipts = log.verify(&known)?.receipts;
    println!("the log: {receipts} receipts, none changed");
    Ok(failed)
}

impl Meanwhile {
    fn time(&self, load: &Load) -> Duration {
        let long = Duration::from_secs(load.seconds);
        match self.name {
            "warm-up" => long.min(Duration::from_secs(3)),
            "quiet" | "swapping" | "quiet again" => long,
            _ => long.min(Duration::from_secs(20)),
        }
    }
}
