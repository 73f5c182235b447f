//! The way of one filing, step by step. See `benches/README.md` for what each
//! number means.
#![expect(clippy::unwrap_used, reason = "a bench stops at the first surprise")]

use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anjian_benches::{Sample, filings};
use anjian_check::{Checker, Options, Source, intake};
use anjian_model::Request;
use anjian_runtime::{Engine, Limits, Plugin};
use anjian_sdk::contract;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// A filing without facts, and without a section that any rule could miss: what
/// is left is the instance, the call and the answer.
const BARE: &[u8] = br#"{"filing_id":"e","reference_date":"2026-06-30","sections":{"mining":
    {"underground_mines":[],"open_pits":[],"tailings_ponds":[],"is_coal_mine":false,"is_concentrator_only":false}}}"#;

fn plugin(name: &str) -> Plugin {
    let engine = Engine::new(Limits::default()).unwrap();
    let found = anjian_bundle::PLUGINS
        .iter()
        .find(|plugin| plugin.name == name)
        .unwrap();
    engine.load(found.component).unwrap()
}

fn request(sample: &Sample) -> Request<'_> {
    Request {
        filing: &sample.bytes,
        reference_date: &sample.date,
        submission_date: &sample.date,
        parameters: b"",
    }
}

fn native(sample: &Sample) -> contract::Request {
    contract::Request {
        filing: sample.bytes.clone(),
        reference_date: sample.date.clone(),
        submission_date: sample.date.clone(),
        parameters: Vec::new(),
    }
}

fn steps(c: &mut Criterion) {
    let plugin = plugin("hazchem");
    let mut checker = Checker::new(Options::default()).unwrap();
    checker.add(Arc::new(plugin.clone())).unwrap();
    let samples = filings("hazchem").unwrap();
    let typical = samples
        .iter()
        .find(|sample| sample.name.starts_with("03"))
        .unwrap();
    let large = samples
        .iter()
        .max_by_key(|sample| sample.bytes.len())
        .unwrap();
    for (size, sample) in [("typical", typical), ("large", large)] {
        let mut group = c.benchmark_group(size);
        group.throughput(Throughput::Bytes(sample.bytes.len() as u64));
        group.bench_function("intake", |b| {
            b.iter(|| black_box(intake::read(black_box(&sample.bytes), 1).unwrap()));
        });
        group.bench_function("evaluate", |b| {
            b.iter(|| black_box(plugin.evaluate(request(sample)).unwrap()));
        });
        group.bench_function("whole", |b| {
            b.iter(|| black_box(checker.check(Source::file("sample"), &sample.bytes)));
        });
        let asked = native(sample);
        group.bench_function("native", |b| {
            b.iter(|| black_box(anjian_hazchem::rules::evaluate(black_box(&asked)).unwrap()));
        });
        group.finish();
    }
    let bare = Sample {
        name: "bare".into(),
        bytes: BARE.to_vec(),
        date: "2026-06-30".into(),
    };
    let mining = self::plugin("mining");
    c.bench_function("instantiate", |b| {
        b.iter(|| black_box(mining.evaluate(request(&bare)).unwrap()));
    });
}

/// The command's own pipeline with everything that ships.
fn all_plugins() -> Checker {
    let mut checker = Checker::new(Options::default()).unwrap();
    let engine = Engine::new(Limits::default()).unwrap();
    for bundled in anjian_bundle::PLUGINS {
        let plugin = engine.load(bundled.component).unwrap();
        checker.add(Arc::new(plugin)).unwrap();
    }
    checker
}

/// The largest filing of a sector.
fn largest(sector: &str) -> Sample {
    let mut samples = filings(sector).unwrap();
    samples.sort_by_key(|sample| sample.bytes.len());
    samples.pop().unwrap()
}

/// The largest filing of each sector, judged by its plugin, and a filing of
/// several sectors by all.
fn sectors(c: &mut Criterion) {
    let mut group = c.benchmark_group("sectors");
    for sector in ["general", "hazchem", "metallurgy", "mining", "platform"] {
        let plugin = plugin(sector);
        let sample = largest(sector);
        group.throughput(Throughput::Bytes(sample.bytes.len() as u64));
        group.bench_function(sector, |b| {
            b.iter(|| black_box(plugin.evaluate(request(&sample)).unwrap()));
        });
    }
    let checker = all_plugins();
    let sample = largest("several-sectors");
    group.throughput(Throughput::Bytes(sample.bytes.len() as u64));
    group.bench_function("several", |b| {
        b.iter(|| black_box(checker.check(Source::file("sample"), &sample.bytes)));
    });
    group.finish();
}

/// The same work on one thread and on two: a filing of several sectors by all
/// plugins. With a fresh instance for each section, what threads share (locks of
/// the address space, the allocator) shows here and nowhere else.
fn threads(c: &mut Criterion) {
    let checker = all_plugins();
    let sample = largest("several-sectors");
    let mut group = c.benchmark_group("threads");
    for count in [1_u64, 2] {
        group.throughput(Throughput::Elements(count));
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter_custom(|rounds| {
                let start = Instant::now();
                thread::scope(|scope| {
                    for _ in 0..count {
                        scope.spawn(|| {
                            for _ in 0..rounds {
                                black_box(checker.check(Source::file("sample"), &sample.bytes));
                            }
                        });
                    }
                });
                start.elapsed()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, steps, sectors, threads);
criterion_main!(benches);
