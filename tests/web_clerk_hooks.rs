//! Clerk's hooks in a browser, with a stand-in for clerk-js.

#![cfg(all(target_arch = "wasm32", feature = "clerk"))]

#[path = "support/page_clerk.rs"]
mod page_clerk;
#[path = "support/sign_in.rs"]
mod sign_in;
#[path = "support/stage.rs"]
mod stage;

use page_clerk::{become_user, clean, count, js, loaded, number};
use stage::{Held, Stage, View, settle};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::auth::TokenOptions;
use yew_clerk::auth::clerk::{
    Clerk, ClerkOptions, ClerkPage, Grant, ORGANIZATION_MEMBERSHIPS, OrganizationMember, PageQuery,
    Reverification, SignInFlow, USER_INVITATIONS,
};
use yew_clerk::components::{ClerkProvider, SignIn, SignInButton};
use yew_clerk::hooks::{
    use_auth, use_clerk, use_clerk_list, use_organization, use_organization_list, use_session,
    use_session_list, use_sign_in, use_user,
};

wasm_bindgen_test_configure!(run_in_browser);

/// What the app reads of the claims.
#[derive(serde::Deserialize)]
struct Team {
    team: String,
}

/// An app on a Clerk that has loaded.
async fn stage(clerk: &Clerk, html: Html) -> Stage {
    Stage::new(html! { <ClerkProvider clerk={clerk.clone()}>{ html }</ClerkProvider> }).await
}

async fn becomes(user: &str) {
    become_user(user);
    settle().await;
}

async fn runs(text: &str) {
    js(text);
    settle().await;
}

#[wasm_bindgen_test]
async fn use_auth_knows_roles_and_renders_again_for_them_only_where_they_are_read() {
    let clerk = loaded("alice").await;
    js("window.Clerk.become('alice', 'org_a')");
    let reader = View::new(|ctx| {
        let auth = use_auth().run(ctx);
        let claims = auth.session_claims().map(|claims| claims.read::<Team>().unwrap().team);
        let claims = claims.unwrap_or_default();
        let role = auth.org_role().unwrap_or_default();
        let slug = auth.org_slug().unwrap_or_default();
        format!("{} [{role} {slug}] {claims}", auth.has(&Grant::role("admin")))
    });
    let other = View::new(|ctx| use_auth().run(ctx).user_id().unwrap_or_default().to_string());
    let stage = stage(&clerk, html! { <>{ reader.html() }{ other.html() }</> }).await;
    assert_eq!(reader.last(), "true [org:admin a] red");
    let (read, renders) = (reader.renders(), other.renders());
    runs("window.Clerk.session.version = 9; window.Clerk.emit()").await;
    assert_eq!((reader.renders(), other.renders()), (read, renders), "a new token is no news");
    runs("window.Clerk.user.firstName = 'Alice'; window.Clerk.emit()").await;
    assert_eq!(reader.renders(), read, "nor is a name");
    runs("window.Clerk.user.organizationMemberships[0].role = 'org:guest'; window.Clerk.emit()")
        .await;
    assert_eq!(reader.last(), "false [org:guest a] red");
    assert_eq!((reader.renders(), other.renders()), (read + 1, renders));
    becomes("").await;
    assert_eq!(reader.last(), "false [ ] ");
    stage.end().await;
}

