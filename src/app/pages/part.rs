//! One of the four parts: explanation, live result, things to try, code.

use yew::prelude::*;
use yew_clerk::prelude::*;

use crate::app::faults::Faults;
use crate::app::greeting::live;
use crate::app::pieces::lead;

/// A page about one of the four ways to fetch.
pub struct Part {
    /// The name in tests.
    pub testid: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What it is about.
    pub text: &'static str,
    /// What is worth a try.
    pub hint: &'static str,
    /// The file of the example.
    pub source: &'static str,
}

impl Part {
    /// The page, with the example that runs on it.
    pub fn page(&self, auth: &AuthHandle, example: Html) -> Html {
        let content = html! { <>{ example }<Faults hint={self.hint} /></> };
        html! {
            <div class="stack" data-testid={self.testid}>
                { lead(self.title, self.text) }
                { live(auth, content) }
                { code(self.source) }
            </div>
        }
    }
}

/// The code that a page shows: the very file that runs, without the sentence at its head.
fn code(source: &'static str) -> Html {
    let head = source.bytes().position(|byte| byte == b'\n').unwrap_or_default();
    let shown = source.get(head..).unwrap_or(source);
    html! {
        <section class="card code">
            <h2>{ "The code that runs here" }</h2>
            <pre data-testid="code" tabindex="0"><code>{ shown.trim_ascii() }</code></pre>
        </section>
    }
}
