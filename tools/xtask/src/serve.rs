//! `cargo xtask serve`: the app and its API, until Ctrl-C.

use crate::error::{Error, Result};
use crate::example;
use crate::instance::Instance;
use crate::process::{self, Server};
use crate::setup::{self, Need};
use crate::toolchain::WasmToolchain;
use crate::workspace::Workspace;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

const PORT: u16 = 8080;

/// The port that `Trunk.toml` sends API requests to.
const API_PORT: u16 = 8081;

/// The dev server makes an RSA key when it starts for the first time.
const API_START_LIMIT: Duration = Duration::from_secs(120);

/// How often the children and the stop signal are looked at.
const TICK: Duration = Duration::from_millis(200);

/// The command's options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    port: u16,
    api_port: u16,
    open: bool,
    /// The example that signs in with Clerk, instead of the app.
    clerk: bool,
}

impl Options {
    /// Reads the command line.
    pub fn parse(args: &[String]) -> Result<Self> {
        let mut options = Self { port: PORT, api_port: API_PORT, open: false, clerk: false };
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            match arg.as_str() {
                "--port" => options.port = port(arg, rest.next())?,
                "--api-port" => options.api_port = port(arg, rest.next())?,
                "--open" => options.open = true,
                "--clerk" => options.clerk = true,
                other => return Err(Error::unknown_option(other)),
            }
        }
        if options.port == options.api_port {
            return Err(Error::Usage("the app and its API need different ports".to_owned()));
        }
        Ok(options)
    }
}

fn port(option: &str, value: Option<&String>) -> Result<u16> {
    let parsed = value.and_then(|value| value.parse().ok()).filter(|port| *port != 0);
    parsed.ok_or_else(|| Error::Usage(format!("{option} wants a port from 1 to 65535")))
}

/// Serves until a signal comes or a server ends.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    // Before the long steps: a port that is taken should be known at once.
    free(options.port, "--port")?;
    free(options.api_port, "--api-port")?;
    let instance = Instance::of_environment()?;
    let needs = [Need::Target, Need::WasmBindgen, Need::Trunk];
    let toolchain = setup::ensure(workspace, &needs)?;
    let clerk = match &instance {
        Some(_) => None,
        None => setup::clerk_packages(workspace),
    };
    process::visible(&mut workspace.cargo(&["build", "--package", "dev-server"]))?;

    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    ctrlc::set_handler(move || seen.store(true, Ordering::Relaxed))
        .map_err(|error| Error::Usage(format!("cannot listen for Ctrl-C: {error}")))?;

    // Both stop when they go out of scope, on every way out of here.
    let command = api_command(workspace, options, clerk.as_deref(), instance.as_ref());
    let Some(mut api) = start_api(command, &stop)? else {
        return Ok(());
    };
    let mut trunk = start_trunk(workspace, options, toolchain)?;
    let mut announced = false;
    while !stop.load(Ordering::Relaxed) {
        api.still_running()?;
        trunk.still_running()?;
        if !announced && answers(options.port) {
            println!("\n  The app: http://localhost:{}   (Ctrl-C stops it)", options.port);
            println!("  {}\n", way_in(instance.as_ref()));
            announced = true;
        }
        std::thread::sleep(TICK);
    }
    println!("\nstopping");
    Ok(())
}

/// How to get in.
fn way_in(instance: Option<&Instance>) -> String {
    match instance {
        Some(instance) => format!("To sign in: your instance of Clerk, {}", instance.host),
        None => {
            let users = "ada (analytical-engine), grace (nanoseconds), linus (just-for-fun)";
            format!("To sign in: {users}")
        }
    }
}

fn api_command(
    workspace: &Workspace,
    options: &Options,
    clerk: Option<&Path>,
    instance: Option<&Instance>,
) -> Command {
    let mut command = workspace.command(workspace.debug_binary("dev-server"));
    command.args(["--port", &options.api_port.to_string(), "--data", "target/dev-data"]);
    command.arg("--dist").arg(serve_dist(workspace));
    if let Some(folder) = clerk {
        command.arg("--clerk-packages").arg(folder);
    }
    if let Some(instance) = instance {
        command.args(&instance.option);
    }
    for host in ["localhost", "127.0.0.1"] {
        command.args(["--origin", &format!("http://{host}:{}", options.port)]);
    }
    command
}

