//! Breaking on demand: answers that come late, wrong, elsewhere or never.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::error::ApiError;
use crate::routes::is_below;
use crate::state::AppState;
use crate::tokens::Refusal;

/// The header that asks for faults on one request. The query parameter is called `fault`.
pub const HEADER: &str = "x-dev-fault";
/// Longest delay that can be asked for, in milliseconds: ten minutes.
const MAX_DELAY_MS: u64 = 600_000;

/// In a response's extensions: close the connection instead of sending it.
#[derive(Debug, Clone, Copy)]
pub struct DropConnection;

/// What goes wrong with one request. The default is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fault {
    delay_ms: u64,
    retry_after_seconds: Option<u64>,
    instead: Option<Instead>,
}

/// What comes in place of the real answer; the request is then not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Instead {
    Status(StatusCode),
    Drop,
    Expired,
    Redirect(HeaderValue),
}

impl Fault {
    /// Reads a comma list such as `delay:500,status:503,retry-after:2`.
    ///
    /// # Errors
    /// 400 `bad_fault` on anything that it does not know: a misspelt fault that does nothing would make
    /// a test pass for the wrong reason.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let mut fault = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            fault.add(part).ok_or_else(|| {
                ApiError::bad_request(
                    "bad_fault",
                    format!("{part:?} is no fault, or one too many."),
                )
            })?;
        }
        Ok(fault)
    }

    fn add(&mut self, part: &str) -> Option<()> {
        let (name, value) = part.split_once(':').unwrap_or((part, ""));
        let instead = match name {
            "delay" => {
                self.delay_ms = value.parse().ok().filter(|ms| *ms <= MAX_DELAY_MS)?;
                return Some(());
            }
            "retry-after" => {
                self.retry_after_seconds = Some(value.parse().ok()?);
                return Some(());
            }
            "status" => {
                let status = value.parse().ok().filter(|status| (200..600).contains(status))?;
                Instead::Status(StatusCode::from_u16(status).ok()?)
            }
            "redirect" if !value.is_empty() => {
                Instead::Redirect(HeaderValue::from_str(value).ok()?)
            }
            "drop" if value.is_empty() => Instead::Drop,
            "expired" if value.is_empty() => Instead::Expired,
            _ => return None,
        };
        // A request has one outcome.
        self.instead.replace(instead).is_none().then_some(())
    }
}

impl Instead {
    fn into_response(self) -> Response {
        match self {
            Self::Status(status) if may_have_body(status) => {
                ApiError::new(status, "fault", "This answer was asked for.").into_response()
            }
            Self::Status(status) => status.into_response(),
            Self::Expired => ApiError::from(Refusal::Expired).into_response(),
            Self::Redirect(target) => {
                (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, target)]).into_response()
            }
            Self::Drop => {
                let mut response = StatusCode::NO_CONTENT.into_response();
                response.extensions_mut().insert(DropConnection);
                response
            }
        }
    }
}

fn may_have_body(status: StatusCode) -> bool {
    !matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
}

/// A standing fault as `PUT /__dev/faults` takes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingFault {
    /// Requests whose path begins with this. A `*` in it stands for the rest of one part, such as an id.
    pub path: String,
    /// What goes wrong; see [`Fault::parse`].
    pub fault: String,
    /// How many requests; for ever if absent.
    pub times: Option<u32>,
    /// Only requests with this method; any if absent.
    pub method: Option<String>,
}

struct Rule {
    path: String,
    method: Option<Method>,
    left: Option<u32>,
    fault: Fault,
}

/// The faults that stand until they are used up or removed. None by default.
#[derive(Default)]
pub struct StandingFaults(Mutex<Vec<Rule>>);

impl StandingFaults {
    /// Puts `list` in the place of all standing faults.
    ///
    /// # Errors
    /// 400 if an entry makes no sense; nothing has changed then.
    pub fn replace(&self, list: Vec<StandingFault>) -> Result<(), ApiError> {
        let rules = list.into_iter().map(Rule::new).collect::<Result<_, _>>()?;
        *self.rules() = rules;
        Ok(())
    }

