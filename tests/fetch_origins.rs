//! Where a session token goes, and where it never goes.

#[path = "support/fetch_world.rs"]
mod world;

use std::rc::Rc;

use world::{NetHandle, Reply, World, alice, bearer};
use yew_clerk::auth::{AuthClient, AuthState, cookie};
use yew_clerk::fetch::{
    Credentials, Fetch, FetchError, Mode, OriginPolicy, Redirect, RefusedBecause,
};

const API: &str = "https://api.example";

fn refusal(world: &World, fetch: &Fetch, url: &str) -> Option<(String, RefusedBecause)> {
    match world.finish(fetch.get(url).send()) {
        Err(FetchError::OriginRefused { origin, reason }) => Some((origin.to_string(), reason)),
        _ => None,
    }
}

#[test]
fn the_pages_own_origin_gets_the_token_whatever_way_it_is_written() {
    let world = World::new();
    for url in [
        "/x",
        "x",
        "?q",
        "https://app.example/x",
        "https://app.example:443/x",
        "HTTPS://APP.EXAMPLE/x",
        "//app.example/x",
        "https:/x",
        "https:x",
        "\thttps://app.exa\nmple/x",
        "https://\u{ff41}pp.example/x",
        "https://app.example\\x",
        "..\\..\\x",
    ] {
        world.finish(world.api.get(url).send()).unwrap();
        let sent = world.net.last();
        assert!(sent.url.starts_with("https://app.example/"), "{url:?} is {}", sent.url);
        assert!(bearer(&sent).unwrap().starts_with("Bearer ey"), "{url:?}");
        assert_eq!((sent.mode, sent.credentials), (Mode::SameOrigin, Credentials::SameOrigin));
    }
}

#[test]
fn every_other_origin_is_refused_by_name_before_a_token_is_even_asked_for() {
    let world = World::new();
    let evil = "https://evil.example";
    for (url, origin) in [
        ("//evil.example/x", evil),
        ("/\\evil.example/x", evil),
        ("\\\\evil.example/x", evil),
        ("\t//evil.example", evil),
        ("/\n/evil.example", evil),
        (" https:\\\\evil.example", evil),
        ("https:evil.example", "own"),
        ("https://app.example.evil.example/", "https://app.example.evil.example"),
        ("https://evil.example/https://app.example/", evil),
        ("https://evil.example?https://app.example/", evil),
        ("https://evil.example#@app.example/", evil),
        ("https://app.example:8443/", "https://app.example:8443"),
        ("https://sub.app.example/", "https://sub.app.example"),
        ("https://app.example./", "https://app.example."),
        ("https://\u{430}pp.example/", "https://xn--pp-6kc.example"),
        ("https://xn--pp-6kc.example/", "https://xn--pp-6kc.example"),
        ("https://EVIL.example:443", evil),
    ] {
        let refused = refusal(&world, &world.api, url);
        if origin == "own" {
            // As a browser reads it, this is a path beside the page, and no other host.
            assert_eq!(&*world.net.last().url, "https://app.example/home/evil.example");
            world.net.sent.borrow_mut().clear();
            world.source.calls.borrow_mut().clear();
            continue;
        }
        assert_eq!(refused, Some((origin.to_owned(), RefusedBecause::NotAllowed)), "{url:?}");
        assert_eq!((world.net.count(), world.source.mints()), (0, 0), "{url:?}");
    }
}

#[test]
fn addresses_that_name_a_user_are_no_addresses() {
    let world = World::new();
    for url in ["https://app.example@evil.example/", "https://a:b@app.example/", "//a@app.example"]
    {
        let result = world.finish(world.api.get(url).send());
        assert!(matches!(result, Err(FetchError::InvalidUrl(_))), "{url}: {result:?}");
    }
    assert_eq!((world.net.count(), world.source.mints()), (0, 0));
}

#[test]
fn other_schemes_never_get_a_token() {
    let world = World::new();
    for url in [
        "javascript:alert(1)",
        "data:application/json,1",
        "blob:https://app.example/6c1d3b1e",
        "file:///etc/passwd",
        "ftp://app.example/",
        "ws://app.example/",
        "about:blank",
        "chrome-extension://abc/",
    ] {
        let (origin, reason) = refusal(&world, &world.api, url).expect(url);
        assert_eq!(reason, RefusedBecause::NotHttp, "{url}");
        assert!(url.starts_with(&origin), "{origin}");
    }
    assert_eq!((world.net.count(), world.source.mints()), (0, 0));
}

#[test]
fn plain_http_gets_no_token_but_on_this_very_device() {
    for page in [
        "http://app.example/",
        "http://10.0.0.1/",
        "http://127.evil.example/",
        "http://localhost.evil.example/",
    ] {
        let world = World::at(page, AuthState::signed_in(alice()));
        let (_, reason) = refusal(&world, &world.api, "/x").expect(page);
        assert_eq!(reason, RefusedBecause::InsecureHttp, "{page}");
        assert_eq!(world.net.count(), 0);
    }
    for page in [
        "http://localhost:8080/",
        "http://app.localhost/",
        "http://127.0.0.1/",
        "http://127.1:3000/",
        "http://0x7f.1/",
        "http://[::1]:8080/",
    ] {
        let world = World::at(page, AuthState::signed_in(alice()));
        world.finish(world.api.get("/x").send()).expect(page);
        assert!(bearer(&world.net.last()).is_some());
    }
}

