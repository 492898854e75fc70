//! The least complete application in TanStack Query's dialect.

use serde::Deserialize;
use yew::prelude::*;
use yew_clerk::components::QueryClientProvider;
use yew_clerk::fetch;
use yew_clerk::hooks::use_query;

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[derive(Deserialize, PartialEq)]
struct Item {
    name: String,
    version: u32,
}

#[component]
fn Row() -> Html {
    let item = use_query(("item", 1), |_| fetch::get("/api/item/1").json::<Item>());
    let text = match (item.error(), item.data()) {
        (Some(_), _) => "error".to_owned(),
        (None, None) => "…".to_owned(),
        (None, Some(item)) => format!("{} v{}", item.name, item.version),
    };
    html! { <div class="row">{ text }</div> }
}

#[component]
fn App() -> Html {
    html! { <QueryClientProvider><Row /></QueryClientProvider> }
}

fn main() {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(root) = document.and_then(|document| document.get_element_by_id("app")) {
        yew::Renderer::<App>::with_root(root).render();
    }
}
