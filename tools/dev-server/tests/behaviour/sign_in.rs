//! Signing in and out, and what outlives a restart.

use serde_json::{Value, json};

use crate::harness::{App, PAGE, get, post};

#[tokio::test]
async fn signing_in_tells_who_it_is_and_sets_both_cookies() {
    let app = App::new();
    let body = json!({ "username": "ada", "password": "analytical-engine" });
    let answer = post("/auth/sign-in").origin(PAGE).json(body).send(&app).await;
    let session = answer.json()["session"].clone();
    assert!(session["session_id"].as_str().unwrap().starts_with("sess_"));
    assert_eq!(session["user_id"], "user_ada");
    assert_eq!(session["org_id"], "org_engines");
    assert_eq!(
        (session["username"].as_str(), session["name"].as_str()),
        (Some("ada"), Some("Ada Lovelace"))
    );
    let client = answer.set_cookie("__client").unwrap();
    assert!(
        client.contains("; HttpOnly")
            && client.contains("; SameSite=Lax")
            && client.contains("; Path=/;")
    );
    let token = answer.set_cookie("__session").unwrap();
    assert!(
        !token.contains("HttpOnly")
            && token.contains("; SameSite=Lax")
            && token.contains("; Path=/;")
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!client.contains(session["session_id"].as_str().unwrap()), "the secret is not the id");
}

#[tokio::test]
async fn everyone_who_is_listed_can_sign_in_as_listed() {
    let app = App::new();
    let listed = get("/auth/users").send(&app).await.json();
    let names: Vec<&str> =
        listed.as_array().unwrap().iter().filter_map(|user| user["username"].as_str()).collect();
    assert_eq!(names, ["ada", "grace", "linus"]);
    for user in listed.as_array().unwrap() {
        let answer = post("/auth/sign-in").origin(PAGE).json(user.clone()).send(&app).await;
        assert_eq!(answer.json()["session"]["name"], user["name"]);
    }
    let linus = app.sign_in("linus").await;
    let session = get("/auth/session").client(&linus).send(&app).await.json();
    assert_eq!(session["session"]["org_id"], Value::Null);
}

#[tokio::test]
async fn wrong_names_and_passwords_get_the_same_refusal_and_no_cookie() {
    let app = App::new();
    let mut bodies = Vec::new();
    for (username, password) in [
        ("ada", "wrong"),
        ("nobody", "analytical-engine"),
        ("ada", ""),
        ("", ""),
        ("ada", "nanoseconds"),
        ("nobody", ""),
    ] {
        let body = json!({ "username": username, "password": password });
        let answer = post("/auth/sign-in").origin(PAGE).json(body).send(&app).await;
        assert_eq!((answer.status, answer.code()), (401, "wrong_credentials".to_owned()));
        assert!(answer.headers.get("set-cookie").is_none());
        bodies.push(answer.text());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    for (body, field) in
        [(json!({ "username": "ada" }), "password"), (json!({ "password": "x" }), "username")]
    {
        let answer = post("/auth/sign-in").origin(PAGE).json(body).send(&app).await;
        assert_eq!((answer.status, answer.json()["error"]["field"].as_str()), (422, Some(field)));
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_and_clears_both_cookies() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let answer = post("/auth/sign-out").origin(PAGE).client(&ada).send(&app).await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    for name in ["__client", "__session"] {
        let cookie = answer.set_cookie(name).unwrap();
        assert!(
            cookie.starts_with(&format!("{name}=;")) && cookie.contains("Max-Age=0"),
            "{cookie}"
        );
    }
    assert_eq!(get("/auth/session").client(&ada).send(&app).await.json()["session"], Value::Null);
    let token = post("/auth/token").origin(PAGE).client(&ada).json(json!({})).send(&app).await;
    assert_eq!((token.status, token.code()), (401, "signed_out".to_owned()));
    let again = post("/auth/sign-out").origin(PAGE).client(&ada).send(&app).await;
    assert_eq!(again.status, 204, "signing out twice is no error");
}

#[tokio::test]
async fn a_fresh_token_also_renews_the_cookie() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let answer = post("/auth/token").origin(PAGE).client(&ada).json(json!({})).send(&app).await;
    let jwt = answer.json()["jwt"].as_str().unwrap().to_owned();
    assert_ne!(jwt, ada.jwt);
    assert_eq!(answer.cookie("__session").as_deref(), Some(jwt.as_str()));
    assert_eq!(get("/api/foo").bearer(&jwt).send(&app).await.status, 200);
    let signed_out = post("/auth/token").origin(PAGE).json(json!({})).send(&app).await;
    assert_eq!(signed_out.code(), "signed_out");
}

#[tokio::test]
async fn an_expired_token_in_the_cookie_does_not_end_the_session() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    app.clock.set_ms(crate::harness::NOW_MS + 600_000);
    assert_eq!(get("/api/foo").client(&ada).send(&app).await.code(), "token_expired");
    let session = get("/auth/session").client(&ada).send(&app).await.json();
    assert_eq!(session["session"]["session_id"], json!(ada.session_id));
    let jwt = app.fresh_token(&ada).await;
    assert_eq!(get("/api/foo").bearer(&jwt).send(&app).await.status, 200);
}

