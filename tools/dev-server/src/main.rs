//! The `dev-server` command. See `dev-server --help`.

use std::io::Write;
use std::process::ExitCode;

use dev_server::config::{Config, Parsed, USAGE};
use dev_server::{Clock, Server, clerk};

fn main() -> ExitCode {
    let config = match Config::parse(std::env::args().skip(1)) {
        Ok(Parsed::Run(config)) => config,
        Ok(Parsed::Help) => {
            let _ = writeln!(std::io::stdout(), "{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "dev-server: {problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    // Standard output carries the ready line and nothing else, so that a script can wait for it.
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    match run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "dev-server: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(config: &Config) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        // Listen for signals first: one that comes while the key is being made must not be lost.
        let stop = dev_server::server::stop_signal()?;
        let server = Server::bind(config, Clock::System).await?;
        let mut out = std::io::stdout();
        let _ = writeln!(out, "dev-server listening on {}", server.url());
        let _ = out.flush();
        announce_clerk();
        server.run(stop).await;
        Ok(())
    })
}

fn announce_clerk() {
    let proxy = clerk::PROXY_URL;
    for key in [clerk::live_key(), clerk::test_key()] {
        let line = format!("dev-server: publishable key {key} with the proxy URL {proxy}");
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}
