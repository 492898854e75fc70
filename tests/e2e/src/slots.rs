//! How many tests run at once.

use std::sync::{Condvar, Mutex, PoisonError};

/// A Chromium has many processes; more than two of them starve each other on a small machine.
const SLOTS: usize = 2;

static TAKEN: Mutex<usize> = Mutex::new(0);
static FREED: Condvar = Condvar::new();

/// The right to run, given back on drop.
#[derive(Debug)]
pub struct Slot(());

/// Waits until less than two tests run.
#[must_use]
pub fn take() -> Slot {
    let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut taken =
        FREED.wait_while(taken, |taken| *taken >= SLOTS).unwrap_or_else(PoisonError::into_inner);
    *taken += 1;
    Slot(())
}

impl Drop for Slot {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        FREED.notify_one();
    }
}
