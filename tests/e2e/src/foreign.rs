//! Another origin, which would take everything that it is given.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The heads of the requests that came.
type Heads = Arc<Mutex<Vec<String>>>;

/// A server that writes down every request, and lets every page read its answers: nothing but the
/// app itself can keep a token from it.
#[derive(Debug)]
pub struct ForeignOrigin {
    address: SocketAddr,
    heads: Heads,
    stopped: Arc<AtomicBool>,
}

impl ForeignOrigin {
    /// Starts it on a free port of the same host. Cookies know no ports, so that a request with the
    /// wrong credentials mode would bring the session's cookie along.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let foreign = Self {
            address: listener.local_addr().expect("the listener's port"),
            heads: Heads::default(),
            stopped: Arc::default(),
        };
        let (heads, stopped) = (foreign.heads.clone(), foreign.stopped.clone());
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let heads = heads.clone();
                thread::spawn(move || answer(&stream, &heads));
            }
        });
        foreign
    }

    /// An address there.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of all requests so far, in lower case.
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        let heads = self.heads.lock();
        heads.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fails if any request brought a secret along, be it as a header or in its address.
    ///
    /// # Panics
    /// Then.
    #[track_caller]
    pub fn assert_got_no_secret(&self) {
        for head in self.heads() {
            let credential = head
                .lines()
                .any(|line| line.starts_with("authorization:") || line.starts_with("cookie:"));
            // A signed token begins with the base64 of `{"`.
            let token = head.contains("eyj") || head.contains("bearer");
            assert!(!credential && !token, "the foreign origin was given:\n{head}");
        }
    }
}

impl Drop for ForeignOrigin {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener up, so that it notices.
        let _ = TcpStream::connect(self.address);
    }
}

fn answer(stream: &TcpStream, heads: &Heads) {
    // Browsers open connections in advance and may never use them.
    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    let mut head = String::new();
    let mut reader = BufReader::new(stream);
    while reader.read_line(&mut head).is_ok_and(|length| length > 2) {}
    if head.is_empty() {
        return;
    }
    let head = head.to_ascii_lowercase();
    let origin =
        head.lines().find_map(|line| line.strip_prefix("origin: ")).unwrap_or("*").to_owned();
    heads.lock().unwrap_or_else(PoisonError::into_inner).push(head);
    let body = r#"{"message":"Thank you"}"#;
    let _ = write!(
        &mut &*stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         access-control-allow-origin: {origin}\r\naccess-control-allow-credentials: true\r\n\
         access-control-allow-headers: authorization, content-type\r\n\
         access-control-allow-methods: GET, POST, PUT, PATCH, DELETE\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
}

#[cfg(test)]
mod tests {
    use super::ForeignOrigin;

    #[test]
    fn a_header_with_a_token_is_noticed() {
        let foreign = ForeignOrigin::start();
        let agent = crate::api::agent();
        let url = foreign.url("/steal");
        agent.get(&url).call().expect("an answer");
        foreign.assert_got_no_secret();
        let request = agent.get(&url).header("Authorization", "Bearer eyJhbGciOi");
        request.call().expect("an answer");
        assert_eq!(foreign.heads().len(), 2);
        assert!(std::panic::catch_unwind(|| foreign.assert_got_no_secret()).is_err());
    }
}
