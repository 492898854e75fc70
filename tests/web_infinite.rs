//! `use_infinite_query` in a browser.

#![cfg(target_arch = "wasm32")]

#[path = "support/stage.rs"]
mod stage;

use stage::{Held, Server, Stage, View, new_client, run, settle};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::Hook;
use yew::prelude::*;
use yew_clerk::client::{
    InfiniteData, InfiniteQueryOptions, Overlap, QueryClient, infinite_query_options,
};
use yew_clerk::components::QueryClientProvider;
use yew_clerk::hooks::{
    InfiniteQueryHandle, use_infinite_query, use_infinite_query_with, use_prefetch_infinite_query,
    use_suspense_infinite_query,
};

wasm_bindgen_test_configure!(run_in_browser);

type Pages = InfiniteData<String, u32>;
type Handle = InfiniteQueryHandle<Pages, String>;
type Query = InfiniteQueryOptions<String, u32, String>;

fn under(client: &QueryClient, html: Html) -> Html {
    html! { <QueryClientProvider client={client.clone()}>{ html }</QueryClientProvider> }
}

/// A list of three pages from 1 on.
fn list(server: &Server) -> Query {
    let server = server.clone();
    let next = |_: &String, page: &u32, _: &Pages| (*page < 3).then_some(page + 1);
    infinite_query_options("list", 1, move |ctx| server.fetch(ctx.page_param), next)
        .get_previous_page_param(|_, page, _| (*page > 0).then(|| page - 1))
        .retry(0)
}

fn joined(pages: &Pages) -> String {
    pages.pages.iter().map(|page| page.as_str()).collect::<Vec<_>>().join("+")
}

fn text(list: &Handle) -> String {
    list.data().map_or_else(|| "-".to_owned(), |pages| joined(&pages))
}

fn showing(server: &Server, show: impl Fn(&Handle) -> String + 'static) -> (View, Held<Handle>) {
    let (server, held) = (server.clone(), Held::new());
    let left = held.clone();
    let view = View::new(move |ctx| {
        let list = use_infinite_query_with(list(&server)).run(ctx);
        left.set(list.clone());
        show(&list)
    });
    (view, held)
}

#[wasm_bindgen_test]
async fn pages_come_one_by_one_and_the_list_says_where_it_ends() {
    let server = Server::new();
    let (view, held) = showing(&server, |list| {
        let more = (list.has_previous_page(), list.has_next_page());
        format!("{} {more:?}", text(list))
    });
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    server.ok(0, "one").await;
    for (number, page) in [(1, "two"), (2, "three")] {
        drop(held.get().fetch_next_page());
        settle().await;
        server.ok(number, page).await;
    }
    let all = run(held.get().fetch_previous_page());
    settle().await;
    server.ok(3, "zero").await;
    assert_eq!(all.await.unwrap().as_deref().map(joined).as_deref(), Some("zero+one+two+three"));
    let expected = [
        "- (false, false)",
        "one (true, true)",
        "one+two (true, true)",
        "one+two+three (true, false)",
        "zero+one+two+three (false, false)",
    ];
    // No render for a page that is on its way: nobody has read that.
    assert_eq!(view.log(), expected);
    assert_eq!(server.asked(), ["1", "2", "3", "0"]);
    drop(held.get().fetch_previous_page());
    settle().await;
    assert_eq!(server.count(), 4);
}

#[wasm_bindgen_test]
async fn the_page_that_is_on_its_way_can_be_told_from_a_refetch() {
    let server = Server::new();
    let (view, held) = showing(&server, |list| {
        let flags =
            [list.is_fetching_next_page(), list.is_fetching_previous_page(), list.is_refetching()];
        flags.map(|flag| if flag { 'x' } else { '-' }).into_iter().collect()
    });
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    server.ok(0, "one").await;
    drop(held.get().fetch_next_page());
    settle().await;
    server.ok(1, "two").await;
    drop(held.get().fetch_previous_page());
    settle().await;
    server.ok(2, "zero").await;
    drop(held.get().refetch());
    settle().await;
    assert_eq!(view.log(), ["---", "---", "x--", "---", "-x-", "---", "--x"]);
}

