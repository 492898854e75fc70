//! The driver of clerk-js in a browser, with a stand-in for clerk-js.

#![cfg(all(target_arch = "wasm32", feature = "clerk"))]

#[path = "support/page_clerk.rs"]
mod page_clerk;
#[path = "support/stage.rs"]
mod stage;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use page_clerk::{
    become_user, calls, clean, count, has, js, loaded, number, options, script, with_clerk,
};
use serde_json::json;
use stage::{pause, settle};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew_clerk::auth::clerk::{
    Clerk, ClerkJson, ClerkOptions, ClerkStatus, Grant, Navigate, Navigation, SetActive, Widget,
};
use yew_clerk::auth::{AuthState, Credential, TokenError, TokenOptions, TokenSource};

wasm_bindgen_test_configure!(run_in_browser);

fn user_id(clerk: &Clerk) -> Option<String> {
    clerk.auth_state().identity().map(|identity| identity.user_id.to_string())
}

async fn token(clerk: &Clerk, options: &TokenOptions) -> Result<String, TokenError> {
    match TokenSource::token(clerk, options).await? {
        Credential::Bearer(token) => Ok(token.expose().to_owned()),
        Credential::Cookie => panic!("a cookie"),
    }
}

#[wasm_bindgen_test]
async fn a_clerk_that_the_page_has_is_used_and_loaded_once() {
    with_clerk();
    js("window.Clerk.loadEnds = [() => new Promise(done => { window.finish = done; })]");
    let clerk = Clerk::new(ClerkOptions { sign_in_url: Some("/in".into()), ..options() });
    let (first, second) = (clerk.load(), clerk.load());
    settle().await;
    assert_eq!((clerk.status(), number("window.Clerk.loads")), (ClerkStatus::Loading, 1.0));
    js("window.finish()");
    first.await.unwrap();
    second.await.unwrap();
    clerk.load().await.unwrap();
    assert_eq!((clerk.status(), number("window.Clerk.loads")), (ClerkStatus::Ready, 1.0));
    let given = js("JSON.stringify(window.Clerk.options)").as_string().unwrap();
    assert_eq!(given, r#"{"signInUrl":"/in","telemetry":false}"#);
    assert_eq!(clerk.auth_state(), AuthState::SignedOut);
}

#[wasm_bindgen_test]
async fn an_app_that_navigates_takes_the_moves_of_this_origin_and_no_others() {
    with_clerk();
    let moves = Rc::<RefCell<Vec<Navigation>>>::default();
    let taken = moves.clone();
    let navigate =
        Navigate::new(move |navigation: &Navigation| taken.borrow_mut().push(navigation.clone()));
    let options = ClerkOptions { navigate: Some(navigate.clone()), ..options() };
    assert_eq!(options.clone().navigate, Some(navigate));
    Clerk::new(options).load().await.unwrap();
    js("const { routerPush, routerReplace } = window.Clerk.options;
        window.ran = false;
        routerPush('/in?a=1#b');
        routerReplace(new URL('/', location.href));
        routerPush(location.origin + '/whole');
        routerPush('javascript:void (window.ran = true)');
        routerPush('http://[');");
    settle().await;
    let to = |to: &str, replace| Navigation { to: to.into(), replace };
    let expected = [to("/in?a=1#b", false), to("/", true), to("/whole", false)];
    assert_eq!(*moves.borrow(), expected);
    assert_eq!(js("window.ran"), false);
}

#[wasm_bindgen_test]
async fn another_origin_is_left_to_the_browser() {
    with_clerk();
    let navigate = Navigate::new(|_| panic!("not the app's"));
    Clerk::new(ClerkOptions { navigate: Some(navigate), ..options() }).load().await.unwrap();
    js("window.left = []; window.navigation.addEventListener('navigate', event => {
            if (event.cancelable) event.preventDefault();
            window.left.push(event.destination.url);
        }, { once: true });
        window.Clerk.options.routerPush('https://accounts.example.com/sign-in')");
    settle().await;
    assert_eq!(js("window.left.join()"), "https://accounts.example.com/sign-in");
}

#[wasm_bindgen_test]
async fn all_options_reach_clerk_by_its_own_names() {
    with_clerk();
    let text = |text: &str| Some(Rc::from(text));
    let options = ClerkOptions {
        nonce: text("n"),
        sign_in_url: text("/in"),
        sign_up_url: text("/up"),
        after_sign_out_url: text("/bye"),
        telemetry: true,
        ..options()
    }
    .sign_in_fallback_redirect_url("/1")
    .sign_up_fallback_redirect_url("/2")
    .sign_in_force_redirect_url("/3")
    .sign_up_force_redirect_url("/4")
    .waitlist_url("/wait?\"")
    .allowed_redirect_origins(&["https://*.example.com", "https://example.org"])
    .allowed_redirect_protocols(&["app:"])
    .appearance(json!({ "theme": "dark" }))
    .localization(json!({ "locale": "de-DE" }))
    .with("supportEmail", json!("help@example.com"));
    Clerk::new(options).load().await.unwrap();
    let given = js("JSON.stringify(window.Clerk.options)").as_string().unwrap();
    let expected = [
        r#"{"nonce":"n","signInUrl":"/in","signUpUrl":"/up","afterSignOutUrl":"/bye","#,
        r#""signInFallbackRedirectUrl":"/1","signUpFallbackRedirectUrl":"/2","#,
        r#""signInForceRedirectUrl":"/3","signUpForceRedirectUrl":"/4","waitlistUrl":"/wait?\"","#,
        r#""allowedRedirectOrigins":["https://*.example.com","https://example.org"],"#,
        r#""allowedRedirectProtocols":["app:"],"appearance":{"theme":"dark"},"#,
        r#""localization":{"locale":"de-DE"},"supportEmail":"help@example.com"}"#,
    ];
    assert_eq!(given, expected.concat());
}

#[wasm_bindgen_test]
async fn an_option_that_is_no_json_is_a_failure_that_says_so() {
    with_clerk();
    let odd = options().appearance(ClerkJson::from_text("{theme: dark}"));
    let failed = Clerk::new(odd).load().await.unwrap_err();
    assert!(failed.message.contains("JSON"), "{failed}");
    assert_eq!(number("window.Clerk.loads"), 0.0);
}

#[wasm_bindgen_test]
async fn everything_about_the_user_is_read_past_getters_and_cycles() {
    let clerk = loaded("alice").await;
    js("window.Clerk.become('alice', 'org_a')");
    let now = clerk.snapshot();
    let user = now.user.present().unwrap();
    assert_eq!((&*user.id, user.first_name.as_deref()), ("user_alice", Some("alice")));
    let claims = now.session_claims().unwrap();
    assert_eq!(claims.as_str(), r#"{"sub":"user_alice","team":"red"}"#, "what lasts");
    assert_eq!(user.public_metadata.as_str(), r#"{"color":"red"}"#);
    assert_eq!(now.sessions.as_ref().unwrap().len(), 1);
    assert_eq!(now.last_active_session_id.as_deref(), Some("sess_alice"));
    assert!(clerk.has(&Grant::role("admin")) && clerk.has(&Grant::permission("notes:read")));
    let identity = clerk.auth_state().identity().cloned().unwrap();
    assert_eq!(identity.org_id.as_deref(), Some("org_a"));
}

#[wasm_bindgen_test]
async fn somebody_else_is_noticed_before_clerk_tells_and_without_reading_everything_each_time() {
    let clerk = loaded("alice").await;
    js("window.reads = 0;
        const user = window.Clerk.user;
        Object.defineProperty(user, 'publicMetadata', { get() { window.reads += 1; return {}; } });
        window.Clerk.emit()");
    let reads = number("window.reads");
    for _ in 0..10 {
        drop(clerk.auth_state());
    }
    assert_eq!((reads, number("window.reads")), (1.0, 1.0));
    // In place, and for another object.
    js("window.Clerk.session.lastActiveOrganizationId = 'org_a'");
    let identity = clerk.auth_state().identity().cloned().unwrap();
    assert_eq!(identity.org_id.as_deref(), Some("org_a"));
    js("window.Clerk.user = { id: 'user_bob' }");
    assert_eq!(user_id(&clerk).as_deref(), Some("user_bob"));
    js("window.Clerk.session = undefined");
    assert_eq!(clerk.auth_state(), AuthState::Loading);
}

#[wasm_bindgen_test]
async fn one_listener_hears_of_changes_and_not_of_tokens_and_is_removed() {
    let clerk = loaded("alice").await;
    assert_eq!(number("window.Clerk.listenerCount"), 2.0, "changes and status");
    let heard = Rc::new(Cell::new(0));
    let (count, inside) = (heard.clone(), clerk.clone());
    let guard = clerk.subscribe(move || {
        // Everything may be asked in the midst of it.
        drop(inside.snapshot());
        count.set(count.get() + 1);
    });
    js("window.Clerk.session.version = 1; window.Clerk.emit(); window.Clerk.emit()");
    assert_eq!(heard.get(), 0, "a new token");
    become_user("bob");
    assert_eq!((heard.get(), user_id(&clerk).as_deref()), (1, Some("user_bob")));
    drop((guard, clerk));
    settle().await;
    assert_eq!(number("window.Clerk.listenerCount"), 0.0);
    become_user("carol");
}

#[wasm_bindgen_test]
async fn a_token_is_that_of_the_session_of_now_with_all_options() {
    let clerk = loaded("alice").await;
    let plain = TokenOptions::default();
    assert_eq!(token(&clerk, &plain).await.unwrap(), "token-of-sess_alice");
    become_user("bob");
    assert_eq!(token(&clerk, &plain).await.unwrap(), "token-of-sess_bob");
    let all = TokenOptions::template("hasura").organization("org_a").fresh();
    token(&clerk, &all).await.unwrap();
    let last = js("window.Clerk.calls.at(-1)[2]").as_string().unwrap();
    assert_eq!(last, r#"{"template":"hasura","organizationId":"org_a","skipCache":true}"#);
    become_user("");
    assert_eq!(token(&clerk, &plain).await, Err(TokenError::SignedOut));
}

#[wasm_bindgen_test]
async fn errors_of_tokens_are_told_apart_by_their_fields() {
    let clerk = loaded("alice").await;
    js("window.Clerk.tokens = [
        () => Promise.reject(Object.assign(new Error('no network'), { code: 'clerk_offline' })),
        () => Promise.reject(Object.assign(new Error('ill'), { status: 503, errors: [] })),
        () => Promise.reject(Object.assign(new Error('bad template'), { status: 404 })),
        () => { throw new Error('at once'); },
        () => Promise.reject('a text'),
        () => Promise.reject(undefined),
        () => Promise.resolve(null),
    ]");
    let plain = TokenOptions::default();
    assert_eq!(token(&clerk, &plain).await, Err(TokenError::Offline));
    let unavailable = |message: &str, retryable| {
        Err(TokenError::Unavailable { message: message.into(), retryable })
    };
    assert_eq!(token(&clerk, &plain).await, unavailable("ill", true));
    assert_eq!(token(&clerk, &plain).await, unavailable("bad template", false));
    assert_eq!(token(&clerk, &plain).await, unavailable("at once", true));
    assert_eq!(token(&clerk, &plain).await, unavailable("a text", true));
    assert_eq!(token(&clerk, &plain).await, unavailable("Clerk gave no reason", true));
    let without = token(&clerk, &plain).await.unwrap_err();
    assert!(matches!(without, TokenError::Unavailable { retryable: true, .. }), "{without:?}");
}

#[wasm_bindgen_test]
async fn a_token_may_come_when_nobody_is_there_any_more() {
    let clerk = loaded("alice").await;
    js("window.unhandled = 0; window.onunhandledrejection = () => { window.unhandled += 1; };
        window.Clerk.tokens = [() => new Promise((_, fail) => { window.fail = fail; })]");
    drop(TokenSource::token(&clerk, &TokenOptions::default()));
    drop(clerk);
    js("window.fail(new Error('late'))");
    pause(20).await;
    assert_eq!(number("window.unhandled"), 0.0);
    js("window.onunhandledrejection = null");
}

#[wasm_bindgen_test]
async fn signing_out_does_not_leave_the_page() {
    let clerk = loaded("alice").await;
    let ended = clerk.sign_out(None);
    assert_eq!(clerk.auth_state(), AuthState::Loading, "in transition");
    ended.await.unwrap();
    assert_eq!(clerk.auth_state(), AuthState::SignedOut);
    assert_eq!(calls(), r#"[["signOut","function","{}"]]"#);
    become_user("bob");
    clerk.sign_out(Some("sess_bob")).await.unwrap();
    assert!(calls().ends_with(r#"["signOut","function","{\"sessionId\":\"sess_bob\"}"]]"#));
}

#[wasm_bindgen_test]
async fn another_session_and_organisation_become_active() {
    let clerk = loaded("alice").await;
    clerk.set_active(&SetActive::session("sess_bob")).await.unwrap();
    assert_eq!(user_id(&clerk).as_deref(), Some("user_bob"));
    clerk.set_active(&SetActive::organization("org_a")).await.unwrap();
    clerk.set_active(&SetActive::personal()).await.unwrap();
    let said = js("JSON.stringify(window.Clerk.calls.map(call => JSON.parse(call[1])))");
    let expected = r#"[{"session":"sess_bob"},{"organization":"org_a"},{"organization":null}]"#;
    assert_eq!(said.as_string().unwrap(), expected);
}

#[wasm_bindgen_test]
async fn a_form_of_ones_own_signs_in_or_says_which_field_is_wrong() {
    let clerk = loaded("").await;
    let sign_in = clerk.sign_in();
    let wrong = sign_in.password("alice@example.com", "wrong").await.unwrap_err();
    assert_eq!((&*wrong.code, wrong.param()), ("form_password_incorrect", Some("password")));
    assert_eq!((wrong.to_string().as_str(), wrong.status), ("Wrong.", Some(422)));
    let attempt = sign_in.password("alice@example.com", "right").await.unwrap();
    assert_eq!(sign_in.attempt(), attempt);
    sign_in.finish(&attempt).await.unwrap();
    assert_eq!(user_id(&clerk).as_deref(), Some("user_alice"));
    let missing = sign_in.step("noSuchStep", &ClerkJson::default()).await.unwrap_err();
    assert_eq!(&*missing.code, "clerk_method_missing");
}

#[wasm_bindgen_test]
async fn without_the_forms_there_is_a_clear_message_and_no_exception() {
    let clerk = loaded("").await;
    let refused = clerk.open(Widget::SignIn, &ClerkJson::default()).unwrap_err();
    assert_eq!(&*refused.code, "clerk_ui_missing");
    assert!(refused.message.contains("`ui`"), "{refused}");
    clerk.close(Widget::SignIn);
    js("window.Clerk.hasUi = true; window.__internal_ClerkUICtor = class {}");
    clerk.open(Widget::SignIn, &ClerkJson::default()).unwrap();
    assert_eq!(count("open"), 1.0);
}

#[wasm_bindgen_test]
async fn scripts_are_put_on_the_page_with_their_attributes_first() {
    clean();
    let clerk_js = "
        const tag = document.querySelector('script[data-clerk-publishable-key]');
        window.runs += 1;
        window.seen = [tag.dataset.clerkPublishableKey, tag.dataset.clerkProxyUrl, tag.nonce];
        window.Clerk = makeFakeClerk();";
    let forms = "window.__internal_ClerkUICtor = class Forms { static nonce = document.currentScript.nonce; };";
    let options = ClerkOptions {
        ui: true,
        proxy_url: Some("/__clerk".into()),
        nonce: Some("n0nce".into()),
        script_url: Some(script(clerk_js).into()),
        ui_script_url: Some(script(forms).into()),
        ..options()
    };
    let (one, other) = (Clerk::new(options.clone()), Clerk::new(options));
    let (first, second) = (one.load(), other.load());
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!((number("window.runs"), number("window.Clerk.loads")), (1.0, 1.0));
    let seen = js("JSON.stringify(window.seen)").as_string().unwrap();
    assert_eq!(seen, format!(r#"["{}","/__clerk","n0nce"]"#, page_clerk::KEY));
    assert_eq!(js("window.Clerk.options.ui.ClerkUI.nonce"), "n0nce");
    assert_eq!(js("window.Clerk.options.ui.ClerkUI.name").as_string().unwrap(), "Forms");
}

#[wasm_bindgen_test]
async fn a_script_that_fails_is_taken_off_the_page_and_a_retry_works() {
    clean();
    let broken =
        ClerkOptions { script_url: Some("http://127.0.0.1:1/clerk.js".into()), ..options() };
    let clerk = Clerk::new(broken);
    let failed = clerk.load().await.unwrap_err();
    assert_eq!(&*failed.code, "failed_to_load_clerk_js");
    assert_eq!(clerk.status(), ClerkStatus::Error);
    assert_eq!(number("document.querySelectorAll('script[data-yew-clerk]').length"), 0.0);
    js("window.Clerk = makeFakeClerk()");
    clerk.load().await.unwrap();
    assert_eq!((clerk.failure(), clerk.auth_state()), (None, AuthState::SignedOut));
}

#[wasm_bindgen_test]
async fn a_script_that_leaves_no_clerk_behind_is_a_failure_that_says_so_and_runs_again() {
    clean();
    // It runs again at the next attempt, and works then.
    let text = "window.runs += 1; if (window.runs > 1) window.Clerk = makeFakeClerk()";
    let script_url = Some(script(text).into());
    let clerk = Clerk::new(ClerkOptions { script_url, ..options() });
    let failed = clerk.load().await.unwrap_err();
    assert!(failed.message.contains("left nothing"), "{failed}");
    assert!(number("window.runs") == 1.0 && !has("Clerk"));
    clerk.load().await.unwrap();
    assert_eq!(number("window.runs"), 2.0);
}

#[wasm_bindgen_test]
async fn a_script_that_throws_is_a_failure_that_says_so_and_runs_again() {
    clean();
    js("window.addEventListener('error', (event) => event.preventDefault(), { once: true })");
    let text = "window.runs += 1; if (window.runs === 1) throw new Error('broken');
        window.Clerk = makeFakeClerk()";
    let clerk = Clerk::new(ClerkOptions { script_url: Some(script(text).into()), ..options() });
    let failed = clerk.load().await.unwrap_err();
    assert!(failed.message.contains("left nothing"), "{failed}");
    assert!(matches!(clerk.auth_state(), AuthState::Failed { .. }));
    clerk.load().await.unwrap();
    assert_eq!(number("window.runs"), 2.0);
}

#[wasm_bindgen_test]
async fn forms_that_do_not_come_do_not_stop_clerk() {
    with_clerk();
    let options = ClerkOptions {
        ui: true,
        ui_script_url: Some("http://127.0.0.1:1/ui.js".into()),
        ..options()
    };
    let clerk = Clerk::new(options);
    clerk.load().await.unwrap();
    assert_eq!(js("window.Clerk.options.ui"), wasm_bindgen::JsValue::UNDEFINED);
    assert!(clerk.open(Widget::SignIn, &ClerkJson::default()).is_err());
}

#[wasm_bindgen_test]
async fn a_load_that_hangs_ends_by_the_deadline_and_the_retry_waits_for_the_same_load() {
    with_clerk();
    js("window.Clerk.loadEnds = [() => new Promise(done => { window.finish = done; })]");
    let load_timeout = Duration::from_millis(30);
    let clerk = Clerk::new(ClerkOptions { load_timeout, ..options() });
    assert_eq!(&*clerk.load().await.unwrap_err().code, "clerk_load_timeout");
    let retry = clerk.load();
    settle().await;
    js("window.finish()");
    retry.await.unwrap();
    assert_eq!(number("window.Clerk.loads"), 1.0);
}

#[wasm_bindgen_test]
async fn a_load_that_is_refused_is_a_failure_with_its_reason_and_can_be_tried_again() {
    with_clerk();
    js("window.Clerk.loadEnds = [() => Promise.reject(new Error('origin not allowed'))]");
    let clerk = Clerk::new(options());
    assert_eq!(clerk.load().await.unwrap_err().to_string(), "origin not allowed");
    assert!(matches!(clerk.auth_state(), AuthState::Failed { .. }));
    clerk.load().await.unwrap();
    assert_eq!(number("window.Clerk.loads"), 2.0);
}

#[wasm_bindgen_test]
async fn an_older_clerk_without_a_status_works_as_well() {
    clean();
    js("window.Clerk = makeFakeClerk(5)");
    let clerk = Clerk::new(options());
    clerk.load().await.unwrap();
    assert_eq!((clerk.status(), clerk.auth_state()), (ClerkStatus::Ready, AuthState::SignedOut));
    become_user("alice");
    assert_eq!(user_id(&clerk).as_deref(), Some("user_alice"));
}

#[wasm_bindgen_test]
async fn a_sign_in_in_another_tab_is_taken_over_by_message_and_by_focus() {
    let clerk = loaded("").await;
    js("window.Clerk.onServer = 'sess_alice'");
    // Another channel of this page hears and says what another tab's would.
    js(
        "window.otherTab = new BroadcastChannel('yew-clerk'); window.otherTab.postMessage('signed-in')",
    );
    pause(50).await;
    assert_eq!(user_id(&clerk).as_deref(), Some("user_alice"));
    js("window.heard = []; window.otherTab.onmessage = (event) => window.heard.push(event.data)");

    become_user("");
    js("window.dispatchEvent(new Event('focus'))");
    settle().await;
    assert_eq!(count("reload"), 1.0, "nothing hints at a change");
    js("document.cookie = '__client_uat=1700000000'; window.dispatchEvent(new Event('focus'))");
    pause(50).await;
    assert_eq!((count("reload"), user_id(&clerk).as_deref()), (2.0, Some("user_alice")));
    assert_eq!(js("window.heard.join()").as_string().unwrap(), "signed-in", "and is told on");
    js("window.otherTab.close(); document.cookie = '__client_uat=; max-age=0'");
}
