//! Sessions of Clerk's: switching, organisations, the end, and what outlives a restart.

use serde_json::{Value, json};

use crate::fapi_page::{KEYS, Key, Page, credentials, tokens_of};
use crate::harness::{App, ask, get, post};
use crate::tokens::part;

fn touch(session: &str) -> String {
    format!("/client/sessions/{session}/touch")
}

async fn verdict(app: &App, jwt: &str) -> u16 {
    get("/api/foo").bearer(jwt).send(app).await.status
}

#[tokio::test]
async fn switching_the_organisation_brings_the_session_with_a_token_for_it() {
    for key in KEYS {
        let app = App::new();
        let (mut page, ada) = Page::of(&app, key, "ada").await;
        for (asked, shown, role) in [
            ("org_compilers", json!("org_compilers"), json!("member")),
            ("org_engines", json!("org_engines"), json!("admin")),
            ("", Value::Null, Value::Null),
        ] {
            let fields = [("active_organization_id", asked), ("intent", "select_org")];
            let answer = page.post(&touch(&ada), &fields).await.json();
            let session = &answer["response"];
            assert_eq!(session["last_active_organization_id"], shown);
            let jwt = session["last_active_token"]["jwt"].as_str().unwrap();
            assert_eq!(part(jwt, 1)["o"]["id"], shown);
            assert_eq!(part(jwt, 1)["o"]["rol"], role);
            assert_eq!(answer["client"]["sessions"][0]["id"], ada);
            assert_eq!(page.client().await["sessions"][0]["last_active_organization_id"], shown);
            assert_eq!(verdict(&app, jwt).await, 200, "{key:?} {asked}");
        }
    }
}

#[tokio::test]
async fn a_touch_that_names_no_organisation_leaves_it() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    app.clock.set_ms(crate::harness::NOW_MS + 9_000);
    let answer = page.post(&touch(&ada), &[("intent", "focus")]).await.json();
    assert_eq!(answer["response"]["last_active_organization_id"], "org_engines");
    assert_eq!(answer["response"]["last_active_at"], crate::harness::NOW_MS + 9_000);
}

#[tokio::test]
async fn an_organisation_of_others_is_refused_and_changes_nothing() {
    let app = App::new();
    let (mut page, linus) = Page::of(&app, Key::Live, "linus").await;
    for org in ["org_engines", "org_unknown", "../org"] {
        let touched = page.post(&touch(&linus), &[("active_organization_id", org)]).await;
        let minted = page.post(&tokens_of(&linus), &[("organization_id", org)]).await;
        for answer in [touched, minted] {
            let told = (answer.status, answer.code());
            assert_eq!(told, (404, "organization_not_found_or_unauthorized".to_owned()), "{org}");
        }
    }
    assert_eq!(page.client().await["sessions"][0]["last_active_organization_id"], Value::Null);
}

#[tokio::test]
async fn the_roles_and_permissions_of_the_user_are_listed() {
    let app = App::new();
    let (mut page, _) = Page::of(&app, Key::Test, "ada").await;
    let client = page.client().await;
    let listed = client["sessions"][0]["user"]["organization_memberships"].as_array().unwrap();
    let listed: Vec<_> =
        listed.iter().map(|of| (&of["organization"]["slug"], &of["role"])).collect();
    let (compilers, engines) = (json!("compilers"), json!("engines"));
    let (member, admin) = (json!("org:member"), json!("org:admin"));
    assert_eq!(listed, [(&compilers, &member), (&engines, &admin)]);
}

#[tokio::test]
async fn a_page_may_ask_for_the_user_and_the_organisations_of_the_session_that_it_names() {
    for key in KEYS {
        let app = App::new();
        let (mut page, ada) = Page::of(&app, key, "ada").await;
        page.sign_in("linus").await;
        let of_ada = format!("?_clerk_session_id={ada}");
        let mut ask = async |path: &str| page.get(path).await.json()["response"].clone();
        assert_eq!(ask("/me").await["id"], "user_linus", "the active one");
        assert_eq!(ask(&format!("/me{of_ada}")).await["id"], "user_ada");
        let memberships = ask(&format!("/me/organization_memberships{of_ada}")).await;
        assert_eq!(
            (&memberships["total_count"], memberships["data"].as_array().unwrap().len()),
            (&json!(2), 2)
        );
        let second = ask(&format!("/me/organization_memberships{of_ada}&offset=10")).await;
        assert_eq!(second["data"], json!([]));
        let invitations = ask("/me/organization_invitations").await;
        let invited_to = &invitations["data"][0]["public_organization_data"]["id"];
        assert_eq!((&invitations["total_count"], invited_to), (&json!(1), &json!("org_compilers")));
        assert_eq!(ask("/me/organization_suggestions").await["total_count"], 0);
        assert_eq!(ask(&format!("/client/sessions/{ada}")).await["user"]["id"], "user_ada");
        let (_, of_grace) = Page::of(&app, key, "grace").await;
        for path in
            [format!("/me?_clerk_session_id={of_grace}"), format!("/client/sessions/{of_grace}")]
        {
            assert_eq!(page.get(&path).await.status, 404, "{key:?}");
        }
        let mut nobody = Page { app: &app, key: Key::Live, secret: None };
        assert_eq!(nobody.get("/me").await.status, 401);
    }
}

