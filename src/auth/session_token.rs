//! The cache of session tokens, as a state machine without tasks or a clock of its own.

use std::rc::Rc;
use std::time::Duration;

use super::claims::Claims;
use super::clock::ServerClock;
use super::defaults::{
    CLOCK_STEP, FAILED_REFRESH_PAUSE, FAILED_REFRESH_PAUSE_MAX, REFRESH_LEEWAY,
    REFRESH_LEEWAY_PART, REFUSED_PAUSE, SAME_TOKEN_PAUSE, TRAVEL_TIME,
};
use super::identity::Identity;
use super::source::{TokenError, TokenOptions};
use super::token::{Credential, Token};
use crate::engine::time::Time;

/// What a token is kept under: whose it is, and of which kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey {
    /// Who was signed in when the token was asked for.
    pub identity: Rc<Identity>,
    /// The template, `None` for the session token.
    pub template: Option<Rc<str>>,
    /// The organisation asked for, `None` for the active one.
    pub organization_id: Option<Rc<str>>,
}

impl TokenKey {
    /// The key for a token of `identity` with `options`.
    #[must_use]
    pub fn new(identity: Rc<Identity>, options: &TokenOptions) -> Self {
        Self {
            identity,
            template: options.template.clone(),
            organization_id: options.organization_id.clone(),
        }
    }

    /// The options that ask a source for this token.
    #[must_use]
    pub fn options(&self, skip_cache: bool) -> TokenOptions {
        TokenOptions {
            template: self.template.clone(),
            organization_id: self.organization_id.clone(),
            skip_cache,
        }
    }

    /// Whether a token with these claims may be sent under this key.
    ///
    /// A claim that is not there proves nothing, with one exception: a session token (it has a `sid`)
    /// without an organisation is one for the personal workspace.
    fn accepts(&self, claims: &Claims) -> bool {
        let identity = &self.identity;
        let user = claims.sub.as_ref().is_none_or(|sub| *sub == identity.user_id);
        let session = identity.session_id.is_empty()
            || claims.sid.as_ref().is_none_or(|sid| *sid == identity.session_id);
        let wanted = match &self.organization_id {
            Some(id) => Some(id).filter(|id| !id.is_empty()),
            None => identity.org_id.as_ref(),
        };
        let silent = claims.org_id.is_none() && (claims.sid.is_none() || self.template.is_some());
        user && session && (silent || claims.org_id.as_ref() == wanted)
    }
}

/// A credential that the cache holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The credential.
    pub credential: Credential,
    /// Grows with each different credential: tells whether one is newer than another.
    pub serial: u64,
    life: Option<Life>,
}

/// From when to when a token is valid, in milliseconds of the server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Life {
    issued: Option<i64>,
    expires: i64,
}

impl Life {
    fn of(claims: &Claims) -> Option<Self> {
        Some(Self { issued: claims.iat, expires: claims.exp? })
    }

    fn leeway(self) -> i64 {
        let full = const { millis(REFRESH_LEEWAY) };
        self.issued.map_or(full, |issued| {
            full.min(self.expires.saturating_sub(issued) / i64::from(REFRESH_LEEWAY_PART))
        })
    }

    /// Whether both are known and this one was issued before the other.
    fn is_older_than(self, other: Self) -> bool {
        matches!((self.issued, other.issued), (Some(this), Some(other)) if this < other)
    }
}

/// What to do when a token is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Use this one.
    Fresh(Held),
    /// Use this one, and have the next one fetched meanwhile.
    RefreshInBackground(Held),
    /// There is none to use: wait for a new one.
    MustWait,
}

/// How a token was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mint {
    /// When, by the device's clock.
    pub asked_at: Time,
    /// When it arrived, by the device's clock.
    pub received_at: Time,
    /// Whether the source was told not to use a cache, so that the token is known to be new.
    pub forced: bool,
}

/// Why a token that arrived is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// It may be an old one from the source's own cache: ask again with `skip_cache`.
    AskByForce,
    /// It is no good.
    Error(TokenError),
}

/// What to do about a credential that the server refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterRefusal {
    /// There is a newer one by now: try that.
    UseNewer(Held),
    /// Have a new one minted.
    Mint,
    /// Minting was tried just now: it failed, or the server refused its result.
    GiveUp(TokenError),
}

