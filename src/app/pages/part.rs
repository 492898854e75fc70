//! One of the four parts: explanation, live result, things to try, code.

use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::code::Code;
use crate::app::faults::Faults;
use crate::app::greeting::Live;

/// The properties of [`Part`].
#[derive(PartialEq, Properties)]
pub struct PartProps {
    /// The name in tests.
    pub name: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What it is about.
    pub text: &'static str,
    /// What is worth a try.
    pub hint: &'static str,
    /// The file of the example.
    pub source: &'static str,
    /// The example.
    pub children: Html,
}

/// A page about one of the four ways to fetch.
#[component]
pub fn Part(props: &PartProps) -> Html {
    let client = use_query_client();
    let changed = move |()| {
        // The same counter under the keys of three pages.
        for key in ["with cookie", "/api/foo", "greeting"] {
            client.invalidate_queries(key);
        }
    };
    html! {
        <div class="stack" data-testid={format!("page-{}", props.name)}>
            <header class="lead">
                <h1>{ props.title }</h1>
                <p>{ props.text }</p>
            </header>
            <Live>
                { props.children.clone() }
                <Faults hint={props.hint} {changed} />
            </Live>
            <Code source={props.source} />
        </div>
    }
}
