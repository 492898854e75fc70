//! Which tokens count.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::cross_site::with;
use crate::fapi_page::{BASE, tokens_of};
use crate::harness::{App, NOW, NOW_MS, PAGE, SignedIn, foreign_key_pem, get, key_pem, post};

pub fn part(jwt: &str, index: usize) -> Value {
    let part = jwt.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn header(app: &App) -> Header {
    Header { kid: Some(app.state.keys().kid.clone()), ..Header::new(Algorithm::RS256) }
}

fn sign(header: &Header, claims: &Value, pem: &str) -> String {
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    jsonwebtoken::encode(header, claims, &key).unwrap()
}

/// What a good token for this session says.
fn claims(signed_in: &SignedIn) -> Value {
    json!({
        "iss": "http://localhost:8081", "sub": "user_ada", "sid": signed_in.session_id, "azp": PAGE,
        "iat": NOW, "nbf": NOW - 10, "exp": NOW + 60, "jti": "x",
    })
}

async fn verdict(app: &App, jwt: &str) -> String {
    let answer = get("/api/foo").bearer(jwt).send(app).await;
    if answer.status == 200 { "ok".to_owned() } else { answer.code() }
}

#[tokio::test]
async fn azp_is_the_origin_else_the_referrers_else_the_first_allowed_one() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let own = "http://127.0.0.1:8081";
    let other = "http://localhost:8081";
    let page = format!("{other}/page?x=1");
    let path = format!("{BASE}{}", tokens_of(&ada.session_id));
    for (headers, azp) in [
        (vec![("origin", own)], own),
        (vec![("referer", page.as_str())], other),
        (vec![("origin", "null"), ("referer", page.as_str())], other),
        (vec![], PAGE),
    ] {
        let ask = post(&path).header("sec-fetch-site", "same-origin").client(&ada);
        let answer = with(ask, &headers).send(&app).await;
        assert_eq!(part(answer.json()["jwt"].as_str().unwrap(), 1)["azp"], azp);
    }
}

#[tokio::test]
async fn a_token_counts_until_its_life_and_five_seconds_are_over() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for (after_ms, expected) in [
        (0, "ok"),
        (60_000, "ok"),
        (64_999, "ok"),
        (65_000, "token_expired"),
        (9_999_000, "token_expired"),
    ] {
        app.clock.set_ms(NOW_MS + after_ms);
        assert_eq!(verdict(&app, &ada.jwt).await, expected, "after {after_ms} ms");
    }
}

#[tokio::test]
async fn a_token_counts_from_five_seconds_before_its_begin() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for (before_ms, expected) in [
        (10_000, "ok"),
        (15_000, "ok"),
        (15_001, "token_not_yet_valid"),
        (99_000, "token_not_yet_valid"),
    ] {
        app.clock.set_ms(NOW_MS - before_ms);
        assert_eq!(verdict(&app, &ada.jwt).await, expected, "{before_ms} ms before");
    }
}

#[tokio::test]
async fn a_token_made_by_hand_with_the_servers_key_counts() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    assert_eq!(verdict(&app, &sign(&header(&app), &claims(&ada), key_pem())).await, "ok");
}

#[tokio::test]
async fn a_token_of_another_key_is_invalid_whatever_it_calls_the_key() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for kid in [Some(app.state.keys().kid.clone()), Some("ins_other".to_owned()), None] {
        let header = Header { kid, ..header(&app) };
        assert_eq!(
            verdict(&app, &sign(&header, &claims(&ada), foreign_key_pem())).await,
            "token_invalid"
        );
    }
    let unnamed = Header { kid: None, ..header(&app) };
    assert_eq!(verdict(&app, &sign(&unnamed, &claims(&ada), key_pem())).await, "token_invalid");
}

#[tokio::test]
async fn a_token_without_a_signature_is_invalid() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let body = URL_SAFE_NO_PAD.encode(claims(&ada).to_string());
    let signature = ada.jwt.rsplit('.').next().unwrap();
    for alg in ["none", "None", "NONE", ""] {
        let head = json!({ "alg": alg, "typ": "JWT", "kid": app.state.keys().kid }).to_string();
        let head = URL_SAFE_NO_PAD.encode(head);
        for jwt in [
            format!("{head}.{body}."),
            format!("{head}.{body}"),
            format!("{head}.{body}.{signature}"),
        ] {
            assert_eq!(verdict(&app, &jwt).await, "token_invalid", "{alg}");
        }
    }
}

#[tokio::test]
async fn the_public_key_does_not_serve_as_a_shared_secret() {
    use rsa::pkcs1::EncodeRsaPublicKey;
    use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey, LineEnding};
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let public = rsa::RsaPrivateKey::from_pkcs8_pem(key_pem()).unwrap().to_public_key();
    let secrets = [
        public.to_public_key_pem(LineEnding::LF).unwrap().into_bytes(),
        public.to_pkcs1_pem(LineEnding::LF).unwrap().into_bytes(),
        public.to_pkcs1_der().unwrap().as_bytes().to_vec(),
    ];
    for secret in secrets {
        for alg in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let header = Header { alg, ..header(&app) };
            let key = EncodingKey::from_secret(&secret);
            let jwt = jsonwebtoken::encode(&header, &claims(&ada), &key).unwrap();
            assert_eq!(verdict(&app, &jwt).await, "token_invalid");
        }
    }
}

