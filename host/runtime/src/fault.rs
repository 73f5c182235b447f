//! Why a plugin gave no answer that may be used.

use thiserror::Error;
use wasmtime::Trap;

use crate::assessment::Nonsense;
use crate::limits::{Limits, MemoryLimit, TableLimit};

/// Why a plugin gave no answer that may be used. A fault is never a pass: the
/// rules of the plugin count as failed for this filing. The next call starts
/// afresh.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// It ran longer than a call may.
    #[error(
        "the plugin gave no answer within {limit_ms} ms; its author should look for a loop that \
         does not end"
    )]
    DeadlineExceeded {
        /// What was allowed.
        limit_ms: u64,
    },
    /// It asked for more memory than a call may have.
    #[error(
        "the plugin asked for more than {limit_bytes} bytes of memory; its author should look for \
         what grows with the filing"
    )]
    MemoryExceeded {
        /// What was allowed.
        limit_bytes: usize,
    },
    /// It asked for a larger table than a call may have.
    #[error(
        "the plugin asked for a table of more than {limit_elements} elements; its author should \
         look for what grows it"
    )]
    TableExceeded {
        /// What was allowed.
        limit_elements: usize,
    },
    /// Calls inside it nested too deep.
    #[error(
        "calls inside the plugin nested deeper than a stack of {limit_bytes} bytes; its author \
         should look for a recursion that does not end"
    )]
    StackExceeded {
        /// What was allowed.
        limit_bytes: usize,
    },
    /// The answer is too large to take.
    #[error(
        "the plugin's answer is larger than {limit_bytes} bytes; its author should say less about \
         each item"
    )]
    OutputExceeded {
        /// What was allowed.
        limit_bytes: usize,
    },
    /// The filing or its parameters are too large to hand over. The plugin was
    /// not called.
    #[error(
        "the {what} is {bytes} bytes, more than the {limit_bytes} that a plugin is handed; split \
         it, or let the operator of the host raise the limit"
    )]
    InputExceeded {
        /// `filing` or `parameters`.
        what: &'static str,
        /// How large it is.
        bytes: usize,
        /// What was allowed.
        limit_bytes: usize,
    },
    /// It broke down.
    #[error(
        "the plugin broke down ({message}); its author should look for a panic, or for a stack \
         that ran out"
    )]
    Trap {
        /// What the sandbox saw.
        message: String,
    },
    /// It answered what cannot be.
    #[error("the plugin's answer makes no sense: {0}; this is for its author")]
    Nonsense(#[from] Nonsense),
    /// It refused the request.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The host could not set up the sandbox. The plugin was not called.
    #[error(
        "the host could not set up the plugin's sandbox ({message}); this is for the operator of \
         the host"
    )]
    Host {
        /// What the machine said.
        message: String,
    },
}

/// Why a plugin did not judge a request at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The bytes are not the filing that the schemas describe.
    #[error("the plugin cannot read the filing: {0}")]
    UnreadableFiling(String),
    /// A date is none.
    #[error("the plugin cannot read a date: {0}")]
    BadDate(String),
    /// A local parameter is missing or wrong.
    #[error("the plugin cannot use the local parameters: {0}; this is for who set them")]
    BadParameters(String),
    /// Arithmetic left the exact range; nothing may be concluded.
    #[error("a number of the filing is too large to be calculated with exactly: {0}")]
    OutOfRange(String),
}

/// The sandbox keeps the type of this error to itself; a test holds the words.
const OUTPUT_LIMIT: &str = "fuel allocated for hostcalls has been exhausted";

impl Fault {
    /// What an error during a call means, given what was allowed.
    pub(crate) fn of_call(error: &wasmtime::Error, limits: &Limits) -> Self {
        if let Some(fault) = Self::of_guest(error, limits) {
            return fault;
        }
        let message = format!("{error:#}");
        if message.contains(OUTPUT_LIMIT) {
            return Self::OutputExceeded {
                limit_bytes: limits.output_bytes,
            };
        }
        // What is left comes from reading the answer out of the plugin's
        // memory: a list that leaves it, bytes that are no text.
        Self::Nonsense(Nonsense::Unreadable { message })
    }

    /// What an error while the sandbox is set up means.
    pub(crate) fn of_setup(error: &wasmtime::Error, limits: &Limits) -> Self {
        Self::of_guest(error, limits).unwrap_or_else(|| Self::Host {
            message: format!("{error:#}"),
        })
    }

    fn of_guest(error: &wasmtime::Error, limits: &Limits) -> Option<Self> {
        if error.is::<MemoryLimit>() {
            return Some(Self::MemoryExceeded {
                limit_bytes: limits.memory_bytes,
            });
        }
        if error.is::<TableLimit>() {
            return Some(Self::TableExceeded {
                limit_elements: limits.table_elements,
            });
        }
        let trap = error.downcast_ref::<Trap>()?;
        Some(match trap {
            Trap::Interrupt => Self::DeadlineExceeded {
                limit_ms: limits.deadline_ms,
            },
            Trap::StackOverflow => Self::StackExceeded {
                limit_bytes: limits.stack_bytes,
            },
            other => Self::Trap {
                message: other.to_string(),
            },
        })
    }
}
