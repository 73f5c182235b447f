//! Constant load on the service while a plugin is swapped.
//!
//! Starts the service as a process of its own, on loopback, and asks it from
//! several connections at a constant rate. A time counts from the moment at
//! which its filing was due, so a service that stands still is not flattered.

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anjian_benches::filings;
use anjian_bundle::PLUGINS;
use anjian_runtime::{Cache, Engine, Limits};
use anjian_service::{Log, Settings, serve, start_log};
use anjian_store::BuiltIn;
use anjian_tests::http::{Answer, Connection};
use serde_json::Value;
use sha2::{Digest, Sha256};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Between two swaps.
const SWAP: Duration = Duration::from_millis(100);

/// Between two hostile plugins.
const DROP: Duration = Duration::from_millis(500);

/// The plugin that is swapped.
const SWAPPED: &str = "hazchem";

/// What is wanted of the run.
struct Wanted {
    seconds: u64,
    rate: u32,
    connections: u32,
}

fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1);
    let mut wanted = Wanted {
        seconds: 120,
        rate: 400,
        connections: 8,
    };
    while let Some(arg) = args.next() {
        let value = args.next().unwrap_or_default();
        match arg.as_str() {
            // How the program starts the service.
            "--serve" => return be_the_service(Path::new(&value)),
            "--seconds" => wanted.seconds = value.parse()?,
            "--rate" => wanted.rate = value.parse()?,
            "--connections" => wanted.connections = value.parse()?,
            other => {
                return Err(format!(
                    "there is no option {other}; there are --seconds, --rate and --connections"
                )
                .into());
            }
        }
    }
    run(&wanted)
}

