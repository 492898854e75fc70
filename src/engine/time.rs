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
        Self(self.0.saturating_add(saturating_millis(span)))
    }

    /// This time less `span`, at the earliest the epoch.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(saturating_millis(span)))
    }

    /// How long ago `earlier` was; zero when it lies in the future.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

fn saturating_millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
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
