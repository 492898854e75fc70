//! Clerk's scripts signing in, by every way they have, and what they are told when it fails.

use serde_json::{Value, json};

use crate::fapi_page::{KEYS, Key, Page, cookies_set, created_session, credentials};
use crate::harness::{Answer, App, post};

async fn begin(page: &mut Page<'_>, identifier: &str) -> String {
    let answer = page.post("/client/sign_ins", &[("identifier", identifier)]).await;
    let json = answer.json();
    assert_eq!(json["response"]["status"], "needs_first_factor", "{json}");
    json["response"]["id"].as_str().unwrap().to_owned()
}

fn told(answer: &Answer) -> (u16, String, Value) {
    (answer.status, answer.code(), answer.error()["meta"]["param_name"].clone())
}

#[tokio::test]
async fn a_new_visitor_of_a_live_instance_has_no_client_and_no_secret() {
    let app = App::new();
    let mut page = Page::load(&app, Key::Live).await;
    assert_eq!(page.get("/environment").await.status, 200);
    let answer = page.get("/client").await;
    assert_eq!(answer.json(), json!({ "response": null, "client": null }));
    assert_eq!(answer.cookie("__client_uat").as_deref(), Some("0"));
    assert!(answer.set_cookie("__client").is_none());
}

#[tokio::test]
async fn a_new_visitor_of_a_test_instance_has_a_client_of_its_development_browser() {
    let app = App::new();
    let mut page = Page::load(&app, Key::Test).await;
    assert!(page.secret.as_ref().unwrap().starts_with("dvb_"));
    assert_eq!(page.request("PATCH", "/environment", &[]).await.status, 200);
    assert_eq!(page.client().await["sessions"], json!([]));
}

#[tokio::test]
async fn a_development_browser_that_is_not_known_is_told_so_and_may_become_one() {
    let app = App::new();
    let mut page = Page { app: &app, key: Key::Test, secret: Some("dvb_gone".to_owned()) };
    let refused = page.get("/client").await;
    assert_eq!((refused.status, refused.code().as_str()), (401, "dev_browser_unauthenticated"));
    assert_eq!(page.request("PATCH", "/environment", &[]).await.status, 200);
    assert_eq!(page.post("/dev_browser", &[]).await.status, 200);
    let sign_in = page.post("/client/sign_ins", &credentials("ada")).await;
    assert_eq!(sign_in.status, 401, "no session for a secret that somebody made up");
}

#[tokio::test]
async fn a_password_signs_in_at_once() {
    for key in KEYS {
        let app = App::new();
        let mut page = Page::load(&app, key).await;
        let answer = page.post("/client/sign_ins", &credentials("ada@example.com")).await;
        let session = created_session(&answer);
        let client = answer.json()["client"].clone();
        assert_eq!(client["last_active_session_id"], session);
        assert_eq!(client["sign_in"], Value::Null);
        let user = &client["sessions"][0]["user"];
        assert_eq!((&user["id"], &user["first_name"]), (&json!("user_ada"), &json!("Ada")));
        assert_eq!(answer.header("cache-control"), "no-store");
        // After a reload the page finds the same.
        assert_eq!(page.client().await["sessions"][0]["id"], session, "{key:?}");
    }
}

#[tokio::test]
async fn a_live_sign_in_sets_cookies_and_a_test_one_does_not() {
    let app = App::new();
    let mut live = Page::load(&app, Key::Live).await;
    let answer = live.post("/client/sign_ins", &credentials("ada")).await;
    let cookie = answer.set_cookie("__client").unwrap();
    for attribute in ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=31536000"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert_eq!(answer.cookie("__client_uat").as_deref(), Some("1800000000"));
    assert!(answer.set_cookie("__session").is_none(), "scripts write that one");
    assert!(!cookie.contains(&created_session(&answer)), "the secret is not the id");
    let mut test = Page::load(&app, Key::Test).await;
    let answer = test.post("/client/sign_ins", &credentials("ada")).await;
    assert_eq!(cookies_set(&answer.headers), 0);
}

