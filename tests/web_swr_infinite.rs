//! `use_swr_infinite` in a browser: what it shows, and how often its components render.

#![cfg(target_arch = "wasm32")]

#[path = "support/sign_in.rs"]
mod sign_in;
#[path = "support/stage.rs"]
mod stage;

use std::collections::HashMap;
use std::rc::Rc;

use sign_in::{Network, SignIn, app, user};
use stage::{Held, Knob, Server, Stage, View, new_client, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::{Hook, HookContext};
use yew::prelude::*;
use yew_clerk::client::{MutatorOptions, QueryClient, SwrInfiniteOptions, SwrOptions};
use yew_clerk::components::{QueryClientProvider, SwrConfig};
use yew_clerk::engine::key::Key;
use yew_clerk::fetch::FetchError;
use yew_clerk::hooks::{
    SwrInfiniteHandle, use_clerk_swr_infinite, use_clerk_swr_infinite_with, use_swr_infinite,
    use_swr_infinite_with, use_swr_with,
};

wasm_bindgen_test_configure!(run_in_browser);

type Handle = SwrInfiniteHandle<String, String>;
type Options = SwrInfiniteOptions<String, String>;

fn join<E: 'static>(list: &SwrInfiniteHandle<String, E>) -> String {
    let text = |pages: Rc<Vec<Rc<String>>>| {
        pages.iter().map(|page| page.as_str()).collect::<Vec<_>>().join(",")
    };
    list.data().map_or_else(|| "-".to_owned(), text)
}

/// Everything of a handle as one text: pages, size, flags, error.
fn all(list: &Handle) -> String {
    let flags = match (list.is_loading(), list.is_validating()) {
        (true, true) => " loading",
        (false, true) => " validating",
        (true, false) => " loading without validating",
        (false, false) => "",
    };
    let error = list.error().map_or_else(String::new, |error| format!(" error {error}"));
    format!("{} of {}{flags}{error}", join(list), list.size())
}

fn hook(
    server: &Server,
    name: &Knob<Option<&'static str>>,
    options: Options,
) -> impl Fn(&mut HookContext) -> Handle + use<> {
    let (server, name) = (server.clone(), name.clone());
    move |ctx| {
        let (server, name) = (server.clone(), name.get());
        use_swr_infinite_with(
            move |index, _: Option<&String>| name.map(|name| format!("{name}{index}")),
            move |key| server.fetch(key),
            options.clone(),
        )
        .run(ctx)
    }
}

/// A component that shows what `show` reads of its list, and leaves its handle.
fn list(
    server: &Server,
    name: &Knob<Option<&'static str>>,
    options: Options,
    show: fn(&Handle) -> String,
) -> (View, Held<Handle>) {
    let (hook, held) = (hook(server, name, options), Held::new());
    let left = held.clone();
    let view = View::new(move |ctx| {
        let list = hook(ctx);
        left.set(list.clone());
        show(&list)
    });
    (view, held)
}

fn under(client: &QueryClient, views: &[&View]) -> Html {
    let views = views.iter().map(|view| view.html());
    html! { <QueryClientProvider client={client.clone()}>{ for views }</QueryClientProvider> }
}

async fn staged(views: &[&View]) -> Stage {
    Stage::new(under(&new_client(), views)).await
}

#[wasm_bindgen_test]
async fn a_first_load_renders_twice_however_many_pages_there_are() {
    let server = Server::new();
    let options = Options::new().initial_size(3);
    let (view, _) = list(&server, &Knob::new(Some("p")), options, all);
    let _stage = staged(&[&view]).await;
    for (number, page) in ["a", "b", "c"].into_iter().enumerate() {
        assert_eq!(view.log(), ["- of 3 loading"]);
        server.ok(number, page).await;
    }
    assert_eq!(view.log(), ["- of 3 loading", "a,b,c of 3"]);
    assert_eq!(server.asked(), ["p0", "p1", "p2"]);
}

#[wasm_bindgen_test]
async fn two_hundred_pages_render_twice() {
    let view = View::new(|ctx| {
        let list = use_swr_infinite_with(
            |index, _: Option<&String>| ("page", index),
            |(_, index)| async move { Ok::<_, String>(index.to_string()) },
            Options::new().initial_size(200),
        )
        .run(ctx);
        list.data().map_or(0, |pages| pages.len()).to_string()
    });
    let _stage = staged(&[&view]).await;
    settle().await;
    assert_eq!(view.log(), ["0", "200"]);
}

