//! What the stories of the model are told in: plain values, known to the model and to the real cache alike.

use yew_clerk::engine::entry::{FetchStatus, Status};
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::options::NetworkMode;

use super::chance::Chance;

/// Milliseconds: a time or a span.
pub type Ms = u64;

/// Never, or for ever.
pub const NEVER: Ms = Ms::MAX;

/// How many keys there are: 0 and 1 begin alike and are private, 2 is private or public as its users say, 3 is public,
/// 4 needs sign-in.
pub const KEYS: usize = 5;

/// What the server answers when it has nothing new to say.
pub const STEADY: u32 = 1_000_000;

/// What is written by hand counts from here.
pub const BY_HAND: u32 = 2_000_000;

/// What a query has to begin with.
pub const INITIAL: u32 = 3_000_000;

/// The polling interval of each key. One for all observers of a key: how different intervals of one key share an alarm
/// is not what this model is about.
pub const INTERVALS: [Ms; KEYS] = [37, 90, 53, 71, 220];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Who {
    Alice,
    Bob,
    #[default]
    Nobody,
    Unknown,
}

impl Who {
    pub fn owner(self) -> Owner {
        match self {
            Self::Alice => Owner::Identity("alice".into()),
            Self::Bob => Owner::Identity("bob".into()),
            Self::Nobody => Owner::Nobody,
            Self::Unknown => Owner::Unknown,
        }
    }

    pub fn is_somebody(self) -> bool {
        matches!(self, Self::Alice | Self::Bob)
    }
}

/// The data. It tells who was signed in when it was asked for, and which request brought it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datum {
    pub key: usize,
    pub owner: Who,
    pub number: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    Public,
    Private,
    SignedIn,
}

/// What everybody says of the access to a key; only key 2 is left to its users.
pub fn access_of(key: usize, wanted: Access) -> Access {
    match key {
        2 => wanted,
        3 => Access::Public,
        4 => Access::SignedIn,
        _ => Access::Private,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    After(Ms),
    Static,
}

/// From when initial data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initial {
    Now,
    At(Ms),
}

/// Whether a trigger fetches what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    IfStale,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug)]
pub struct Opts {
    pub enabled: bool,
    pub access: Access,
    pub stale: Stale,
    pub gc: Ms,
    pub on_mount: Rule,
    pub on_focus: Rule,
    /// `None` leaves it to the network mode.
    pub on_reconnect: Option<Rule>,
    pub retry_on_mount: bool,
    pub polls: bool,
    pub polls_hidden: bool,
    /// `None` leaves it to the default, which is none for a fetch without a component.
    pub retry: Option<u32>,
    pub retry_delay: Ms,
    pub network: NetworkMode,
    pub keeps_previous: bool,
    pub initial: Option<Initial>,
}

/// Which fields a component reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    All,
    Data,
    DataAndStale,
    Fetching,
    /// Who reads nothing is told of everything.
    Nothing,
}

#[derive(Clone, Copy, Debug)]
pub enum Which {
    Exactly(usize),
    /// Keys 0 and 1.
    Beginning,
    All,
}

#[derive(Clone, Copy, Debug)]
pub struct Filter {
    pub which: Which,
    pub active: Option<bool>,
    pub stale: Option<bool>,
    pub fetch_status: Option<FetchStatus>,
}

/// What becomes of the future that a command gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Future {
    Awaited,
    /// Kept, but nobody looks at it yet.
    Held,
    Dropped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Fetch,
    Prefetch,
    Ensure,
    EnsureRevalidated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// What was never there before, of now.
    New,
    /// The same, from some time ago.
    Old(Ms),
    /// The same, as old as can be.
    Ancient,
    /// What the server says when it has no news.
    Steady,
    /// Computed from what is there; nothing if nothing is there.
    Next,
    /// A function that has nothing to say.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refetch {
    Active,
    Inactive,
    All,
    None,
}

/// Something that happens. Observers are named by their place among those that are there, modulo their number: so any
/// part of a story is a story.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Mount(Option<usize>, Opts, Reads),
    Unmount(usize),
    /// Another key or other options.
    Change(usize, Option<usize>, Opts),
    /// Other options for the same key.
    Adapt(usize, Opts),
    Refetch(usize, bool, Future),
    Ask(usize, How, Opts, Future),
    Write(usize, Write),
    /// Computes data from what is there, for many.
    WriteAll(Filter),
    Invalidate(Filter, Refetch, bool, Future),
    RefetchAll(Filter, bool, Future),
    Cancel(Filter),
    Reset(Filter, Future),
    Remove(Filter),
    Focus,
    Visible(bool),
    Online(bool),
    Owner(Who),
    /// A held future is dropped, or looked at.
    Held(usize, bool),
    /// Tasks and what is due now run. Without it, the next step comes within the same turn.
    Flush,
    Advance(Ms),
}

/// How something that was waited for has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Data(Option<Datum>),
    Failed(u32),
    Cancelled,
}

/// What an observer shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub data: Option<Datum>,
    pub is_placeholder: bool,
    pub status: Status,
    pub fetch_status: FetchStatus,
    pub is_loading: bool,
    pub is_stale: bool,
    pub is_enabled: bool,
    pub is_fetched: bool,
    pub is_fetched_after_mount: bool,
    pub failures: u32,
    pub error: Option<u32>,
    pub updated_at: Ms,
}

impl Shown {
    /// What a component sees that reads only some of it.
    pub fn seen_by(self, reads: Reads) -> Self {
        let Self { data, is_stale, fetch_status, .. } = self;
        match reads {
            Reads::All | Reads::Nothing => self,
            Reads::Data => Self { data, ..Self::default() },
            Reads::DataAndStale => Self { data, is_stale, ..Self::default() },
            Reads::Fetching => Self { fetch_status, ..Self::default() },
        }
    }
}

/// The state of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub data: Option<Datum>,
    pub status: Status,
    pub fetch_status: FetchStatus,
    pub failures: u32,
    pub is_invalidated: bool,
    pub updated_at: Ms,
    pub data_updates: u32,
    pub error_updates: u32,
}

/// A request as the server has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    pub at: Ms,
    /// The function that was called: each mount, change and question brings its own.
    pub function: u32,
    pub owner: Who,
}

/// What the server does with a request. It is laid down by key and number, and nobody's choice.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub delay: Ms,
    /// `None` fails.
    pub number: Option<u32>,
    /// The function asks for its signal.
    pub consumes: bool,
    /// It ends with an error as soon as it is aborted.
    pub heeds: bool,
}

pub fn plan(seed: u64, key: usize, request: u32) -> Plan {
    let mixed = seed.wrapping_mul(1_000_003) ^ ((key as u64 + 1) << 40) ^ u64::from(request + 1);
    let mut chance = Chance::new(mixed);
    chance.below(2);
    chance.below(2);
    Plan {
        delay: chance.pick(&[0, 2, 9, 17, 30, 64, 140]),
        number: match chance.below(10) {
            0..=4 => Some(request),
            5..=6 => Some(STEADY),
            _ => None,
        },
        consumes: chance.below(3) == 0,
        heeds: chance.yes(),
    }
}

/// What the server answers to a request.
pub fn answer(seed: u64, key: usize, request: u32, owner: Who) -> Result<Datum, u32> {
    plan(seed, key, request).number.map(|number| Datum { key, owner, number }).ok_or(request)
}
