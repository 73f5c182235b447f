//! Many calls at once.

use std::thread;

use anjian_model::Outcome;
use anjian_runtime::{Fault, Limits};

use super::guests::{spins_bytes, well_behaved_bytes};
use super::{BENCH, Bench, is_right, limits, request};

const THREADS: usize = 4;
const CALLS: usize = 500;

fn judge_many(bench: &Bench) {
    for call in 0..CALLS {
        let (filing, outcome) = match call % 3 {
            0 => (r#"{"hot":true}"#, Outcome::Violated),
            1 => (r#"{"hot":false}"#, Outcome::Satisfied),
            _ => (r#"{"hot":null}"#, Outcome::Undetermined),
        };
        let answer = bench.well_behaved.evaluate(request(filing)).unwrap();
        is_right(&answer, outcome);
    }
}

#[test]
fn answers_stay_right_beside_a_plugin_that_spins() {
    let bench = &*BENCH;
    let spins = bench.engine.load(spins_bytes()).unwrap();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| judge_many(bench));
        }
        scope.spawn(|| {
            for _ in 0..3 {
                let fault = spins.evaluate(request("{}")).unwrap_err();
                assert!(matches!(fault, Fault::DeadlineExceeded { .. }), "{fault:?}");
            }
        });
    });
    bench.goes_on();
}

/// One call more than there are places waits; it does not fail.
#[test]
fn a_full_pool_makes_callers_wait() {
    let bench = Bench::new(Limits {
        concurrent_calls: 1,
        ..limits()
    });
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| judge_many(&bench));
        }
    });
}

/// As many plugins as places, so that each place changes hands.
#[test]
fn plugins_take_turns_in_one_pool() {
    let bench = Bench::new(Limits {
        concurrent_calls: 2,
        ..limits()
    });
    let plugins: Vec<_> = (0..4)
        .map(|_| bench.engine.load(well_behaved_bytes()).unwrap())
        .collect();
    thread::scope(|scope| {
        for plugin in &plugins {
            scope.spawn(|| {
                for _ in 0..50 {
                    super::judges_rightly(plugin);
                }
            });
        }
    });
}