#[wasm_bindgen_test]
async fn a_page_more_renders_when_it_is_asked_for_and_when_it_is_there() {
    let server = Server::new();
    let (view, held) = list(&server, &Knob::new(Some("p")), Options::new(), all);
    let _stage = staged(&[&view]).await;
    server.ok(0, "a").await;
    let more = held.get().set_size_with(|size| size + 1);
    settle().await;
    server.ok(1, "a").await;
    server.ok(2, "b").await;
    let log = ["- of 1 loading", "a of 1", "a of 2 validating", "a,b of 2"];
    assert_eq!(view.log(), log);
    assert_eq!(server.asked(), ["p0", "p0", "p1"]);
    assert_eq!(more.await.unwrap().unwrap().len(), 2);
    drop(held.get().set_size(1));
    settle().await;
    server.ok(3, "a").await;
    assert_eq!(view.log()[4..], ["a of 1 validating", "a of 1"]);
}

#[wasm_bindgen_test]
async fn two_sizes_in_one_callback_count_up_and_render_once() {
    let server = Server::new();
    let options = Options::new().revalidate_first_page(false);
    let (view, held) = list(&server, &Knob::new(Some("p")), options, all);
    let _stage = staged(&[&view]).await;
    server.ok(0, "a").await;
    let handle = held.get();
    drop((handle.set_size_with(|size| size + 1), handle.set_size_with(|size| size + 1)));
    settle().await;
    server.ok(1, "b").await;
    server.ok(2, "c").await;
    assert_eq!(view.log()[2..], ["a of 3 validating", "a,b,c of 3"]);
}

#[wasm_bindgen_test]
async fn who_reads_little_renders_little() {
    let (server, name) = (Server::new(), Knob::new(Some("p")));
    let (nothing, held) = list(&server, &name, Options::new(), |_| "nothing".to_owned());
    let (size, _) = list(&server, &name, Options::new(), |list| list.size().to_string());
    let (data, _) = list(&server, &name, Options::new(), join);
    let _stage = staged(&[&nothing, &size, &data]).await;
    server.ok(0, "a").await;
    drop(held.get().set_size(2));
    settle().await;
    server.ok(1, "a").await;
    server.ok(2, "b").await;
    assert_eq!(nothing.log(), ["nothing"]);
    assert_eq!(size.log(), ["1", "2"]);
    assert_eq!(data.log(), ["-", "a", "a,b"]);
    assert_eq!(all(&held.get()), "a,b of 2", "who reads later reads the newest");
}

#[wasm_bindgen_test]
async fn a_revalidation_with_equal_pages_does_not_render_who_shows_pages() {
    let server = Server::new();
    let options = Options::new().initial_size(2);
    let (view, held) = list(&server, &Knob::new(Some("p")), options, join);
    let _stage = staged(&[&view]).await;
    server.ok(0, "a").await;
    server.ok(1, "b").await;
    let before = held.get().data().unwrap();
    drop(held.get().mutate());
    settle().await;
    server.ok(2, "a").await;
    server.ok(3, "b").await;
    assert_eq!(server.asked(), ["p0", "p1", "p0", "p1"]);
    assert_eq!(view.log(), ["-", "a,b"]);
    assert!(Rc::ptr_eq(&before, &held.get().data().unwrap()));
    drop(held.get().mutate());
    settle().await;
    server.ok(4, "a").await;
    server.ok(5, "b!").await;
    assert_eq!(view.log()[2..], ["a,b!"]);
    assert!(Rc::ptr_eq(&before[0], &held.get().data().unwrap()[0]));
}

#[wasm_bindgen_test]
async fn a_page_that_fails_shows_its_error_beside_the_old_pages() {
    let server = Server::new();
    let options = Options::new().should_retry_on_error(false);
    let (view, held) = list(&server, &Knob::new(Some("p")), options, all);
    let _stage = staged(&[&view]).await;
    server.ok(0, "a").await;
    let more = held.get().set_size(2);
    settle().await;
    server.ok(1, "a").await;
    server.fail(2, "no").await;
    assert_eq!(view.last(), "a of 2 error no");
    assert_eq!(more.await.unwrap_err().to_string(), "no");
}

#[wasm_bindgen_test]
async fn another_first_key_has_its_own_size_unless_the_size_is_to_stay() {
    for persist in [false, true] {
        let (server, name) = (Server::new(), Knob::new(Some("p")));
        let options = Options::new().revalidate_first_page(false).persist_size(persist);
        let (view, held) = list(&server, &name, options, all);
        let _stage = staged(&[&view]).await;
        server.ok(0, "a").await;
        drop(held.get().set_size(2));
        settle().await;
        server.ok(1, "b").await;
        name.set(None);
        view.again().await;
        assert_eq!(view.last(), "- of 1");
        name.set(Some("q"));
        view.again().await;
        assert_eq!(view.last(), format!("- of {} loading", if persist { 2 } else { 1 }));
        server.ok(2, "c").await;
        if persist {
            server.ok(3, "d").await;
        }
        let log = view.log();
        assert_eq!(log[log.len() - 1], if persist { "c,d of 2" } else { "c of 1" });
        name.set(Some("p"));
        view.again().await;
        assert_eq!(view.last(), "a,b of 2");
    }
}

