//! The settings of the sandbox, each with its reason.

use std::io;
use std::sync::Arc;

use thiserror::Error;
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Store,
};

use crate::cache::Cache;
use crate::fault::Fault;
use crate::limits::{Guard, Limits, WASM_PAGE};
use crate::load::{self, LoadError};
use crate::places::Places;
use crate::plugin::Plugin;
use crate::ticker::Ticker;

/// A plugin is one core module; what joins core and component is a handful of
/// small modules at most.
const CORE_INSTANCES: u32 = 8;

/// The core module has one memory. With two, the limit would be per memory
/// and no longer per call.
const MEMORIES: u32 = 1;

/// One for calls by pointer, and one that joins core and component.
const TABLES: u32 = 2;

/// Pages that a call touched are cleared with `memset` up to this many bytes
/// and stay mapped, so that the next call takes no page fault. A filing
/// touches some 100 KiB. Above it the system takes the pages back.
const KEEP_RESIDENT: usize = 1024 * 1024;

/// Loads plugins and holds what they share: compiler, pool and clock.
///
/// A clone is the same engine. It lives on while a plugin of it lives.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

/// Why there is no sandbox.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A limit is outside what the sandbox can hold.
    #[error("the limit {name} is {value}; the operator of the host must set it to {needed}")]
    BadLimit {
        /// The field of [`Limits`].
        name: &'static str,
        /// As set.
        value: u64,
        /// What it may be.
        needed: &'static str,
    },
    /// The machine does not give what the sandbox reserves.
    #[error(
        "the sandbox for {concurrent_calls} calls at once could not be set up ({message}); the \
         operator of the host should lower the number of calls at once or lift the limit on \
         address space (`ulimit -v`)"
    )]
    Sandbox {
        /// What was asked for.
        concurrent_calls: usize,
        /// What the machine said.
        message: String,
    },
    /// The clock's thread did not start.
    #[error("the thread that keeps deadlines did not start; the machine is out of threads")]
    Ticker(#[source] io::Error),
}

impl Engine {
    /// Sets up a sandbox that holds plugins to `limits`.
    ///
    /// # Errors
    ///
    /// When a limit makes no sense or the machine does not give enough.
    pub fn new(limits: Limits) -> Result<Self, EngineError> {
        Self::with_cache(limits, None)
    }

    /// As [`Engine::new`]; compiled plugins are kept in the cache.
    ///
    /// # Errors
    ///
    /// As above.
    pub fn with_cache(limits: Limits, cache: Option<Cache>) -> Result<Self, EngineError> {
        let places = checked(&limits)?;
        let wasm =
            wasmtime::Engine::new(&config(&limits, places)).map_err(|e| EngineError::Sandbox {
                concurrent_calls: limits.concurrent_calls,
                message: format!("{e:#}"),
            })?;
        let ticker = Ticker::start(wasm.clone()).map_err(EngineError::Ticker)?;
        Ok(Self {
            shared: Arc::new(Shared {
                _ticker: ticker,
                wasm,
                places: Places::new(limits.concurrent_calls),
                cache,
                limits,
            }),
        })
    }

    /// What plugins are held to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// Whether the bytes are a component that speaks a known contract, asks the
    /// host for nothing and starts within the limits. Nothing is compiled.
    ///
    /// # Errors
    ///
    /// When they are not.
    pub fn inspect(&self, bytes: &[u8]) -> Result<(), LoadError> {
        load::inspect(bytes, &self.shared.limits).map(drop)
    }

    /// Makes the bytes of a component a plugin: reads its contract, compiles
    /// it, and asks it to describe itself.
    ///
    /// # Errors
    ///
    /// When the bytes are no plugin that this host can trust to judge.
    pub fn load(&self, bytes: &[u8]) -> Result<Plugin, LoadError> {
        load::load(&self.shared, bytes)
    }
}