fn be_the_service(config: &Path) -> Outcome<()> {
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
struct Service {
    child: Child,
    address: String,
}

impl Service {
    fn start(config: &Path) -> Outcome<Self> {
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

    fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Outcome<Answer> {
        Ok(Connection::open(&self.address)?.send(method, path, headers, body)?)
    }

    fn kill(&mut self) -> Outcome<()> {
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

/// A version of the plugin.
struct Version {
    sha256: String,
    component: Vec<u8>,
}

/// A filing that was answered.
struct Answered {
    receipt: i64,
    sha256: String,
    ms: f64,
}

/// What became of a time of load.
#[derive(Default)]
struct Phase {
    sent: u64,
    answered: Vec<Answered>,
    mixed: u64,
    errors: u64,
    /// Connections that ended before an answer came.
    broken: u64,
    by_version: [u64; 2],
}

fn run(wanted: &Wanted) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
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
    let filing: Value = serde_json::from_slice(&sample.bytes)?;
    let mut service = Service::start(&config)?;
    let (versions, word) = versions(&service, &sample.bytes)?;
    for version in &versions {
        submit(&service, version)?;
    }
    println!(
        "{} filings/s on {} connections, {} s each; a swap each {} ms",
        wanted.rate,
        wanted.connections,
        wanted.seconds,
        SWAP.as_millis()
    );
    println!(
        "{:<10} {:>8} {:>6} {:>8} {:>6} {:>7} {:>7} {:>9} {:>9} {:>9}",
        "",
        "answered",
        "lost",
        "doubled",
        "mixed",
        "errors",
        "swaps",
        "p50 ms",
        "p99 ms",
        "p99.9 ms"
    );
    activate(&service, &versions[0])?;
    let asking = Asking {
        wanted,
        filing: &filing,
        versions: &versions,
        word: &word,
    };
    let mut after = 0;
    let long = Duration::from_secs(wanted.seconds);
    for (name, swapping, hostile) in [
        ("warm-up", false, false),
        ("quiet", false, false),
        ("swapping", true, false),
        ("hostile", true, true),
    ] {
        let time = match name {
            "warm-up" => Duration::from_secs(3),
            "hostile" => long.min(Duration::from_secs(20)),
            _ => long,
        };
        let stop = AtomicBool::new(false);
        let swaps = AtomicU64::new(0);
        let phase = thread::scope(|scope| -> Outcome<Phase> {
            let swapper =
                swapping.then(|| scope.spawn(|| swap(&service, &versions, &stop, &swaps)));
            let dropper = hostile.then(|| scope.spawn(|| drop_hostile(&plugins, &stop)));
            let phase = asking.ask(&service.address, time, name);
            stop.store(true, Ordering::Relaxed);
            for helper in swapper.into_iter().chain(dropper) {
                helper.join().map_err(|_| "a helper broke down")??;
            }
            phase
        })?;
        after = phase.show(name, swaps.load(Ordering::Relaxed), folder.path(), after)?;
    }
    kill_in_the_middle(&mut service, &config, &asking, folder.path(), after)?;
    let log = Log::open(&folder.path().join("data"))?;
    let known: Vec<_> = log.kept_head()?.into_iter().collect();
    println!(
        "\nthe log: {} receipts, none changed",
        log.verify(&known)?.receipts
    );
    Ok(())
}

/// The built-in plugin and one that says something else in one place, and what
/// it says.
fn versions(service: &Service, filing: &[u8]) -> Outcome<([Version; 2], String)> {
    let report: Value =
        serde_json::from_slice(&service.send("POST", "/v1/check", &[], filing)?.body)?;
    let findings = report
        .pointer("/filings/0/findings")
        .and_then(Value::as_array);
    let component = PLUGINS
        .iter()
        .find(|bundled| bundled.name == SWAPPED)
        .ok_or("the plugin is not built in")?
        .component
        .to_vec();
    for finding in findings.into_iter().flatten() {
        let Some(word) = finding.pointer("/message/en").and_then(Value::as_str) else {
            continue;
        };
        let places: Vec<usize> = component
            .windows(word.len())
            .enumerate()
            .filter(|(_, window)| *window == word.as_bytes())
            .map(|(at, _)| at)
            .collect();
        if places.is_empty() || word.len() < 8 {
            continue;
        }
        // As long as before, so nothing else of the component moves.
        let other = format!("OTHER{}", word.get(5..).unwrap_or_default());
        if other.len() != word.len() {
            continue;
        }
        let mut changed = component.clone();
        for at in places {
            if let Some(place) = changed.get_mut(at..at + other.len()) {
                place.copy_from_slice(other.as_bytes());
            }
        }
        let version = |component: Vec<u8>| Version {
            sha256: format!("{:x}", Sha256::digest(&component)),
            component,
        };
        // Under another digest than the built-in one, which is not uploaded.
        let mut first = component.clone();
        first.extend([0, 6, 4, b'l', b'o', b'a', b'd', b'1']);
        return Ok(([version(first), version(changed)], other));
    }
    Err("no sentence of the report stands in the plugin as it is".into())
}

fn submit(service: &Service, version: &Version) -> Outcome<()> {
    let mut body = b"--line\r\ncontent-disposition: form-data; name=\"component\"\r\n\r\n".to_vec();
    body.extend(&version.component);
    body.extend(b"\r\n--line--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=line")];
    let answer = service.send("POST", "/v1/plugins", &headers, &body)?;
    if answer.status != 202 {
        return Err(answer.text().into());
    }
    loop {
        let listed: Value =
            serde_json::from_slice(&service.send("GET", "/v1/plugins", &[], b"")?.body)?;
        let found = listed
            .get("versions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .find(|listed| listed["id"] == version.sha256.as_str());
        match found.and_then(|found| found["standing"].as_str()) {
            Some("shadow" | "ready" | "active") => return Ok(()),
            Some("refused") => return Err(format!("refused: {:?}", found).into()),
            _ => thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn activate(service: &Service, version: &Version) -> Outcome<()> {
    let path = format!("/v1/plugins/{}/activate", version.sha256);
    let answer = service.send("POST", &path, &[], b"")?;
    match answer.status {
        200 => Ok(()),
        _ => Err(answer.text().into()),
    }
}

fn swap(
    service: &Service,
    versions: &[Version; 2],
    stop: &AtomicBool,
    swaps: &AtomicU64,
) -> Outcome<()> {
    let mut due = Instant::now();
    for version in versions.iter().rev().cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        activate(service, version)?;
        swaps.fetch_add(1, Ordering::Relaxed);
        due += SWAP;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(())
}

/// One of each kind, again and again.
fn drop_hostile(plugins: &Path, stop: &AtomicBool) -> Outcome<()> {
    let kinds = [
        "spins",
        "spins_in_describe",
        "recurses",
        "eats_memory",
        "panics",
        "panics_in_describe",
        "returns_a_gigabyte",
        "returns_bad_rule_index",
        "returns_wrong_outcome_count",
        "describes_duplicate_rules",
        "wants_an_import",
        "newer_contract",
        "too_old_contract",
    ];
    for kind in kinds.iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let component = anjian_tests::guest(kind).ok_or("there is no such guest")?;
        fs::write(plugins.join(format!("{kind}.wasm")), component)?;
        thread::sleep(DROP);
    }
    Ok(())
}

struct Asking<'a> {
    wanted: &'a Wanted,
    filing: &'a Value,
    versions: &'a [Version; 2],
    /// What only the second version says.
    word: &'a str,
}

impl Asking<'_> {
    /// Asks at a constant rate for some time.
    fn ask(&self, address: &str, time: Duration, name: &str) -> Outcome<Phase> {
        let connections = self.wanted.connections.max(1);
        let pace =
            Duration::from_secs_f64(f64::from(connections) / f64::from(self.wanted.rate.max(1)));
        let began = Instant::now();
        thread::scope(|scope| {
            let askers: Vec<_> = (0..connections)
                .map(|asker| {
                    // Evenly between each other.
                    let first = pace.mul_f64(f64::from(asker) / f64::from(connections));
                    scope.spawn(move || {
                        let name = format!("{name}-{asker}");
                        self.ask_on_one(address, began + first, pace, began + time, &name)
                    })
                })
                .collect();
            let mut all = Phase::default();
            for asker in askers {
                all.add(asker.join().map_err(|_| "an asker broke down")?);
            }
            Ok(all)
        })
    }

    fn ask_on_one(
        &self,
        address: &str,
        first: Instant,
        pace: Duration,
        end: Instant,
        name: &str,
    ) -> Phase {
        let mut phase = Phase::default();
        let Ok(mut connection) = Connection::open(address) else {
            phase.broken += 1;
            return phase;
        };
        let mut filing = self.filing.clone();
        let mut due = first;
        while due < end {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            // Each filing is another one, so that a doubled one is seen.
            if let Some(id) = filing.get_mut("filing_id") {
                *id = format!("{name}-{}", phase.sent).into();
            }
            let bytes = filing.to_string();
            phase.sent += 1;
            match connection.send("POST", "/v1/check", &[], bytes.as_bytes()) {
                Ok(answer) => phase.count(&answer, due.elapsed(), self, &filing),
                Err(_) => {
                    phase.broken += 1;
                    return phase;
                }
            }
            due += pace;
        }
        phase
    }
}

impl Phase {
    fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.answered.extend(other.answered);
        self.mixed += other.mixed;
        self.errors += other.errors;
        self.broken += other.broken;
        for (sum, part) in self.by_version.iter_mut().zip(other.by_version) {
            *sum += part;
        }
    }

    /// Looks whether an answer is whole, and of one version.
    fn count(&mut self, answer: &Answer, time: Duration, asking: &Asking<'_>, filing: &Value) {
        let receipt = answer
            .header("anjian-receipt")
            .and_then(|id| id.parse().ok());
        let (200, Some(receipt)) = (answer.status, receipt) else {
            self.errors += 1;
            return;
        };
        let text = answer.text();
        let says = text.contains(asking.word);
        let by = asking.versions.each_ref();
        let by = by.map(|version| text.contains(&version.sha256));
        let own = filing["filing_id"].as_str().unwrap_or_default();
        let [first, second] = &mut self.by_version;
        match (says, by) {
            (false, [true, false]) => *first += 1,
            (true, [false, true]) => *second += 1,
            _ => self.mixed += 1,
        }
        self.mixed += u64::from(!text.contains(&format!("\"{own}\"")));
        self.answered.push(Answered {
            receipt,
            sha256: format!("{:x}", Sha256::digest(&answer.body)),
            ms: time.as_secs_f64() * 1_000.0,
        });
    }

    /// Compares with the receipts, and tells. Gives the last receipt.
    fn show(&self, name: &str, swaps: u64, folder: &Path, after: i64) -> Outcome<i64> {
        let receipts = receipts(folder, after)?;
        let mut left: HashSet<(i64, &str)> = receipts
            .iter()
            .map(|(id, sha256, _)| (*id, sha256.as_str()))
            .collect();
        let unproved = self
            .answered
            .iter()
            .filter(|answered| !left.remove(&(answered.receipt, answered.sha256.as_str())))
            .count();
        let filings: HashSet<&str> = receipts
            .iter()
            .map(|(.., filing)| filing.as_str())
            .collect();
        let doubled = receipts.len() - filings.len();
        let lost = self.sent - self.answered.len() as u64 - self.errors - self.broken;
        let mut times: Vec<f64> = self.answered.iter().map(|answered| answered.ms).collect();
        times.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = (times.len() as f64 * share) as usize;
            times
                .get(place.min(times.len().saturating_sub(1)))
                .copied()
                .unwrap_or(0.0)
        };
        println!(
            "{name:<10} {:>8} {:>6} {doubled:>8} {:>6} {:>7} {swaps:>7} {:>9.2} {:>9.2} {:>9.2}",
            self.answered.len(),
            lost + unproved as u64,
            self.mixed,
            self.errors,
            at(0.5),
            at(0.99),
            at(0.999),
        );
        if swaps > 0 {
            println!("{:<10} by version: {:?}", "", self.by_version);
        }
        if self.broken > 0 {
            println!("{:<10} cut by the kill: {}", "", self.broken);
        }
        Ok(receipts.last().map_or(after, |(id, ..)| *id))
    }
}

/// Receipts after one: id, digest of the report, digest of the filing.
fn receipts(folder: &Path, mut after: i64) -> Outcome<Vec<(i64, String, String)>> {
    let log = Log::open(&folder.join("data"))?;
    let mut all = Vec::new();
    loop {
        let page = log.list(after, 1_000, None)?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after = last.id;
        all.extend(page.into_iter().map(|receipt| {
            let filing = receipt.filing_sha256.unwrap_or_default();
            (receipt.id, receipt.report_sha256, filing)
        }));
    }
}

/// Kills the service while it answers, starts it again, and looks for what it
/// had answered.
fn kill_in_the_middle(
    service: &mut Service,
    config: &Path,
    asking: &Asking<'_>,
    folder: &Path,
    after: i64,
) -> Outcome<()> {
    let address = service.address.clone();
    let phase = thread::scope(|scope| -> Outcome<Phase> {
        let asker = scope.spawn(|| asking.ask(&address, Duration::from_secs(10), "killed"));
        thread::sleep(Duration::from_secs(3));
        service.kill()?;
        asker.join().map_err(|_| "an asker broke down")?
    })?;
    *service = Service::start(config)?;
    phase.show("kill -9", 0, folder, after)?;
    Ok(())
}
