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

/// Markup in which nothing ever changes. As text, it takes a third of the code: the browser reads it in one go.
pub fn fixed(markup: &'static str) -> Html {
    Html::from_html_unchecked(AttrValue::Static(markup))
}

/// Stands where something will be.
pub fn skeleton() -> Html {
    fixed(r#"<div class="skeleton" aria-hidden="true"><i></i><i></i><i></i></div>"#)
}
