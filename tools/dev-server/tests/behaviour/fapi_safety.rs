//! What must not be possible with Clerk's frontend API, whoever asks.

use serde_json::Value;

use crate::cross_site::{foreign, own, with};
use crate::fapi_page::{BASE, KEYS, Key, Page, credentials, tokens_of};
use crate::harness::{App, Ask, PAGE, ask, get, post};

fn of_live(method: &'static str, path: &str, page: &Page<'_>) -> Ask {
    let cookie = format!("__client={}", page.secret.as_deref().unwrap_or_default());
    ask(method, &format!("{BASE}{path}")).header("cookie", &cookie)
}

#[tokio::test]
async fn a_foreign_page_changes_nothing_with_the_browsers_cookie() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    for path in [
        "/client/sign_ins".to_owned(),
        "/client/sessions?_method=DELETE".to_owned(),
        "/client?_method=GET".to_owned(),
        "/dev_browser".to_owned(),
        tokens_of(&ada),
        format!("/client/sessions/{ada}/touch"),
        format!("/client/sessions/{ada}/end"),
    ] {
        for headers in foreign() {
            let sent = with(of_live("POST", &path, &page), &headers);
            let answer = sent.form(&credentials("grace")).send(&app).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "cross_site"), "{path}");
            assert!(answer.set_cookie("__client").is_none());
        }
    }
    assert_eq!(page.client().await["sessions"][0]["id"], ada);
}

#[tokio::test]
async fn pages_of_the_app_sign_in_through_their_own_origin() {
    let app = App::new();
    for headers in own() {
        let sent = with(post(&format!("{BASE}/client/sign_ins")), &headers);
        let answer = sent.form(&credentials("ada")).send(&app).await;
        assert_eq!(answer.status, 200, "{headers:?} {}", answer.text());
    }
}

#[tokio::test]
async fn a_link_that_names_another_method_is_still_a_get() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    let link = of_live("GET", "/client/sessions?_method=DELETE", &page);
    let answer = link.header("sec-fetch-site", "cross-site").send(&app).await;
    assert_eq!(answer.status, 404);
    let link = of_live("GET", "/client?_method=DELETE", &page).send(&app).await;
    assert_eq!(link.status, 200);
    assert_eq!(page.client().await["sessions"][0]["id"], ada);
}

#[tokio::test]
async fn a_session_of_another_browser_is_never_served() {
    for key in KEYS {
        let app = App::new();
        let (mut ada, _) = Page::of(&app, key, "ada").await;
        let (_, of_grace) = Page::of(&app, key, "grace").await;
        for action in ["tokens", "tokens/x", "touch", "end", "remove"] {
            let path = format!("/client/sessions/{of_grace}/{action}");
            let answer = ada.post(&path, &[]).await;
            assert_eq!((answer.status, answer.code().as_str()), (404, "resource_not_found"));
            let mut nobody = Page { app: &app, key: Key::Live, secret: None };
            assert_eq!(nobody.post(&path, &[]).await.status, 401, "{key:?} {action}");
        }
    }
}

#[tokio::test]
async fn a_sign_in_of_another_browser_cannot_be_completed() {
    let app = App::new();
    let mut ada = Page::load(&app, Key::Live).await;
    let begun = ada.post("/client/sign_ins", &[("identifier", "ada")]).await.json();
    let id = begun["response"]["id"].as_str().unwrap();
    let mut other = Page::load(&app, Key::Test).await;
    for action in ["attempt_first_factor", "prepare_first_factor"] {
        let path = format!("/client/sign_ins/{id}/{action}");
        let answer = other.post(&path, &credentials("ada")).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "resource_not_found"));
    }
}

