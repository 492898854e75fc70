//! The ready-made token sources.

#[path = "support/fetch_world.rs"]
mod world;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::channel::oneshot;
use world::{alice, bob, claims_of, jwt};
use yew_clerk::auth::{
    AuthClient, AuthState, Credential, CustomSource, Identity, Token, TokenError, TokenOptions,
    TokenSource, cookie, fixed_token, from_fn,
};
use yew_clerk::engine::sim::Sim;

fn client(sim: &Sim, source: &CustomSource) -> AuthClient {
    let client = AuthClient::new(Rc::new(source.clone()), Rc::new(sim.clone()));
    sim.flush();
    client
}

fn token_of(sim: &Sim, client: &AuthClient) -> Option<Result<Credential, TokenError>> {
    sim.run(client.get_token(&TokenOptions::default())).take()
}

fn token_text(identity: &Identity) -> String {
    jwt(&claims_of(identity, 1_000, 60, 1))
}

#[test]
fn a_closure_says_who_is_signed_in_by_its_tokens() {
    let sim = Sim::new();
    let calls = Rc::new(Cell::new(0));
    let counted = calls.clone();
    let source = from_fn(move |_| {
        counted.set(counted.get() + 1);
        std::future::ready(Ok::<_, String>(Some(token_text(&alice().with_org("org_1")))))
    });
    assert_eq!(source.state(), AuthState::Loading);
    let client = client(&sim, &source);
    assert_eq!(client.state(), AuthState::signed_in(alice().with_org("org_1")));
    assert!(token_of(&sim, &client).unwrap().is_ok());
    assert_eq!(calls.get(), 1, "the token of loading is the first one handed out");
}

#[test]
fn a_closure_without_a_token_means_signed_out_until_it_is_asked_again() {
    let sim = Sim::new();
    let answer = Rc::new(RefCell::new(None));
    let given = answer.clone();
    let source = from_fn(move |_| std::future::ready(Ok::<_, String>(given.borrow().clone())));
    let client = client(&sim, &source);
    assert_eq!(client.state(), AuthState::SignedOut);
    answer.replace(Some(token_text(&bob())));
    let again = source.clone();
    sim.run(async move { again.refresh().await });
    assert_eq!(client.state(), AuthState::signed_in(bob()));
}

#[test]
fn a_closure_that_fails_says_why() {
    let sim = Sim::new();
    let source = from_fn(|_| std::future::ready(Err::<String, _>("no such server")));
    let client = client(&sim, &source);
    let AuthState::Failed { message } = client.state() else { panic!("{:?}", client.state()) };
    assert!(message.contains("no such server"), "{message}");
}

#[test]
fn a_closure_whose_token_changes_hands_changes_the_identity() {
    let sim = Sim::new();
    let who = Rc::new(RefCell::new(alice()));
    let now = who.clone();
    let source = from_fn(move |_| std::future::ready(Ok::<_, String>(token_text(&now.borrow()))));
    let client = client(&sim, &source);
    let epoch = client.epoch();
    assert!(token_of(&sim, &client).unwrap().is_ok());
    who.replace(bob());
    let forced = sim.run(client.get_token(&TokenOptions::default().fresh()));
    assert_eq!(forced.take(), Some(Err(TokenError::IdentityChanged)));
    assert_eq!(client.epoch(), epoch + 1);
    assert!(token_of(&sim, &client).unwrap().is_ok());
}

#[test]
fn a_sign_out_is_not_undone_by_a_token_that_was_on_its_way() {
    let sim = Sim::new();
    let (send, receive) = oneshot::channel::<String>();
    let pending = RefCell::new(Some(receive));
    let first = Cell::new(true);
    let source = from_fn(move |_| {
        let later = if first.replace(false) { None } else { pending.borrow_mut().take() };
        async move {
            match later {
                None => Ok::<_, String>(token_text(&alice())),
                Some(later) => later.await.map_err(|_| "gone".to_owned()),
            }
        }
    });
    let client = client(&sim, &source);
    let waiting = sim.run(client.get_token(&TokenOptions::default().fresh()));
    sim.run(client.sign_out());
    send.send(token_text(&alice())).unwrap();
    sim.flush();
    assert_eq!(client.state(), AuthState::SignedOut);
    assert_eq!(waiting.take(), Some(Err(TokenError::IdentityChanged)));
}

#[test]
fn the_options_reach_the_closure() {
    let sim = Sim::new();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let list = seen.clone();
    let source = from_fn(move |options: TokenOptions| {
        list.borrow_mut().push(options);
        std::future::ready(Ok::<_, String>(Token::new("opaque")))
    })
    .with_identity(alice());
    let client = client(&sim, &source);
    let wanted = TokenOptions::template("hasura").organization("org_1").fresh();
    assert!(sim.run(client.get_token(&wanted)).take().unwrap().is_ok());
    assert_eq!(*seen.borrow(), [wanted]);
}

#[test]
fn a_fixed_token_names_its_user_or_needs_to_be_told() {
    let sim = Sim::new();
    let source = fixed_token(token_text(&alice()));
    assert_eq!(source.state(), AuthState::signed_in(alice()));
    assert!(token_of(&sim, &client(&sim, &source)).unwrap().is_ok());
    assert!(matches!(fixed_token("opaque").state(), AuthState::Failed { .. }));
    let told = fixed_token("opaque").with_identity(alice());
    let token = token_of(&sim, &client(&sim, &told)).unwrap();
    assert_eq!(token, Ok(Credential::Bearer(Token::new("opaque"))));
}

#[test]
fn a_cookie_source_has_no_token_to_give() {
    let sim = Sim::new();
    let client = client(&sim, &cookie(alice()));
    assert_eq!(token_of(&sim, &client), Some(Ok(Credential::Cookie)));
    let forced = sim.run(client.get_token(&TokenOptions::default().fresh())).take();
    assert!(matches!(forced, Some(Err(TokenError::Unavailable { retryable: false, .. }))));
}

#[test]
fn a_cookie_can_be_renewed_by_the_app() {
    let sim = Sim::new();
    let renewals = Rc::new(Cell::new(0));
    let count = renewals.clone();
    let source = CustomSource::cookie_with_renewal(alice(), move || {
        count.set(count.get() + 1);
        std::future::ready(Ok::<_, String>(()))
    });
    let client = client(&sim, &source);
    assert_eq!(token_of(&sim, &client), Some(Ok(Credential::Cookie)));
    let forced = sim.run(client.get_token(&TokenOptions::default().fresh())).take();
    assert_eq!((forced, renewals.get()), (Some(Ok(Credential::Cookie)), 1));
}

#[test]
fn a_source_that_signs_out_tells_its_client() {
    let sim = Sim::new();
    let source = fixed_token(token_text(&alice()));
    let client = client(&sim, &source);
    sim.run(client.sign_out());
    assert_eq!(client.state(), AuthState::SignedOut);
    source.set_state(AuthState::signed_in(bob()));
    assert_eq!(client.state(), AuthState::signed_in(bob()));
}
