//! Every default number in one place, with where it comes from.

use std::time::Duration;

/// How long an entry stays after its last observer left. TanStack Query's `gcTime`.
///
/// SWR never evicts; its users have asked for eviction since its first year.
pub const GC_TIME: Duration = Duration::from_secs(5 * 60);

/// SWR's `dedupingInterval`.
pub const DEDUPING_INTERVAL: Duration = Duration::from_secs(2);

/// SWR's `focusThrottleInterval`. TanStack Query has none.
pub const FOCUS_THROTTLE_INTERVAL: Duration = Duration::from_secs(5);

/// SWR's `errorRetryInterval`: the base of its backoff.
pub const ERROR_RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// SWR's `errorRetryInterval` where the network is slow.
pub const SLOW_ERROR_RETRY_INTERVAL: Duration = Duration::from_secs(10);

/// SWR's `loadingTimeout`.
pub const LOADING_TIMEOUT: Duration = Duration::from_secs(3);

/// SWR's `loadingTimeout` where the network is slow.
pub const SLOW_LOADING_TIMEOUT: Duration = Duration::from_secs(5);

/// SWR's backoff doubles at most this often.
pub const SWR_RETRY_MAX_EXPONENT: u32 = 8;

/// TanStack Query's `retry`: how often a failed query function is called again.
pub const QUERY_RETRY: u32 = 3;

/// The first delay of TanStack Query's `retryDelay`; each later one is twice as long.
pub const QUERY_RETRY_BASE: Duration = Duration::from_secs(1);

/// After so many doublings the delay is at its longest.
pub const QUERY_RETRY_DOUBLINGS: u32 = 5;

/// The longest delay of TanStack Query's `retryDelay`.
pub const QUERY_RETRY_MAX: Duration = Duration::from_secs(30);

/// The longest wait by a server's `Retry-After` that a query sits out before its next attempt. Ours: neither original
/// looks at that header.
pub const RETRY_AFTER_LIMIT: Duration = Duration::from_secs(60);

/// The shortest interval, and the shortest wait before a retry. Browsers do not go below it either.
pub const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// At most how many events the trail remembers, and at least half of that: some minutes of a busy page, at 24 kB.
pub const TRAIL_LENGTH: usize = 256;

/// How many chunks of a stream are written at once, if so many are ready; later ones in lists as long as all before, so that
/// the copies of what has come take no longer in all than a few of the whole.
pub const STREAM_BATCH: usize = 64;

/// How long a stream that is always ready may keep the page waiting: half of a frame.
pub const STREAM_SLICE: Duration = Duration::from_millis(8);
