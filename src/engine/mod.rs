//! The rules of the cache: a state machine without browser, clock, Yew or tasks.
//!
//! Everything that happens enters as a method call or an [`Event`](event::Event) together with the time,
//! and everything that shall be done comes out as [`Effect`](effect::Effect)s.

pub mod key;
pub mod signal;
pub mod sim;
pub mod time;
