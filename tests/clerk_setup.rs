//! Publishable keys and the addresses of the scripts.
#![cfg(feature = "clerk")]

use yew_clerk::auth::clerk::{ClerkOptions, KeyError, KeyKind, PublishableKey};

const LIVE: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
const HOST: &str = "https://clerk.example.com/npm/@clerk";

fn key() -> PublishableKey {
    PublishableKey::parse(LIVE).unwrap()
}

#[test]
fn a_key_says_for_whom_it_is_and_where_clerk_is() {
    assert_eq!((key().kind(), key().frontend_api()), (KeyKind::Live, "clerk.example.com"));
    // "clean-mayfly-62.clerk.accounts.dev$", with and without padding.
    for padding in ["", "="] {
        let text = format!("pk_test_Y2xlYW4tbWF5Zmx5LTYyLmNsZXJrLmFjY291bnRzLmRldiQ{padding}");
        let key = PublishableKey::parse(&text).unwrap();
        assert_eq!(key.kind(), KeyKind::Test);
        assert_eq!(key.frontend_api(), "clean-mayfly-62.clerk.accounts.dev");
    }
    assert_eq!(PublishableKey::parse(&format!(" {LIVE}\n")).unwrap().as_str(), LIVE);
}

#[test]
fn what_is_no_key_is_refused_with_advice() {
    let cases = [
        ("", KeyError::Empty),
        ("sk_live_Y2xlcmsuZXhhbXBsZS5jb20k", KeyError::Secret),
        ("Y2xlcmsuZXhhbXBsZS5jb20k", KeyError::NoPrefix),
        ("pk_prod_Y2xlcmsuZXhhbXBsZS5jb20k", KeyError::NoPrefix),
        ("pk_live_", KeyError::NotBase64),
        ("pk_live_???", KeyError::NotBase64),
        // "clerk.example.com" without the end mark, with two, without a dot, and with a path.
        ("pk_live_Y2xlcmsuZXhhbXBsZS5jb20", KeyError::NotAHost),
        ("pk_live_Y2xlcmsuZXhhbXBsZS5jb20kJA", KeyError::NotAHost),
        ("pk_live_bG9jYWxob3N0JA", KeyError::NotAHost),
        ("pk_live_ZXZpbC5jb20vLmNsZXJrJA", KeyError::NotAHost),
    ];
    for (text, expected) in cases {
        assert_eq!(PublishableKey::parse(text), Err(expected), "{text}");
    }
    assert!(KeyError::Secret.to_string().contains("replace it"));
    assert!(KeyError::NotAHost.to_string().contains("copy all of it"));
}

#[test]
fn the_scripts_come_from_clerks_host_unless_told_otherwise() {
    let options = ClerkOptions::new(LIVE);
    assert_eq!(options.clerk_js(&key()), format!("{HOST}/clerk-js@6/dist/clerk.browser.js"));
    assert_eq!(options.clerk_ui(&key()).unwrap(), format!("{HOST}/ui@1/dist/ui.browser.js"));
}

#[test]
fn the_scripts_come_through_the_proxy_where_there_is_one() {
    for proxy in ["/__clerk", "/__clerk/"] {
        let options = ClerkOptions { proxy_url: Some(proxy.into()), ..ClerkOptions::new(LIVE) };
        let expected = "/__clerk/npm/@clerk/clerk-js@6/dist/clerk.browser.js";
        assert_eq!(options.clerk_js(&key()), expected);
    }
    let proxy_url = Some("https://app.example/clerk".into());
    let options = ClerkOptions { proxy_url, ..ClerkOptions::new(LIVE) };
    let expected = "https://app.example/clerk/npm/@clerk/ui@1/dist/ui.browser.js";
    assert_eq!(options.clerk_ui(&key()).unwrap(), expected);
}

#[test]
fn an_address_of_ones_own_comes_first_and_the_forms_can_be_left_out() {
    let options = ClerkOptions {
        script_url: Some("/clerk.js".into()),
        ui_script_url: Some("/ui.js".into()),
        proxy_url: Some("/__clerk".into()),
        ..ClerkOptions::new(LIVE)
    };
    assert_eq!(options.clerk_js(&key()), "/clerk.js");
    assert_eq!(options.clerk_ui(&key()).unwrap(), "/ui.js");
    assert_eq!(ClerkOptions { ui: false, ..options }.clerk_ui(&key()), None);
}
