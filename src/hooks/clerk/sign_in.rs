//! `use_sign_in`, `use_sign_up`: forms of one's own.

use yew::prelude::*;

use super::{use_clerk, use_selected};
use crate::auth::clerk::{SignInFlow, SignUpFlow};

/// Signing in with a form of one's own. Renders again when Clerk has loaded and when the attempt changes. Same as
/// Clerk's `useSignIn`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::hooks::use_sign_in;
///
/// #[component]
/// fn Demo() -> Html {
///     let (sign_in, problem) = (use_sign_in(), use_state(String::new));
///     let (flow, said) = (sign_in.clone(), problem.clone());
///     let onclick = move |_| {
///         let (flow, said) = (flow.clone(), said.clone());
///         yew::platform::spawn_local(async move {
///             let signed_in = async {
///                 let attempt = flow.password("demo@example.com", "correct horse").await?;
///                 flow.finish(&attempt).await
///             };
///             if let Err(error) = signed_in.await {
///                 said.set(format!("{}: {error}", error.param().unwrap_or("form")));
///             }
///         });
///     };
///     html! { <button disabled={!sign_in.is_loaded()} {onclick}>{ "Sign in" }{ &*problem }</button> }
/// }
/// ```
#[hook]
pub fn use_sign_in() -> SignInFlow {
    let clerk = use_clerk();
    use_selected(&clerk, |clerk| (clerk.is_loaded(), clerk.snapshot().sign_in.clone()));
    clerk.sign_in()
}

/// Signing up with a form of one's own. Renders again when Clerk has loaded and when the attempt changes. Same as
/// Clerk's `useSignUp`.
#[hook]
pub fn use_sign_up() -> SignUpFlow {
    let clerk = use_clerk();
    use_selected(&clerk, |clerk| (clerk.is_loaded(), clerk.snapshot().sign_up.clone()));
    clerk.sign_up()
}
