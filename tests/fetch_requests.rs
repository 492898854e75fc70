//! Plain requests: how they are written down, what comes back, what can go wrong.

#[path = "support/fetch_world.rs"]
mod world;

use std::collections::BTreeMap;
use std::error::Error;
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use world::{Reply, World, bearer, header_of};
use yew_clerk::auth::TokenError;
use yew_clerk::fetch::{
    self, Body, Cache, Credentials, FetchError, Method, MissingProvider, Mode, Redirect,
    TransportError,
};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    text: String,
}

fn note() -> Note {
    Note { text: "milk".to_owned() }
}

#[test]
fn json_is_decoded_and_a_plain_request_carries_no_token() {
    let world = World::new();
    world.net.serve(|_| Reply::json(&json!([{ "text": "milk" }])));
    let notes: Result<Vec<Note>, _> = world.finish(world.plain.get("/api/notes").json());
    assert_eq!(notes, Ok(vec![note()]));
    let sent = world.net.last();
    assert_eq!(&*sent.url, "https://app.example/api/notes");
    assert_eq!((bearer(&sent), world.source.mints()), (None, 0));
    assert_eq!((sent.mode, sent.redirect), (Mode::Cors, Redirect::Follow));
    assert_eq!((sent.credentials, sent.cache), (Credentials::SameOrigin, Cache::Default));
}