    /// Removes all standing faults.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// The fault for a request, from the first entry that fits it; one time of the entry is used up.
    fn take(&self, method: &Method, path: &str) -> Fault {
        let mut rules = self.rules();
        let fitting = rules.iter_mut().find(|rule| {
            rule.left != Some(0)
                && begins_with(path, &rule.path)
                && rule.method.as_ref().is_none_or(|wanted| wanted == method)
        });
        let Some(rule) = fitting else {
            return Fault::default();
        };
        rule.left = rule.left.map(|left| left.saturating_sub(1));
        rule.fault.clone()
    }

    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether `path` begins with `pattern`, in which a `*` stands for anything up to the next slash.
fn begins_with(path: &str, pattern: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return path.starts_with(pattern);
    };
    path.strip_prefix(head).is_some_and(|rest| {
        let (_, after) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        begins_with(after, tail)
    })
}

impl Rule {
    fn new(entry: StandingFault) -> Result<Self, ApiError> {
        let method = match entry.method {
            Some(name) => {
                Some(Method::from_bytes(name.to_ascii_uppercase().as_bytes()).map_err(|_| {
                    ApiError::bad_request("bad_fault", format!("{name:?} is no method."))
                })?)
            }
            None => None,
        };
        let fault = Fault::parse(&entry.fault)?;
        Ok(Self { path: entry.path, method, left: entry.times, fault })
    }
}

/// Middleware: lets go wrong what was asked for. What a request asks for itself comes before standing
/// faults, and uses none of them up. A delay holds back the finished answer: it shows the data of the
/// moment when the request came in, as an answer on a slow line does.
pub async fn inject(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if is_below(request.uri().path(), "/__dev") {
        return next.run(request).await;
    }
    let fault = match asked_for(request.headers(), request.uri()) {
        Ok(Some(fault)) => fault,
        Ok(None) => state.faults().take(request.method(), request.uri().path()),
        Err(error) => return error.into_response(),
    };
    let mut response = match fault.instead {
        Some(instead) => instead.into_response(),
        None => next.run(request).await,
    };
    if let Some(seconds) = fault.retry_after_seconds {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if fault.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
    }
    response
}

/// The faults that a request asks for itself, by header or query.
fn asked_for(headers: &HeaderMap, uri: &Uri) -> Result<Option<Fault>, ApiError> {
    let in_headers =
        headers.get_all(HEADER).iter().map(|value| value.to_str().unwrap_or("?").to_owned());
    let query = Query::<Vec<(String, String)>>::try_from_uri(uri);
    let in_query = query.map(|Query(pairs)| pairs).unwrap_or_default().into_iter();
    let in_query = in_query.filter(|(name, _)| name == "fault").map(|(_, value)| value);
    let all: Vec<String> = in_headers.chain(in_query).collect();
    if all.is_empty() { Ok(None) } else { Fault::parse(&all.join(",")).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::{Fault, begins_with};

    #[test]
    fn a_star_stands_for_the_rest_of_one_part() {
        let tokens = "/client/sessions/*/tokens";
        for (path, pattern, fits) in [
            ("/api/foo", "/api", true),
            ("/client/sessions/sess_1/tokens", tokens, true),
            ("/client/sessions/sess_1/tokens/api", tokens, true),
            ("/client/sessions/sess_1/touch", tokens, false),
            ("/client/sessions/a/b/tokens", tokens, false),
            ("/client/sessions", tokens, false),
            ("/a/b", "/*/b", true),
            ("/a", "*", true),
        ] {
            assert_eq!(begins_with(path, pattern), fits, "{path} {pattern}");
        }
    }

    #[test]
    fn a_fault_that_is_not_known_or_has_two_outcomes_is_refused() {
        for text in [
            "stauts:503",
            "status:abc",
            "status:99",
            "status:600",
            "delay:-1",
            "delay:600001",
            "drop:1",
            "redirect:",
            "redirect:a\nb",
            "status:500,drop",
            "retry-after:soon",
        ] {
            assert!(Fault::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn nothing_asked_for_is_no_fault() {
        assert_eq!(Fault::parse(" , ").ok(), Some(Fault::default()));
    }

    #[test]
    fn a_redirect_target_keeps_its_colons() {
        let fault = Fault::parse("delay:5,redirect:http://localhost:9/x").unwrap();
        assert!(format!("{fault:?}").contains("http://localhost:9/x"), "{fault:?}");
    }
}
