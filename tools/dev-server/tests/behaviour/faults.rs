//! Breaking on demand.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::harness::{App, ask, get, post};

async fn stand(app: &App, list: Value) {
    assert_eq!(ask("PUT", "/__dev/faults").json(list).send(app).await.status, 204);
}

#[tokio::test]
async fn a_status_comes_in_place_of_the_answer_and_nothing_is_carried_out() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for status in [400, 404, 429, 500, 503] {
        let sent =
            post("/api/foo").bearer(&ada.jwt).header("x-dev-fault", &format!("status:{status}"));
        let answer = sent.send(&app).await;
        assert_eq!((answer.status, answer.code()), (status, "fault".to_owned()));
    }
    let by_query = get("/api/foo?fault=status%3A503").bearer(&ada.jwt).send(&app).await;
    assert_eq!(by_query.status, 503);
    let empty = get("/api/foo?fault=status:204").send(&app).await;
    assert_eq!((empty.status, empty.body.len()), (204, 0));
    assert_eq!(get("/api/foo").bearer(&ada.jwt).send(&app).await.json()["count"], 0);
}

#[tokio::test]
async fn retry_after_goes_with_a_status() {
    let app = App::new();
    let answer =
        get("/api/public").header("x-dev-fault", "status:429, retry-after:2").send(&app).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "2"));
}

#[tokio::test]
async fn a_delay_holds_the_answer_back_with_the_data_of_when_it_was_asked_for() {
    let app = std::sync::Arc::new(App::new());
    let ada = app.sign_in("ada").await;
    let started = Instant::now();
    let (slow_app, jwt) = (std::sync::Arc::clone(&app), ada.jwt.clone());
    let slow =
        tokio::spawn(
            async move { get("/api/foo?fault=delay:400").bearer(&jwt).send(&slow_app).await },
        );
    tokio::time::sleep(Duration::from_millis(100)).await;
    let quick = post("/api/foo").bearer(&ada.jwt).send(&app).await;
    assert_eq!(quick.json()["count"], 1);
    assert!(!slow.is_finished(), "others need not wait");
    assert_eq!(slow.await.unwrap().json()["count"], 0);
    assert!(started.elapsed() >= Duration::from_millis(400));
}

#[tokio::test]
async fn an_expired_token_can_be_played() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let answer = get("/api/foo").bearer(&ada.jwt).header("x-dev-fault", "expired").send(&app).await;
    assert_eq!((answer.status, answer.code()), (401, "token_expired".to_owned()));
}

#[tokio::test]
async fn a_redirect_leads_where_it_is_told() {
    let app = App::new();
    for (fault, target) in [
        ("redirect:/api/public", "/api/public"),
        ("redirect:http://localhost:9/x?y=z", "http://localhost:9/x?y=z"),
    ] {
        let answer = get("/api/foo").header("x-dev-fault", fault).send(&app).await;
        assert_eq!((answer.status, answer.header("location")), (307, target));
    }
}

#[tokio::test]
async fn a_dropped_request_has_no_answer_and_is_not_carried_out() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    assert!(post("/api/foo?fault=drop").bearer(&ada.jwt).send(&app).await.dropped);
    assert_eq!(get("/api/foo").bearer(&ada.jwt).send(&app).await.json()["count"], 0);
}

#[tokio::test]
async fn a_fault_that_is_misspelt_is_refused() {
    let app = App::new();
    for fault in ["stauts:503", "delay", "status:1000", "drop,expired"] {
        let answer = get("/api/public").header("x-dev-fault", fault).send(&app).await;
        assert_eq!((answer.status, answer.code()), (400, "bad_fault".to_owned()), "{fault}");
        let standing = json!([{ "path": "/api", "fault": fault }]);
        assert_eq!(ask("PUT", "/__dev/faults").json(standing).send(&app).await.code(), "bad_fault");
    }
    assert_eq!(get("/api/public").send(&app).await.status, 200, "nothing was put in place");
}

#[tokio::test]
async fn a_standing_fault_is_used_up_after_its_times() {
    let app = App::new();
    stand(&app, json!([{ "path": "/api/public", "fault": "status:503", "times": 2 }])).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(get("/api/public").send(&app).await.status);
    }
    assert_eq!(seen, [503, 503, 200, 200]);
}

#[tokio::test]
async fn a_standing_fault_without_times_stays_until_it_is_removed() {
    let app = App::new();
    stand(&app, json!([{ "path": "/api", "fault": "status:500" }])).await;
    for _ in 0..5 {
        assert_eq!(get("/api/public").send(&app).await.status, 500);
    }
    assert_eq!(ask("DELETE", "/__dev/faults").send(&app).await.status, 204);
    assert_eq!(get("/api/public").send(&app).await.status, 200);
}

#[tokio::test]
async fn a_standing_fault_touches_only_its_method_and_path() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    stand(&app, json!([{ "path": "/api/fo", "fault": "status:503", "method": "post" }])).await;
    assert_eq!(get("/api/foo").bearer(&ada.jwt).send(&app).await.status, 200);
    assert_eq!(get("/api/public").send(&app).await.status, 200);
    assert_eq!(post("/api/foo").bearer(&ada.jwt).send(&app).await.status, 503);
}

#[tokio::test]
async fn the_first_standing_fault_that_fits_counts_and_a_new_list_replaces_the_old() {
    let app = App::new();
    stand(
        &app,
        json!([
            { "path": "/api/public", "fault": "status:429", "times": 1 },
            { "path": "/", "fault": "status:502" },
        ]),
    )
    .await;
    assert_eq!(get("/api/public").send(&app).await.status, 429);
    assert_eq!(get("/api/public").send(&app).await.status, 502);
    assert_eq!(get("/__clerk/v1/client").send(&app).await.status, 502);
    assert_eq!(
        get("/__dev/health").send(&app).await.json(),
        json!({ "ok": true }),
        "controls never break"
    );
    stand(&app, json!([])).await;
    assert_eq!(get("/api/public").send(&app).await.status, 200);
}

#[tokio::test]
async fn what_a_request_asks_for_itself_comes_first_and_uses_nothing_up() {
    let app = App::new();
    stand(&app, json!([{ "path": "/api", "fault": "status:500", "times": 1 }])).await;
    assert_eq!(get("/api/public").header("x-dev-fault", "status:418").send(&app).await.status, 418);
    assert_eq!(get("/api/public").send(&app).await.status, 500);
    assert_eq!(get("/api/public").send(&app).await.status, 200);
}
