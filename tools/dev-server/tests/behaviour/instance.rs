//! Tokens of a real instance of Clerk, which another server plays here.

use dev_server::clerk::instance::Keys;
use dev_server::keys::SigningKeys;
use dev_server::{AppState, Clock, Config, Server};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey, LineEnding};
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{App, NOW, NOW_MS, PAGE, config, data_folder, foreign_key_pem, get, post};

/// Where the keys are published.
struct Instance {
    issuer: String,
    state: AppState,
    _folder: TempDir,
}

impl Instance {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("signing-key.pem"), foreign_key_pem()).unwrap();
        let config = Config { port: 0, ..config(folder.path()) };
        let server = Server::bind(&config, Clock::System).await.unwrap();
        let (issuer, state) = (server.url(), server.state().clone());
        tokio::spawn(server.run(std::future::pending()));
        Self { issuer, state, _folder: folder }
    }

    fn keys(&self) -> Keys {
        Keys::Url(format!("{}/.well-known/jwks.json", self.issuer))
    }

    /// What it was asked so far.
    fn asked(&self) -> usize {
        let requests = serde_json::to_value(self.state.log().snapshot()).unwrap();
        requests["log"].as_array().unwrap().len()
    }

    fn claims(&self) -> Value {
        json!({
            "iss": self.issuer, "sub": "user_2xyz", "sid": "sess_2xyz", "azp": PAGE, "sts": "active",
            "iat": NOW, "nbf": NOW - 10, "exp": NOW + 60, "jti": "x", "v": 2, "o": { "id": "org_2xyz" },
        })
    }
}

fn kid() -> String {
    SigningKeys::from_pem(foreign_key_pem()).unwrap().kid
}

fn sign(kid: &str, claims: &Value) -> String {
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::RS256) };
    let key = EncodingKey::from_rsa_pem(foreign_key_pem().as_bytes()).unwrap();
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

async fn verdict(app: &App, jwt: &str) -> String {
    let answer = get("/api/foo").bearer(jwt).send(app).await;
    if answer.status == 200 { "ok".to_owned() } else { answer.code() }
}

#[tokio::test]
async fn a_user_of_a_real_instance_has_data_of_their_own() {
    let instance = Instance::start().await;
    let app = App::beside(instance.keys());
    let jwt = sign(&kid(), &instance.claims());
    let note = post("/api/notes").bearer(&jwt).json(json!({ "text": "mine" })).send(&app).await;
    assert_eq!(note.status, 201, "{}", note.text());
    let notes = get("/api/notes").bearer(&jwt).send(&app).await.json();
    assert_eq!(notes["items"][0]["text"], "mine");
    let profile = get("/api/profile").bearer(&jwt).send(&app).await.json();
    assert_eq!(
        (&profile["user_id"], &profile["org_id"]),
        (&json!("user_2xyz"), &json!("org_2xyz"))
    );
    let ada = app.sign_in("ada").await;
    let notes = get("/api/notes").bearer(&ada.jwt).send(&app).await.json();
    assert_eq!(notes["items"], json!([]), "the server's own users stay, and see their own");
    assert_eq!(instance.asked(), 1, "the keys are kept");
}

#[tokio::test]
async fn a_token_of_a_real_instance_has_to_obey_the_same_rules() {
    let instance = Instance::start().await;
    let app = App::beside(instance.keys());
    for (claim, value, expected) in [
        ("exp", json!(NOW - 10), "token_expired"),
        ("nbf", json!(NOW + 60), "token_not_yet_valid"),
        ("azp", json!("https://evil.example"), "wrong_azp"),
        ("iss", json!("https://clerk.other.example"), "token_invalid"),
        ("sts", json!("pending"), "token_invalid"),
        ("sts", json!("active"), "ok"),
    ] {
        let mut claims = instance.claims();
        claims[claim] = value;
        assert_eq!(verdict(&app, &sign(&kid(), &claims)).await, expected, "{claim}");
    }
    assert_eq!(verdict(&App::new(), &sign(&kid(), &instance.claims())).await, "token_invalid");
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_again_but_not_at_each_request() {
    let instance = Instance::start().await;
    let app = App::beside(instance.keys());
    let unknown = sign("ins_unknown", &instance.claims());
    for _ in 0..3 {
        assert_eq!(verdict(&app, &unknown).await, "token_invalid");
    }
    assert_eq!(instance.asked(), 1);
    assert_eq!(verdict(&app, &sign(&kid(), &instance.claims())).await, "ok");
    app.clock.set_ms(NOW_MS + 10_000);
    assert_eq!(verdict(&app, &unknown).await, "token_invalid");
    assert_eq!(instance.asked(), 2, "it may be a new key by now");
}

#[tokio::test]
async fn an_instance_that_cannot_be_asked_is_no_proof_against_a_token() {
    let app = App::beside(Keys::Url("http://127.0.0.1:9/.well-known/jwks.json".to_owned()));
    let jwt = sign(&kid(), &json!({}));
    let answer = get("/api/foo").bearer(&jwt).send(&app).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "keys_unreachable"));
    assert!(answer.text().contains("127.0.0.1:9"), "{}", answer.text());
    let ada = app.sign_in("ada").await;
    assert_eq!(verdict(&app, &ada.jwt).await, "ok", "the server's own tokens need nobody else");
}

#[tokio::test]
async fn a_key_in_pem_form_needs_no_network() {
    let instance = Instance::start().await;
    let private = RsaPrivateKey::from_pkcs8_pem(foreign_key_pem()).unwrap();
    let pem = RsaPublicKey::from(&private).to_public_key_pem(LineEnding::LF).unwrap();
    let jwt = sign("ins_whatever", &instance.claims());
    for pem in [pem.replace('\n', "\\n"), pem] {
        assert_eq!(verdict(&App::beside(Keys::Pem(pem)), &jwt).await, "ok");
    }
    assert_eq!(instance.asked(), 0);
}

#[test]
fn a_key_that_is_none_is_said_at_the_start() {
    let folder = data_folder();
    let clerk_keys = Some(Keys::Pem("no key".to_owned()));
    let config = Config { clerk_keys, ..config(folder.path()) };
    let problem = AppState::open(&config, 8081, Clock::System).err().unwrap().to_string();
    assert!(problem.contains("--clerk-jwt-key"), "{problem}");
}