/// Starts the API and waits until it listens. Nothing if the user stopped us meanwhile.
fn start_api(mut command: Command, stop: &AtomicBool) -> Result<Option<Server>> {
    let mut server = Server::start("the dev server", command.stdout(Stdio::piped()))?;
    let lines = server.stdout_lines();
    let started = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        match lines.recv_timeout(TICK) {
            Ok(line) => {
                println!("{line}");
                if line.contains("listening on") {
                    // Whatever it prints later must not fill the pipe.
                    std::thread::spawn(move || lines.iter().for_each(|line| println!("{line}")));
                    return Ok(Some(server));
                }
            }
            Err(RecvTimeoutError::Timeout) => server.still_running()?,
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(TICK);
                server.still_running()?;
            }
        }
        if started.elapsed() > API_START_LIMIT {
            let status = "does not listen after two minutes".to_owned();
            return Err(Error::ChildEnded { name: server.name, status });
        }
    }
    Ok(None)
}

fn start_trunk(
    workspace: &Workspace,
    options: &Options,
    toolchain: WasmToolchain,
) -> Result<Server> {
    let port = options.port.to_string();
    let mut trunk = workspace.wasm_command("trunk", toolchain, &["serve", "--port", &port]);
    // A folder of its own, so that working on the app does not overwrite the release bundle.
    trunk.arg("--dist").arg(serve_dist(workspace));
    if options.open {
        trunk.arg("--open");
    }
    if options.api_port != API_PORT || options.clerk {
        let config = config_with_api_port(workspace, options.api_port)?;
        trunk.arg("--config").arg(config);
        // Paths in the copy would be relative to it.
        trunk.arg("--watch").arg(&workspace.root);
        trunk.arg("--ignore").arg(workspace.root.join("target"));
        trunk.arg(page_source(workspace, options));
    }
    Server::start("trunk", &mut trunk)
}

fn page_source(workspace: &Workspace, options: &Options) -> PathBuf {
    let folder = if options.clerk { example::folder(workspace) } else { workspace.root.clone() };
    folder.join("index.html")
}

/// Trunk takes more than one proxy only from its configuration file, so another port needs another
/// file.
fn config_with_api_port(workspace: &Workspace, api_port: u16) -> Result<PathBuf> {
    let config = std::fs::read_to_string(workspace.root.join("Trunk.toml"))
        .map_err(Error::io("read Trunk.toml"))?;
    let path = workspace.tools().join("Trunk.toml");
    let ours = format!("127.0.0.1:{API_PORT}");
    let text = config.replace(&ours, &format!("127.0.0.1:{api_port}"));
    std::fs::write(&path, text).map_err(Error::io("write a Trunk.toml with the API's port"))?;
    Ok(path)
}

fn serve_dist(workspace: &Workspace) -> PathBuf {
    workspace.root.join("target").join("serve")
}

fn free(port: u16, option: &'static str) -> Result<()> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map(drop)
        .map_err(|_| Error::PortTaken { port, option })
}

/// Whether the app's page is there; trunk listens only after the first build.
fn answers(port: u16) -> bool {
    page(port).is_ok_and(|head| head.starts_with("HTTP/1.1 200"))
}

fn page(port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    write!(stream, "GET / HTTP/1.1\r\nHost: localhost:{port}\r\nAccept: text/html\r\n\r\n")?;
    let mut head = [0; 64];
    let length = stream.read(&mut head)?;
    Ok(head.iter().take(length).map(|byte| char::from(*byte)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Options> {
        Options::parse(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn ports_come_from_the_command_line() {
        let expected = Options { port: 9000, api_port: API_PORT, open: true, clerk: true };
        assert_eq!(parse(&["--port", "9000", "--open", "--clerk"]).unwrap(), expected);
        for wrong in [&["--port"][..], &["--port", "0"], &["--port", "8081"], &["--prot", "1"]] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_taken_port_is_an_error_that_names_the_option() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = free(port, "--port").unwrap_err().to_string();
        assert!(error.contains(&port.to_string()) && error.contains("`--port <port>`"), "{error}");
        drop(listener);
        assert!(free(port, "--port").is_ok());
    }

    #[test]
    fn trunk_sends_the_api_to_the_dev_servers_port() {
        let config = include_str!("../../../Trunk.toml");
        for path in ["/api", "/.well-known", "/__dev", "/__clerk"] {
            let backend = format!("backend = \"http://127.0.0.1:{API_PORT}{path}\"");
            assert!(config.contains(&backend), "{path}");
        }
    }
}
