//! Who is signed in, in the header.

use yew::prelude::*;
use yew_clerk::prelude::*;

use super::dev_auth::DevAuth;
use super::link::To;
use super::routes::Route;

/// The user's name and the way out, or the way in.
#[component]
pub fn Who() -> Html {
    let auth = use_auth();
    let name = use_context::<DevAuth>().and_then(|dev_auth| dev_auth.name());
    let leaving = use_state(|| false);
    let (state, text) = match auth.state() {
        AuthState::Loading => ("loading", AttrValue::from("…")),
        AuthState::SignedOut => ("signed-out", AttrValue::from("Signed out")),
        AuthState::Failed { .. } => ("failed", AttrValue::from("Sign-in is out of reach")),
        AuthState::SignedIn(identity) => (
            "signed-in",
            name.unwrap_or_else(|| identity.user_id.clone()).into(),
        ),
    };
    let sign_out = {
        let (auth, leaving) = (auth.clone(), leaving.clone());
        move |_| {
            let (auth, leaving) = (auth.clone(), leaving.clone());
            leaving.set(true);
            yew::platform::spawn_local(async move {
                // A failure leaves the user signed in, as the header goes on saying.
                let _still_in = auth.sign_out().await;
                leaving.set(false);
            });
        }
    };
    html! {
        <div class="who">
            <span data-testid="user" data-state={state}>{ text }</span>
            <SignedIn>
                <button data-testid="sign-out" disabled={*leaving} onclick={sign_out}>{ "Sign out" }</button>
            </SignedIn>
            <SignedOut>
                <To route={Route::SignIn} class="button primary" testid="sign-in-link">{ "Sign in" }</To>
            </SignedOut>
        </div>
    }
}