#[wasm_bindgen_test]
async fn the_size_is_still_there_when_the_component_comes_again() {
    let (server, client) = (Server::new(), new_client());
    let (view, held) = list(&server, &Knob::new(Some("p")), Options::new(), all);
    let mut stage = Stage::new(under(&client, &[&view])).await;
    server.ok(0, "a").await;
    drop(held.get().set_size(2));
    settle().await;
    server.ok(1, "a").await;
    server.ok(2, "b").await;
    stage.show(under(&client, &[])).await;
    // A handle of a component that is gone keeps nothing running.
    drop(held.get().set_size(3));
    settle().await;
    assert_eq!(server.count(), 3);
    drop(held.get().set_size(2));
    stage.show(under(&client, &[&view])).await;
    assert_eq!(view.last(), "a,b of 2");
}

#[wasm_bindgen_test]
async fn the_first_mount_may_fetch_all_pages_again() {
    for (wanted, expected) in
        [(Some(true), vec!["p0", "p1"]), (None, vec!["p0"]), (Some(false), vec![])]
    {
        let (server, client) = (Server::new(), new_client());
        let options = Options::new().initial_size(2).deduping_interval(std::time::Duration::ZERO);
        let name = Knob::new(Some("p"));
        let (before, _) = list(&server, &name, options.clone(), all);
        let mut stage = Stage::new(under(&client, &[&before])).await;
        server.ok(0, "a").await;
        server.ok(1, "b").await;
        stage.show(under(&client, &[])).await;
        let options = wanted.map_or(options.clone(), |wanted| options.revalidate_on_mount(wanted));
        let (after, held) = list(&server, &name, options, all);
        stage.show(under(&client, &[&after])).await;
        assert!(after.last().starts_with("a,b of 2"));
        for number in 2..2 + expected.len() {
            server.ok(number, "x").await;
        }
        assert_eq!(server.asked()[2..], expected);
        let renders = after.renders();
        after.again().await;
        assert_eq!((after.renders(), server.count()), (renders + 1, 2 + expected.len()));
        drop(held);
    }
}

#[wasm_bindgen_test]
async fn a_list_is_written_by_hand_and_looks_after_what_was_changed() {
    let server = Server::new();
    let options = Options::new().initial_size(2).revalidate_first_page(false);
    let (view, held) = list(&server, &Knob::new(Some("p")), options, join);
    let _stage = staged(&[&view]).await;
    server.ok(0, "a").await;
    server.ok(1, "b").await;
    let second = |pages: Option<&Vec<Rc<String>>>| {
        let mut pages = pages?.clone();
        *pages.last_mut()? = Rc::new("B".to_owned());
        Some(pages)
    };
    drop(held.get().mutate_with(second, MutatorOptions::new()));
    settle().await;
    server.ok(2, "b2").await;
    assert_eq!(view.log()[1..], ["a,b", "a,B", "a,b2"]);
    let only_second = MutatorOptions::new().revalidate_pages(|page: &String, _| page == "a");
    drop(held.get().mutate_data(vec![], only_second));
    settle().await;
    server.ok(3, "a2").await;
    drop(held.get().mutate_pages(|_, key| key.as_str() == Some("p1")));
    settle().await;
    assert_eq!(server.asked()[2..], ["p1", "p0", "p1"]);
    assert_eq!(view.log()[4..], ["", "a2,b2"]);
}

#[wasm_bindgen_test]
async fn a_page_is_shared_with_a_plain_hook() {
    let server = Server::new();
    let options = Options::new().initial_size(2);
    let (view, _) = list(&server, &Knob::new(Some("p")), options, join);
    let plain = View::new(|ctx| {
        let nothing = |_| std::future::pending::<Result<String, String>>();
        let paused = SwrOptions::new().is_paused(true);
        shown(use_swr_with("p1", nothing, paused).run(ctx).data())
    });
    let _stage = staged(&[&view, &plain]).await;
    server.ok(0, "a").await;
    server.ok(1, "b").await;
    assert_eq!((view.last(), plain.log()), ("a,b".into(), vec!["-".into(), "b".to_owned()]));
}

