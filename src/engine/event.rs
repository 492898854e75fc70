//! What happens to the engine from outside.

use std::rc::Rc;

use super::entry::EntryId;
use super::erased::{Data, Failure};

/// Whose data may be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Owner {
    /// Not known yet: private fetches wait.
    Unknown,
    /// Nobody is signed in, or the app has no sign-in.
    #[default]
    Nobody,
    /// The user, session and organisation with this name.
    Identity(Rc<str>),
}

/// Something that happened.
pub enum Event {
    /// A query function has ended.
    Settled {
        /// Whose.
        entry: EntryId,
        /// Which fetch of it.
        seq: u64,
        /// How.
        outcome: Result<Data, Failure>,
    },
    /// The page was shown or hidden. Not heard while the app has the say, by
    /// [`FocusManager`](crate::client::FocusManager).
    Visible(bool),
    /// The window was focused, or the page shown: time to look for news. Not heard while the app has the say either.
    Focus,
    /// The network came or went. Not heard while the app has a source of its own for that, by
    /// [`OnlineManager`](crate::client::OnlineManager).
    Online(bool),
    /// Somebody else is signed in.
    Owner(Owner),
    /// Time has passed: look at the deadlines.
    Tick,
    /// A rule of the user's wants a failed request to be tried again (SWR).
    RetryAgain {
        /// Whose.
        entry: EntryId,
        /// How many tries there have been with this one.
        retries: u32,
        /// For whom it failed, as for [`Call`](super::effect::Call).
        epoch: Option<u64>,
    },
}
