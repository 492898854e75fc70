//! Wall-clock time as the engine sees it.

use std::time::Duration;

/// A point in time: milliseconds since the Unix epoch (or any other fixed point, in tests).
///
/// Wall time and not a monotonic clock, because freshness has to survive a laptop's sleep and a
/// reload. It may jump backwards, so every difference saturates at zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

impl Time {
    /// The epoch itself: older than any real time.
    pub const ZERO: Self = Self(0);
    /// Later than any real time: the end of an infinite span.
    pub const NEVER: Self = Self(u64::MAX);

    /// The time `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This time plus `span`; [`Time::NEVER`] when that cannot be represented.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        self.plus(Wait::of(span))
    }

    pub(crate) fn plus(self, wait: Wait) -> Self {
        Self(self.0.saturating_add(wait.0))
    }

    /// This time less `span`, at the earliest the epoch.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(Wait::of(span).0))
    }

    /// How long ago `earlier` was; zero when it lies in the future.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// A span in milliseconds: less to compute with than a [`Duration`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wait(u64);

impl Wait {
    pub const FOREVER: Self = Self(u64::MAX);

    pub fn of(span: Duration) -> Self {
        let seconds = span.as_secs();
        // Compared first, as a multiplication that may overflow is done with 128 bits.
        if seconds >= u64::MAX / 1_000 {
            return Self::FOREVER;
        }
        Self(seconds * 1_000 + u64::from(span.subsec_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_infinite_span_ends_never() {
        assert_eq!(Time::from_millis(5).after(Duration::MAX), Time::NEVER);
    }

    #[test]
    fn a_clock_that_jumped_back_gives_no_negative_age() {
        assert_eq!(Time::from_millis(5).since(Time::from_millis(9)), Duration::ZERO);
    }
}
