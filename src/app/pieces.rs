//! Small pieces that several pages draw. They have no state, so they are functions and no components.

use yew::prelude::*;

/// The heading of a page and what it is about.
pub fn lead(title: &'static str, text: &'static str) -> Html {
    html! {
        <header class="lead">
            <h1>{ title }</h1>
            <p>{ text }</p>
        </header>
    }
}

/// Stands where something will be.
pub fn skeleton() -> Html {
    html! { <div class="skeleton" aria-hidden="true"><i /><i /><i /></div> }
}
