//! Which tokens count.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

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
async fn a_token_says_who_for_which_page_and_for_how_long() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    assert_eq!(
        part(&ada.jwt, 0),
        json!({ "alg": "RS256", "typ": "JWT", "kid": app.state.keys().kid })
    );
    let mut said = part(&ada.jwt, 1);
    assert!(said["jti"].as_str().unwrap().len() >= 16);
    said["jti"] = json!("x");
    let mut expected = claims(&ada);
    expected["o"] = json!({ "id": "org_engines" });
    assert_eq!(said, expected);
    let linus = app.sign_in("linus").await;
    assert!(part(&linus.jwt, 1).get("o").is_none());
}

#[tokio::test]
async fn two_tokens_of_one_moment_differ() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    assert_ne!(app.fresh_token(&ada).await, app.fresh_token(&ada).await);
}

#[tokio::test]
async fn azp_is_the_origin_else_the_referrers_else_the_first_allowed_one() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let own = "http://127.0.0.1:8081";
    let same = |ask: crate::harness::Ask| ask.header("sec-fetch-site", "same-origin").client(&ada);
    let cases = [
        (post("/auth/token").origin(own), own),
        (
            post("/auth/token").header("referer", "http://localhost:8081/page?x=1"),
            "http://localhost:8081",
        ),
        (
            post("/auth/token").origin("null").header("referer", "http://localhost:8081/"),
            "http://localhost:8081",
        ),
        (post("/auth/token"), PAGE),
    ];
    for (ask, azp) in cases {
        let answer = same(ask).send(&app).await;
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
async fn life_and_skew_can_be_changed_for_tokens_minted_from_then_on() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for (seconds, skew, expected) in [
        (3, 0, "ok"),
        (3, -8, "token_expired"),
        (3, -7, "ok"),
        (60, 15, "ok"),
        (60, 16, "token_not_yet_valid"),
    ] {
        let set = json!({ "seconds": seconds, "skew_seconds": skew });
        assert_eq!(post("/__dev/token-life").json(set).send(&app).await.status, 200);
        let jwt = app.fresh_token(&ada).await;
        let said = part(&jwt, 1);
        assert_eq!(
            (said["iat"].as_i64(), said["exp"].as_i64()),
            (Some(NOW + skew), Some(NOW + skew + seconds))
        );
        assert_eq!(verdict(&app, &jwt).await, expected, "life {seconds}, skew {skew}");
    }
    assert_eq!(verdict(&app, &ada.jwt).await, "ok", "tokens from before are as they were");
    for bad in [json!({}), json!({ "seconds": 0 }), json!({ "seconds": 5, "skew_seconds": 90_000 })]
    {
        assert_eq!(post("/__dev/token-life").json(bad).send(&app).await.status, 422);
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
    post("/auth/sign-out").origin(PAGE).client(&ada).send(&app).await;
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

#[tokio::test]
async fn the_published_key_checks_the_servers_tokens() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let published = get("/.well-known/jwks.json").send(&app).await.json();
    let key = &published["keys"][0];
    assert_eq!(key["kid"], part(&ada.jwt, 0)["kid"]);
    assert_eq!((key["kty"].as_str(), key["use"].as_str()), (Some("RSA"), Some("sig")));
    assert!(key.get("d").is_none() && key.get("p").is_none());
    let checker = jsonwebtoken::DecodingKey::from_rsa_components(
        key["n"].as_str().unwrap(),
        key["e"].as_str().unwrap(),
    )
    .unwrap();
    let mut rules = jsonwebtoken::Validation::new(Algorithm::RS256);
    rules.validate_exp = false;
    assert!(jsonwebtoken::decode::<Value>(&ada.jwt, &checker, &rules).is_ok());
}
