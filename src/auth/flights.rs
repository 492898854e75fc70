//! Who waits for which token: one request to the source for all who want the same.

use std::rc::Rc;

use super::client::{AuthHealth, Demand, Issued};
use super::defaults::{LOST_MINT, RELOAD_PAUSE};
use super::identity::{AuthState, Identity};
use super::session_token::{AfterRefusal, Held, Mint, Rejected, TokenCache, TokenKey, Verdict};
use super::source::{TokenError, TokenOptions};
use super::token::Credential;
use crate::engine::oneshot::{Receiver, Sender, channel};
use crate::engine::time::Time;

pub(super) type Outcome = Result<Issued, TokenError>;

/// What a caller does next.
pub(super) enum Step {
    Done(Outcome),
    Wait(Receiver<Told>),
}

/// What a caller who waits is told: the outcome, or `None` to look again, as it is known now who is signed in.
pub(super) type Told = Option<Outcome>;

/// A request to the source that is to be started: its number, its key, and whether past all caches.
pub(super) type Start = (u64, TokenKey, bool);

/// What became of an answer of the source.
pub(super) enum Settled {
    /// Nobody wants it any more: the user changed, or it took too long.
    Unknown,
    /// Ask again, past all caches.
    Again(u64, TokenKey),
    /// Tell these.
    Done(Vec<Sender<Told>>, Outcome),
}

/// Whom a change of the state concerns.
pub(super) struct Change {
    /// Requests for the former user; dropping them tells their callers.
    pub(super) abandoned: Vec<Flight>,
    /// Callers who wait for the source to load.
    pub(super) loaded: Vec<Sender<Told>>,
}

/// A request to the source that is under way.
pub(super) struct Flight {
    id: u64,
    key: TokenKey,
    forced: bool,
    started: Time,
    waiters: Vec<Sender<Told>>,
}

/// The state of a client: no tasks, no callbacks, nothing that could call back.
pub(super) struct Core {
    pub(super) state: AuthState,
    /// Who was there when that was last known; nobody after a sign-out.
    last: Option<Rc<Identity>>,
    /// How often somebody who was there was found to have gone.
    departures: u64,
    pub(super) epoch: u64,
    pub(super) cache: TokenCache,
    pub(super) health: AuthHealth,
    pub(super) loading: bool,
    load_started: Option<Time>,
    flights: Vec<Flight>,
    next_flight: u64,
    load_waiters: Vec<Sender<Told>>,
}

impl Core {
    pub(super) fn new(state: AuthState) -> Self {
        Self {
            last: state.identity().cloned(),
            departures: 0,
            state,
            epoch: 0,
            cache: TokenCache::new(),
            health: AuthHealth::default(),
            loading: false,
            load_started: None,
            flights: Vec::new(),
            next_flight: 0,
            load_waiters: Vec::new(),
        }
    }

    /// Whether loading may start; notes that it does.
    pub(super) fn begin_load(&mut self, now: Time) -> bool {
        if self.loading {
            return false;
        }
        self.loading = true;
        self.load_started = Some(now);
        true
    }

    /// Whether a source that failed to load has had its pause.
    pub(super) fn may_reload(&self, now: Time) -> bool {
        let last = self.load_started;
        !self.loading && last.is_none_or(|last| now < last || now.since(last) >= RELOAD_PAUSE)
    }

    /// Takes over the state of the source. `None` if nothing is new.
    pub(super) fn enter(&mut self, state: AuthState) -> Option<Change> {
        if self.state == state {
            return None;
        }
        let mut change = Change { abandoned: Vec::new(), loaded: Vec::new() };
        if self.state.identity() != state.identity() {
            self.epoch += 1;
            self.cache.clear();
            change.abandoned = std::mem::take(&mut self.flights);
        }
        if !state.is_loading() {
            change.loaded = std::mem::take(&mut self.load_waiters);
        }
        if matches!(state, AuthState::SignedIn(_) | AuthState::SignedOut) {
            let last = std::mem::replace(&mut self.last, state.identity().cloned());
            self.departures += u64::from(last.is_some() && last != self.last);
        }
        self.state = state;
        Some(change)
    }

    /// Marks for a caller who asks while nobody is known to be there: it is on behalf of who was there before.
    pub(super) fn mark(&self) -> Option<u64> {
        self.state.is_loading().then_some(self.departures)
    }

    /// Whether somebody else is there than the one on whose behalf a caller with this mark asks.
    pub(super) const fn has_passed(&self, mark: Option<u64>) -> bool {
        match (mark, &self.state) {
            (Some(mark), AuthState::SignedIn(_) | AuthState::Loading) => mark != self.departures,
            _ => false,
        }
    }

