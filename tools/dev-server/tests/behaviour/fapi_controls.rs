//! What tests can order from the local Clerk.

use serde_json::{Value, json};

use crate::fapi_page::{BASE, KEYS, Key, Page, created_session, tokens_of};
use crate::harness::{App, ask, get, post};

#[tokio::test]
async fn the_keys_and_the_users_are_told() {
    let app = App::new();
    let told = get("/__dev/clerk").send(&app).await.json();
    assert!(told["live"].as_str().unwrap().starts_with("pk_live_"));
    assert!(told["test"].as_str().unwrap().starts_with("pk_test_"));
    assert_eq!(told["proxy_url"], "/__clerk");
    let ada = &told["users"][0];
    assert_eq!((&ada["email"], &ada["username"]), (&json!("ada@example.com"), &json!("ada")));
    assert_eq!(ada["organizations"][1]["role"], "org:admin");
    assert_eq!(told["users"][2]["organizations"], json!([]));
}

#[tokio::test]
async fn everyone_who_is_listed_can_sign_in_as_listed() {
    let app = App::new();
    let listed = get("/__dev/users").send(&app).await.json();
    let listed = listed.as_array().unwrap();
    let names: Vec<_> = listed.iter().filter_map(|user| user["username"].as_str()).collect();
    assert_eq!(names, ["ada", "grace", "linus"]);
    for user in listed {
        let text = |name: &str| user[name].as_str().unwrap();
        let (name, password) = (text("username"), text("password"));
        let fields = [("strategy", "password"), ("identifier", name), ("password", password)];
        let mut page = Page::load(&app, Key::Live).await;
        created_session(&page.post("/client/sign_ins", &fields).await);
        let found = page.client().await["sessions"][0]["user"].clone();
        let shown = ["first_name", "last_name"].map(|name| found[name].as_str().unwrap());
        assert_eq!(shown.join(" "), text("name"));
    }
}

#[tokio::test]
async fn a_browser_that_opens_the_sign_in_address_is_signed_in() {
    let app = App::new();
    let answer = get("/__dev/clerk/sign-in?user=ada&to=/notes?page=2").send(&app).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/notes?page=2"));
    let mut page = Page { app: &app, key: Key::Live, secret: answer.cookie("__client") };
    assert_eq!(page.client().await["sessions"][0]["user"]["id"], "user_ada");
    // A second user joins the first.
    let cookie = format!("__client={}", page.secret.clone().unwrap());
    let answer = get("/__dev/clerk/sign-in?user=grace").header("cookie", &cookie).send(&app).await;
    page.secret = answer.cookie("__client");
    assert_eq!(page.client().await["sessions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn with_a_test_key_the_sign_in_address_leads_on_with_a_development_browser() {
    let app = App::new();
    let answer = get("/__dev/clerk/sign-in?user=linus&key=test&to=/a%23b").send(&app).await;
    let target = answer.header("location").to_owned();
    let secret = target.strip_prefix("/a?__clerk_db_jwt=").and_then(|rest| rest.strip_suffix("#b"));
    let secret = Some(secret.unwrap_or_else(|| panic!("{target}")).to_owned());
    assert!(answer.set_cookie("__client").is_none());
    let mut page = Page { app: &app, key: Key::Test, secret };
    assert_eq!(page.client().await["sessions"][0]["user"]["id"], "user_linus");
}

#[tokio::test]
async fn the_sign_in_address_leads_nowhere_else_and_serves_no_foreign_page() {
    let app = App::new();
    for to in ["http://evil.example", "//evil.example", "/%5cevil.example", "/%0d%0ax:y", "notes"] {
        let answer = get(&format!("/__dev/clerk/sign-in?user=ada&to={to}")).send(&app).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid"), "{to}");
        assert!(answer.set_cookie("__client").is_none());
    }
    assert_eq!(get("/__dev/clerk/sign-in?user=eve").send(&app).await.status, 422);
    assert_eq!(get("/__dev/clerk/sign-in?user=ada&key=prod").send(&app).await.status, 422);
    let link = get("/__dev/clerk/sign-in?user=ada").header("sec-fetch-site", "cross-site");
    assert_eq!(link.send(&app).await.code(), "cross_site");
    for path in ["tickets", "revoke", "settings"] {
        let evil = post(&format!("/__dev/clerk/{path}")).origin("http://evil.example");
        assert_eq!(evil.json(json!({})).send(&app).await.code(), "cross_site");
        let empty = post(&format!("/__dev/clerk/{path}")).json(json!({ "user": "eve" }));
        assert!((400..500).contains(&empty.send(&app).await.status));
    }
}

#[tokio::test]
async fn a_storm_of_refusals_is_ordered_for_tokens_of_every_session_alone() {
    for key in KEYS {
        let app = App::new();
        let (mut page, ada) = Page::of(&app, key, "ada").await;
        let path = format!("{BASE}/client/sessions/*/tokens");
        for (fault, code) in [("status:401", "fault"), ("expired", "token_expired")] {
            let storm = json!([{ "path": path, "fault": fault, "times": 2 }]);
            ask("PUT", "/__dev/faults").json(storm).send(&app).await;
            assert_eq!(page.post(&format!("/client/sessions/{ada}/touch"), &[]).await.status, 200);
            for template in ["", "/supabase"] {
                let refused = page.post(&format!("{}{template}", tokens_of(&ada)), &[]).await;
                assert_eq!((refused.status, refused.code().as_str()), (401, code));
                assert!(refused.json()["errors"][0]["long_message"].is_string(), "{key:?}");
            }
            page.token(&ada).await;
        }
    }
}

#[tokio::test]
async fn other_faults_reach_clerk_as_they_reach_the_api() {
    let app = App::new();
    let (mut page, _) = Page::of(&app, Key::Live, "ada").await;
    let set = async |fault: &str| {
        let faults = json!([{ "path": BASE, "fault": fault, "times": 1 }]);
        assert_eq!(ask("PUT", "/__dev/faults").json(faults).send(&app).await.status, 204);
    };
    set("status:503,retry-after:2").await;
    let answer = page.get("/client").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "2"));
    assert_eq!(answer.json()["errors"][0]["code"], "fault");
    set("drop").await;
    assert!(page.get("/client").await.dropped);
    set("delay:1").await;
    assert_eq!(page.get("/client").await.status, 200);
}