#[tokio::test]
async fn an_organisation_has_lists_for_those_who_may_see_them() {
    let app = App::new();
    let (mut page, _) = Page::of(&app, Key::Live, "ada").await;
    let of = |list: &str| format!("/organizations/org_engines/{list}");
    let mut ask = async |path: String| page.get(&path).await.json()["response"].clone();
    let members = ask(of("memberships")).await;
    let names = |list: &Value| -> Vec<String> {
        let all = list["data"].as_array().unwrap().iter();
        all.map(|of| of["public_user_data"]["user_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&members), ["user_ada", "user_grace"]);
    let second = ask(of("memberships?limit=1&offset=1")).await;
    assert_eq!((names(&second), &second["total_count"]), (vec!["user_grace".into()], &json!(2)));
    assert_eq!(names(&ask(of("memberships?role=org:admin")).await), ["user_ada"]);
    assert_eq!(ask(of("invitations")).await["total_count"], 2);
    assert_eq!(ask(of("membership_requests")).await["total_count"], 0);
    assert_eq!(ask(of("domains")).await["total_count"], 0);
    // A member of another one may see who belongs to it, and not who is invited.
    let of = |list: &str| format!("/organizations/org_compilers/{list}");
    assert_eq!(page.get(&of("memberships")).await.status, 200);
    assert_eq!(page.get(&of("invitations")).await.status, 403);
    assert_eq!(page.get("/organizations/org_none/memberships").await.status, 404);
}

#[tokio::test]
async fn signing_out_ends_every_session_of_the_browser_and_no_other() {
    for key in KEYS {
        let app = App::new();
        let (mut page, ada) = Page::of(&app, key, "ada").await;
        let (mut elsewhere, kept) = Page::of(&app, key, "ada").await;
        let jwt = page.token(&ada).await;
        page.sign_in("grace").await;
        let answer = page.request("DELETE", "/client/sessions", &[]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["response"]["sessions"], json!([]));
        assert_eq!(page.client().await["sessions"], json!([]));
        assert_eq!(verdict(&app, &jwt).await, 401, "its tokens are over too");
        let late = page.post(&tokens_of(&ada), &[]).await;
        assert_eq!((late.status, late.code().as_str()), (401, "authentication_invalid"));
        assert_eq!(verdict(&app, &elsewhere.token(&kept).await).await, 200, "{key:?}");
        if key == Key::Live {
            assert_eq!(answer.cookie("__client_uat").as_deref(), Some("0"));
        }
    }
}

#[tokio::test]
async fn signing_out_of_nothing_succeeds() {
    let app = App::new();
    for key in KEYS {
        let mut page = Page::load(&app, key).await;
        assert_eq!(page.request("DELETE", "/client/sessions", &[]).await.status, 200);
        assert_eq!(page.request("DELETE", "/client", &[]).await.status, 200);
    }
}

#[tokio::test]
async fn one_session_ends_and_the_other_stays() {
    for (path, status) in [("end", "ended"), ("remove", "removed")] {
        let app = App::new();
        let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
        let grace = page.sign_in("grace").await;
        let answer = page.post(&format!("/client/sessions/{ada}/{path}"), &[]).await.json();
        assert_eq!(answer["response"]["status"], status);
        assert_eq!(answer["response"]["last_active_token"], Value::Null);
        assert_eq!(answer["client"]["sessions"].as_array().unwrap().len(), 1);
        assert_eq!(page.post(&touch(&ada), &[]).await.status, 401);
        assert_eq!(verdict(&app, &page.token(&grace).await).await, 200);
    }
}

#[tokio::test]
async fn a_revoked_session_is_gone_and_its_tokens_are_refused() {
    for key in KEYS {
        let app = App::new();
        let (mut page, ada) = Page::of(&app, key, "ada").await;
        let revoke = || post("/__dev/clerk/revoke").json(json!({ "session_id": ada }));
        assert_eq!(revoke().send(&app).await.status, 204);
        let tokens = page.post(&tokens_of(&ada), &[]).await;
        assert_eq!((tokens.status, tokens.code().as_str()), (401, "authentication_invalid"));
        assert_eq!(page.client().await["sessions"], json!([]));
        assert_eq!(revoke().send(&app).await.status, 404, "{key:?}");
    }
}

#[tokio::test]
async fn everything_is_still_there_after_a_restart() {
    for key in KEYS {
        let app = App::new();
        let (mut page, ada) = Page::of(&app, key, "ada").await;
        page.post(&touch(&ada), &[("active_organization_id", "org_compilers")]).await;
        let jwt = page.token(&ada).await;
        let before = page.client().await;
        let secret = page.secret.clone();
        let app = app.restart();
        let mut page = Page { app: &app, key, secret };
        let after = page.client().await;
        assert_eq!(after["id"], before["id"]);
        assert_eq!(after["sessions"][0]["id"], ada);
        assert_eq!(after["sessions"][0]["last_active_organization_id"], "org_compilers");
        assert_eq!(after["sessions"][0]["user"], before["sessions"][0]["user"]);
        assert_eq!(verdict(&app, &jwt).await, 200, "{key:?}");
    }
}

#[tokio::test]
async fn data_and_the_end_of_a_session_outlive_a_restart_as_well() {
    let app = App::new();
    let (ada, grace) = (app.sign_in("ada").await, app.sign_in("grace").await);
    post("/api/foo").bearer(&ada.jwt).json(json!({})).send(&app).await;
    post("/api/notes").bearer(&ada.jwt).json(json!({ "text": "kept" })).send(&app).await;
    let bio = ask("PATCH", "/api/profile").bearer(&ada.jwt).json(json!({ "bio": "kept" }));
    bio.send(&app).await;
    app.sign_out(&grace).await;
    let kid = app.state.keys().kid.clone();

    let app = app.restart();
    assert_eq!(app.state.keys().kid, kid);
    let read = async |path: &str| get(path).bearer(&ada.jwt).send(&app).await.json();
    assert_eq!(read("/api/foo").await["count"], 1);
    assert_eq!(read("/api/notes").await["items"][0]["text"], "kept");
    assert_eq!(read("/api/profile").await["bio"], "kept");
    assert_eq!(get("/api/foo").bearer(&grace.jwt).send(&app).await.code(), "session_ended");
}

#[tokio::test]
async fn an_expired_token_in_the_cookie_does_not_end_the_session() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    app.clock.set_ms(crate::harness::NOW_MS + 600_000);
    assert_eq!(get("/api/foo").client(&ada).send(&app).await.code(), "token_expired");
    let client = get("/__clerk/v1/client").client(&ada).send(&app).await.json();
    assert_eq!(client["response"]["sessions"][0]["id"], ada.session_id);
    assert_eq!(verdict(&app, &app.fresh_token(&ada).await).await, 200);
}

#[tokio::test]
async fn the_client_is_newer_after_every_change_even_within_one_moment() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    let mut last = page.client().await["updated_at"].as_u64().unwrap();
    for _ in 0..3 {
        page.post(&touch(&ada), &[]).await;
        let now = page.client().await["updated_at"].as_u64().unwrap();
        assert!(now > last);
        last = now;
    }
}

#[tokio::test]
async fn other_tabs_notice_sign_ins_and_sign_outs_by_a_cookie_and_nothing_else() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    let mut at = async |seconds: u64, method: &str, path: &str, fields: &[(&str, &str)]| {
        app.clock.set_ms(crate::harness::NOW_MS + seconds * 1000);
        let answer = page.request(method, path, fields).await;
        let told = answer.cookie("__client_uat").unwrap();
        told.parse::<i64>().unwrap().checked_sub(crate::harness::NOW).unwrap()
    };
    assert_eq!(at(10, "POST", &touch(&ada), &[("intent", "focus")]).await, 0);
    assert_eq!(at(20, "POST", "/client/sign_ins", &credentials("grace")).await, 20);
    assert_eq!(at(30, "GET", "/client", &[]).await, 20);
    assert_eq!(at(40, "POST", &format!("/client/sessions/{ada}/end"), &[]).await, 40);
    assert_eq!(at(50, "DELETE", "/client/sessions", &[]).await, -crate::harness::NOW);
}

#[tokio::test]
async fn the_log_names_the_user_of_the_session_that_was_meant() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    page.sign_in("grace").await;
    page.token(&ada).await;
    let log = get("/__dev/requests").send(&app).await.json();
    assert_eq!(log["log"].as_array().unwrap().last().unwrap()["user_id"], "user_ada");
}