    /// What a caller with this wish does now, and which request to the source starts with that.
    pub(super) fn step(
        &mut self,
        options: &TokenOptions,
        demand: Demand,
        now: Time,
    ) -> (Step, Option<Start>) {
        let identity = match &self.state {
            AuthState::SignedIn(identity) => identity.clone(),
            AuthState::Loading => {
                let (sender, receiver) = channel();
                self.load_waiters.retain(|waiter| !waiter.is_unheard());
                self.load_waiters.push(sender);
                return (Step::Wait(receiver), None);
            }
            AuthState::SignedOut => return (Step::Done(Err(TokenError::SignedOut)), None),
            AuthState::Failed { message } => {
                return (Step::Done(Err(TokenError::unavailable(message.clone()))), None);
            }
        };
        let key = TokenKey::new(identity, options);
        match demand {
            Demand::Any => self.any(key, now),
            Demand::Forced => self.join(key, true, now),
            Demand::After(serial) => match self.cache.after_refusal(&key, serial, now) {
                AfterRefusal::UseNewer(held) => (self.done(held), None),
                AfterRefusal::GiveUp(error) => (Step::Done(Err(error)), None),
                AfterRefusal::Mint => self.join(key, true, now),
            },
        }
    }

    fn any(&mut self, key: TokenKey, now: Time) -> (Step, Option<Start>) {
        match self.cache.verdict(&key, now) {
            Verdict::Fresh(held) => (self.done(held), None),
            Verdict::RefreshInBackground(held) => {
                let under_way = self.flights.iter().any(|flight| flight.serves(&key, false, now));
                let start = (!under_way).then(|| self.start(key, false, now));
                (self.done(held), start)
            }
            Verdict::MustWait => self.join(key, false, now),
        }
    }

    fn done(&self, held: Held) -> Step {
        Step::Done(Ok(self.issued(held)))
    }

    fn issued(&self, held: Held) -> Issued {
        Issued { credential: held.credential, serial: held.serial, epoch: self.epoch }
    }

    /// Waits for a request under way, or for one that starts now.
    fn join(&mut self, key: TokenKey, forced: bool, now: Time) -> (Step, Option<Start>) {
        let (sender, receiver) = channel();
        let wait = Step::Wait(receiver);
        let under_way = self.flights.iter_mut().find(|flight| flight.serves(&key, forced, now));
        if let Some(flight) = under_way {
            flight.waiters.retain(|waiter| !waiter.is_unheard());
            flight.waiters.push(sender);
            return (wait, None);
        }
        let start = self.start(key, forced, now);
        if let Some(flight) = self.flights.last_mut() {
            flight.waiters.push(sender);
        }
        (wait, Some(start))
    }

    fn start(&mut self, key: TokenKey, forced: bool, now: Time) -> Start {
        let id = self.next_flight;
        self.next_flight += 1;
        let flight = Flight { id, key: key.clone(), forced, started: now, waiters: Vec::new() };
        self.flights.push(flight);
        (id, key, forced)
    }

    /// Takes in the answer of the source to the request with this number.
    pub(super) fn settle(
        &mut self,
        id: u64,
        result: Result<Credential, TokenError>,
        mint: Mint,
    ) -> Settled {
        let Some(at) = self.flights.iter().position(|flight| flight.id == id) else {
            return Settled::Unknown;
        };
        let mut flight = self.flights.remove(at);
        let now = mint.received_at;
        let accepted = match result {
            Ok(credential) => self.cache.accept(&flight.key, credential, mint),
            Err(error) => Err(Rejected::Error(error)),
        };
        let outcome = match accepted {
            Ok(held) => {
                self.health = AuthHealth { last_success: Some(now), ..AuthHealth::default() };
                Ok(self.issued(held))
            }
            Err(Rejected::Error(error)) => {
                self.cache.fail(&flight.key, &error, now);
                self.note_failure(&error, now);
                Err(error)
            }
            Err(Rejected::AskByForce) => return self.again(flight, now),
        };
        Settled::Done(std::mem::take(&mut flight.waiters), outcome)
    }

    /// Turns a request into a forced one, or lets its callers join one that is under way.
    fn again(&mut self, mut flight: Flight, now: Time) -> Settled {
        let forced = self.flights.iter_mut().find(|other| other.serves(&flight.key, true, now));
        if let Some(forced) = forced {
            forced.waiters.append(&mut flight.waiters);
            return Settled::Unknown;
        }
        let (id, key, _) = self.start(flight.key, true, now);
        if let Some(started) = self.flights.last_mut() {
            started.waiters = flight.waiters;
        }
        Settled::Again(id, key)
    }

    /// Notes a failure to get a token. That nobody is signed in is no failure.
    pub(super) fn note_failure(&mut self, error: &TokenError, now: Time) {
        if *error == TokenError::SignedOut {
            return;
        }
        self.health.failing_since.get_or_insert(now);
        self.health.last_error = Some(error.clone());
    }
}

impl Flight {
    /// Whether a caller with this wish can wait for this request. A forced one serves everybody; one
    /// that has taken too long serves nobody.
    fn serves(&self, key: &TokenKey, forced: bool, now: Time) -> bool {
        let lost = now >= self.started && now.since(self.started) >= LOST_MINT;
        !lost && (self.forced || !forced) && self.key == *key
    }
}