#[tokio::test]
async fn a_secret_that_was_planted_opens_nothing_after_a_sign_in() {
    let app = App::new();
    let mut page = Page::load(&app, Key::Live).await;
    page.post("/client/sign_ins", &[("identifier", "ada")]).await;
    let planted = page.secret.clone();
    let ada = page.sign_in("ada").await;
    assert_ne!(page.secret, planted);
    let mut thief = Page { app: &app, key: Key::Live, secret: planted };
    assert_eq!(thief.client().await, Value::Null);
    assert_eq!(thief.post(&tokens_of(&ada), &[]).await.status, 401);
    let mut made_up = Page { app: &app, key: Key::Live, secret: Some("known".to_owned()) };
    made_up.sign_in("grace").await;
    assert_ne!(made_up.secret.as_deref(), Some("known"));
}

#[tokio::test]
async fn the_query_comes_before_the_cookie_and_never_falls_back_to_it() {
    let app = App::new();
    let (live, _) = Page::of(&app, Key::Live, "ada").await;
    let (test, _) = Page::of(&app, Key::Test, "grace").await;
    let with_query =
        |secret: &str| of_live("GET", &format!("/client?__clerk_db_jwt={secret}"), &live);
    let answer = with_query(test.secret.as_deref().unwrap()).send(&app).await.json();
    assert_eq!(answer["response"]["sessions"][0]["user"]["id"], "user_grace");
    assert_eq!(with_query("dvb_unknown").send(&app).await.status, 401);
}

#[tokio::test]
async fn the_secret_of_a_browser_is_worth_nothing_as_a_session_token() {
    let app = App::new();
    let (page, _) = Page::of(&app, Key::Live, "ada").await;
    let secret = page.secret.unwrap();
    for ask in [get("/api/foo").bearer(&secret), get("/api/foo").cookie(&secret)] {
        assert_eq!(ask.send(&app).await.code(), "token_invalid");
    }
}

#[tokio::test]
async fn addresses_and_methods_that_do_not_exist_are_told_in_clerks_shape() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    for path in ["/", "/nothing", "/client/", "/client//touch", "/client/sessions/%2e%2e/touch"] {
        let answer = page.post(path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.json()["errors"][0]["code"].is_string(), "{path}: {}", answer.text());
    }
    for method in ["PATCH", "BREW", "delete"] {
        let answer = page.request(method, &tokens_of(&ada), &[]).await;
        assert_eq!(answer.status, 404, "{method}");
    }
    assert_eq!(page.request("a%20b", "/client", &[]).await.status, 400);
    assert_eq!(of_live("PUT", "/nothing", &page).origin(PAGE).send(&app).await.status, 404);
}

#[tokio::test]
async fn rubbish_in_bodies_and_queries_is_refused_or_ignored_but_never_a_failure() {
    let app = App::new();
    let form = "application/x-www-form-urlencoded";
    let sign_ins = format!("{BASE}/client/sign_ins");
    for (kind, body, status) in [
        (form, b"%%%&=&&==%ff%00".to_vec(), 422),
        (form, vec![0xff, 0x00, 0xfe, b'=', 0x80], 422),
        (form, b"identifier=ada&identifier=grace&strategy=\0".to_vec(), 422),
        (form, b"strategy=password&identifier=ada%00&password=x".to_vec(), 422),
        ("application/json", b"{\"identifier\":\"ada\"}".to_vec(), 415),
        ("", b"identifier=ada".to_vec(), 415),
        (form, vec![b'a'; 64 * 1024 + 1], 413),
        (form, vec![b'a'; 2 * 1024 * 1024], 413),
    ] {
        let sent = post(&sign_ins).origin(PAGE).header("content-type", kind).body(body);
        let answer = sent.send(&app).await;
        assert_eq!(answer.status, status, "{kind} {}", answer.text());
        assert!(answer.json()["errors"][0]["message"].is_string());
    }
    for query in ["__clerk_db_jwt=%ff%fe", "__clerk_db_jwt=%00", "_method=%00&x"] {
        let answer = post(&format!("{BASE}/client/sign_ins?{query}")).origin(PAGE).send(&app).await;
        assert!((400..500).contains(&answer.status), "{query}: {}", answer.status);
    }
    let long = "x".repeat(60_000);
    let sent = post(&sign_ins).origin(PAGE).form(&[("identifier", &long)]).send(&app).await;
    assert_eq!(sent.code(), "form_identifier_not_found");
}
