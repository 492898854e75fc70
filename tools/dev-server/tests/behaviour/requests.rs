//! Requests that are wrong in form.

use serde_json::json;

use crate::harness::{App, PAGE, ask, get, post};

#[tokio::test]
async fn the_public_address_needs_no_sign_in() {
    let app = App::new();
    let answer = get("/api/public").send(&app).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["server_time_ms"], crate::harness::NOW_MS);
    assert!(answer.json()["message"].is_string());
    let with_a_bad_token = get("/api/public").bearer("rubbish").send(&app).await;
    assert_eq!(with_a_bad_token.status, 200);
}

#[tokio::test]
async fn an_unknown_address_of_the_api_is_not_found() {
    let app = App::new();
    std::fs::write(app.dist().join("index.html"), "the app").unwrap();
    for path in [
        "/api",
        "/api/",
        "/api/nope",
        "/api/foo/",
        "/api/foo/bar",
        "/.well-known/x",
        "/__dev",
        "/__dev/",
        "/__dev/x",
        "/__clerk",
        "/__clerk/v1",
        "/__clerk/v1/nope",
        "/__clerk/npm/x",
        "/%61pi/foo",
        "//api/nope",
        "/api%2ffoo/x",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let answer = ask(method, path).origin(PAGE).send(&app).await;
            assert!(
                answer.status == 404 || answer.code() == "bad_path",
                "{method} {path} {}",
                answer.status
            );
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_ones_there_are() {
    let app = App::new();
    for (method, path, allowed) in [
        ("DELETE", "/api/foo", "GET,HEAD,POST"),
        ("PUT", "/api/profile", "GET,HEAD,PATCH"),
        ("POST", "/__dev/users", "GET,HEAD"),
        ("POST", "/__dev/health", "GET,HEAD"),
        ("GET", "/__dev/faults", "PUT,DELETE"),
        ("POST", "/.well-known/jwks.json", "GET,HEAD"),
        ("POST", "/some/page", "GET,HEAD"),
    ] {
        let answer = ask(method, path).origin(PAGE).send(&app).await;
        assert_eq!(
            (answer.status, answer.code()),
            (405, "method_not_allowed".to_owned()),
            "{path}"
        );
        assert_eq!(answer.header("allow"), allowed, "{path}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for (method, path) in [
        ("POST", "/api/notes"),
        ("PATCH", "/api/profile"),
        ("POST", "/api/foo"),
        ("PUT", "/__dev/faults"),
        ("POST", "/__dev/token-life"),
    ] {
        for body in ["{", "nonsense", "{\"text\":\"x\"} trailing", "\u{feff}{}"] {
            let sent = ask(method, path)
                .origin(PAGE)
                .bearer(&ada.jwt)
                .header("content-type", "application/json");
            let answer = sent.body(body).send(&app).await;
            assert_eq!(
                (answer.status, answer.code()),
                (400, "bad_json".to_owned()),
                "{path} {body}"
            );
        }
    }
    let empty = post("/api/notes")
        .bearer(&ada.jwt)
        .header("content-type", "application/json")
        .send(&app)
        .await;
    assert_eq!(empty.status, 400);
}

#[tokio::test]
async fn a_body_must_be_declared_as_json() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for declared in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
        let sent = post("/api/notes")
            .bearer(&ada.jwt)
            .header("content-type", declared)
            .body("{\"text\":\"x\"}");
        assert_eq!(sent.send(&app).await.status, 415, "{declared}");
    }
    let with_charset = post("/api/notes")
        .bearer(&ada.jwt)
        .header("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(with_charset.body("{\"text\":\"x\"}").send(&app).await.status, 201);
}

#[tokio::test]
async fn json_of_another_shape_is_refused_with_the_field() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for body in [json!([]), json!("text"), json!({ "text": ["ada"] })] {
        let answer = post("/api/notes").bearer(&ada.jwt).json(body.clone()).send(&app).await;
        assert_eq!((answer.status, answer.code()), (422, "invalid".to_owned()), "{body}");
    }
    let standing = json!([{ "path": "/", "fault": "drop", "tiems": 2 }]);
    let answer = ask("PUT", "/__dev/faults").json(standing).send(&app).await;
    assert_eq!(answer.status, 422, "a misspelt setting is noticed");
}

#[tokio::test]
async fn sixty_four_kilobytes_are_the_most() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let of_size = |size: usize| {
        let frame = "{\"text\":\"\"}".len();
        let text = " ".repeat(size - frame - 1) + "x";
        format!("{{\"text\":\"{text}\"}}")
    };
    let send = |body: String| {
        post("/api/notes").bearer(&ada.jwt).header("content-type", "application/json").body(body)
    };
    assert_eq!(send(of_size(64 * 1024)).send(&app).await.status, 201);
    for size in [64 * 1024 + 1, 1024 * 1024] {
        let answer = send(of_size(size)).send(&app).await;
        assert_eq!((answer.status, answer.code()), (413, "too_large".to_owned()));
    }
}

#[tokio::test]
async fn addresses_that_take_an_empty_object_take_nothing_too() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    assert_eq!(post("/api/foo").bearer(&ada.jwt).send(&app).await.json()["count"], 1);
    assert_eq!(
        post("/api/foo").bearer(&ada.jwt).json(json!({ "more": 1 })).send(&app).await.json()["count"],
        2
    );
    assert_eq!(post("/api/foo").bearer(&ada.jwt).json(json!([])).send(&app).await.status, 422);
}

#[tokio::test]
async fn private_answers_stay_out_of_http_caches() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for path in ["/api/foo", "/api/notes", "/__clerk/v1/client", "/api/nope", "/__dev/requests"] {
        let answer = get(path).client(&ada).send(&app).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}
