//! What all requests share.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;

use crate::clerk::instance::Instance;
use crate::clerk::tokens::{Form, mint};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::ApiError;
use crate::faults::StandingFaults;
use crate::keys::{KeyError, SigningKeys};
use crate::origin::AllowedOrigins;
use crate::request_log::RequestLog;
use crate::store::{OpenSession, Store, StoreError};
use crate::tokens::{self, Jwt, Refusal, TokenSettings, Verified};

/// A cheap handle to the server's state.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    store: Store,
    keys: SigningKeys,
    clock: Clock,
    origins: AllowedOrigins,
    issuer: String,
    dist: PathBuf,
    clerk_packages: PathBuf,
    /// A real instance of Clerk.
    clerk: Option<Instance>,
    single_session: AtomicBool,
    token_settings: Mutex<TokenSettings>,
    faults: StandingFaults,
    log: RequestLog,
}

/// Why a server cannot start.
#[derive(Debug)]
pub enum OpenError {
    /// The database cannot be used.
    Store(StoreError),
    /// There is no signing key.
    Key(KeyError),
    /// The key of a real instance of Clerk is none.
    ClerkKey(String),
    /// The port cannot be listened on.
    Listen(u16, std::io::Error),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Key(error) => error.fmt(f),
            Self::ClerkKey(problem) => {
                write!(f, "--clerk-jwt-key: expected a public RSA key in PEM form: {problem}")
            }
            Self::Listen(port, error) => write!(f, "cannot listen on 127.0.0.1:{port}: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}

impl AppState {
    /// Opens the data folder for a server that listens on `port`. Blocks, for some seconds if a signing
    /// key has to be made.
    ///
    /// # Errors
    /// If the data folder is in use, of a newer schema, or cannot be read or written.
    pub fn open(config: &Config, port: u16, clock: Clock) -> Result<Self, OpenError> {
        // The database first: its lock also keeps two servers from making a key each.
        let store = Store::open(&config.data, clock.now_ms()).map_err(OpenError::Store)?;
        let keys = SigningKeys::load_or_create(&config.data).map_err(OpenError::Key)?;
        let clerk = config.clerk_keys.as_ref().map(Instance::new).transpose();
        let clerk = clerk.map_err(|error| OpenError::ClerkKey(error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            store,
            clerk,
            keys,
            clock,
            origins: AllowedOrigins::new(&config.origins, port),
            issuer: format!("http://localhost:{port}"),
            dist: config.dist.clone(),
            clerk_packages: config.clerk_packages.clone(),
            single_session: AtomicBool::new(false),
            token_settings: Mutex::new(TokenSettings {
                life_seconds: config.token_life_seconds,
                skew_seconds: 0,
            }),
            faults: StandingFaults::default(),
            log: RequestLog::default(),
        })))
    }

    /// Runs `work` on the database, off the event loop.
    ///
    /// # Errors
    /// 500 if the database fails.
    pub async fn store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&inner.store))
            .await
            .map_err(|error| ApiError::internal(&error))?
            .map_err(ApiError::from)
    }

    /// Mints a token as Clerk does, for the page that sent `headers`. `form` says what it is to be good for.
    ///
    /// # Errors
    /// 500 if signing fails.
    pub fn mint(
        &self,
        open: &OpenSession,
        form: Form<'_>,
        headers: &HeaderMap,
    ) -> Result<Jwt, ApiError> {
        let azp = self.0.origins.azp(headers);
        let settings = *self.token_settings();
        mint(&self.0.keys, &self.0.issuer, open, form, azp, settings, self.now_ms())
    }

    /// Whether a browser may have one session only.
    #[must_use]
    pub fn single_session(&self) -> bool {
        self.0.single_session.load(Ordering::Relaxed)
    }

    /// Sets whether a browser may have one session only. Sessions that there are stay.
    pub fn set_single_session(&self, single: bool) {
        self.0.single_session.store(single, Ordering::Relaxed);
    }

    /// Checks everything about a token but whether its session lives.
    ///
    /// # Errors
    /// The first rule that the token breaks, and 503 if a real instance of Clerk cannot be asked for its keys.
    pub async fn verify(&self, jwt: &Jwt) -> Result<Verified, ApiError> {
        let (kid, now_ms) = (tokens::kid(jwt)?, self.now_ms());
        if kid == self.0.keys.kid {
            let claims = tokens::verify(&self.0.keys.decoding, jwt, &self.0.origins, now_ms)?;
            return Ok(Verified { claims, is_own: true });
        }
        let clerk = self.0.clerk.as_ref().ok_or(Refusal::Invalid)?;
        let key = clerk.key(&kid, now_ms).await?;
        let claims = tokens::verify(&key, jwt, &self.0.origins, now_ms)?;
        if clerk.has_made(&claims) && !claims.is_pending() {
            Ok(Verified { claims, is_own: false })
        } else {
            Err(Refusal::Invalid.into())
        }
    }

    /// How tokens are minted from now on, to read or to change.
    pub fn token_settings(&self) -> MutexGuard<'_, TokenSettings> {
        self.0.token_settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.0.clock.now_ms()
    }

    /// The signing key.
    #[must_use]
    pub fn keys(&self) -> &SigningKeys {
        &self.0.keys
    }

    /// The origins whose pages may use the server.
    #[must_use]
    pub fn origins(&self) -> &AllowedOrigins {
        &self.0.origins
    }

    /// The folder of the built app.
    #[must_use]
    pub fn dist(&self) -> &Path {
        &self.0.dist
    }

    /// The folder of Clerk's scripts.
    #[must_use]
    pub fn clerk_packages(&self) -> &Path {
        &self.0.clerk_packages
    }

    /// The faults that stand until they are used up or removed.
    #[must_use]
    pub fn faults(&self) -> &StandingFaults {
        &self.0.faults
    }

    /// What was asked of the server.
    #[must_use]
    pub fn log(&self) -> &RequestLog {
        &self.0.log
    }
}
