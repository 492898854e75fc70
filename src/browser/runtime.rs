//! Clock, tasks, timers and chance of the browser.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::time::Duration;

use gloo_timers::callback::Timeout;

use crate::client::runtime::{LocalFuture, Runtime, TimerGuard};
use crate::engine::time::Time;

/// The browser as the client's surroundings.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserRuntime;

impl Runtime for BrowserRuntime {
    fn now(&self) -> Time {
        // Milliseconds since 1970: positive, and far below what the cast could lose.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let millis = js_sys::Date::now() as u64;
        Time::from_millis(millis)
    }

    fn spawn(&self, task: LocalFuture<()>) {
        wasm_bindgen_futures::spawn_local(task);
    }

    fn timer(&self, delay: Duration, callback: Box<dyn FnOnce()>) -> TimerGuard {
        let timer =
            Rc::new(LongTimer { callback: RefCell::new(Some(callback)), ..LongTimer::default() });
        LongTimer::arm(&timer, u64::try_from(delay.as_millis()).unwrap_or(u64::MAX));
        TimerGuard::new(timer)
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }
}

/// `setTimeout` counts in 31 bits and runs at once beyond; this one chains as many as it takes.
const LONGEST: u64 = i32::MAX as u64;

#[derive(Default)]
struct LongTimer {
    callback: RefCell<Option<Box<dyn FnOnce()>>>,
    timeout: RefCell<Option<Timeout>>,
}

impl LongTimer {
    fn arm(this: &Rc<Self>, millis: u64) {
        let step = millis.min(LONGEST);
        let weak = Rc::downgrade(this);
        // At most i32::MAX.
        #[allow(clippy::cast_possible_truncation)]
        let timeout = Timeout::new(step as u32, move || Self::ring(&weak, millis - step));
        this.timeout.replace(Some(timeout));
    }

    fn ring(weak: &Weak<Self>, rest: u64) {
        let Some(this) = weak.upgrade() else { return };
        if rest > 0 {
            return Self::arm(&this, rest);
        }
        let callback = this.callback.borrow_mut().take();
        if let Some(callback) = callback {
            callback();
        }
    }
}
