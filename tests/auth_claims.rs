//! Reading the claims of tokens.

#[path = "support/fetch_world.rs"]
mod world;

use serde_json::json;
use world::{alice, base64url, claims_of, jwt};
use yew_clerk::auth::defaults::TOKEN_SIZE_LIMIT;
use yew_clerk::auth::{Claims, ClaimsError, Token};

#[test]
fn the_claims_of_a_session_token_are_read() {
    let identity = alice().with_org("org_1");
    let claims = Token::new(jwt(&claims_of(&identity, 1_000, 60, 1))).claims().unwrap();
    assert_eq!(claims.sub.as_deref(), Some("user_alice"));
    assert_eq!(claims.sid.as_deref(), Some("sess_alice"));
    assert_eq!(claims.org_id.as_deref(), Some("org_1"));
    assert_eq!(claims.azp.as_deref(), Some("https://app.example"));
    assert_eq!(
        (claims.iat, claims.exp, claims.nbf),
        (Some(1_000_000), Some(1_060_000), Some(990_000))
    );
}

#[test]
fn the_older_form_of_the_organisation_is_read_too() {
    let old = Claims::parse(&jwt(&json!({ "org_id": "org_1" }))).unwrap();
    assert_eq!(old.org_id.as_deref(), Some("org_1"));
    let both = Claims::parse(&jwt(&json!({ "org_id": "org_1", "o": { "id": "org_2" } }))).unwrap();
    assert_eq!(both.org_id.as_deref(), Some("org_2"));
}

#[test]
fn claims_of_another_type_are_as_good_as_none() {
    let odd = json!({ "sub": 5, "sid": null, "o": "org", "iat": "soon", "exp": [], "azp": "" });
    assert_eq!(Claims::parse(&jwt(&odd)), Ok(Claims::default()));
}

#[test]
fn times_may_have_fractions_and_absurd_ones_do_not_overflow() {
    let claims = Claims::parse(&jwt(&json!({ "iat": 1.5, "exp": 1e300, "nbf": -1e300 }))).unwrap();
    assert_eq!(claims.iat, Some(1_500));
    assert!(claims.exp.unwrap() >= 1_000_000_000_000_000);
    assert!(claims.nbf.unwrap() < 0);
}

#[test]
fn every_length_and_every_byte_survives_base64url() {
    for length in 0..64_u32 {
        let text: String = (0..length).map(|n| char::from_u32(0x3b0 + n * 7).unwrap()).collect();
        let claims = Claims::parse(&jwt(&json!({ "sub": format!("x{text}") }))).unwrap();
        assert_eq!(claims.sub.as_deref(), Some(&*format!("x{text}")));
    }
}

#[test]
fn malformed_tokens_are_told_apart_and_never_panic() {
    let object = base64url(b"{}");
    let cases = [
        (String::new(), ClaimsError::NotThreeParts),
        ("abc".to_owned(), ClaimsError::NotThreeParts),
        (format!("a.{object}"), ClaimsError::NotThreeParts),
        (format!("a.{object}.c.d"), ClaimsError::NotThreeParts),
        ("..".to_owned(), ClaimsError::NotBase64),
        (format!("a.{object}=.c"), ClaimsError::NotBase64),
        ("a.e30+.c".to_owned(), ClaimsError::NotBase64),
        ("a.e30/.c".to_owned(), ClaimsError::NotBase64),
        ("a.e.c".to_owned(), ClaimsError::NotBase64),
        ("a.\u{fc}\u{fc}.c".to_owned(), ClaimsError::NotBase64),
        (format!("a.{}.c", base64url(b"[1]")), ClaimsError::NotJson),
        (format!("a.{}.c", base64url(b"{\"sub\":")), ClaimsError::NotJson),
        (format!("a.{}.c", base64url(b"{} {}")), ClaimsError::NotJson),
        (format!("a.{}.c", base64url(&[0xff, 0xfe])), ClaimsError::NotJson),
        (format!("a.{}.c", base64url("[".repeat(4_000).as_bytes())), ClaimsError::NotJson),
        ("x".repeat(TOKEN_SIZE_LIMIT + 1), ClaimsError::TooLong),
    ];
    for (text, error) in cases {
        assert_eq!(Claims::parse(&text), Err(error), "{text}");
    }
}

#[test]
fn a_token_without_a_signature_is_read_as_well() {
    let text = jwt(&json!({ "sub": "user_1" }));
    let unsigned = &text[..=text.rfind('.').unwrap()];
    assert_eq!(Claims::parse(unsigned).unwrap().sub.as_deref(), Some("user_1"));
}
