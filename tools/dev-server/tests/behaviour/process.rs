//! The program itself: its options, its output, its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::harness::{PAGE, SignedIn, data_folder};

const FORM: &str = "application/x-www-form-urlencoded";

struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(data: &Path) -> Self {
        let mut child =
            command(data).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("dev-server listening on http://");
        let address = address.unwrap_or_else(|| panic!("{line:?}")).to_owned();
        assert!(address.starts_with("127.0.0.1:"));
        Self { child, address }
    }

    fn exchange(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str, headers: &str) -> String {
        self.exchange(&format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n"
        ))
    }

    fn post(&self, path: &str, headers: &str, body: &str) -> String {
        self.send("application/json", path, headers, body)
    }

    fn send(&self, kind: &str, path: &str, headers: &str, body: &str) -> String {
        self.exchange(&format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\norigin: {PAGE}\r\nconnection: close\r\n\
             content-type: {kind}\r\ncontent-length: {}\r\n{headers}\r\n{body}",
            body.len()
        ))
    }

    fn sign_in(&self) -> SignedIn {
        let fields = "strategy=password&identifier=ada&password=analytical-engine";
        let answer = self.send(FORM, "/__clerk/v1/client/sign_ins", "", fields);
        let value = |name: &str| {
            let start = answer.find(name).unwrap_or_else(|| panic!("{answer}")) + name.len();
            answer[start..].split([';', '"']).next().unwrap().to_owned()
        };
        SignedIn {
            client: value("__client="),
            jwt: value("\"jwt\":\""),
            session_id: value("\"created_session_id\":\""),
        }
    }

    #[cfg(unix)]
    fn stop(self, signal: &str) -> Output {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.child.wait_with_output().unwrap()
    }
}

fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dev-server"));
    command.args(["--port", "0", "--origin", PAGE, "--data"]).arg(data);
    command.arg(format!("--dist={}", data.join("dist").display()));
    command
}

#[cfg(unix)]
#[test]
fn both_signals_end_the_program_in_good_order_and_the_data_is_there_afterwards() {
    // Without a key in it: the program makes one here and finds it again.
    let folder = tempfile::tempdir().unwrap();
    let first = Program::start(folder.path());
    let SignedIn { client, jwt, .. } = first.sign_in();
    let bearer = format!("authorization: Bearer {jwt}\r\n");
    assert!(first.post("/api/foo", &bearer, "{}").contains(r#""count":1"#));
    let ended = first.stop("-TERM");
    assert!(ended.status.success(), "{ended:?}");
    let second = Program::start(folder.path());
    assert!(second.get("/api/foo", &bearer).contains(r#""count":1"#));
    let cookie = format!("cookie: __client={client}\r\n");
    assert!(second.get("/__clerk/v1/client", &cookie).contains("user_ada"));
    assert!(second.stop("-INT").status.success());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = std::fs::metadata(folder.path().join("signing-key.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600, "the key is its owner's alone");
    }
}

#[cfg(unix)]
#[test]
fn nothing_secret_is_written_to_the_log() {
    let folder = data_folder();
    let program = Program::start(folder.path());
    let SignedIn { client, jwt, session_id } = program.sign_in();
    program.get("/api/foo", &format!("authorization: Bearer {jwt}\r\n"));
    program.get(
        &format!("/api/foo?token={jwt}"),
        &format!("cookie: __session={jwt}; __client={client}\r\n"),
    );
    program.get("/api/foo", "authorization: Bearer made.up.token\r\n");
    let tokens = format!("/__clerk/v1/client/sessions/{session_id}/tokens");
    let minted = program.send(FORM, &tokens, &format!("cookie: __client={client}\r\n"), "");
    assert!(minted.starts_with("HTTP/1.1 200"), "{minted}");
    program.get("/__clerk/v1/client?__clerk_db_jwt=dvb_secret", "");
    program.post("/__clerk/v1/client/sign_ins?__clerk_db_jwt=dvb_secret", "", "{}");
    let ended = program.stop("-TERM");
    let log = String::from_utf8(ended.stderr).unwrap();
    assert!(log.contains("path=/api/foo status=200"), "there is a log: {log}");
    let signature = jwt.rsplit('.').next().unwrap();
    for secret in [
        jwt.as_str(),
        signature,
        client.as_str(),
        "made.up.token",
        "analytical-engine",
        "dvb_secret",
    ] {
        assert!(!log.contains(secret));
    }
}

#[cfg(unix)]
#[test]
fn two_servers_run_side_by_side_on_data_of_their_own_and_not_on_the_same() {
    let (one, other) = (data_folder(), data_folder());
    let (first, second) = (Program::start(one.path()), Program::start(other.path()));
    let jwt = first.sign_in().jwt;
    let bearer = format!("authorization: Bearer {jwt}\r\n");
    assert!(first.get("/api/foo", &bearer).starts_with("HTTP/1.1 200"));
    assert!(second.get("/api/foo", &bearer).contains("session_ended"), "sessions are not shared");

    let refused = command(one.path()).output().unwrap();
    let message = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(message.contains("in use by another dev-server"), "{message}");
    assert!(message.contains(&one.path().display().to_string()), "{message}");
    assert!(refused.stdout.is_empty(), "it never said that it was ready");
    first.stop("-TERM");
    second.stop("-TERM");
}

#[test]
fn a_port_that_is_taken_gives_a_clear_error() {
    let folder = data_folder();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = command(folder.path()).args(["--port", &port]).output().unwrap();
    let message = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(message.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{message}");
}

#[test]
fn a_command_line_that_makes_no_sense_is_explained() {
    for (args, complaint) in [
        (vec!["--prot", "1"], "unknown option --prot"),
        (vec!["--port"], "--port needs a value"),
        (vec!["--port=99999"], "--port \"99999\""),
        (vec!["--origin", "localhost:8080"], "--origin \"localhost:8080\""),
        (vec!["--token-life", "0"], "--token-life \"0\""),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_dev-server")).args(&args).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(message.contains(complaint) && message.contains("usage:"), "{message}");
    }
    let help = Command::new(env!("CARGO_BIN_EXE_dev-server")).arg("--help").output().unwrap();
    assert!(
        help.status.success() && String::from_utf8(help.stdout).unwrap().contains("--token-life")
    );
}