#[test]
fn an_encrypted_page_does_not_send_its_token_to_itself_unencrypted() {
    let world = World::new();
    let refused = refusal(&world, &world.api, "http://app.example/x");
    let origin = "http://app.example".to_owned();
    assert_eq!(refused, Some((origin, RefusedBecause::InsecureHttp)));
}

#[test]
fn an_allowed_origin_gets_the_token_without_cookies_and_without_redirects() {
    let world = World::new();
    let api = world.api.allowing(&[API]).unwrap();
    let request = api.get("https://api.example/x").credentials(Credentials::Include);
    world.finish(request.send()).unwrap();
    let sent = world.net.last();
    assert!(bearer(&sent).is_some());
    assert_eq!((sent.mode, sent.redirect), (Mode::Cors, Redirect::Error));
    assert_eq!(sent.credentials, Credentials::Omit);
    for url in
        ["https://api.example:444/", "https://api.example.evil.example/", "http://api.example/"]
    {
        assert!(refusal(&world, &api, url).is_some(), "{url}");
    }
    assert!(refusal(&world, &world.api, "https://api.example/x").is_some(), "the first handle");
}

#[test]
fn an_allowed_origin_has_to_be_exactly_an_origin() {
    let world = World::new();
    let transport = NetHandle(world.net.clone());
    for bad in [
        "",
        "*",
        "https://*",
        "https://*.example",
        "api.example",
        "//api.example",
        "https://api.example/",
        "https://api.example/v1",
        "https://api.example?x",
        "https://api.example:443",
        "https://API.example",
        "https://user@api.example",
        " https://api.example",
        "http://api.example",
        "ftp://api.example",
        "null",
        "data:x",
    ] {
        let error = OriginPolicy::allowing(&transport, &[API, bad]).expect_err(bad);
        assert_eq!(&*error.origin, bad);
    }
    let good =
        [API, "https://api.example:8443", "http://localhost:3000", "https://xn--pp-6kc.example"];
    assert_eq!(OriginPolicy::allowing(&transport, &good).unwrap().allowed().len(), 4);
}

#[test]
fn a_redirect_within_the_origin_is_followed() {
    let world = World::new();
    world.net.serve(|_| Reply {
        redirect: Some("https://app.example/y".to_owned()),
        ..Reply::text(200, "1")
    });
    let response = world.finish(world.api.get("/x").send()).unwrap();
    assert!(response.redirected());
}

#[test]
fn a_redirect_to_another_origin_fails_in_the_browser_already() {
    let world = World::new();
    let elsewhere =
        || Reply { redirect: Some("https://evil.example/".to_owned()), ..Reply::text(200, "1") };
    world.net.serve(move |_| elsewhere());
    let own = world.finish(world.api.get("/x").send());
    assert!(matches!(own, Err(FetchError::Network(_))), "{own:?}");
    let api = world.api.allowing(&[API]).unwrap();
    let foreign = world.finish(api.get("https://api.example/x").send());
    assert!(matches!(foreign, Err(FetchError::Network(_))), "{foreign:?}");
}

#[test]
fn a_redirect_that_a_transport_let_through_is_refused_with_its_answer() {
    let world = World::new();
    world.net.lax.set(true);
    world.net.serve(|_| Reply {
        redirect: Some("https://evil.example/".to_owned()),
        ..Reply::text(200, "1")
    });
    let refused = refusal(&world, &world.api, "/x");
    let origin = "https://evil.example".to_owned();
    assert_eq!(refused, Some((origin, RefusedBecause::Redirected)));
}

#[test]
fn a_cookie_session_works_on_the_own_origin_alone() {
    let world = World::new();
    let auth = AuthClient::new(Rc::new(cookie(alice())), Rc::new(world.sim.clone()));
    let api = world.plain.clone().with_auth(auth).allowing(&[API]).unwrap();
    world.finish(api.get("/x").credentials(Credentials::Omit).send()).unwrap();
    let sent = world.net.last();
    assert_eq!((bearer(&sent), sent.credentials), (None, Credentials::SameOrigin));
    assert_eq!(sent.mode, Mode::SameOrigin);
    let refused = refusal(&world, &api, "https://api.example/x");
    assert_eq!(refused, Some((API.to_owned(), RefusedBecause::CookieOnly)));
    assert_eq!(world.net.count(), 1);
}

#[test]
fn a_page_without_an_origin_sends_no_token() {
    let world = World::at("file:///home/user/index.html", AuthState::signed_in(alice()));
    for url in ["x.json", "file:///home/user/x.json"] {
        assert!(refusal(&world, &world.api, url).is_some());
    }
    assert_eq!(world.net.count(), 0);
}

#[test]
fn the_callers_own_authorization_header_is_refused() {
    let world = World::new();
    let request = world.api.get("/x").header("aUthorization", "Bearer mine");
    let result = world.finish(request.send());
    assert!(matches!(result, Err(FetchError::InvalidHeader { .. })), "{result:?}");
    assert_eq!((world.net.count(), world.source.mints()), (0, 0));
}
