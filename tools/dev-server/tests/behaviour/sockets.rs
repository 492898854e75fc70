//! What only shows on a real connection.

use std::time::Duration;

use dev_server::{Clock, Config, Server};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::harness::{config, data_folder};

struct Running {
    address: String,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
    _folder: TempDir,
}

async fn start() -> Running {
    let folder = data_folder();
    let config = Config { port: 0, ..config(folder.path()) };
    let server = Server::bind(&config, Clock::System).await.unwrap();
    let address = server.url().strip_prefix("http://").unwrap().to_owned();
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(server.run(async { stopped.await.unwrap_or_default() }));
    Running { address, stop, ended, _folder: folder }
}

/// Sends `request` and reads until the server closes.
async fn exchange(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let reading = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer));
    reading.await.expect("the server should have closed the connection").unwrap();
    String::from_utf8(answer).unwrap()
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_dropped_request_closes_the_connection_without_a_byte() {
    let server = start().await;
    assert_eq!(exchange(&server.address, &request("/api/public?fault=drop")).await, "");
    let posted =
        "POST /api/foo HTTP/1.1\r\nhost: x\r\nx-dev-fault: drop\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(exchange(&server.address, posted).await, "");
    let answer = exchange(&server.address, &request("/api/public")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "only that connection suffers: {answer}");
}

#[tokio::test]
async fn a_kept_connection_ends_at_the_dropped_request_and_not_before() {
    let server = start().await;
    let kept = "GET /api/public HTTP/1.1\r\nhost: x\r\n\r\nGET /api/public?fault=drop HTTP/1.1\r\nhost: x\r\n\r\n";
    let answers = exchange(&server.address, kept).await;
    assert_eq!(answers.matches("HTTP/1.1").count(), 1, "{answers}");
    assert!(answers.starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn a_delayed_drop_closes_late() {
    let server = start().await;
    let started = Instant::now();
    assert_eq!(exchange(&server.address, &request("/api/public?fault=delay:150,drop")).await, "");
    assert!(started.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_body_that_is_too_large_gets_its_answer_and_no_broken_pipe() {
    let server = start().await;
    // More than the buffers of the sockets hold, so that an early close would be noticed.
    let body = "x".repeat(14 * 1024 * 1024);
    let sent = format!(
        "POST /__clerk/v1/client/sign_ins HTTP/1.1\r\nhost: x\r\norigin: http://localhost:8080\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(&server.address, &sent).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("\"code\":\"too_large\""));
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    let server = start().await;
    let (host, port) = server.address.split_once(':').unwrap();
    assert_eq!(host, "127.0.0.1");
    // A server on all addresses would answer here too.
    assert!(TcpStream::connect(format!("127.0.0.2:{port}")).await.is_err());
}

#[tokio::test]
async fn a_request_that_is_open_at_the_stop_is_still_answered_and_no_new_one_is() {
    let server = start().await;
    let address = server.address.clone();
    let slow =
        tokio::spawn(
            async move { exchange(&address, &request("/api/public?fault=delay:400")).await },
        );
    tokio::time::sleep(Duration::from_millis(150)).await;
    server.stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(TcpStream::connect(&server.address).await.is_err());
    assert!(slow.await.unwrap().starts_with("HTTP/1.1 200 OK"));
    server.ended.await.unwrap();
}

#[tokio::test]
async fn a_stop_does_not_wait_for_idle_connections() {
    let server = start().await;
    let mut idle = TcpStream::connect(&server.address).await.unwrap();
    idle.write_all(b"GET /api/public HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    let started = Instant::now();
    server.stop.send(()).unwrap();
    server.ended.await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(2));
}
