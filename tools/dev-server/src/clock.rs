//! The server's only source of time, so that a test can hold it still.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the present time comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's wall clock (the default).
    #[default]
    System,
    /// A time that stands still until [`Clock::set_ms`] moves it.
    Forged(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that stands at `now_ms` milliseconds since the Unix epoch.
    #[must_use]
    pub fn forged(now_ms: u64) -> Self {
        Self::Forged(Arc::new(AtomicU64::new(now_ms)))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "a native program; its clock enters here alone")]
    pub fn now_ms(&self) -> u64 {
        match self {
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX)),
            Self::Forged(now_ms) => now_ms.load(Ordering::SeqCst),
        }
    }

    /// Moves a forged clock (and its clones) to `now_ms`; the system's clock stays as it is.
    pub fn set_ms(&self, now_ms: u64) {
        if let Self::Forged(cell) = self {
            cell.store(now_ms, Ordering::SeqCst);
        }
    }
}