/// What all plugins of an engine share.
pub(crate) struct Shared {
    /// Held for its thread.
    _ticker: Ticker,
    pub(crate) wasm: wasmtime::Engine,
    pub(crate) limits: Limits,
    places: Places,
    pub(crate) cache: Option<Cache>,
}

impl Shared {
    /// Gives one call a sandbox of its own and throws it away.
    pub(crate) fn call<T>(
        &self,
        call: impl FnOnce(&mut Store<Guard>, &Limits) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        // Declared before the store, and so given back after it.
        let _place = self.places.take();
        let limits = &self.limits;
        let guard = Guard {
            memory_bytes: limits.memory_bytes,
            table_elements: limits.table_elements,
        };
        let mut store =
            Store::try_new(&self.wasm, guard).map_err(|error| Fault::of_setup(&error, limits))?;
        store.limiter(|guard| guard);
        store.set_hostcall_fuel(limits.output_bytes);
        // Waiting for a place is not the plugin's time.
        store.set_epoch_deadline(Ticker::ticks(limits.deadline_ms));
        call(&mut store, limits)
    }
}

fn checked(limits: &Limits) -> Result<u32, EngineError> {
    let bad = |name, value: usize, needed| EngineError::BadLimit {
        name,
        value: u64::try_from(value).unwrap_or(u64::MAX),
        needed,
    };
    if limits.deadline_ms == 0 {
        return Err(bad("deadline_ms", 0, "at least 1"));
    }
    // 4 GiB is what a 32-bit memory can address.
    if !(WASM_PAGE..=1 << 32).contains(&limits.memory_bytes) {
        return Err(bad(
            "memory_bytes",
            limits.memory_bytes,
            "a number from 65536 to 4294967296",
        ));
    }
    // Below it nothing runs; above it a thread of the usual 2 MiB has no room
    // for the host.
    if !(16 * 1024..=1024 * 1024).contains(&limits.stack_bytes) {
        return Err(bad(
            "stack_bytes",
            limits.stack_bytes,
            "a number from 16384 to 1048576",
        ));
    }
    // Ten thousand places reserve 40 TiB of the 128 TiB of addresses.
    match u32::try_from(limits.concurrent_calls) {
        Ok(places @ 1..=10_000) => Ok(places),
        _ => Err(bad(
            "concurrent_calls",
            limits.concurrent_calls,
            "a number from 1 to 10000",
        )),
    }
}

fn config(limits: &Limits, places: u32) -> Config {
    let mut pool = PoolingAllocationConfig::new();
    // Whoever holds one of the places finds one of everything in the pool, so
    // the pool itself is never full.
    pool.total_component_instances(places)
        .total_core_instances(places.saturating_mul(CORE_INSTANCES))
        .total_memories(places.saturating_mul(MEMORIES))
        .total_tables(places.saturating_mul(TABLES))
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_memories_per_module(MEMORIES)
        .max_tables_per_module(TABLES)
        // The same limits as the guard of each call: the guard names the
        // fault, the pool cannot be talked past.
        .max_memory_size(limits.memory_bytes)
        .table_elements(limits.table_elements)
        // A place that was used by a plugin stays mapped for it.
        .max_unused_warm_slots(places)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT)
        // Asks the kernel which pages were touched and clears only those.
        // Without it two threads are slower than one. Linux has it since 6.7;
        // elsewhere `Auto` leaves it.
        .pagemap_scan(Enabled::Auto);

    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        // A fresh instance is a copy-on-write view of the plugin's first
        // memory, instead of a copy.
        .memory_init_cow(true)
        // Interrupts a loop; costs a load and a compare at each branch back.
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack_bytes)
        .cranelift_opt_level(OptLevel::Speed)
        // The bits of a NaN differ between machines; a verdict must not.
        .cranelift_nan_canonicalization(true)
        // May differ between machines.
        .wasm_relaxed_simd(false)
        // What the guest target does not use stays shut.
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_tail_call(false)
        .wasm_extended_const(false)
        // Calls do not overlap within a store, so it need not be ready for it.
        .concurrency_support(false);
    config
}