/// What is known of the tokens of one key.
struct Entry {
    key: TokenKey,
    held: Option<Held>,
    /// When the source last handed it out, by the device's clock.
    arrived: Time,
    failures: u32,
    last_error: Option<TokenError>,
    /// No renewal within these milliseconds after this time.
    pause: Option<(Time, i64)>,
    /// A credential that the server refused although it was new, and when.
    refused: Option<(u64, Time)>,
}

impl Entry {
    fn new(key: TokenKey) -> Self {
        Self {
            key,
            held: None,
            arrived: Time::ZERO,
            failures: 0,
            last_error: None,
            pause: None,
            refused: None,
        }
    }

    fn is_paused(&self, now: Time) -> bool {
        self.pause.is_some_and(|(since, span)| within(since, span, now))
    }
}

/// The tokens in memory, and what is known of the server's clock. Tokens are nowhere else.
#[derive(Default)]
pub struct TokenCache {
    #[allow(
        clippy::vec_box,
        reason = "an entry is taken out to be changed, and so without a copy"
    )]
    entries: Vec<Box<Entry>>,
    clock: ServerClock,
    serial: u64,
}

impl TokenCache {
    /// An empty cache that takes the device's clock to be right.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How far the server's clock is ahead of the device's, in milliseconds, as far as is known.
    #[must_use]
    pub const fn clock_offset(&self) -> i64 {
        self.clock.offset()
    }

    /// Forgets every token. What is known of the clock stays.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// What to do when a token is wanted at `now`.
    #[must_use]
    pub fn verdict(&self, key: &TokenKey, now: Time) -> Verdict {
        let Some(entry) = self.entry(key) else {
            return Verdict::MustWait;
        };
        let Some(held) = &entry.held else {
            return Verdict::MustWait;
        };
        // A credential that does not say how long it lives is asked for each time: its source knows.
        let Some(life) = held.life else {
            return Verdict::MustWait;
        };
        if now.after(CLOCK_STEP) < entry.arrived {
            // The clock was put back: neither it nor the offset tells how old the token is.
            return Verdict::MustWait;
        }
        let left = life.expires.saturating_sub(self.clock.server_time(now));
        let travel =
            if entry.failures > 0 { 0 } else { const { millis(TRAVEL_TIME) }.min(life.leeway()) };
        if left <= travel {
            return Verdict::MustWait;
        }
        if left > life.leeway() || entry.is_paused(now) {
            return Verdict::Fresh(held.clone());
        }
        Verdict::RefreshInBackground(held.clone())
    }

    /// Takes in what the source handed out.
    ///
    /// # Errors
    /// When the credential is unusable, or perhaps only old: see [`Rejected`].
    pub fn accept(
        &mut self,
        key: &TokenKey,
        credential: Credential,
        mint: Mint,
    ) -> Result<Held, Rejected> {
        let life = match &credential {
            Credential::Cookie => None,
            Credential::Bearer(token) => self.examine(key, token, mint)?,
        };
        let mut entry = self.take(key);
        entry.arrived = mint.received_at;
        entry.failures = 0;
        entry.last_error = None;
        entry.pause = None;
        let held = match entry.held.take() {
            Some(held) if is_kept(&held, &credential, life, mint.forced) => {
                entry.pause = Some((mint.received_at, const { millis(SAME_TOKEN_PAUSE) }));
                held
            }
            _ => {
                self.serial += 1;
                Held { credential, serial: self.serial, life }
            }
        };
        entry.held = Some(held.clone());
        self.entries.push(entry);
        Ok(held)
    }

    /// Notes that a renewal failed. The old token stays until it expires.
    pub fn fail(&mut self, key: &TokenKey, error: &TokenError, now: Time) {
        let mut entry = self.take(key);
        let doubled = const { millis(FAILED_REFRESH_PAUSE) } << entry.failures.min(16);
        entry.pause = Some((now, doubled.min(const { millis(FAILED_REFRESH_PAUSE_MAX) })));
        entry.failures = entry.failures.saturating_add(1);
        entry.last_error = Some(error.clone());
        self.entries.push(entry);
    }

