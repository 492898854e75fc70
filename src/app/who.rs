//! Who is signed in, in the header.

use yew::prelude::*;
use yew_clerk::prelude::*;

use super::dev_auth::DevAuth;
use super::link::To;
use super::request_log::use_log_of;
use super::routes::Route;

const SIGN_OUT: &str = "Sign out";
const LEAVING: &str = "Signing out…";
const AGAIN: &str = "Sign out failed: again";

/// The user's name and the way out, or the way in.
#[component]
pub fn Who() -> Html {
    let auth = use_auth();
    let name = use_context::<DevAuth>().and_then(|dev_auth| dev_auth.name());
    let way_out = use_state(|| SIGN_OUT);
    use_log_of(auth.session_id());
    let (state, text) = match auth.state() {
        AuthState::Loading => ("loading", AttrValue::from("…")),
        AuthState::SignedOut => ("signed-out", AttrValue::from("Signed out")),
        AuthState::Failed { .. } => ("failed", AttrValue::from("Sign-in is out of reach")),
        AuthState::SignedIn(identity) => {
            ("signed-in", name.unwrap_or_else(|| identity.user_id.clone()).into())
        }
    };
    let sign_out = {
        let (auth, way_out) = (auth.clone(), way_out.setter());
        move |_| {
            let (leaving, way_out) = (auth.sign_out(), way_out.clone());
            way_out.set(LEAVING);
            yew::platform::spawn_local(async move {
                // After a failure the user is still signed in, as the header goes on saying.
                way_out.set(if leaving.await.is_ok() { SIGN_OUT } else { AGAIN });
            });
        }
    };
    html! {
        <div class="who">
            <span data-testid="user" data-state={state}>{ text }</span>
            <SignedIn>
                <button data-testid="sign-out" disabled={*way_out == LEAVING} onclick={sign_out}>
                    { *way_out }
                </button>
            </SignedIn>
            <SignedOut>
                <To route={Route::SignIn} class="button primary" testid="sign-in-link">{ "Sign in" }</To>
            </SignedOut>
        </div>
    }
}
