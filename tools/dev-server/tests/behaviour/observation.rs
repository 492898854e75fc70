//! The log of requests.

use serde_json::{Value, json};

use crate::fapi_page::{BASE, tokens_of};
use crate::harness::{App, NOW_MS, ask, get, post};

async fn requests(app: &App) -> Value {
    get("/__dev/requests").send(app).await.json()
}

#[tokio::test]
async fn requests_are_counted_by_method_and_path() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    assert_eq!(ask("DELETE", "/__dev/requests").send(&app).await.status, 204);
    for path in ["/api/foo", "/api/foo?x=1", "/api/foo", "/api/public", "/app/page"] {
        get(path).bearer(&ada.jwt).send(&app).await;
    }
    post("/api/foo").bearer(&ada.jwt).send(&app).await;
    get("/__dev/health").send(&app).await;
    let seen = requests(&app).await;
    assert_eq!(seen["total"], 6, "controls are not counted");
    let expected =
        json!({ "GET /api/foo": 3, "GET /api/public": 1, "GET /app/page": 1, "POST /api/foo": 1 });
    assert_eq!(seen["by_path"], expected);
    ask("DELETE", "/__dev/requests").send(&app).await;
    assert_eq!(requests(&app).await, json!({ "total": 0, "by_path": {}, "log": [] }));
}

#[tokio::test]
async fn the_log_says_who_asked_and_how_it_ended() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    ask("DELETE", "/__dev/requests").send(&app).await;
    get("/api/foo").bearer(&ada.jwt).send(&app).await;
    get("/api/foo").cookie(&ada.jwt).send(&app).await;
    get("/api/foo").send(&app).await;
    get("/api/foo").bearer("bad").send(&app).await;
    get("/api/foo?fault=drop").bearer(&ada.jwt).send(&app).await;
    app.fresh_token(&ada).await;
    let log = requests(&app).await["log"].as_array().unwrap().clone();
    let line = |entry: &Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or("-").to_owned();
        assert_eq!(entry["at_ms"], NOW_MS);
        assert_eq!(entry.as_object().unwrap().len(), 6);
        let status = entry["status"].as_u64().unwrap();
        format!(
            "{} {} {status} {} {}",
            text("method"),
            text("path"),
            text("credential"),
            text("user_id")
        )
    };
    assert_eq!(
        log.iter().map(line).collect::<Vec<_>>(),
        [
            "GET /api/foo 200 bearer user_ada",
            "GET /api/foo 200 cookie user_ada",
            "GET /api/foo 401 none -",
            "GET /api/foo 401 bearer -",
            "GET /api/foo 0 bearer -",
            &format!("POST {BASE}{} 200 cookie user_ada", tokens_of(&ada.session_id)),
        ]
    );
}

#[tokio::test]
async fn the_log_never_contains_a_token_or_a_secret() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    get("/api/foo").bearer(&ada.jwt).send(&app).await;
    get(&format!("/api/foo?token={}", ada.jwt)).client(&ada).send(&app).await;
    get("/api/foo").bearer("hand-made-secret").send(&app).await;
    let seen = requests(&app).await.to_string();
    for secret in [ada.jwt.as_str(), ada.client.as_str(), "hand-made-secret", "analytical-engine"] {
        assert!(!seen.contains(secret));
    }
    let signature = ada.jwt.rsplit('.').next().unwrap();
    assert!(!seen.contains(signature));
}

#[tokio::test]
async fn five_hundred_requests_are_listed_and_all_are_counted() {
    let app = App::new();
    for number in 0..510 {
        get(if number < 10 { "/api/early" } else { "/api/public" }).send(&app).await;
    }
    let seen = requests(&app).await;
    assert_eq!(
        (seen["total"].as_u64(), seen["by_path"]["GET /api/early"].as_u64()),
        (Some(510), Some(10))
    );
    let log = seen["log"].as_array().unwrap();
    assert_eq!(log.len(), 500);
    assert!(log.iter().all(|entry| entry["path"] == "/api/public"), "the oldest went first");
}

#[tokio::test]
async fn a_request_is_counted_before_it_is_answered() {
    let app = std::sync::Arc::new(App::new());
    let held = std::sync::Arc::clone(&app);
    let slow =
        tokio::spawn(async move { get("/api/public?fault=delay:60000").send(&held).await.status });
    while requests(&app).await["total"] == 0 {
        tokio::task::yield_now().await;
    }
    slow.abort();
    let entry = requests(&app).await["log"][0].clone();
    assert_eq!((entry["path"].as_str(), entry["status"].as_u64()), (Some("/api/public"), Some(0)));
}