#[tokio::test]
async fn a_name_then_a_password_signs_in() {
    for key in KEYS {
        let app = App::new();
        let mut page = Page::load(&app, key).await;
        let id = begin(&mut page, "Ada@Example.com").await;
        assert_eq!(page.client().await["sign_in"]["id"], id, "it outlives a reload");
        let read = page.get(&format!("/client/sign_ins/{id}")).await;
        assert_eq!(read.json()["id"], id);
        let path = format!("/client/sign_ins/{id}/attempt_first_factor");
        let wrong = page.post(&path, &[("strategy", "password"), ("password", "x")]).await;
        assert_eq!(told(&wrong), (422, "form_password_incorrect".into(), json!("password")));
        let fields = [("strategy", "password"), ("password", "analytical-engine")];
        let session = created_session(&page.post(&path, &fields).await);
        assert_eq!(page.client().await["last_active_session_id"], session, "{key:?}");
        let again = page.post(&path, &fields).await;
        assert_eq!((again.status, again.code().as_str()), (404, "resource_not_found"));
    }
}

#[tokio::test]
async fn a_code_from_an_email_signs_in_once_it_was_asked_for() {
    for key in KEYS {
        let app = App::new();
        let mut page = Page::load(&app, key).await;
        let id = begin(&mut page, "grace").await;
        let attempt = format!("/client/sign_ins/{id}/attempt_first_factor");
        let code = [("strategy", "email_code"), ("code", "424242")];
        assert_eq!(page.post(&attempt, &code).await.code(), "verification_missing");

        let sign_in = page.client().await["sign_in"].clone();
        let factor = &sign_in["supported_first_factors"][1];
        assert_eq!(factor["safe_identifier"], "grace@example.com");
        let address = factor["email_address_id"].as_str().unwrap();
        let prepare = format!("/client/sign_ins/{id}/prepare_first_factor");
        let other = [("strategy", "email_code"), ("email_address_id", "idn_ada")];
        assert_eq!(page.post(&prepare, &other).await.code(), "resource_not_found");
        let right = [("strategy", "email_code"), ("email_address_id", address)];
        let prepared = page.post(&prepare, &right).await.json();
        assert_eq!(prepared["response"]["first_factor_verification"]["strategy"], "email_code");

        let wrong = page.post(&attempt, &[("strategy", "email_code"), ("code", "000000")]).await;
        assert_eq!(told(&wrong), (422, "form_code_incorrect".into(), json!("code")));
        created_session(&page.post(&attempt, &code).await);
        assert_eq!(page.client().await["sessions"][0]["user"]["id"], "user_grace", "{key:?}");
    }
}

#[tokio::test]
async fn a_ticket_signs_in_once() {
    let app = App::new();
    let issued = post("/__dev/clerk/tickets").json(json!({ "user": "linus" })).send(&app).await;
    let ticket = issued.json()["ticket"].as_str().unwrap().to_owned();
    let fields = [("strategy", "ticket"), ("ticket", ticket.as_str())];
    let mut page = Page::load(&app, Key::Live).await;
    created_session(&page.post("/client/sign_ins", &fields).await);
    assert_eq!(page.client().await["sessions"][0]["user"]["id"], "user_linus");
    let mut other = Page::load(&app, Key::Test).await;
    for ticket in [ticket.as_str(), "made-up"] {
        let fields = [("strategy", "ticket"), ("ticket", ticket)];
        let again = other.post("/client/sign_ins", &fields).await;
        assert_eq!(told(&again), (422, "ticket_invalid_code".into(), json!("ticket")));
    }
}