    /// What to do about a 401 for the credential with this serial number.
    #[must_use]
    pub fn after_refusal(&self, key: &TokenKey, serial: u64, now: Time) -> AfterRefusal {
        let Some(entry) = self.entry(key) else {
            return AfterRefusal::Mint;
        };
        if let Some(held) = entry.held.as_ref().filter(|held| held.serial > serial) {
            return AfterRefusal::UseNewer(held.clone());
        }
        let failed = entry.last_error.as_ref().filter(|_| entry.is_paused(now));
        if let Some(error) = failed {
            return AfterRefusal::GiveUp(error.clone());
        }
        match entry.refused {
            Some((refused, at))
                if refused == serial && within(at, const { millis(REFUSED_PAUSE) }, now) =>
            {
                AfterRefusal::GiveUp(TokenError::Refused)
            }
            _ => AfterRefusal::Mint,
        }
    }

    /// Notes that the server refused a credential which had just been renewed.
    pub fn note_refused(&mut self, key: &TokenKey, serial: u64, now: Time) {
        let mut entry = self.take(key);
        entry.refused = Some((serial, now));
        self.entries.push(entry);
    }

    /// Checks a token on its arrival and learns from it; gives its life if it says so.
    fn examine(
        &mut self,
        key: &TokenKey,
        token: &Token,
        mint: Mint,
    ) -> Result<Option<Life>, Rejected> {
        if !token.fits_header() {
            return Err(Rejected::Error(TokenError::Malformed));
        }
        if !token.looks_like_jwt() {
            return Ok(None);
        }
        let malformed = |_| Rejected::Error(TokenError::Malformed);
        let claims = token.claims().map_err(malformed)?;
        if !key.accepts(&claims) {
            let error = Rejected::Error(TokenError::Mismatch);
            return Err(if mint.forced { error } else { Rejected::AskByForce });
        }
        if let Some(issued) = claims.iat {
            self.clock.learn(issued, mint);
        }
        let life = Life::of(&claims);
        let now = self.clock.server_time(mint.received_at);
        match life {
            Some(life) if !mint.forced && self.is_past_use(key, token, life, now) => {
                Err(Rejected::AskByForce)
            }
            life => Ok(life),
        }
    }

    /// Whether a token from the source's own cache is of no use.
    fn is_past_use(&self, key: &TokenKey, token: &Token, life: Life, now: i64) -> bool {
        let left = life.expires.saturating_sub(now);
        if left <= 0 {
            // Either that cache is old or the device's clock is wrong: a new token tells.
            return true;
        }
        // The very one that is to be renewed: Clerk's own renewal has failed, and it tries no other before the
        // token's last seconds.
        let held = self.entry(key).and_then(|entry| entry.held.as_ref());
        left <= life.leeway()
            && matches!(held, Some(Held { credential: Credential::Bearer(held), .. }) if held == token)
    }

    fn entry(&self, key: &TokenKey) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == *key).map(|entry| &**entry)
    }

    /// Takes the entry out to be changed and pushed back.
    fn take(&mut self, key: &TokenKey) -> Box<Entry> {
        match self.entries.iter().position(|entry| entry.key == *key) {
            Some(at) => self.entries.swap_remove(at),
            None => Box::new(Entry::new(key.clone())),
        }
    }
}

/// Whether what is held stays in place although `arrived` came: it is the same, or was issued later.
fn is_kept(held: &Held, arrived: &Credential, life: Option<Life>, forced: bool) -> bool {
    if *arrived == Credential::Cookie {
        // A renewed cookie looks like the old one, but counts as newer.
        return held.credential == Credential::Cookie && !forced;
    }
    let older = match (held.life, life) {
        (Some(held), Some(life)) => life.is_older_than(held),
        _ => false,
    };
    held.credential == *arrived || (older && !forced)
}

/// Whether `now` lies within these milliseconds after `since`. A clock that was put back ends the span.
const fn within(since: Time, span: i64, now: Time) -> bool {
    let passed = now.as_millis().wrapping_sub(since.as_millis()).cast_signed();
    0 <= passed && passed < span
}

/// A span of some seconds or minutes.
#[allow(clippy::cast_possible_truncation, reason = "far below what the cast could lose")]
const fn millis(span: Duration) -> i64 {
    span.as_millis() as i64
}
