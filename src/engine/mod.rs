//! The rules of the cache: a state machine without browser, clock, Yew or tasks.
//!
//! Everything that happens enters as a method call or an [`Event`](event::Event) together with the time,
//! and everything that shall be done comes out as [`Effect`](effect::Effect)s, to be carried out when no
//! borrow of the engine is held. So each rule is tested with a simulated clock.

pub(crate) mod audience;
pub mod cached;
pub mod callbacks;
mod check;
pub mod defaults;
pub mod effect;
pub mod entry;
pub mod erased;
pub mod event;
pub mod events;
pub mod extras;
mod fetching;
pub mod filters;
pub mod freshness;
mod index;
pub mod infinite;
pub mod key;
mod managers;
pub mod mutation;
pub(crate) mod mutations;
pub mod observer;
pub mod observing;
pub mod oneshot;
pub mod optimistic;
pub mod options;
mod ownership;
pub mod paging;
mod polling;
mod preloading;
pub mod queries;
pub mod retry;
pub mod select;
mod settling;
pub mod sharing;
pub mod signal;
pub mod sim;
mod slots;
pub mod state;
pub mod streaming;
mod subscribing;
pub mod time;
pub mod timers;
pub mod trail;
mod world;
pub mod writing;

pub use state::{Engine, Topic};