#[tokio::test]
async fn all_sessions_can_be_ended_at_once() {
    let app = App::new();
    let (ada, grace) = (app.sign_in("ada").await, app.sign_in("grace").await);
    let end_all = || post("/__dev/expire-sessions");
    assert_eq!(end_all().send(&app).await.json(), json!({ "ended": 2 }));
    for signed_in in [ada, grace] {
        assert_eq!(get("/api/foo").bearer(&signed_in.jwt).send(&app).await.code(), "session_ended");
        let mut page = Page { app: &app, key: Key::Live, secret: Some(signed_in.client) };
        assert_eq!(page.post(&tokens_of(&signed_in.session_id), &[]).await.status, 401);
        assert_eq!(page.client().await["sessions"], json!([]));
    }
    assert_eq!(end_all().send(&app).await.json(), json!({ "ended": 0 }));
}

#[tokio::test]
async fn the_request_log_says_who_asked_and_by_which_way_and_no_secret() {
    let app = App::new();
    let (mut test, ada) = Page::of(&app, Key::Test, "ada").await;
    test.token(&ada).await;
    let (mut live, _) = Page::of(&app, Key::Live, "grace").await;
    live.client().await;
    let with_session_cookie = get("/__clerk/v1/client").cookie("some.session.token");
    assert_eq!(with_session_cookie.send(&app).await.status, 200);
    let log = get("/__dev/requests").send(&app).await;
    for secret in [test.secret.unwrap(), live.secret.unwrap()] {
        assert!(!log.text().contains(&secret));
    }
    let log = log.json();
    let entries = log["log"].as_array().unwrap();
    let found = |credential: &str| -> Vec<(&str, &Value)> {
        let fitting = entries.iter().filter(|entry| entry["credential"] == credential);
        fitting.map(|entry| (entry["path"].as_str().unwrap(), &entry["user_id"])).collect()
    };
    let tokens = format!("{BASE}{}", tokens_of(&ada));
    assert!(found("query").contains(&(tokens.as_str(), &json!("user_ada"))));
    assert_eq!(found("cookie"), [("/__clerk/v1/client", &json!("user_grace"))]);
    assert!(found("none").contains(&("/__clerk/v1/client", &Value::Null)));
}

#[tokio::test]
async fn a_user_can_be_made_a_member_of_hundreds_of_organisations() {
    let app = App::new();
    let order = |count: u32| {
        post("/__dev/clerk/memberships").json(json!({ "user": "linus", "count": count }))
    };
    for (count, status) in [(0, 422), (1_001, 422), (300, 204)] {
        assert_eq!(order(count).send(&app).await.status, status, "{count}");
    }
    let (mut page, _) = Page::of(&app, Key::Live, "linus").await;
    let client = page.client().await;
    let listed = client["sessions"][0]["user"]["organization_memberships"].as_array().unwrap();
    assert_eq!(listed.len(), 300);
    for (query, wanted) in [("", 10), ("?limit=50&offset=10", 50), ("?limit=50&offset=290", 10)] {
        let path = format!("/me/organization_memberships{query}");
        let found = page.get(&path).await.json()["response"].clone();
        assert_eq!(found["data"].as_array().unwrap().len(), wanted, "{query}");
        assert_eq!(found["total_count"], 300);
    }
}
