//! The least complete application in SWR's dialect.

use serde::Deserialize;
use yew::prelude::*;
use yew_clerk::fetch;
use yew_clerk::hooks::use_swr;

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[derive(Deserialize, PartialEq)]
struct Item {
    name: String,
    version: u32,
}

#[component]
fn Row() -> Html {
    let item = use_swr("/api/item/1", |url| fetch::get(url).json::<Item>());
    let text = match (item.error(), item.data()) {
        (Some(_), _) => "error".to_owned(),
        (None, None) => "…".to_owned(),
        (None, Some(item)) => format!("{} v{}", item.name, item.version),
    };
    html! { <div class="row">{ text }</div> }
}

fn main() {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(root) = document.and_then(|document| document.get_element_by_id("app")) {
        yew::Renderer::<Row>::with_root(root).render();
    }
}
