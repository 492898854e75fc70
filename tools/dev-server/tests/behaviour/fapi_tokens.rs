//! Tokens of Clerk's: what they say, how long, and that the API takes them.

use std::collections::HashSet;

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::fapi_page::{KEYS, Key, Page, tokens_of};
use crate::harness::{App, NOW, NOW_MS, PAGE, get, post};
use crate::tokens::part;

async fn verdict(app: &App, jwt: &str) -> String {
    let answer = get("/api/foo").bearer(jwt).send(app).await;
    if answer.status == 200 { "ok".to_owned() } else { answer.code() }
}

#[tokio::test]
async fn a_token_has_the_claims_of_version_two() {
    for key in KEYS {
        let app = App::new();
        let (mut page, ada) = Page::of(&app, key, "ada").await;
        app.clock.set_ms(NOW_MS + 120_000);
        let jwt = page.token(&ada).await;
        let iat = NOW + 120;
        assert_eq!(
            part(&jwt, 0),
            json!({ "alg": "RS256", "typ": "JWT", "kid": app.state.keys().kid, "oiat": iat })
        );
        let mut said = part(&jwt, 1);
        assert!(said["jti"].as_str().unwrap().len() >= 16);
        said["jti"] = json!("x");
        let expected = json!({
            "iss": "http://localhost:8081", "sub": "user_ada", "sid": ada, "azp": PAGE,
            "iat": iat, "nbf": iat - 10, "exp": iat + 60, "jti": "x",
            "v": 2, "sts": "active", "fva": [2, -1], "fea": "o:notes",
            "o": { "id": "org_engines", "slg": "engines", "rol": "admin",
                   "per": "read,manage", "fpm": "3" },
        });
        assert_eq!(said, expected, "{key:?}");
    }
}

#[tokio::test]
async fn a_token_answer_is_the_token_alone() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    let answer = page.post(&tokens_of(&ada), &[]).await;
    let json = answer.json();
    let mut fields: Vec<_> = json.as_object().unwrap().keys().collect();
    fields.sort();
    assert_eq!(fields, ["jwt", "object"]);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn both_published_keys_check_a_token() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    let jwt = page.token(&ada).await;
    for path in ["/.well-known/jwks.json", "/__clerk/.well-known/jwks.json"] {
        let published = get(path).send(&app).await.json();
        let key = &published["keys"][0];
        assert_eq!(key["kid"], part(&jwt, 0)["kid"]);
        assert_eq!((&key["kty"], &key["use"]), (&json!("RSA"), &json!("sig")));
        assert!(key.get("d").is_none() && key.get("p").is_none());
        let (n, e) = (key["n"].as_str().unwrap(), key["e"].as_str().unwrap());
        let mut rules = Validation::new(Algorithm::RS256);
        rules.validate_exp = false;
        let checker = DecodingKey::from_rsa_components(n, e).unwrap();
        assert!(jsonwebtoken::decode::<Value>(&jwt, &checker, &rules).is_ok(), "{path}");
    }
}

#[tokio::test]
async fn the_api_takes_a_token_by_header_and_by_cookie() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Test, "ada").await;
    let jwt = page.token(&ada).await;
    for (ask, via) in
        [(get("/api/foo").bearer(&jwt), "bearer"), (get("/api/foo").cookie(&jwt), "cookie")]
    {
        let answer = ask.send(&app).await.json();
        assert_eq!((&answer["user_id"], &answer["via"]), (&json!("user_ada"), &json!(via)));
    }
}

#[tokio::test]
async fn tokens_of_one_moment_all_differ() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    let mut seen = HashSet::new();
    for _ in 0..5 {
        assert!(seen.insert(page.token(&ada).await));
    }
    assert_ne!(page.client().await["sessions"][0]["last_active_token"]["jwt"], Value::Null);
}

#[tokio::test]
async fn a_token_for_another_organisation_does_not_switch_to_it() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    for (asked, org) in [("org_compilers", json!("org_compilers")), ("", Value::Null)] {
        let fields = [("organization_id", asked), ("tab_state", "focused")];
        let answer = page.post(&tokens_of(&ada), &fields).await.json();
        assert_eq!(part(answer["jwt"].as_str().unwrap(), 1)["o"]["id"], org);
    }
    assert_eq!(part(&page.token(&ada).await, 1)["o"]["id"], "org_engines");
}

#[tokio::test]
async fn a_template_token_has_claims_of_its_own() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    let answer = page.post(&format!("{}/supabase", tokens_of(&ada)), &[]).await.json();
    let said = part(answer["jwt"].as_str().unwrap(), 1);
    assert_eq!(
        (&said["template"], &said["email"]),
        (&json!("supabase"), &json!("ada@example.com"))
    );
    assert!(said.get("o").is_none() && said.get("v").is_none());
    for name in ["a%20b", "a.b", &"x".repeat(65)] {
        let refused = page.post(&format!("{}/{name}", tokens_of(&ada)), &[]).await;
        assert_eq!((refused.status, refused.code().as_str()), (404, "resource_not_found"));
    }
}

#[tokio::test]
async fn life_and_skew_can_be_changed_for_tokens_minted_from_then_on() {
    let app = App::new();
    let (mut page, ada) = Page::of(&app, Key::Live, "ada").await;
    let before = page.token(&ada).await;
    for (seconds, skew, expected) in [
        (3, 0, "ok"),
        (3, -8, "token_expired"),
        (3, -7, "ok"),
        (60, 15, "ok"),
        (60, 16, "token_not_yet_valid"),
    ] {
        let set = json!({ "seconds": seconds, "skew_seconds": skew });
        assert_eq!(post("/__dev/token-life").json(set).send(&app).await.status, 200);
        let in_client = page.client().await["sessions"][0]["last_active_token"]["jwt"]
            .as_str()
            .unwrap()
            .to_owned();
        let minted = page.token(&ada).await;
        for jwt in [in_client, minted] {
            assert_eq!(part(&jwt, 0)["oiat"], NOW + skew);
            let said = part(&jwt, 1);
            assert_eq!((&said["iat"], &said["nbf"]), (&json!(NOW + skew), &json!(NOW + skew - 10)));
            assert_eq!(said["exp"], NOW + skew + seconds);
            assert_eq!(verdict(&app, &jwt).await, expected, "{seconds} {skew}");
        }
    }
    assert_eq!(verdict(&app, &before).await, "ok");
    for bad in [json!({}), json!({ "seconds": 0 }), json!({ "seconds": 5, "skew_seconds": 90_000 })]
    {
        assert_eq!(post("/__dev/token-life").json(bad).send(&app).await.status, 422);
    }
}

#[tokio::test]
async fn azp_is_the_origin_of_the_page() {
    let app = App::new();
    let (page, ada) = Page::of(&app, Key::Test, "ada").await;
    let foreign = page.ask("POST", &tokens_of(&ada), &[]);
    let said = |answer: crate::harness::Answer| part(answer.json()["jwt"].as_str().unwrap(), 1);
    assert_eq!(said(foreign.send(&app).await)["azp"], PAGE);
    let secret = page.secret.unwrap();
    let uri = format!("/__clerk/v1{}?__clerk_db_jwt={secret}", tokens_of(&ada));
    let answer = post(&uri).origin("http://elsewhere.example").send(&app).await;
    let jwt = answer.json()["jwt"].as_str().unwrap().to_owned();
    assert_eq!(part(&jwt, 1)["azp"], "http://elsewhere.example");
    assert_eq!(verdict(&app, &jwt).await, "wrong_azp");
}
