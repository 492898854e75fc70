//! Listening on loopback, and stopping in an orderly way.

use std::fmt;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use crate::clock::Clock;
use crate::config::Config;
use crate::faults::DropConnection;
use crate::routes::router;
use crate::state::{AppState, OpenError};

/// How long open requests may take to end once the server is asked to stop.
const PATIENCE: Duration = Duration::from_secs(3);
/// A pause after a failure to accept, so that running out of file handles does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A server that listens, but does not answer before [`Server::run`].
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: AppState,
}

impl Server {
    /// Listens on 127.0.0.1 and opens the data folder.
    ///
    /// # Errors
    /// If the port is taken or the data folder cannot be used.
    pub async fn bind(config: &Config, clock: Clock) -> Result<Self, OpenError> {
        let listen = |error| OpenError::Listen(config.port, error);
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let state = AppState::open(config, address.port(), clock)?;
        Ok(Self { listener, address, state })
    }

    /// The server's address, such as `http://127.0.0.1:8081`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The state that requests share.
    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Answers requests until `stop` completes; then takes no more, and gives those that are open a few
    /// seconds to end.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let open = GracefulShutdown::new();
        let app = router(self.state);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        tokio::spawn(connection(stream, app.clone(), open.watcher()));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
        drop(self.listener);
        if tokio::time::timeout(PATIENCE, open.shutdown()).await.is_err() {
            tracing::warn!("some requests were still open and have been cut off");
        }
    }
}

/// Completes at the first SIGINT or SIGTERM from now on.
///
/// # Errors
/// If the system does not let us listen for signals.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// The answer is withheld. hyper closes a connection whose service fails, without a word to the client.
#[derive(Debug)]
struct Withheld;

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer was withheld on demand")
    }
}

impl std::error::Error for Withheld {}

async fn connection(stream: TcpStream, app: Router, open: Watcher) {
    // Small answers should not wait for one another.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = app.clone().oneshot(request.map(Body::new));
        async move { answer.await.map_or_else(|never| match never {}, send_or_withhold) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = open.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

fn send_or_withhold(response: Response) -> Result<Response, Withheld> {
    match response.extensions().get::<DropConnection>() {
        Some(DropConnection) => Err(Withheld),
        None => Ok(response),
    }
}
