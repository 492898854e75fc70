//! Clerk's ready-made forms, in a place of the page.

use std::any::Any;

use yew::html::IntoPropValue;
use yew::prelude::*;

use crate::auth::clerk::{Clerk, ClerkError, ClerkJson, ClerkStatus, Widget};
use crate::hooks::{complain, use_clerk, use_clerk_status};

/// The properties of Clerk's ready-made forms.
#[derive(Clone, PartialEq, Properties)]
pub struct WidgetProps {
    /// Classes for the element around it.
    #[prop_or_default]
    pub class: Classes,
    /// Clerk's own properties, in its own words: `json!({ "appearance": {} })`. Other ones mount it anew.
    #[prop_or_default]
    pub props: ClerkJson,
    /// What is shown until Clerk has loaded. Default: nothing.
    #[prop_or_default]
    pub fallback: Html,
}

impl IntoPropValue<ClerkJson> for serde_json::Value {
    fn into_prop_value(self) -> ClerkJson {
        self.into()
    }
}

/// A form that is on the page until it is dropped.
struct Mounted {
    clerk: Clerk,
    widget: Widget,
    /// A node of the page, of a type that this layer does not name.
    node: Box<dyn Any>,
}

impl Mounted {
    fn new(
        clerk: &Clerk,
        widget: Widget,
        place: &NodeRef,
        props: &ClerkJson,
    ) -> Result<Option<Self>, ClerkError> {
        let Some(node) = place.get() else { return Ok(None) };
        clerk.mount(widget, &node, props)?;
        Ok(Some(Self { clerk: clerk.clone(), widget, node: Box::new(node) }))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.clerk.unmount(self.widget, &*self.node);
    }
}

#[derive(Clone, PartialEq, Properties)]
struct MountProps {
    widget: Widget,
    of: WidgetProps,
}

/// Gives a form a place while Clerk is loaded. Without the forms' script, page and console say so.
#[component]
fn Mount(props: &MountProps) -> Html {
    let (clerk, place, failure) = (use_clerk(), use_node_ref(), use_state(|| None::<ClerkError>));
    let status = use_clerk_status();
    let is_loaded = matches!(status, ClerkStatus::Ready | ClerkStatus::Degraded);
    let own = props.of.props.clone();
    let (node, failed) = (place.clone(), failure.clone());
    use_effect_with(
        (is_loaded, clerk, props.widget, own),
        move |(is_loaded, clerk, widget, own)| {
            let mounted =
                if *is_loaded { Mounted::new(clerk, *widget, &node, own) } else { Ok(None) };
            let error = mounted.as_ref().err().cloned();
            complain(error.clone().map_or(Ok(()), Err));
            if *failed != error {
                failed.set(error);
            }
            move || drop(mounted)
        },
    );
    if !is_loaded {
        return props.of.fallback.clone();
    }
    let message = failure.as_ref().map(|error| html! { <p role="alert">{ &*error.message }</p> });
    html! {
        <>
            <div ref={place} class={props.of.class.clone()} />
            { message }
        </>
    }
}

fn mount(widget: Widget, props: &WidgetProps) -> Html {
    html! { <Mount {widget} of={props.clone()} /> }
}

/// Clerk's form for signing in. Needs the forms' script, as all of these do: see
/// [`ClerkOptions::ui`](crate::auth::clerk::ClerkOptions::ui).
///
/// ```
/// use serde_json::json;
/// use yew::prelude::*;
/// use yew_clerk::components::SignIn;
///
/// #[component]
/// fn Page() -> Html {
///     html! { <SignIn props={json!({ "signUpUrl": "/sign-up" })} fallback={html! { "Loading…" }} /> }
/// }
/// ```
#[component]
pub fn SignIn(props: &WidgetProps) -> Html {
    mount(Widget::SignIn, props)
}

/// Clerk's form for signing up.
#[component]
pub fn SignUp(props: &WidgetProps) -> Html {
    mount(Widget::SignUp, props)
}

/// The user's picture, with a menu. Its 'sign out' loads the page anew, unless
/// [`ClerkOptions::navigate`](crate::auth::clerk::ClerkOptions::navigate) is set.
#[component]
pub fn UserButton(props: &WidgetProps) -> Html {
    mount(Widget::UserButton, props)
}

/// The user's account.
#[component]
pub fn UserProfile(props: &WidgetProps) -> Html {
    mount(Widget::UserProfile, props)
}

/// The choice of an organisation.
#[component]
pub fn OrganizationSwitcher(props: &WidgetProps) -> Html {
    mount(Widget::OrganizationSwitcher, props)
}

/// The active organisation.
#[component]
pub fn OrganizationProfile(props: &WidgetProps) -> Html {
    mount(Widget::OrganizationProfile, props)
}

/// A form for a new organisation.
#[component]
pub fn CreateOrganization(props: &WidgetProps) -> Html {
    mount(Widget::CreateOrganization, props)
}

/// All organisations of the user.
#[component]
pub fn OrganizationList(props: &WidgetProps) -> Html {
    mount(Widget::OrganizationList, props)
}

/// The form of those who wait to be let in.
#[component]
pub fn Waitlist(props: &WidgetProps) -> Html {
    mount(Widget::Waitlist, props)
}

/// The plans, with their prices.
#[component]
pub fn PricingTable(props: &WidgetProps) -> Html {
    mount(Widget::PricingTable, props)
}
