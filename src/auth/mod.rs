//! Who is signed in, and the token that proves it.
//!
//! A [`TokenSource`] is whatever hands out tokens: Clerk in the browser, a closure of yours, a fixed
//! token in a test. An [`AuthClient`] stands in front of it: it keeps the newest token in memory, asks
//! the source once where many callers want a token at the same time, bounds the waiting, corrects for a
//! wrong clock and counts changes of the user. Nothing here knows a browser.

mod claims;
#[cfg(feature = "clerk")]
pub mod clerk;
mod client;
mod clock;
pub mod defaults;
mod flights;
mod identity;
mod listeners;
mod session_token;
mod source;
mod sources;
mod token;

pub use claims::{Claims, ClaimsError};
pub use client::{AuthClient, AuthHealth};
pub(crate) use client::{Demand, Issued};
pub use identity::{AuthState, Identity};
pub use listeners::Listeners;
pub use session_token::{AfterRefusal, Held, Mint, Rejected, TokenCache, TokenKey, Verdict};
pub use source::{Subscription, TokenError, TokenOptions, TokenSource};
pub use sources::{CustomSource, TokenAnswer, cookie, fixed_token, from_fn};
pub use token::{Credential, Token};
