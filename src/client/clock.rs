//! The client's time: the wall clock, save that it never goes back.

use std::cell::Cell;
use std::time::Duration;

use crate::engine::time::Time;

/// Follows a wall clock. Put back, the wall clock would stretch every deadline and every freshness by as much;
/// so the client goes on from the time that it had, and stays ahead by that much. A clock that jumps forward is
/// followed: that is how a laptop's sleep looks.
#[derive(Default)]
pub(crate) struct Clock {
    wall: Cell<Time>,
    ahead: Cell<Duration>,
}

impl Clock {
    /// The client's time when the wall clock shows `wall`.
    pub fn now(&self, wall: Time) -> Time {
        let back = self.wall.replace(wall).since(wall);
        self.ahead.set(self.ahead.get().saturating_add(back));
        wall.after(self.ahead.get())
    }

    /// The same when a timer that was set to `at` has rung. Timers measure spans: if the wall clock was put back
    /// meanwhile, it is `at` all the same.
    pub fn rung(&self, wall: Time, at: Time) -> Time {
        let was_put_back = wall < self.wall.get();
        let now = self.now(wall);
        if was_put_back && now < at {
            self.ahead.set(self.ahead.get().saturating_add(at.since(now)));
        }
        now.max(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::from_millis(millis)
    }

    #[test]
    fn a_clock_that_is_put_back_does_not_turn_back_time() {
        let clock = Clock::default();
        assert_eq!(clock.now(at(1_000)), at(1_000));
        assert_eq!(clock.now(at(400)), at(1_000));
        assert_eq!(clock.now(at(410)), at(1_010));
    }

    #[test]
    fn a_clock_that_jumps_forward_is_followed() {
        let clock = Clock::default();
        clock.now(at(1_000));
        assert_eq!(clock.now(at(9_000)), at(9_000));
    }

    #[test]
    fn a_timer_that_rings_after_the_clock_was_put_back_has_come_to_its_time() {
        let clock = Clock::default();
        clock.now(at(1_000));
        assert_eq!(clock.rung(at(700), at(1_500)), at(1_500));
        assert_eq!(clock.now(at(701)), at(1_501));
    }

    #[test]
    fn a_timer_that_rings_a_little_early_does_not_make_the_clock_drift() {
        let clock = Clock::default();
        clock.now(at(1_000));
        assert_eq!(clock.rung(at(1_499), at(1_500)), at(1_500));
        assert_eq!(clock.now(at(1_510)), at(1_510));
    }
}
