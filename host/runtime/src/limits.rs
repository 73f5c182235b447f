//! What a plugin may use.

use std::thread;

use wasmtime::ResourceLimiter;

const MIB: usize = 1024 * 1024;

/// The page of WebAssembly: memories are counted in it.
pub(crate) const WASM_PAGE: usize = 64 * 1024;

/// What a plugin may use for one call, and how many calls run at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Milliseconds for one call, by the clock of the wall. A call may run up
    /// to two ticks of ten milliseconds longer, never shorter.
    pub deadline_ms: u64,
    /// Bytes of linear memory for one call.
    pub memory_bytes: usize,
    /// Elements of all tables for one call.
    pub table_elements: usize,
    /// Bytes of the machine's stack for one call. The thread that calls needs
    /// as much room left.
    pub stack_bytes: usize,
    /// Bytes that an answer may take in the host.
    pub output_bytes: usize,
    /// Bytes of one sentence, name or pointer inside an assessment.
    pub text_bytes: usize,
    /// Bytes of a filing, and of its parameters.
    pub filing_bytes: usize,
    /// Bytes of a plugin's file.
    pub plugin_bytes: usize,
    /// Calls that run at once; one more waits until one ends.
    pub concurrent_calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A filing takes ten microseconds. What takes a hundred thousand
            // times as long is a loop, even on a machine that is busy.
            deadline_ms: 1_000,
            // Eight times the largest filing: its bytes, the facts read from
            // them and the answer.
            memory_bytes: 64 * MIB,
            // A plugin's table holds the functions that it calls by pointer: a
            // few for each rule, and there are about a thousand rules.
            table_elements: 10_000,
            // JSON nests up to 128 deep at some 500 bytes a level; four times
            // that. Threads have 2 MiB by default, so a caller has room.
            stack_bytes: MIB / 4,
            // A thousand items that break forty rules each, at 400 bytes.
            output_bytes: 16 * MIB,
            // A sentence is a line. Nobody reads one of 64 KiB.
            text_bytes: WASM_PAGE,
            // The usual filing is 2 KiB, one with a thousand units 1 MiB.
            filing_bytes: 8 * MIB,
            // The largest sector compiles to less than 2 MiB.
            plugin_bytes: 32 * MIB,
            // A place in the pool stays warm for the plugin that used it last:
            // four plugins for each thread, and never fewer than 32. A place
            // costs 4 GiB of addresses, and of memory only what it touched.
            concurrent_calls: thread::available_parallelism().map_or(32, |n| (4 * n.get()).max(32)),
        }
    }
}

/// Thrown when memory grows past its limit, so that the fault can say so.
#[derive(Debug, thiserror::Error)]
#[error("memory limit exceeded")]
pub(crate) struct MemoryLimit;

/// Thrown when a table grows past its limit.
#[derive(Debug, thiserror::Error)]
#[error("table limit exceeded")]
pub(crate) struct TableLimit;

/// What one call is held to.
pub(crate) struct Guard {
    pub(crate) memory_bytes: usize,
    pub(crate) table_elements: usize,
}

impl ResourceLimiter for Guard {
    // An error ends the call at once. `Ok(false)` would only make the growth
    // fail, and the plugin would go on to say something else.
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > self.memory_bytes {
            return Err(MemoryLimit.into());
        }
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > self.table_elements {
            return Err(TableLimit.into());
        }
        Ok(true)
    }
}
