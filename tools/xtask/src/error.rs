//! What can go wrong, said so that the reader knows what to do next.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// The result of every step.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a command stopped.
#[derive(Debug)]
pub enum Error {
    /// The command line makes no sense.
    Usage(String),
    /// Something is not on this machine and cannot be installed by us.
    Missing {
        /// What is missing.
        what: String,
        /// Why we did not install it.
        why: String,
        /// The command that does, for a person to run.
        fix: String,
    },
    /// A command ended with a failure.
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: String,
        /// Its last lines, if its output was not shown already.
        tail: String,
        /// Where its whole output is.
        log: Option<PathBuf>,
    },
    /// A command could not be started at all.
    NotStarted {
        /// The command line.
        command: String,
        /// The system's reason.
        source: io::Error,
    },
    /// A file or folder could not be used.
    Io {
        /// What we wanted to do.
        action: String,
        /// The system's reason.
        source: io::Error,
    },
    /// `Cargo.lock` does not name a package that decides a tool's version.
    NotLocked(&'static str),
    /// Someone else listens on the port.
    PortTaken {
        /// The port.
        port: u16,
        /// The option that chooses another one.
        option: &'static str,
    },
    /// A server that should keep running ended.
    ChildEnded {
        /// Which one.
        name: &'static str,
        /// How it ended.
        status: String,
    },
    /// What was fetched is not what was pinned.
    WrongIntegrity {
        /// The package.
        package: &'static str,
        /// What its archive should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// The bundle is larger than agreed.
    OverBudget {
        /// Bytes after brotli.
        total: usize,
        /// The most we allow.
        budget: usize,
    },
    /// These parts failed; each has said why.
    Parts(Vec<String>),
    /// Something failed, and the last line of the output has said so already.
    Summed,
}

impl Error {
    /// For `map_err` on file operations.
    pub fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }

    /// An option that no command knows.
    pub fn unknown_option(option: &str) -> Self {
        Self::Usage(format!("unknown option `{option}`; see `cargo xtask help`"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => f.write_str(text),
            Self::Missing { what, why, fix } => {
                write!(f, "{what} is missing: {why}\n  to install it: {fix}")
            }
            Self::Failed { command, status, tail, log } => {
                write!(f, "`{command}` failed ({status})")?;
                for line in tail.lines() {
                    write!(f, "\n  | {line}")?;
                }
                match log {
                    Some(log) => write!(f, "\n  all of its output: {}", log.display()),
                    None => Ok(()),
                }
            }
            Self::NotStarted { command, source } => {
                write!(f, "`{command}` could not be started: {source}")
            }
            Self::Io { action, source } => write!(f, "could not {action}: {source}"),
            Self::NotLocked(package) => {
                write!(f, "Cargo.lock names no {package}; run `cargo generate-lockfile`")
            }
            Self::PortTaken { port, option } => write!(
                f,
                "port {port} is taken by another program; stop it, or choose another port with \
                 `{option} <port>`"
            ),
            Self::ChildEnded { name, status } => {
                write!(f, "{name} ended by itself ({status}), so everything is stopped")
            }
            Self::WrongIntegrity { package, expected, found } => write!(
                f,
                "the archive of {package} is not the one that was pinned, and is not used\n  \
                 expected {expected}\n  found    {found}"
            ),
            Self::OverBudget { total, budget } => write!(
                f,
                "the bundle is {total} bytes after brotli, {} more than the budget of {budget}; \
                 `--no-budget` builds it all the same",
                total.saturating_sub(*budget)
            ),
            Self::Parts(names) => write!(f, "failed: {}", names.join(", ")),
            Self::Summed => f.write_str("some tests failed"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotStarted { source, .. } | Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