#[wasm_bindgen_test]
async fn each_hook_renders_again_when_what_it_gives_has_changed() {
    let clerk = loaded("").await;
    let user = View::new(|ctx| {
        let user = use_user().run(ctx);
        let name = user.user().and_then(|user| user.first_name.clone()).unwrap_or_default();
        format!("{} {} [{name}]", user.is_loaded(), user.is_signed_in())
    });
    let session = View::new(|ctx| {
        let session = use_session().run(ctx);
        let id = session.session().map(|session| session.id.clone()).unwrap_or_default();
        format!("{} [{id}]", session.is_loaded())
    });
    let list = View::new(|ctx| use_session_list().run(ctx).sessions().len().to_string());
    let organization = View::new(|ctx| {
        let now = use_organization().run(ctx);
        let name = now.organization().map(|organization| organization.name.clone());
        let role = now.membership().map(|membership| membership.role.clone());
        format!("{} {name:?} {role:?}", now.is_loaded())
    });
    let all = View::new(|ctx| use_organization_list().run(ctx).memberships().len().to_string());
    let views = [&user, &session, &list, &organization, &all];
    let html: Html = views.iter().map(|view| view.html()).collect();
    let _stage = stage(&clerk, html).await;
    let last = || views.map(|view| view.last());
    assert_eq!(last(), ["true false []", "true []", "0", "true None None", "0"]);
    becomes("alice").await;
    assert_eq!(last(), ["true true [alice]", "true [sess_alice]", "1", "true None None", "1"]);
    let renders = views.map(View::renders);
    runs("window.Clerk.emit()").await;
    assert_eq!(views.map(View::renders), renders);
    runs(
        "window.Clerk.organization = window.Clerk.user.organizationMemberships[0].organization;
          window.Clerk.emit()",
    )
    .await;
    assert_eq!(organization.last(), r#"true Some("A") Some("org:admin")"#);
    let only_one = [0, 0, 0, 1, 0];
    let expected: Vec<_> =
        renders.iter().zip(only_one).map(|(before, more)| before + more).collect();
    assert_eq!(views.map(View::renders).to_vec(), expected);
    drop(clerk.sign_out(None));
    settle().await;
    assert_eq!(last(), ["true false []", "true []", "0", "true None None", "0"]);
}

#[wasm_bindgen_test]
async fn a_new_proof_is_news_where_proofs_are_asked_for_and_nowhere_else() {
    let clerk = loaded("alice").await;
    let lately = View::new(|ctx| {
        let auth = use_auth().run(ctx);
        auth.has(&Grant::Reverification(Reverification::STRICT)).to_string()
    });
    let other = View::new(|ctx| use_auth().run(ctx).has(&Grant::role("admin")).to_string());
    let user = View::new(|ctx| use_user().run(ctx).is_signed_in().to_string());
    let session = View::new(|ctx| use_session().run(ctx).is_signed_in().to_string());
    let views = [&other, &user, &session];
    let html: Html = views.iter().chain([&&lately]).map(|view| view.html()).collect();
    let _stage = stage(&clerk, html).await;
    assert_eq!(lately.last(), "true");
    let renders = views.map(View::renders);
    runs("window.Clerk.session.fva = [10, -1]; window.Clerk.emit()").await;
    assert_eq!(lately.last(), "false", "too old");
    runs("window.Clerk.session.fva = [0, -1]; window.Clerk.emit()").await;
    assert_eq!(lately.last(), "true", "given anew");
    assert_eq!(views.map(View::renders), renders);
}

#[wasm_bindgen_test]
async fn lists_of_clerks_are_in_the_cache_and_gone_with_their_owner() {
    let clerk = loaded("alice").await;
    let members = || {
        View::new(|ctx| {
            let page = use_clerk_list(ORGANIZATION_MEMBERSHIPS, PageQuery::page(2)).run(ctx);
            let of = |page: &ClerkPage<OrganizationMember>| {
                let first = &page.data[0];
                let since = first.created_at.clone().unwrap_or_default();
                format!("{} {} {since} of {}", first.id, first.organization.id, page.total_count)
            };
            page.data().map_or_else(|| "-".to_owned(), |page| of(&page))
        })
    };
    let (one, same) = (members(), members());
    let invitations = View::new(|ctx| {
        let page = use_clerk_list(USER_INVITATIONS, PageQuery::default()).run(ctx);
        page.data().map_or_else(|| "-".to_owned(), |page| page.data[0].id.to_string())
    });
    let html = html! { <>{ one.html() }{ same.html() }{ invitations.html() }</> };
    let _stage = stage(&clerk, html).await;
    assert_eq!((one.last(), count("getMemberships")), ("-".into(), 0.0), "no organisation");
    assert_eq!(invitations.last(), "getOrganizationInvitations_of_alice");
    runs("window.Clerk.become('alice', 'org_a')").await;
    let expected = "getMemberships_of_alice org_a 1970-01-01T00:00:00.000Z of 11";
    assert_eq!((one.last(), same.last()), (expected.to_owned(), expected.to_owned()));
    assert_eq!(count("getMemberships"), 1.0, "one request for both");
    let asked = "window.Clerk.calls.find(([name]) => name === 'getMemberships')[1]";
    assert_eq!(js(asked), r#"{"initialPage":2,"pageSize":10}"#);
    becomes("bob").await;
    assert_eq!(
        (one.last(), invitations.last().as_str()),
        ("-".into(), "getOrganizationInvitations_of_bob")
    );
    becomes("").await;
    assert_eq!(invitations.last(), "-");
}

#[wasm_bindgen_test]
async fn a_form_of_ones_own_follows_the_attempt() {
    let clerk = loaded("").await;
    let held = Held::<SignInFlow>::new();
    let left = held.clone();
    let view = View::new(move |ctx| {
        let sign_in = use_sign_in().run(ctx);
        left.set(sign_in.clone());
        format!("{:?}", sign_in.attempt().status)
    });
    let _stage = stage(&clerk, view.html()).await;
    assert_eq!(view.last(), "None");
    let attempt = held.get().ticket("t").await.unwrap();
    settle().await;
    assert_eq!(view.last(), r#"Some("complete")"#);
    held.get().finish(&attempt).await.unwrap();
    assert!(clerk.auth_state().identity().is_some());
}

#[wasm_bindgen_test]
async fn without_a_provider_hooks_wait_for_ever_and_do_not_panic() {
    clean();
    let view = View::new(|ctx| {
        let (clerk, user) = (use_clerk().run(ctx), use_user().run(ctx));
        let auth = use_auth().run(ctx);
        drop(auth.get_token(&TokenOptions::default()));
        format!("{} {} {}", clerk.is_loaded(), user.is_loaded(), auth.has(&Grant::role("admin")))
    });
    let _stage = Stage::new(html! { <>{ view.html() }<SignInButton /><SignIn /></> }).await;
    assert_eq!(view.last(), "false false false");
}

#[wasm_bindgen_test]
async fn a_handle_made_once_serves_inside_and_outside_of_components() {
    let clerk = loaded("alice").await;
    let view = View::new(|ctx| {
        let auth = use_auth().run(ctx);
        auth.user_id().unwrap_or_default().to_string()
    });
    let options = ClerkOptions { sign_in_url: None, ..clerk.options().clone() };
    let html = html! {
        <ClerkProvider clerk={clerk.clone()} options={options}>{ view.html() }</ClerkProvider>
    };
    let _stage = Stage::new(html).await;
    assert_eq!((view.last(), number("window.Clerk.loads")), ("user_alice".into(), 1.0));
    drop(clerk.sign_out(None));
    settle().await;
    assert_eq!(view.last(), "");
}