#[wasm_bindgen_test]
async fn a_configuration_may_say_how_pages_are_fetched() {
    let server = Server::new();
    let (view, _) = list(&server, &Knob::new(Some("p")), Options::new(), all);
    let value = Rc::new(SwrOptions::<(), ()>::new().initial_size(2).parallel(true));
    let html = html! { <SwrConfig {value} client={new_client()}>{ view.html() }</SwrConfig> };
    let _stage = Stage::new(html).await;
    assert_eq!(server.asked(), ["p0", "p1"]);
    server.ok(1, "b").await;
    server.ok(0, "a").await;
    assert_eq!(view.log(), ["- of 2 loading", "a,b of 2"]);
}

#[wasm_bindgen_test]
async fn the_hook_works_without_any_provider_and_tells_of_a_bad_key() {
    let server = Server::new();
    let fetch = server.clone();
    let view = View::new(move |ctx| {
        let server = fetch.clone();
        let end = |index, previous: Option<&String>| match previous.map(String::as_str) {
            Some("end") => None,
            _ => Some(format!("without a provider {index}")),
        };
        let fetcher = move |key| server.fetch(key);
        all(&use_swr_infinite(end, fetcher).run(ctx))
    });
    let bad = View::new(|ctx| {
        let key = |_, _: Option<&String>| Bad;
        let nothing = |_: Key| std::future::pending::<Result<String, String>>();
        let list = use_swr_infinite(key, nothing).run(ctx);
        drop((list.set_size(2), list.mutate()));
        format!("{} {}", all(&list), list.problem().is_some())
    });
    let _stage = Stage::new(html! { <>{ view.html() }{ bad.html() }</> }).await;
    server.ok(0, "end").await;
    assert_eq!((view.last(), bad.log()), ("end of 1".into(), vec!["- of 1 true".to_owned()]));
}

/// A key that cannot be encoded.
struct Bad;

impl yew_clerk::engine::key::IntoKey for Bad {
    fn to_key(&self) -> Result<Option<Key>, yew_clerk::engine::key::KeyError> {
        Key::of(&HashMap::from([((1, 2), 3)])).map(Some)
    }
}

impl yew_clerk::hooks::SwrKey for Bad {
    type Arg = Key;
    fn arg(&self) -> Option<Key> {
        None
    }
}

fn own_pages() -> View {
    View::new(|ctx| {
        let options = SwrInfiniteOptions::<String, FetchError>::new().initial_size(2);
        let url = |index, _: Option<&String>| format!("/api/notes?page={index}");
        let list = use_clerk_swr_infinite_with(url, options).run(ctx);
        format!("{} {}", join(&list), list.is_loading())
    })
}

#[wasm_bindgen_test]
async fn pages_with_the_token_wait_for_sign_in_and_go_with_their_user() {
    let (network, sign_in) = (Network::new(), SignIn::new(yew_clerk::auth::AuthState::SignedOut));
    let view = own_pages();
    let _stage = Stage::new(app(&sign_in, view.html())).await;
    assert_eq!((network.count(), view.last()), (0, "- false".into()));
    sign_in.becomes(user("alice")).await;
    network.ok(0, "a0").await;
    assert_eq!(view.last(), "- true");
    network.ok(1, "a1").await;
    assert_eq!(view.last(), "a0,a1 false");
    sign_in.becomes(user("bob")).await;
    assert_eq!(view.last(), "- true");
    network.ok(2, "b0").await;
    sign_in.becomes(yew_clerk::auth::AuthState::SignedOut).await;
    assert!(!network.is_wanted(3));
    assert_eq!(view.last(), "- false");
    let asked = [("0", "alice"), ("1", "alice"), ("0", "bob"), ("1", "bob")];
    assert_eq!(
        network.asked(),
        asked.map(|(page, user)| format!("/api/notes?page={page} Bearer {user}"))
    );
    assert!(view.log().iter().all(|text| !text.contains("b0")));
}

#[wasm_bindgen_test]
async fn pages_with_the_token_are_stopped_when_nobody_shows_them() {
    let (network, sign_in) = (Network::new(), SignIn::new(user("alice")));
    let view = own_pages();
    let mut stage = Stage::new(app(&sign_in, view.html())).await;
    assert!(network.is_wanted(0));
    stage.show(app(&sign_in, html! {})).await;
    assert!(!network.is_wanted(0));
    assert_eq!(network.count(), 1);
}

#[wasm_bindgen_test]
async fn pages_with_the_token_need_the_provider() {
    let view = View::new(|ctx| {
        let list = use_clerk_swr_infinite(|_, _: Option<&String>| "/api/notes").run(ctx);
        list.problem().map_or_else(String::new, ToString::to_string)
    });
    let _stage = Stage::new(view.html()).await;
    assert!(view.last().contains("use_clerk_swr_infinite"), "{}", view.last());
}
