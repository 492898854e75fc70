//! What the command line settles.

use std::fmt;
use std::path::PathBuf;

use crate::clerk::instance::Keys;
use crate::origin::{self, Origin};

/// The text of `--help`.
pub const USAGE: &str = "\
Serves the demo app on loopback, with an API, sign-in, and faults on demand.

usage: dev-server [options]
  --port PORT            port on 127.0.0.1; 0 picks a free one (8081)
  --dist DIR             folder of the built app (dist)
  --data DIR             folder of the database and the signing key (target/dev-data)
  --origin ORIGIN        origin that may use the API besides the server's own; may be repeated
  --token-life SECONDS   life of a session token (60)
  --clerk-packages DIR   folder of Clerk's scripts (target/tools/clerk)
  --clerk-jwks-url URL   where a real instance of Clerk has its keys; its tokens count as well
  --clerk-jwt-key PEM    the key of a real instance of Clerk, instead of an address
  --help                 this text";

/// Longest life of a token that can be asked for, in seconds: a day.
pub const MAX_TOKEN_LIFE_SECONDS: u32 = 86_400;

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct Config {
    /// Port on 127.0.0.1. 8081 by default; 0 lets the system pick a free one.
    pub port: u16,
    /// Folder of the built app. `dist` by default; it need not exist.
    pub dist: PathBuf,
    /// Folder of the database and the signing key. `target/dev-data` by default; made when absent.
    pub data: PathBuf,
    /// Origins that may use the API besides the server's own. None by default.
    pub origins: Vec<Origin>,
    /// Life of a session token, in seconds. 60 by default, as Clerk's.
    pub token_life_seconds: u32,
    /// Folder of Clerk's scripts: `clerk-js/dist` and `ui/dist` below it. `target/tools/clerk` by default;
    /// it need not exist.
    pub clerk_packages: PathBuf,
    /// The keys of a real instance of Clerk, whose tokens count beside the server's own. None by default.
    pub clerk_keys: Option<Keys>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            port: 8081,
            dist: PathBuf::from("dist"),
            data: PathBuf::from("target/dev-data"),
            origins: Vec::new(),
            token_life_seconds: 60,
            clerk_packages: PathBuf::from("target/tools/clerk"),
            clerk_keys: None,
        }
    }
}

/// What a command line asks for.
#[derive(Debug)]
pub enum Parsed {
    /// Run with these settings.
    Run(Config),
    /// Print [`USAGE`].
    Help,
}

/// Why a command line cannot be followed.
#[derive(Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// An option that does not exist.
    UnknownOption(String),
    /// An option without the value that it needs.
    MissingValue(String),
    /// An option whose value makes no sense.
    BadValue {
        /// The option, with its dashes.
        option: String,
        /// The value as it was given.
        value: String,
        /// What would have been accepted.
        wanted: &'static str,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOption(option) => write!(f, "unknown option {option}"),
            Self::MissingValue(option) => write!(f, "{option} needs a value"),
            Self::BadValue { option, value, wanted } => {
                write!(f, "{option} {value:?}: expected {wanted}")
            }
        }
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads a command line without the program's name. Both `--port 1` and `--port=1` are understood.
    ///
    /// # Errors
    /// On an unknown option, a missing value, or a value that makes no sense.
    pub fn parse(args: impl IntoIterator<Item = String>) -> Result<Parsed, ConfigError> {
        let mut config = Self::default();
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            if arg == "--help" || arg == "-h" {
                return Ok(Parsed::Help);
            }
            let (option, inline) = match arg.split_once('=') {
                Some((option, value)) => (option.to_owned(), Some(value.to_owned())),
                None => (arg, None),
            };
            if !OPTIONS.contains(&option.as_str()) {
                return Err(ConfigError::UnknownOption(option));
            }
            match inline.or_else(|| args.next()) {
                Some(value) => config.set(&option, &value)?,
                None => return Err(ConfigError::MissingValue(option)),
            }
        }
        Ok(Parsed::Run(config))
    }

    fn set(&mut self, option: &str, value: &str) -> Result<(), ConfigError> {
        let bad = |wanted| ConfigError::BadValue {
            option: option.to_owned(),
            value: value.to_owned(),
            wanted,
        };
        match option {
            "--port" => self.port = value.parse().map_err(|_| bad("a number from 0 to 65535"))?,
            "--dist" => self.dist = PathBuf::from(value),
            "--clerk-packages" => self.clerk_packages = PathBuf::from(value),
            "--clerk-jwks-url" => {
                let is_address = value.starts_with("https://") || value.starts_with("http://");
                let url = is_address.then(|| value.to_owned());
                self.clerk_keys = Some(Keys::Url(url.ok_or_else(|| bad("an address"))?));
            }
            "--clerk-jwt-key" => self.clerk_keys = Some(Keys::Pem(value.to_owned())),
            "--data" => self.data = PathBuf::from(value),
            "--origin" => self.origins.push(
                origin::parse(value)
                    .ok_or_else(|| bad("an origin such as http://localhost:8080"))?,
            ),
            _ => {
                self.token_life_seconds = value
                    .parse()
                    .ok()
                    .filter(|life| (1..=MAX_TOKEN_LIFE_SECONDS).contains(life))
                    .ok_or_else(|| bad("a number of seconds from 1 to 86400"))?;
            }
        }
        Ok(())
    }
}

const OPTIONS: [&str; 8] = [
    "--port",
    "--dist",
    "--data",
    "--origin",
    "--token-life",
    "--clerk-packages",
    "--clerk-jwks-url",
    "--clerk-jwt-key",
];