#[wasm_bindgen_test]
async fn a_failed_page_leaves_the_list_and_says_which_it_was() {
    let server = Server::new();
    let (view, held) = showing(&server, |list| {
        let flags = (list.is_fetch_next_page_error(), list.is_refetch_error());
        format!("{} {flags:?}", text(list))
    });
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    server.ok(0, "one").await;
    drop(held.get().fetch_next_page());
    settle().await;
    server.fail(1, "no").await;
    assert_eq!(view.last(), "one (true, false)");
    drop(held.get().refetch());
    settle().await;
    assert!(held.get().is_refetching());
    server.fail(2, "no").await;
    assert_eq!(view.last(), "one (false, true)");
}

#[wasm_bindgen_test]
async fn each_click_in_the_queue_brings_a_page() {
    let server = Server::new();
    let (view, held) = showing(&server, text);
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    for _ in 0..4 {
        drop(held.get().fetch_next_page_with(Overlap::Queue));
    }
    for (number, page) in ["one", "two", "three"].into_iter().enumerate() {
        settle().await;
        server.ok(number, page).await;
    }
    assert_eq!((view.last(), server.count()), ("one+two+three".into(), 3));
}

#[wasm_bindgen_test]
async fn a_component_that_has_gone_asks_for_no_further_page() {
    let server = Server::new();
    let (view, held) = showing(&server, text);
    let stage = Stage::new(under(&new_client(), view.html())).await;
    server.ok(0, "one").await;
    let queued = run(held.get().fetch_next_page_with(Overlap::Queue));
    let later = run(held.get().fetch_next_page_with(Overlap::Queue));
    settle().await;
    stage.end().await;
    server.ok(1, "two").await;
    assert!(queued.await.unwrap().is_some());
    assert!(later.await.is_err());
    assert_eq!(server.count(), 2);
    assert!(run(held.get().fetch_next_page()).await.unwrap().is_none());
}

#[wasm_bindgen_test]
async fn a_selection_renders_when_it_changes() {
    let server = Server::new();
    let (fetch, held) = (server.clone(), Held::<InfiniteQueryHandle<usize, String>>::new());
    let left = held.clone();
    let view = View::new(move |ctx| {
        let query = list(&fetch).select(|pages| pages.pages.len() / 2);
        left.set(use_infinite_query_with(query).run(ctx));
        left.get().data().map_or_else(String::new, |half| half.to_string())
    });
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    server.ok(0, "one").await;
    let two = run(held.get().fetch_next_page());
    settle().await;
    server.ok(1, "two").await;
    assert_eq!(two.await.unwrap().as_deref(), Some(&1));
    drop(held.get().fetch_next_page());
    settle().await;
    server.ok(2, "three").await;
    assert_eq!(view.log(), ["", "0", "1"]);
}

#[wasm_bindgen_test]
async fn a_list_may_be_prefetched_with_several_pages_and_waited_for() {
    #[derive(Clone, PartialEq, Properties)]
    struct Props {
        view: View,
    }
    #[component]
    fn Waits(props: &Props) -> HtmlResult {
        use_prefetch_infinite_query(of_page(&props.view).pages(2));
        let list = use_suspense_infinite_query(of_page(&props.view))?;
        Ok(html! { { text(&list) } })
    }
    thread_local! {
        static SERVER: Server = Server::new();
    }
    fn of_page(_: &View) -> Query {
        SERVER.with(list)
    }
    let server = SERVER.with(Clone::clone);
    let view = View::new(|_| String::new());
    let inside = html! {
        <Suspense fallback={html! { "waiting" }}><Waits {view} /></Suspense>
    };
    let stage = Stage::new(under(&new_client(), inside)).await;
    server.ok(0, "one").await;
    assert_eq!(stage.text(), "waiting");
    server.ok(1, "two").await;
    assert_eq!((stage.text(), server.count()), ("one+two".into(), 2));
}

#[wasm_bindgen_test]
async fn the_short_form_needs_no_options() {
    let server = Server::new();
    let fetch = server.clone();
    let view = View::new(move |ctx| {
        let server = fetch.clone();
        let list = use_infinite_query(
            "list",
            1,
            move |page| server.fetch(page.page_param),
            |_: &String, page: &u32, _| Some(page + 1),
        )
        .run(ctx);
        text(&list)
    });
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    server.ok(0, "one").await;
    assert_eq!(view.log(), ["-", "one"]);
}
