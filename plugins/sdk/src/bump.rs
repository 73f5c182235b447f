//! The allocator of a guest that lives for one filing: a pointer that only
//! moves up, from the end of the data section.
//!
//! Measured: with an allocator that asks for memory at run time, each filing
//! costs an `mprotect` and two threads are slower than one. Memory is pre-sized
//! by the linker (`plugins/rows`, `INITIAL_MEMORY_BYTES`); only a filing that
//! needs more makes it grow.
#![expect(
    unsafe_code,
    reason = "a global allocator cannot be written without it"
)]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

const PAGE_BYTES: usize = 65536;

unsafe extern "C" {
    /// Set by the linker: the first byte after data and stack.
    static __heap_base: u8;
}

struct Bump {
    /// 0 until the first allocation.
    next: Cell<usize>,
}

// SAFETY: a component instance has one thread.
unsafe impl Sync for Bump {}

#[global_allocator]
static BUMP: Bump = Bump { next: Cell::new(0) };

// SAFETY: blocks never overlap: `next` only grows, except when the newest
// block is resized or given back.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mut next = self.next.get();
        if next == 0 {
            next = (&raw const __heap_base) as usize;
        }
        let Some(start) = next.checked_next_multiple_of(layout.align()) else {
            return std::ptr::null_mut();
        };
        let Some(end) = start.checked_add(layout.size()) else {
            return std::ptr::null_mut();
        };
        let have = core::arch::wasm32::memory_size(0) * PAGE_BYTES;
        if end > have {
            let pages = (end - have).div_ceil(PAGE_BYTES);
            if core::arch::wasm32::memory_grow(0, pages) == usize::MAX {
                return std::ptr::null_mut();
            }
        }
        self.next.set(end);
        start as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if block as usize + layout.size() == self.next.get() {
            self.next.set(block as usize);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if block as usize + layout.size() == self.next.get() {
            self.next.set(block as usize);
            // SAFETY: same alignment, and the block starts where it did, so
            // its bytes stay in place.
            let again =
                unsafe { self.alloc(Layout::from_size_align_unchecked(new_size, layout.align())) };
            if again.is_null() {
                self.next.set(block as usize + layout.size());
            }
            return again;
        }
        // SAFETY: the new block is disjoint from the old one and at least as
        // large as what is copied.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
            if !new.is_null() {
                std::ptr::copy_nonoverlapping(block, new, layout.size().min(new_size));
            }
            new
        }
    }
}
