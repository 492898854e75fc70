//! What the tokens tell about the server's clock.

use super::session_token::Mint;
use crate::engine::time::Time;

/// The difference between the server's clock and the device's.
///
/// A device's clock may be minutes off. Judged by it, good tokens look expired and expired ones good.
/// Each token says by the server's clock when it was issued, and that is enough to correct for it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ServerClock {
    offset: i64,
}

/// `iat` is in whole seconds: the true time of issue is less than this later.
const IAT_STEP: i64 = 1_000;

impl ServerClock {
    /// How far the server is ahead, in milliseconds.
    pub(super) const fn offset(self) -> i64 {
        self.offset
    }

    /// The server's time at the device's time `now`.
    pub(super) fn server_time(self, now: Time) -> i64 {
        signed(now).saturating_add(self.offset)
    }

    /// Learns from a token issued at `issued`.
    ///
    /// It cannot have arrived before it was issued: a lower bound, whatever its age. If it was minted
    /// for this very request, it was also issued after the asking: an upper bound. The offset moves only
    /// as far as the bounds ask, so that a right clock is never 'corrected' by the network's delay.
    pub(super) fn learn(&mut self, issued: i64, mint: Mint) {
        if mint.forced {
            let latest = issued.saturating_add(IAT_STEP).saturating_sub(signed(mint.asked_at));
            self.offset = self.offset.min(latest);
        }
        let earliest = issued.saturating_sub(signed(mint.received_at));
        self.offset = self.offset.max(earliest);
    }
}

fn signed(time: Time) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
