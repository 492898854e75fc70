//! What pages of other origins cannot do.

use serde_json::json;

use crate::harness::{App, Ask, PAGE, ask, get, post};

/// Headers that show a foreign page, or no page at all.
pub fn foreign() -> Vec<Vec<(&'static str, &'static str)>> {
    vec![
        vec![],
        vec![("origin", "http://evil.example")],
        vec![("origin", "null")],
        vec![("origin", "http://localhost:9999")],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        // The browser's own word counts more than an origin that would do.
        vec![("sec-fetch-site", "cross-site"), ("origin", PAGE)],
        vec![("sec-fetch-site", "same-site"), ("origin", PAGE)],
        vec![("sec-fetch-site", "nonsense"), ("origin", "http://evil.example")],
    ]
}

pub fn own() -> Vec<Vec<(&'static str, &'static str)>> {
    vec![
        vec![("origin", PAGE)],
        vec![("origin", "http://localhost:8081")],
        vec![("origin", "http://127.0.0.1:8081")],
        vec![("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "none")],
    ]
}

pub fn with(ask: Ask, headers: &[(&str, &str)]) -> Ask {
    headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value))
}

#[tokio::test]
async fn a_change_by_cookie_is_refused_to_foreign_pages() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for headers in foreign() {
        for (method, path) in [
            ("POST", "/api/foo"),
            ("PATCH", "/api/profile"),
            ("POST", "/api/notes"),
            ("PATCH", "/api/notes/note_00000001"),
            ("DELETE", "/api/notes/note_00000001"),
        ] {
            let sent = ask(method, path).cookie(&ada.jwt).json(json!({ "text": "x", "bio": "x" }));
            let answer = with(sent, &headers).send(&app).await;
            assert_eq!(
                (answer.status, answer.code()),
                (403, "cross_site".to_owned()),
                "{headers:?}"
            );
        }
    }
    assert_eq!(get("/api/foo").cookie(&ada.jwt).send(&app).await.json()["count"], 0);
}

#[tokio::test]
async fn a_change_by_cookie_is_allowed_to_own_pages() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for (count, headers) in own().iter().enumerate() {
        let answer =
            with(post("/api/foo").cookie(&ada.jwt).json(json!({})), headers).send(&app).await;
        assert_eq!(answer.json()["count"], count + 1, "{headers:?}");
    }
}

#[tokio::test]
async fn a_bearer_token_is_proof_enough_without_an_origin() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for headers in foreign() {
        let answer =
            with(post("/api/foo").bearer(&ada.jwt).json(json!({})), &headers).send(&app).await;
        assert_eq!(answer.status, 200, "{headers:?}");
    }
}

#[tokio::test]
async fn reading_by_cookie_is_allowed_but_shown_to_no_foreign_script() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for headers in foreign() {
        // That no CORS header is there, the harness checks on every answer.
        let answer = with(get("/api/foo").cookie(&ada.jwt), &headers).send(&app).await;
        assert_eq!(answer.status, 200);
    }
    let preflight = ask("OPTIONS", "/api/foo")
        .origin("http://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization");
    assert_eq!(preflight.send(&app).await.status, 405);
}

#[tokio::test]
async fn test_controls_are_refused_to_foreign_pages_but_not_to_scripts_outside_a_browser() {
    let app = App::new();
    let evil = post("/__dev/expire-sessions").origin("http://evil.example").send(&app).await;
    assert_eq!(evil.code(), "cross_site");
    let image = get("/__dev/requests").header("sec-fetch-site", "cross-site").send(&app).await;
    assert_eq!(image.code(), "cross_site");
    assert_eq!(post("/__dev/expire-sessions").send(&app).await.status, 200);
    assert_eq!(post("/__dev/expire-sessions").origin(PAGE).send(&app).await.status, 200);
}
