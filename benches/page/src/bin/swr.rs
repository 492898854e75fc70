//! The page in SWR's dialect.

use std::time::Duration;

use bench_page::adapter::{self, Cache, row};
use bench_page::counted::Counted;
use bench_page::data::{self, Item};
use bench_page::list::{List, Mode, RowProps, use_shown};
use yew::prelude::*;
use yew_clerk::client::{MutatorOptions, QueryClient, SwrOptions};
use yew_clerk::components::SwrConfig;
use yew_clerk::fetch::FetchError;
use yew_clerk::hooks::use_swr;

/// The allocator that the README recommends, counted.
#[global_allocator]
static ALLOCATOR: Counted<rlsf::SmallGlobalTlsf> = Counted(rlsf::SmallGlobalTlsf::new());

thread_local! {
    static CLIENT: QueryClient = yew_clerk::browser::default_client();
}

#[component]
fn Row(props: &RowProps) -> Html {
    data::rendered();
    let RowProps { k, source, .. } = props.clone();
    let swr = use_swr(k.to_string(), move |key| data::fetch_item(key, source));
    row(swr.error().is_some(), swr.is_loading(), swr.data().map(|item| data::label(&item)))
}

#[component]
fn Payload() -> Html {
    data::rendered();
    let swr = use_swr("payload", |_| data::fetch_payload());
    row(swr.error().is_some(), swr.is_loading(), swr.data().map(|rows| data::payload_label(&rows)))
}

/// SWR's own defaults, save where a scenario asks for something else.
fn options(mode: Mode) -> SwrOptions {
    let short = Duration::from_millis(100);
    match mode {
        Mode::Default => SwrOptions::new(),
        Mode::Fresh => SwrOptions::new().revalidate_if_stale(false),
        Mode::Focus => SwrOptions::new().focus_throttle_interval(short).deduping_interval(short),
    }
}

#[component]
fn App() -> Html {
    let (client, shown) = (CLIENT.with(Clone::clone), use_shown());
    html! { <SwrConfig {client} value={std::rc::Rc::new(options(shown.mode()))}><List<Row, Payload> shown={shown.shown} generation={shown.generation} /></SwrConfig> }
}

fn main() {
    adapter::run::<App>(Cache {
        name: "yew-clerk-swr",
        set_data: |key, version| {
            let item: Item = data::set_version(key, version);
            let options = MutatorOptions::new().revalidate(false);
            drop(CLIENT.with(|client| client.mutate_data::<Item, FetchError>(key, item, options)));
        },
        refetch: |key| drop(CLIENT.with(|client| client.mutate::<Item, FetchError>(key))),
        clear: || CLIENT.with(|client| client.unload_with(false)),
    });
}
