//! The page in TanStack Query's dialect.

use std::time::Duration;

use bench_page::adapter::{self, Cache, row};
use bench_page::counted::Counted;
use bench_page::data::{self, Item};
use bench_page::list::{List, Mode, RowProps, use_shown};
use yew::prelude::*;
use yew_clerk::client::{QueryClient, query_options};
use yew_clerk::components::QueryClientProvider;
use yew_clerk::hooks::use_query_with;

/// The allocator that the README recommends, counted.
#[global_allocator]
static ALLOCATOR: Counted<rlsf::SmallGlobalTlsf> = Counted(rlsf::SmallGlobalTlsf::new());

thread_local! {
    static CLIENT: QueryClient = yew_clerk::browser::default_client();
}

// The library's own defaults, save that the warm mount asks for fresh data.
#[component]
fn Row(props: &RowProps) -> Html {
    data::rendered();
    let RowProps { k, source, mode } = props.clone();
    let stale_time = if mode == Mode::Fresh { Duration::MAX } else { Duration::ZERO };
    let key = k.to_string();
    let query = query_options(&*k, move |_| data::fetch_item(key.clone(), source));
    let query = use_query_with(query.stale_time(stale_time));
    row(query.error().is_some(), query.is_pending(), query.data().map(|item| data::label(&item)))
}

#[component]
fn Payload() -> Html {
    data::rendered();
    let query = use_query_with(query_options("payload", |_| data::fetch_payload()));
    row(
        query.error().is_some(),
        query.is_pending(),
        query.data().map(|rows| data::payload_label(&rows)),
    )
}

#[component]
fn App() -> Html {
    let (client, shown) = (CLIENT.with(Clone::clone), use_shown());
    html! { <QueryClientProvider {client}><List<Row, Payload> shown={shown.shown} generation={shown.generation} /></QueryClientProvider> }
}

fn main() {
    adapter::run::<App>(Cache {
        name: "yew-clerk-query",
        set_data: |key, version| {
            let item: Item = data::set_version(key, version);
            drop(CLIENT.with(|client| client.set_query_data(key, item)));
        },
        refetch: |key| drop(CLIENT.with(|client| client.invalidate_queries(key))),
        clear: || CLIENT.with(QueryClient::clear),
    });
}