#[tokio::test]
async fn signing_in_as_another_user_ends_the_browsers_earlier_session() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let elsewhere = app.sign_in("ada").await;
    let body = json!({ "username": "grace", "password": "nanoseconds" });
    let answer = post("/auth/sign-in").origin(PAGE).client(&ada).json(body).send(&app).await;
    assert_ne!(answer.cookie("__client"), Some(ada.client.clone()), "a new secret each time");
    assert_eq!(get("/api/foo").bearer(&ada.jwt).send(&app).await.code(), "session_ended");
    assert_eq!(
        get("/api/foo").bearer(&elsewhere.jwt).send(&app).await.status,
        200,
        "other browsers stay"
    );
}

#[tokio::test]
async fn a_failed_sign_in_leaves_the_earlier_session_alone() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let body = json!({ "username": "grace", "password": "wrong" });
    assert_eq!(
        post("/auth/sign-in").origin(PAGE).client(&ada).json(body).send(&app).await.status,
        401
    );
    assert_eq!(get("/api/foo").bearer(&ada.jwt).send(&app).await.status, 200);
}

#[tokio::test]
async fn all_sessions_can_be_ended_at_once() {
    let app = App::new();
    let (ada, grace) = (app.sign_in("ada").await, app.sign_in("grace").await);
    assert_eq!(post("/__dev/expire-sessions").send(&app).await.json()["ended"], 2);
    for signed_in in [&ada, &grace] {
        assert_eq!(get("/api/foo").bearer(&signed_in.jwt).send(&app).await.code(), "session_ended");
        assert_eq!(
            get("/auth/session").client(signed_in).send(&app).await.json()["session"],
            Value::Null
        );
    }
    assert_eq!(post("/__dev/expire-sessions").send(&app).await.json()["ended"], 0);
}

#[tokio::test]
async fn sessions_tokens_and_data_outlive_a_restart() {
    let app = App::new();
    let (ada, grace) = (app.sign_in("ada").await, app.sign_in("grace").await);
    post("/api/foo").bearer(&ada.jwt).json(json!({})).send(&app).await;
    post("/api/notes").bearer(&ada.jwt).json(json!({ "text": "kept" })).send(&app).await;
    crate::harness::ask("PATCH", "/api/profile")
        .bearer(&ada.jwt)
        .json(json!({ "bio": "kept" }))
        .send(&app)
        .await;
    post("/auth/sign-out").origin(PAGE).client(&grace).send(&app).await;
    let kid = app.state.keys().kid.clone();

    let app = app.restart();
    assert_eq!(app.state.keys().kid, kid);
    assert_eq!(get("/api/foo").bearer(&ada.jwt).send(&app).await.json()["count"], 1);
    assert_eq!(
        get("/api/notes").bearer(&ada.jwt).send(&app).await.json()["items"][0]["text"],
        "kept"
    );
    assert_eq!(get("/api/profile").bearer(&ada.jwt).send(&app).await.json()["bio"], "kept");
    assert_eq!(
        get("/auth/session").client(&ada).send(&app).await.json()["session"]["user_id"],
        "user_ada"
    );
    assert_eq!(get("/api/foo").bearer(&grace.jwt).send(&app).await.code(), "session_ended");
}
