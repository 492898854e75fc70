//! The dev server of one test.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::environment::{self, Environment};
use crate::process::Process;

const KEY: &str = "signing-key.pem";

/// A dev server with a database of its own. Ends on drop.
#[derive(Debug)]
pub struct Server {
    environment: Environment,
    data: PathBuf,
    token_life: u32,
    port: u16,
    process: Option<Process>,
}

impl Server {
    /// Starts a server on a free port. `folder` is for its database.
    #[must_use]
    pub fn start(environment: &Environment, folder: &Path, token_life: u32) -> Self {
        let data = folder.join("data");
        std::fs::create_dir_all(&data).expect("a folder for the database");
        share_key(environment, &data);
        let mut server =
            Self { environment: environment.clone(), data, token_life, port: 0, process: None };
        server.resume();
        server
    }

    /// The origin from which the app comes.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Kills it without a warning. Its port refuses connections until [`Server::resume`].
    pub fn crash(&mut self) {
        self.process = None;
    }

    /// Starts it again on the same data and the same port.
    pub fn resume(&mut self) {
        let mut command = command(&self.environment, &self.data, self.port);
        command.args(["--token-life", &self.token_life.to_string()]);
        let (process, port) = Process::start(&mut command, port_of);
        self.port = port;
        self.process = Some(process);
    }
}

fn command(environment: &Environment, data: &Path, port: u16) -> Command {
    let mut command = Command::new(&environment.dev_server);
    let log = File::create(data.join("server.log")).expect("a file for the server's messages");
    command
        .args(["--port", &port.to_string()])
        .arg("--dist")
        .arg(&environment.dist)
        .arg("--clerk-packages")
        .arg(&environment.clerk_packages)
        .arg("--data")
        .arg(data)
        .stderr(Stdio::from(log));
    command
}

fn port_of(line: &str) -> Option<u16> {
    let url = line.strip_prefix("dev-server listening on ")?;
    url.rsplit(':').next()?.parse().ok()
}

/// Making a signing key takes seconds in a debug build, so the first server's key serves all tests.
fn share_key(environment: &Environment, data: &Path) {
    static MAKING: Mutex<()> = Mutex::new(());
    let _guard = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = environment::output().join(KEY);
    if !kept.exists() {
        let folder = tempfile::tempdir().expect("a folder for the first server");
        let mut command = command(environment, folder.path(), 0);
        let (process, _) = Process::start(&mut command, port_of);
        drop(process);
        std::fs::copy(folder.path().join(KEY), &kept).expect("the server has made its key");
    }
    std::fs::copy(&kept, data.join(KEY)).expect("the kept key can be copied");
}
