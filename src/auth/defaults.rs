//! The numbers of the token layer, each with its reason.

use std::time::Duration;

/// How long a caller waits for a token (or for the source to load) before it gives up.
///
/// Clerk's own retries go on for about 160 s when its API is ill. A page that shows a spinner for that
/// long looks dead, so callers stop waiting; the request for the token itself goes on for the others.
pub const TOKEN_DEADLINE: Duration = Duration::from_secs(10);

/// A token is renewed in the background when no more than this is left of its life.
///
/// The same threshold as Clerk's own background refresh, so that both agree on what is old.
pub const REFRESH_LEEWAY: Duration = Duration::from_secs(15);

/// For short-lived tokens: renewed when no more than this part of the life is left. A token of 20 s
/// would otherwise be 'old' for three quarters of its life.
pub const REFRESH_LEEWAY_PART: u32 = 4;

/// A token with less life than this is waited for rather than sent: it would expire on the way.
///
/// Not applied while renewing fails, when an almost expired token is the best there is.
pub const TRAVEL_TIME: Duration = Duration::from_secs(2);

/// The pause after the first failed renewal of a token that is still valid. Doubles with each failure.
pub const FAILED_REFRESH_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause between failing renewals: half of a session token's usual life.
pub const FAILED_REFRESH_PAUSE_MAX: Duration = Duration::from_secs(30);

/// The pause after a renewal that brought the very token that is held already: the source has its own
/// cache and saw no need.
pub const SAME_TOKEN_PAUSE: Duration = Duration::from_secs(1);

/// How long a freshly minted token that the server refused stops further minting. The server says no
/// for another reason than age then, and each new request would cost one more mint for nothing.
pub const REFUSED_PAUSE: Duration = Duration::from_secs(10);

/// A request for a token that has not ended after this long counts as lost, and the next caller starts
/// another. Longer than the whole series of retries that Clerk makes.
pub const LOST_MINT: Duration = Duration::from_secs(180);

/// The pause between attempts to load a source that failed to load.
pub const RELOAD_PAUSE: Duration = Duration::from_secs(5);

/// The longest token that is looked at, in bytes. A server's header limit is 8 to 16 kB.
pub const TOKEN_SIZE_LIMIT: usize = 16 * 1024;

/// A clock that goes back by more than this was put right, or wrong: what was learnt of it no longer holds.
/// Less is the usual fine adjustment.
pub const CLOCK_STEP: Duration = Duration::from_secs(5);

/// How long clerk-js may take to load. The same as in Clerk's React SDK.
#[cfg(feature = "clerk")]
pub const CLERK_LOAD_TIMEOUT: Duration = Duration::from_secs(15);
