//! Origins: which pages may use the server, and which page sent a request.

use axum::http::{HeaderMap, Method, header};

use crate::error::ApiError;

/// A web origin as browsers write it: scheme, host, and a port that is not the scheme's own.
pub type Origin = String;

/// The origins whose pages may use this server.
#[derive(Debug, Clone)]
pub struct AllowedOrigins(Vec<Origin>);

impl AllowedOrigins {
    /// The given origins, then the server's own two names on `port`.
    #[must_use]
    pub fn new(configured: &[Origin], port: u16) -> Self {
        let own = [format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")];
        Self(configured.iter().cloned().chain(own.iter().filter_map(|own| parse(own))).collect())
    }

    /// Whether pages of `origin` may use the server.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        self.0.iter().any(|allowed| allowed == origin)
    }

    /// The `azp` of a token minted for a request with these headers: the page's origin if the browser
    /// names it, else the first allowed origin. It need not be an allowed one; checking is the verifier's.
    #[must_use]
    pub fn azp(&self, headers: &HeaderMap) -> Origin {
        let named = text(headers, header::ORIGIN.as_str()).and_then(parse);
        // An opaque origin ("null") says nothing; the referrer may.
        let referring = || text(headers, header::REFERER.as_str()).and_then(of_url);
        named.or_else(referring).or_else(|| self.0.first().cloned()).unwrap_or_default()
    }

    /// Refuses a state-changing request that relies on cookies and was sent by a foreign page.
    ///
    /// # Errors
    /// `cross_site`, if the browser says so itself, or, where it says nothing, unless an allowed origin
    /// is named. A request that names none is refused too: browsers always name it on such requests.
    pub fn check_cookie_use(&self, method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
        if method == Method::GET || method == Method::HEAD {
            return Ok(());
        }
        let own_page = match text(headers, "sec-fetch-site") {
            Some("same-origin" | "none") => true,
            Some("cross-site" | "same-site") => false,
            _ => text(headers, header::ORIGIN.as_str()).is_some_and(|origin| self.allows(origin)),
        };
        if own_page { Ok(()) } else { Err(ApiError::cross_site()) }
    }

    /// Refuses what is evidently a foreign page's request. Weaker than [`Self::check_cookie_use`]: for
    /// test controls, which scripts outside a browser use and where no cookie is at stake.
    ///
    /// # Errors
    /// `cross_site`, if an origin is named that is not allowed, or the browser says `cross-site`.
    pub fn check_not_foreign(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let foreign_origin =
            text(headers, header::ORIGIN.as_str()).is_some_and(|origin| !self.allows(origin));
        let foreign_site = text(headers, "sec-fetch-site") == Some("cross-site");
        if foreign_origin || foreign_site { Err(ApiError::cross_site()) } else { Ok(()) }
    }
}

/// Brings `text` to the form in which browsers send an origin; `None` if it is not an http origin.
#[must_use]
pub fn parse(text: &str) -> Option<Origin> {
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let (scheme, authority) = text.split_once("://")?;
    let own_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    if authority.is_empty() || !authority.chars().all(plain) {
        return None;
    }
    Some(format!("{scheme}://{}", authority.strip_suffix(own_port).unwrap_or(authority)))
}

/// The origin of a URL.
fn of_url(url: &str) -> Option<Origin> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    parse(&format!("{scheme}://{authority}"))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::{of_url, parse};

    #[test]
    fn an_origin_is_brought_to_the_form_that_browsers_send() {
        assert_eq!(parse("HTTP://LocalHost:8080/").as_deref(), Some("http://localhost:8080"));
        assert_eq!(parse("https://a.example:443").as_deref(), Some("https://a.example"));
        assert_eq!(parse("http://[::1]:80").as_deref(), Some("http://[::1]"));
    }

    #[test]
    fn what_is_not_an_http_origin_is_refused() {
        for text in
            ["", "null", "localhost:8080", "file:///x", "http://", "http://a/b", "http://u@a"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_origin_of_a_url_is_what_stands_before_its_path() {
        assert_eq!(
            of_url("http://localhost:8080/a/b?c#d").as_deref(),
            Some("http://localhost:8080")
        );
        assert_eq!(
            of_url("http://localhost:8080?x=http://evil/").as_deref(),
            Some("http://localhost:8080")
        );
        assert_eq!(of_url("http://localhost:8080@evil.example/"), None);
    }
}
