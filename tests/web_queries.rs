//! TanStack Query's other reading hooks in a browser: selections, lists of queries, suspense and prefetching.

#![cfg(target_arch = "wasm32")]

#[path = "support/page.rs"]
mod page;
#[path = "support/stage.rs"]
mod stage;

use stage::{Count, Held, Knob, Server, Stage, View, new_client, run, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::{Hook, HookContext};
use yew::prelude::*;
use yew_clerk::client::{QueryClient, QueryError, QueryOptions, query_options};
use yew_clerk::components::QueryClientProvider;
use yew_clerk::engine::event::Owner;
use yew_clerk::engine::options::Access;
use yew_clerk::hooks::{
    QueryHandle, use_prefetch_query, use_queries, use_queries_combined, use_query_with,
    use_suspense_queries, use_suspense_query,
};

wasm_bindgen_test_configure!(run_in_browser);

type Query = QueryOptions<String, String>;

fn asking(server: &Server, key: Option<&'static str>) -> Query {
    let server = server.clone();
    query_options(key, move |ctx| server.fetch(ctx.key().to_json())).retry(0)
}

fn all_of(server: &Server, keys: &[&'static str]) -> Vec<Query> {
    keys.iter().map(|key| asking(server, Some(key))).collect()
}

fn under(client: &QueryClient, html: Html) -> Html {
    html! { <QueryClientProvider client={client.clone()}>{ html }</QueryClientProvider> }
}

fn short(text: &str) -> Result<usize, String> {
    if text.len() < 5 { Ok(text.len()) } else { Err("too long".to_owned()) }
}

#[wasm_bindgen_test]
async fn a_component_renders_for_its_selection_and_a_refetch_gives_it() {
    let (server, held) = (Server::new(), Held::<QueryHandle<usize, String>>::new());
    let (fetch, left) = (server.clone(), held.clone());
    let view = View::new(move |ctx: &mut HookContext| {
        let query =
            use_query_with(asking(&fetch, Some("k")).select_result(|text: &String| short(text)))
                .run(ctx);
        left.set(query.clone());
        format!("{} {}", shown(query.data()), query.error().as_deref().map_or("", |e| e))
    });
    let _stage = Stage::new(under(&new_client(), view.html())).await;
    server.ok(0, "abc").await;
    assert_eq!(view.log(), ["- ", "3 "]);
    let refetched = run(held.get().refetch());
    settle().await;
    server.ok(1, "xyz").await;
    assert_eq!(refetched.await.unwrap().as_deref(), Some(&3));
    assert_eq!(view.renders(), 2);
    let refetched = run(held.get().refetch_with(false));
    settle().await;
    server.ok(2, "abcdef").await;
    assert!(matches!(refetched.await, Err(QueryError::Failed(error)) if *error == "too long"));
    assert_eq!(view.last(), "3 too long");
}

#[wasm_bindgen_test]
async fn a_selection_from_another_type_is_said_to_be_a_mistake() {
    let (client, held) = (new_client(), Held::<QueryHandle<usize, String>>::new());
    client.set_query_data("k", 7_usize).unwrap();
    let (server, left) = (Server::new(), held.clone());
    let view = View::new(move |ctx: &mut HookContext| {
        let query = asking(&server, Some("k")).enabled(false).select(String::len);
        left.set(use_query_with(query).run(ctx));
        String::new()
    });
    let _stage = Stage::new(under(&client, view.html())).await;
    let problem = held.get().problem().expect("a problem").to_string();
    assert!(problem.contains("usize") && problem.contains("String"), "{problem}");
    assert!(held.get().data().is_none() && held.get().error().is_none());
}

#[wasm_bindgen_test]
async fn a_list_of_queries_follows_its_keys() {
    let (server, keys) = (Server::new(), Knob::new(vec!["a", "b"]));
    let (fetch, wanted) = (server.clone(), keys.clone());
    let view = View::new(move |ctx: &mut HookContext| {
        let all = use_queries(all_of(&fetch, &wanted.get())).run(ctx);
        all.iter().map(|query| shown(query.data())).collect::<Vec<_>>().join(" ")
    });
    let client = new_client();
    let stage = Stage::new(under(&client, view.html())).await;
    server.ok(1, "of b").await;
    assert_eq!(view.log(), ["- -", "- of b"]);
    server.ok(0, "of a").await;
    keys.set(vec!["b", "c", "a"]);
    view.again().await;
    assert_eq!((view.last(), server.count()), ("of b - of a".into(), 3));
    server.ok(2, "of c").await;
    assert_eq!(view.last(), "of b of c of a");
    keys.set(vec![]);
    view.again().await;
    assert_eq!((view.last(), client.engine().unwrap().observer_count()), (String::new(), 0));
    keys.set(vec!["a", "a"]);
    view.again().await;
    assert_eq!(view.last(), "of a of a");
    stage.end().await;
    assert_eq!(client.engine().unwrap().observer_count(), 0);
}

#[wasm_bindgen_test]
async fn what_is_made_of_a_list_renders_when_it_changes_and_is_made_no_more_often_than_needed() {
    thread_local! {
        static RUNS: Count = Count::default();
    }
    let (server, runs) = (Server::new(), RUNS.with(Clone::clone));
    let (fetch, client) = (server.clone(), new_client());
    let view = View::new(move |ctx: &mut HookContext| {
        let all = all_of(&fetch, &["a", "b"]);
        let count = use_queries_combined(all, |all| {
            RUNS.with(Count::add);
            all.iter().filter(|query| query.data().is_some()).count()
        });
        count.run(ctx).to_string()
    });
    let _stage = Stage::new(under(&client, view.html())).await;
    assert_eq!((view.log(), runs.get()), (vec!["0".to_owned()], 1));
    view.again().await;
    assert_eq!((view.renders(), runs.get()), (2, 1));
    server.ok(0, "of a").await;
    assert_eq!((view.last(), view.renders(), runs.get()), ("1".into(), 3, 2));
    // Other data, of which the same is made.
    client.set_query_data("a", "newer".to_owned()).unwrap();
    settle().await;
    assert_eq!((view.renders(), runs.get()), (3, 3));
    server.ok(1, "of b").await;
    assert_eq!((view.last(), view.renders(), runs.get()), ("2".into(), 4, 4));
}

#[wasm_bindgen_test]
async fn a_list_without_a_provider_fetches_nothing_and_says_why() {
    let server = Server::new();
    let fetch = server.clone();
    let view = View::new(move |ctx: &mut HookContext| {
        let all = use_queries(all_of(&fetch, &["a", "b"])).run(ctx);
        all.iter().filter(|query| query.problem().is_some()).count().to_string()
    });
    let _stage = Stage::new(view.html()).await;
    assert_eq!((view.last(), server.count()), ("2".into(), 0));
}

/// What a waiting component is made of.
#[derive(Clone, PartialEq, Properties)]
struct Waits {
    plan: Plan,
}

#[derive(Clone)]
struct Plan {
    server: Server,
    keys: Knob<Vec<Option<&'static str>>>,
    /// How often the component has begun to render.
    began: Count,
    again: Held<UseForceUpdateHandle>,
}

impl PartialEq for Plan {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Plan {
    fn new(keys: &[Option<&'static str>]) -> Self {
        let keys = Knob::new(keys.to_vec());
        Self { server: Server::new(), keys, began: Count::default(), again: Held::new() }
    }

    async fn put(&self, keys: &[Option<&'static str>]) {
        self.keys.set(keys.to_vec());
        self.again.get().force_update();
        settle().await;
    }
}

fn text(query: &QueryHandle<String, String>) -> String {
    let error = query.error().map_or_else(String::new, |error| format!(" {error}"));
    let paused = if query.is_paused() { " paused" } else { "" };
    shown(query.data()) + &error + paused
}

#[component]
fn One(props: &Waits) -> HtmlResult {
    let Plan { server, keys, began, again } = &props.plan;
    again.set(use_force_update());
    began.add();
    let query = asking(server, keys.get()[0]).enabled(false).placeholder_data("soon".to_owned());
    let is_private = keys.get()[0] == Some("private");
    let access = if is_private { Access::SignedIn } else { Access::Private };
    let query = use_suspense_query(query.keep_previous_data().access(access))?;
    Ok(html! { { text(&query) } })
}

#[component]
fn Several(props: &Waits) -> HtmlResult {
    let Plan { server, keys, began, again } = &props.plan;
    again.set(use_force_update());
    began.add();
    let queries = keys.get().into_iter().map(|key| asking(server, key));
    let all = use_suspense_queries(queries)?;
    Ok(html! { { all.iter().map(text).collect::<Vec<_>>().join(", ") } })
}

fn waiting(client: &QueryClient, child: Html) -> Html {
    let fallback = html! { <i>{ "waiting" }</i> };
    under(client, html! { <Suspense {fallback}>{ child }</Suspense> })
}

#[wasm_bindgen_test]
async fn a_component_waits_for_its_first_data_and_not_for_what_comes_in_the_background() {
    let (plan, client) = (Plan::new(&[Some("k")]), new_client());
    let stage = Stage::new(waiting(&client, html! { <One plan={plan.clone()} /> })).await;
    assert_eq!(stage.text(), "waiting", "neither disabled nor a placeholder");
    plan.server.ok(0, "data").await;
    assert_eq!((stage.text(), plan.began.get()), ("data".into(), 2));
    drop(client.refetch_queries("k"));
    settle().await;
    assert_eq!((stage.text(), plan.server.count()), ("data".into(), 2));
    plan.server.fail(1, "no").await;
    assert_eq!(stage.text(), "data no");
}

#[wasm_bindgen_test]
async fn another_key_makes_it_wait_anew_and_no_key_nor_an_error_do() {
    let (plan, client) = (Plan::new(&[Some("k")]), new_client());
    let stage = Stage::new(waiting(&client, html! { <One plan={plan.clone()} /> })).await;
    plan.put(&[Some("l")]).await;
    plan.server.ok(0, "of k").await;
    assert_eq!(stage.text(), "waiting", "that was for the old key");
    plan.server.ok(1, "of l").await;
    assert_eq!(stage.text(), "of l");
    plan.put(&[None]).await;
    assert_eq!(stage.text(), "-");
    plan.put(&[Some("m")]).await;
    assert_eq!(stage.text(), "waiting");
    plan.server.fail(2, "no").await;
    assert_eq!(stage.text(), "- no");
}

#[wasm_bindgen_test]
async fn an_offline_browser_leaves_nobody_waiting() {
    let (plan, client) = (Plan::new(&[Some("k")]), new_client());
    let mut stage = Stage::new(under(&client, Html::default())).await;
    page::go_offline().await;
    stage.show(waiting(&client, html! { <One plan={plan.clone()} /> })).await;
    let offline = stage.text();
    page::go_online().await;
    assert_eq!((offline, stage.text()), ("- paused".into(), "waiting".into()));
    plan.server.ok(0, "data").await;
    assert_eq!(stage.text(), "data");
}

#[wasm_bindgen_test]
async fn it_waits_for_sign_in_and_not_for_nobody() {
    let (plan, client) = (Plan::new(&[Some("private")]), new_client());
    client.set_owner(Owner::Unknown);
    let stage = Stage::new(waiting(&client, html! { <One plan={plan.clone()} /> })).await;
    assert_eq!((stage.text(), plan.server.count()), ("waiting".into(), 0));
    client.set_owner(Owner::Nobody);
    settle().await;
    assert_eq!((stage.text(), plan.server.count()), ("-".into(), 0));
    for (number, name) in ["A", "B"].into_iter().enumerate() {
        client.set_owner(Owner::Identity(name.into()));
        settle().await;
        assert_eq!(stage.text(), "waiting", "nothing of anybody else is left");
        plan.server.ok(number, name).await;
        assert_eq!(stage.text(), name);
    }
}

#[wasm_bindgen_test]
async fn a_list_waits_for_the_last_of_its_queries() {
    let (plan, client) = (Plan::new(&[Some("a"), Some("b"), None]), new_client());
    let stage = Stage::new(waiting(&client, html! { <Several plan={plan.clone()} /> })).await;
    assert_eq!((stage.text(), plan.server.count()), ("waiting".into(), 2));
    plan.server.ok(1, "of b").await;
    assert_eq!(stage.text(), "waiting");
    plan.server.fail(0, "no").await;
    assert_eq!(stage.text(), "- no, of b, -");
}

#[component]
fn Prefetching(props: &Waits) -> Html {
    props.plan.began.add();
    use_prefetch_query(asking(&props.plan.server, Some("k")));
    let inner = Plan { began: Count::default(), again: Held::new(), ..props.plan.clone() };
    html! { <Suspense fallback={html! { "waiting" }}><Several plan={inner} /></Suspense> }
}

#[wasm_bindgen_test]
async fn what_is_prefetched_loads_beside_what_comes_first_and_renders_nothing() {
    let (plan, client) = (Plan::new(&[Some("first")]), new_client());
    let html = html! { <Prefetching plan={plan.clone()} /> };
    let mut stage = Stage::new(under(&client, html.clone())).await;
    let mut asked = plan.server.asked();
    asked.sort();
    assert_eq!(asked, ["\"first\"", "\"k\""]);
    let number = plan.server.asked().iter().position(|key| key == "\"k\"").unwrap();
    plan.server.ok(number, "of k").await;
    assert_eq!(plan.began.get(), 1);
    assert_eq!(client.get_query_data::<String>("k").unwrap().as_deref(), Some(&"of k".to_owned()));
    // Known already, however old.
    stage.show(under(&client, html! { <>{ html }</> })).await;
    assert_eq!(plan.server.count(), 2);
}
