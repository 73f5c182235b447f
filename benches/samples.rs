//! What the benches judge: the filings of `sample-data`.

use std::fs;
use std::path::{Path, PathBuf};

/// One filing.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The scenario's folder.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// Its reference date, or a day on which all rules are in force.
    pub date: String,
}

/// The filings of a sector that are JSON, in order. Those that break a schema
/// are left out: a plugin never sees them as they are.
///
/// # Errors
/// When the sample data cannot be read.
pub fn filings(sector: &str) -> std::io::Result<Vec<Sample>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../sample-data")
        .join(sector);
    let mut folders: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| !path.to_string_lossy().contains("broken"))
        .collect();
    folders.sort();
    let mut samples = Vec::new();
    for folder in folders {
        let Ok(bytes) = fs::read(folder.join("filing.json")) else {
            continue;
        };
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(&bytes) else {
            continue;
        };
        let date = value
            .get("reference_date")
            .and_then(|date| date.as_str())
            .unwrap_or("2026-06-30");
        samples.push(Sample {
            name: folder
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            date: date.to_owned(),
            bytes,
        });
    }
    Ok(samples)
}
