//! Buttons for signing in, up and out.

use yew::platform::spawn_local;
use yew::prelude::*;

use crate::auth::clerk::{Clerk, ClerkJson, Redirect, Widget};
use crate::hooks::{complain, use_clerk};

/// What a button for signing in or up does. Same as Clerk's `mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonMode {
    /// It goes to the page for that. The default.
    #[default]
    Redirect,
    /// It shows Clerk's form over this page.
    Modal,
}

/// The properties of [`SignInButton`] and [`SignUpButton`].
#[derive(Clone, PartialEq, Properties)]
pub struct SignInButtonProps {
    /// What the button does. Default: [`ButtonMode::Redirect`].
    #[prop_or_default]
    pub mode: ButtonMode,
    /// Classes for the button.
    #[prop_or_default]
    pub class: Classes,
    /// Clerk's own properties, in its own words: `json!({ "signInFallbackRedirectUrl": "/home" })`.
    #[prop_or_default]
    pub props: ClerkJson,
    /// What stands on it. Default: 'Sign in' or 'Sign up'.
    #[prop_or_default]
    pub children: Html,
}

/// A button for signing in. Same as Clerk's `SignInButton`.
///
/// ```
/// use yew::prelude::*;
/// use yew_clerk::components::{ButtonMode, SignInButton};
///
/// #[component]
/// fn Header() -> Html {
///     html! { <SignInButton mode={ButtonMode::Modal}>{ "Come in" }</SignInButton> }
/// }
/// ```
#[component]
pub fn SignInButton(props: &SignInButtonProps) -> Html {
    button(&use_clerk(), Redirect::SignIn, Widget::SignIn, "Sign in", props)
}

/// A button for signing up. Same as Clerk's `SignUpButton`.
#[component]
pub fn SignUpButton(props: &SignInButtonProps) -> Html {
    button(&use_clerk(), Redirect::SignUp, Widget::SignUp, "Sign up", props)
}

fn button(
    clerk: &Clerk,
    to: Redirect,
    widget: Widget,
    label: &'static str,
    props: &SignInButtonProps,
) -> Html {
    let (clerk, mode, own) = (clerk.clone(), props.mode, props.props.clone());
    let onclick = move |_: MouseEvent| match mode {
        ButtonMode::Redirect => redirect(&clerk, to, &own),
        ButtonMode::Modal => complain(clerk.open(widget, &own)),
    };
    let shown = or_label(&props.children, label);
    html! { <button type="button" class={props.class.clone()} {onclick}>{ shown }</button> }
}

pub(super) fn redirect(clerk: &Clerk, to: Redirect, props: &ClerkJson) {
    let going = clerk.redirect(to, props);
    spawn_local(async move { complain(going.await) });
}

fn or_label(children: &Html, label: &'static str) -> Html {
    if *children == Html::default() {
        html! { label }
    } else {
        children.clone()
    }
}

/// The properties of [`SignOutButton`].
#[derive(Clone, PartialEq, Properties)]
pub struct SignOutButtonProps {
    /// The session to end. Default: all of this browser.
    #[prop_or_default]
    pub session_id: Option<AttrValue>,
    /// Classes for the button.
    #[prop_or_default]
    pub class: Classes,
    /// Called when the session has ended.
    #[prop_or_default]
    pub onsignout: Callback<()>,
    /// What stands on it. Default: 'Sign out'.
    #[prop_or_default]
    pub children: Html,
}

/// A button for signing out. Differs from Clerk's: the page is not loaded anew, so use `onsignout` to go elsewhere.
#[component]
pub fn SignOutButton(props: &SignOutButtonProps) -> Html {
    let (clerk, given) = (use_clerk(), props.clone());
    let onclick = move |_: MouseEvent| {
        let ending = clerk.sign_out(given.session_id.as_deref());
        let done = given.onsignout.clone();
        spawn_local(async move {
            let outcome = ending.await;
            if outcome.is_ok() {
                done.emit(());
            }
            complain(outcome);
        });
    };
    let shown = or_label(&props.children, "Sign out");
    html! { <button type="button" class={props.class.clone()} {onclick}>{ shown }</button> }
}
