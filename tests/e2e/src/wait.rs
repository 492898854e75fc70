//! Waiting by looking again and again, never by sleeping for a guessed time.

use std::fmt::Display;
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take that has no shorter limit: generous, as a busy machine is no defect.
pub const PATIENCE: Duration = Duration::from_secs(30);

const PAUSE: Duration = Duration::from_millis(25);

/// Waits until `look` finds something, and gives it. `what` completes the sentence "waited for …".
///
/// # Panics
/// After [`PATIENCE`].
#[track_caller]
pub fn until<T>(what: impl Display, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, what, look)
}

/// [`until`] with another limit.
///
/// # Panics
/// After `limit`.
#[track_caller]
pub fn within<T>(limit: Duration, what: impl Display, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < limit, "waited {} s in vain for {what}", limit.as_secs_f32());
        thread::sleep(PAUSE);
    }
}

/// Looks for as long as `time` whether `holds` stays true. `what` completes the sentence "… should
/// have stayed true".
///
/// # Panics
/// As soon as it does not.
#[track_caller]
pub fn stays(time: Duration, what: impl Display, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while started.elapsed() < time {
        assert!(
            holds(),
            "after {} ms it was no longer true that {what}",
            started.elapsed().as_millis()
        );
        thread::sleep(PAUSE);
    }
}
