//! The code that a page shows: the very file that runs.

use yew::prelude::*;

/// The properties of [`Code`].
#[derive(PartialEq, Properties)]
pub struct CodeProps {
    /// The source of a file; the part before its first component is left out.
    pub source: &'static str,
}

/// A piece of Rust.
#[component]
pub fn Code(props: &CodeProps) -> Html {
    let shown = props.source.split_once("// ---\n").map_or(props.source, |(_, shown)| shown);
    html! {
        <section class="card code">
            <h2>{ "The code that runs here" }</h2>
            <pre data-testid="code" tabindex="0"><code>{ shown.trim() }</code></pre>
        </section>
    }
}