#[test]
fn a_body_is_sent_with_its_type_unless_the_caller_names_another() {
    let world = World::new();
    let api = &world.plain;
    let requests = [
        (api.post("/x").json_body(&note()), "application/json"),
        (api.put("/x").text_body("hi"), "text/plain;charset=UTF-8"),
        (api.patch("/x").bytes_body(vec![1, 2]), "application/octet-stream"),
        (api.post("/x").header("content-type", "a/b").json_body(&note()), "a/b"),
    ];
    for (request, expected) in requests {
        world.finish(request.send()).unwrap();
        assert_eq!(header_of(&world.net.last(), "Content-Type").as_deref(), Some(expected));
    }
    world.finish(api.post("/x").json_body(&note()).send()).unwrap();
    let sent = world.net.last();
    assert_eq!((sent.method, sent.body), (Method::Post, Body::Text(r#"{"text":"milk"}"#.into())));
    world.finish(api.delete("/x").send()).unwrap();
    assert_eq!(header_of(&world.net.last(), "Content-Type"), None);
}

#[test]
fn a_get_with_a_body_is_a_mistake_that_is_told() {
    let world = World::new();
    let result = world.finish(world.plain.get("/x").text_body("hi").send());
    let Err(FetchError::Encode { message }) = result else { panic!("{result:?}") };
    assert_eq!(&*message, "GET requests cannot have a body");
    assert_eq!(world.net.count(), 0);
}

#[test]
fn a_body_that_cannot_be_written_is_a_mistake_that_is_told() {
    let world = World::new();
    let bad: BTreeMap<(u8, u8), u8> = BTreeMap::from([((1, 2), 3)]);
    let sent = world.finish(world.plain.post("/x").json_body(&bad).send());
    assert!(matches!(sent, Err(FetchError::Encode { .. })));
    let asked = world.finish(world.plain.get("/x").query("text").send());
    assert!(matches!(asked, Err(FetchError::Encode { .. })));
}

#[test]
fn a_query_is_appended_in_its_place() {
    #[derive(Serialize)]
    struct Page {
        page: u32,
        search: Option<String>,
    }
    let world = World::new();
    let page = Page { page: 2, search: None };
    let request = world.plain.get("/x?a=1#top").query(&page).query(&[("q", "ä&b")]);
    world.finish(request.send()).unwrap();
    assert_eq!(&*world.net.last().url, "https://app.example/x?a=1&page=2&q=%C3%A4%26b#top");
}

#[test]
fn headers_are_set_and_bad_ones_are_refused_before_anything_is_sent() {
    let world = World::new();
    let request = world.plain.get("/x").header("X-A", "1").header("x-a", "2");
    world.finish(request.send()).unwrap();
    let sent = world.net.last();
    assert_eq!(sent.headers, [("x-a".to_owned(), "2".to_owned())]);
    for (name, value) in [
        ("", "a"),
        ("a b", "c"),
        ("a:", "b"),
        ("ä", "b"),
        ("a", "b\r\nc: d"),
        ("a", "\0"),
        ("a", "日"),
    ] {
        let result = world.finish(world.plain.get("/x").header(name, value).send());
        assert!(matches!(result, Err(FetchError::InvalidHeader { .. })), "{name:?} {value:?}");
    }
    assert_eq!(world.net.count(), 1);
}

#[test]
fn a_plain_request_may_carry_a_key_of_its_own() {
    let world = World::new();
    let request = world.plain.get("https://other.example/x").header("Authorization", "Basic abc");
    world.finish(request.send()).unwrap();
    assert_eq!(bearer(&world.net.last()).as_deref(), Some("Basic abc"));
}

#[test]
fn an_answer_that_is_not_2xx_is_an_error_with_its_body() {
    let world = World::new();
    world.net.serve(|_| Reply::text(422, r#"{"error":"too short"}"#));
    let error = world.finish(world.plain.get("/x?secret=1").json::<Note>()).unwrap_err();
    let status = error.status_error().unwrap();
    assert_eq!((error.status(), status.status), (Some(422), 422));
    assert_eq!(status.body(), Some(json!({ "error": "too short" })));
    assert_eq!(&*status.text, r#"{"error":"too short"}"#);
    assert_eq!(&*status.url, "https://app.example/x");
    assert!(!error.is_retryable() && !error.is_cancelled());
    assert!(!error.to_string().contains("secret"));
}

#[test]
fn a_huge_error_page_is_cut_at_a_character() {
    let world = World::new();
    world.net.serve(|_| Reply::text(500, &"ü".repeat(200_000)));
    let error = world.finish(world.plain.get("/x").send()).unwrap_err();
    let status = error.status_error().unwrap();
    assert_eq!((status.text.len(), status.body()), (4096, None));
}

#[test]
fn an_error_whose_body_breaks_off_is_still_that_error() {
    let world = World::new();
    world
        .net
        .serve(|_| Reply { body: Err(TransportError::network("reset")), ..Reply::status(503) });
    let error = world.finish(world.plain.get("/x").send()).unwrap_err();
    assert_eq!(error.status(), Some(503));
}

#[test]
fn any_status_can_be_had_as_an_answer() {
    let world = World::new();
    world.net.serve(|_| Reply::text(404, "gone").header("x-why", "moved"));
    let response = world.finish(world.plain.get("/x").send_any_status()).unwrap();
    assert_eq!((response.status(), response.is_ok()), (404, false));
    assert_eq!(
        (response.header("X-Why"), response.header("x-no")),
        (Some("moved".to_owned()), None)
    );
    assert_eq!(response.url(), "https://app.example/x");
    assert_eq!(world.finish(response.text()), Ok("gone".to_owned()));
}

#[test]
fn empty_answers_decode_to_nothing() {
    let world = World::new();
    world.net.serve(|_| Reply::status(204));
    assert_eq!(world.finish(world.plain.delete("/x").json::<()>()), Ok(()));
    assert_eq!(world.finish(world.plain.get("/x").json::<Option<Note>>()), Ok(None));
    let error = world.finish(world.plain.get("/x").json::<Note>()).unwrap_err();
    assert!(error.to_string().contains("the body is empty"), "{error}");
}

#[test]
fn an_answer_of_another_shape_says_where() {
    let world = World::new();
    world.net.serve(|_| Reply::json(&json!([{ "text": "a" }, { "text": 5 }])));
    let error = world.finish(world.plain.get("/x").json::<Vec<Note>>()).unwrap_err();
    let FetchError::Decode(decode) = &error else { panic!("{error:?}") };
    assert_eq!((&*decode.path, decode.line), ("$[1].text", 1));
    assert!(error.source().is_some() && !error.is_retryable());
}

#[test]
fn huge_answers_and_bytes_are_read_whole() {
    let world = World::new();
    let bytes: Vec<u8> = (0..=255).cycle().take(3_000_000).collect();
    let served = bytes.clone();
    world.net.serve(move |_| Reply { body: Ok(served.clone()), ..Reply::status(200) });
    assert_eq!(world.finish(world.plain.get("/x").bytes()), Ok(bytes));
}

#[test]
fn a_lost_network_is_an_error_to_try_again() {
    let world = World::new();
    world.net.serve(|_| Reply::lost());
    let error = world.finish(world.plain.get("/x?key=secret").send()).unwrap_err();
    assert!(matches!(error, FetchError::Network(_)) && error.is_retryable());
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn retry_after_comes_in_seconds_or_as_a_date() {
    let world = World::new();
    let ask = |reply: Reply| {
        world.net.serve(move |_| reply.clone());
        world.finish(world.plain.get("/x").send()).unwrap_err().retry_after()
    };
    let with = |value: &str| Reply::status(429).header("retry-after", value);
    assert_eq!(ask(with("7")), Some(Duration::from_secs(7)));
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let both = with("Sun, 06 Nov 1994 08:50:07 GMT").header("date", date);
    assert_eq!(ask(both), Some(Duration::from_secs(30)));
    assert_eq!(ask(with("whenever")), None);
    assert_eq!(ask(Reply::status(503)), None);
}

#[test]
fn what_may_be_tried_again_is_settled_by_the_kind() {
    let world = World::new();
    let status = |code| {
        world.net.serve(move |_| Reply::status(code));
        world.finish(world.plain.get("/x").send()).unwrap_err()
    };
    for code in [408, 425, 429, 500, 502, 503, 504, 599] {
        assert!(status(code).is_retryable(), "{code}");
    }
    for code in [300, 400, 401, 403, 404, 409, 418, 422, 499, 600] {
        assert!(!status(code).is_retryable(), "{code}");
    }
    let provider = MissingProvider { hook: "use_query", provider: "QueryClientProvider" };
    assert!(FetchError::Timeout { after: Duration::ZERO }.is_retryable());
    assert!(FetchError::NoToken(TokenError::Offline).is_retryable());
    assert!(!FetchError::NoToken(TokenError::SignedOut).is_retryable());
    assert!(!FetchError::MissingProvider(provider).is_retryable());
    for cancelled in [FetchError::Aborted, FetchError::IdentityChanged] {
        assert!(cancelled.is_cancelled() && !cancelled.is_retryable());
    }
}

#[test]
fn what_is_no_address_is_told_without_repeating_it() {
    let world = World::new();
    for url in ["https://", "https://a b/", "http://[::1", "https://user:secret@app.example/x"] {
        let error = world.finish(world.plain.get(url).send()).unwrap_err();
        assert!(matches!(error, FetchError::InvalidUrl(_)), "{url}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    assert_eq!(world.net.count(), 0);
}

#[test]
fn without_a_browser_the_free_functions_say_so() {
    let world = World::new();
    let error = world.finish(fetch::get("/x").send()).unwrap_err();
    assert!(error.to_string().contains("there is no browser here"), "{error}");
}

#[test]
fn the_free_functions_use_the_ambient_handle() {
    let world = World::new();
    let former = fetch::set_ambient(Some(world.plain.clone()));
    let made = [
        fetch::get("/x"),
        fetch::head("/x"),
        fetch::post("/x"),
        fetch::put("/x"),
        fetch::patch("/x"),
        fetch::delete("/x"),
        fetch::request(Method::Options, "/x"),
    ];
    fetch::set_ambient(former);
    for request in made {
        world.finish(request.send()).unwrap();
    }
    let methods: Vec<_> = world.net.sent.borrow().iter().map(|sent| sent.method.as_str()).collect();
    assert_eq!(methods, ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
}

#[test]
fn a_handle_without_its_provider_names_the_hook() {
    let missing = MissingProvider { hook: "use_authenticated_fetch", provider: "AuthProvider" };
    let world = World::new();
    let fetch = fetch::Fetch::missing(missing);
    let error = world.finish(fetch.get("/x").send()).unwrap_err();
    assert_eq!(error, FetchError::MissingProvider(missing));
    assert_eq!(
        error.to_string(),
        "use_authenticated_fetch needs a <AuthProvider> above its component"
    );
    assert_eq!(fetch.allowing(&["https://x.example"]).as_ref(), Ok(&fetch));
}

#[test]
fn errors_are_cheap_to_keep_and_to_compare() {
    let world = World::new();
    world.net.serve(|_| Reply::text(500, "down"));
    let error = world.finish(world.plain.get("/x").send()).unwrap_err();
    let FetchError::Status(status) = &error else { panic!("{error:?}") };
    let copy = error.clone();
    assert_eq!(copy, error);
    assert_eq!(Rc::strong_count(status), 2);
}