#[tokio::test]
async fn another_rsa_algorithm_or_another_type_is_invalid() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for alg in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256] {
        let header = Header { alg, ..header(&app) };
        assert_eq!(verdict(&app, &sign(&header, &claims(&ada), key_pem())).await, "token_invalid");
    }
    let other_type = Header { typ: Some("at+jwt".to_owned()), ..header(&app) };
    assert_eq!(verdict(&app, &sign(&other_type, &claims(&ada), key_pem())).await, "token_invalid");
}

#[tokio::test]
async fn a_changed_token_is_invalid_even_if_it_would_have_expired() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let mut changed = claims(&ada);
    changed["exp"] = json!(NOW - 1000);
    let pieces: Vec<&str> = ada.jwt.split('.').collect();
    let body = URL_SAFE_NO_PAD.encode(changed.to_string());
    let jwt = format!("{}.{body}.{}", pieces[0], pieces[2]);
    assert_eq!(verdict(&app, &jwt).await, "token_invalid");
}

#[tokio::test]
async fn a_token_that_lacks_a_needed_claim_is_invalid() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for name in ["sub", "sid", "exp", "nbf", "iat"] {
        let mut said = claims(&ada);
        said.as_object_mut().unwrap().remove(name);
        assert_eq!(
            verdict(&app, &sign(&header(&app), &said, key_pem())).await,
            "token_invalid",
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_token_for_a_foreign_page_or_for_none_is_refused_by_name() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let foreign =
        ["http://evil.example", "http://localhost:8082", "https://localhost:8080", "null", ""];
    for azp in foreign.iter().map(|azp| json!(azp)).chain([Value::Null]) {
        let mut said = claims(&ada);
        said["azp"] = azp.clone();
        assert_eq!(
            verdict(&app, &sign(&header(&app), &said, key_pem())).await,
            "wrong_azp",
            "{azp}"
        );
    }
    for own in ["http://localhost:8081", "http://127.0.0.1:8081", PAGE] {
        let mut said = claims(&ada);
        said["azp"] = json!(own);
        assert_eq!(verdict(&app, &sign(&header(&app), &said, key_pem())).await, "ok");
    }
}

#[tokio::test]
async fn a_token_of_an_ended_or_unknown_session_is_refused_by_name() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let mut unknown = claims(&ada);
    unknown["sid"] = json!("sess_unknown");
    assert_eq!(verdict(&app, &sign(&header(&app), &unknown, key_pem())).await, "session_ended");
    let mut of_another = claims(&ada);
    of_another["sub"] = json!("user_grace");
    assert_eq!(verdict(&app, &sign(&header(&app), &of_another, key_pem())).await, "session_ended");
    app.sign_out(&ada).await;
    assert_eq!(verdict(&app, &ada.jwt).await, "session_ended");
}

#[tokio::test]
async fn a_request_without_a_token_is_told_so() {
    let app = App::new();
    assert_eq!(get("/api/foo").send(&app).await.code(), "token_missing");
    assert_eq!(get("/api/foo").cookie("").send(&app).await.code(), "token_missing");
    assert_eq!(get("/api/foo").cookie("rubbish").send(&app).await.code(), "token_invalid");
}

#[tokio::test]
async fn the_bearer_comes_before_the_cookie() {
    let app = App::new();
    let (ada, grace) = (app.sign_in("ada").await, app.sign_in("grace").await);
    let by_cookie = get("/api/foo").client(&ada).send(&app).await.json();
    assert_eq!((&by_cookie["user_id"], &by_cookie["via"]), (&json!("user_ada"), &json!("cookie")));
    let both = get("/api/foo").client(&ada).bearer(&grace.jwt).send(&app).await.json();
    assert_eq!((&both["user_id"], &both["via"]), (&json!("user_grace"), &json!("bearer")));
}

#[tokio::test]
async fn a_bad_authorization_header_never_falls_back_to_the_cookie() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for value in ["", "Bearer", "Bearer ", "Bearer x.y.z", "Basic YTpi", "Token abc", "Bearer null"]
    {
        let answer = get("/api/foo").client(&ada).header("authorization", value).send(&app).await;
        assert_eq!((answer.status, answer.code()), (401, "token_invalid".to_owned()), "{value:?}");
    }
    let twice = get("/api/foo").client(&ada).bearer(&ada.jwt).bearer(&ada.jwt).send(&app).await;
    assert_eq!(twice.code(), "token_invalid", "two headers are two claims");
    let lower_case = get("/api/foo").header("authorization", &format!("bearer {}", ada.jwt));
    assert_eq!(lower_case.send(&app).await.status, 200);
}
