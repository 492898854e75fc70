//! Links between the pages, which the browser need not load anew.

use yew::prelude::*;
use yew_router::prelude::*;

use super::routes::Route;

/// The properties of [`To`].
#[derive(PartialEq, Properties)]
pub struct ToProps {
    /// The page.
    pub route: Route,
    /// How it looks.
    #[prop_or_default]
    pub class: &'static str,
    /// The name in tests.
    #[prop_or_default]
    pub testid: Option<&'static str>,
    /// Whether this is the page that is shown.
    #[prop_or_default]
    pub current: bool,
    /// What is to be clicked.
    pub children: Html,
}

/// A link to a page. With a modifier key it is the browser's, for a new tab or window.
#[component]
pub fn To(props: &ToProps) -> Html {
    let navigator = use_navigator();
    let route = props.route;
    let onclick = move |event: MouseEvent| {
        let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        if let (Some(navigator), false) = (&navigator, modified) {
            event.prevent_default();
            navigator.push(&route);
        }
    };
    html! {
        <a href={route.to_path()} class={props.class} data-testid={props.testid}
            aria-current={props.current.then_some("page")} {onclick}>
            { props.children.clone() }
        </a>
    }
}