#[tokio::test]
async fn a_sign_in_that_cannot_succeed_says_which_field_is_wrong() {
    let app = App::new();
    let mut page = Page::load(&app, Key::Live).await;
    for (fields, code, field) in [
        (vec![("identifier", "eve")], "form_identifier_not_found", "identifier"),
        (vec![("identifier", "")], "form_param_missing", "identifier"),
        (vec![], "form_param_missing", "identifier"),
        (vec![("strategy", "password"), ("identifier", "ada")], "form_param_missing", "password"),
        (
            vec![("strategy", "password"), ("identifier", "ada"), ("password", "x")],
            "form_password_incorrect",
            "password",
        ),
        (
            vec![("strategy", "password"), ("identifier", "ada"), ("password", "nanoseconds")],
            "form_password_incorrect",
            "password",
        ),
        (
            vec![("strategy", "oauth_google"), ("identifier", "ada")],
            "form_param_value_invalid",
            "strategy",
        ),
        (vec![("strategy", "ticket")], "form_param_missing", "ticket"),
    ] {
        let answer = page.post("/client/sign_ins", &fields).await;
        assert_eq!(told(&answer), (422, code.to_owned(), json!(field)), "{fields:?}");
        assert!(answer.error()["long_message"].is_string());
    }
    assert_eq!(page.secret, None, "nothing of it made a client");
}

#[tokio::test]
async fn two_users_are_signed_in_side_by_side_and_the_last_one_is_active() {
    for key in KEYS {
        let app = App::new();
        let (mut page, ada) = Page::of(&app, key, "ada").await;
        let grace = page.sign_in("grace").await;
        let client = page.client().await;
        assert_eq!(client["sessions"].as_array().unwrap().len(), 2);
        assert_eq!(client["last_active_session_id"], grace);
        let touched = page.post(&format!("/client/sessions/{ada}/touch"), &[]).await;
        assert_eq!(touched.json()["client"]["last_active_session_id"], ada, "{key:?}");
    }
}

#[tokio::test]
async fn who_is_signed_in_already_is_told_by_which_session() {
    let app = App::new();
    let (mut page, session) = Page::of(&app, Key::Live, "ada").await;
    for fields in [&credentials("ada")[..], &[("identifier", "ada")]] {
        let again = page.post("/client/sign_ins", fields).await;
        assert_eq!((again.status, again.code().as_str()), (400, "identifier_already_signed_in"));
        assert_eq!(again.error()["meta"]["session_id"], session);
    }
}

#[tokio::test]
async fn a_failed_sign_in_leaves_the_earlier_session_alone() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    let secret = page.secret.clone();
    let wrong = [("strategy", "password"), ("identifier", "grace"), ("password", "wrong")];
    assert_eq!(page.post("/client/sign_ins", &wrong).await.status, 422);
    assert_eq!(page.secret, secret);
    assert_eq!(page.client().await["last_active_session_id"], ada);
}

#[tokio::test]
async fn with_single_sessions_a_second_user_has_to_wait_for_the_first_to_leave() {
    let app = App::new();
    let (mut page, _) = Page::of(&app, Key::Live, "ada").await;
    let single = json!({ "single_session_mode": true });
    assert_eq!(post("/__dev/clerk/settings").json(single).send(&app).await.status, 204);
    let environment = page.get("/environment").await.json();
    assert_eq!(environment["auth_config"]["single_session_mode"], true);
    let second = page.post("/client/sign_ins", &credentials("grace")).await;
    assert_eq!((second.status, second.code().as_str()), (400, "session_exists"));
    page.request("DELETE", "/client/sessions", &[]).await;
    page.sign_in("grace").await;
}

#[tokio::test]
async fn sign_ins_at_the_same_time_each_have_a_session_that_counts() {
    for key in KEYS {
        let app = App::new();
        let page = Page::load(&app, key).await;
        let (mut one, mut other) = (page.clone(), page);
        let (ada, grace) = tokio::join!(one.sign_in("ada"), other.sign_in("grace"));
        for (page, session, user) in
            [(&mut one, ada, "user_ada"), (&mut other, grace, "user_grace")]
        {
            let jwt = page.token(&session).await;
            let foo = crate::harness::get("/api/foo").bearer(&jwt).send(&app).await;
            assert_eq!(foo.json()["user_id"], user, "{key:?}");
        }
    }
}
