//! Components that wait for their data.

#![cfg(target_arch = "wasm32")]

#[path = "support/sign_in.rs"]
mod sign_in;
#[path = "support/stage.rs"]
mod stage;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use sign_in::{Network, SignIn, user};
use stage::{Knob, Server, Stage, new_client, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::prelude::*;
use yew_clerk::auth::AuthState;
use yew_clerk::client::{QueryClient, SwrOptions};
use yew_clerk::components::{AuthProvider, QueryClientProvider};
use yew_clerk::hooks::{use_clerk_swr_suspense, use_swr_suspense_with};

wasm_bindgen_test_configure!(run_in_browser);

type Options = SwrOptions<String, String>;

/// What a component is made of, and the text of each of its renders; a dot for one that was suspended.
#[derive(Clone)]
struct Plan {
    server: Server,
    key: Knob<Option<&'static str>>,
    options: Options,
    renders: Rc<RefCell<Vec<String>>>,
    again: Rc<RefCell<Option<UseForceUpdateHandle>>>,
}

impl PartialEq for Plan {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.renders, &other.renders)
    }
}

impl Plan {
    fn new(options: Options) -> Self {
        Self {
            server: Server::new(),
            key: Knob::new(Some("k")),
            options,
            renders: Rc::default(),
            again: Rc::default(),
        }
    }

    fn log(&self) -> Vec<String> {
        self.renders.borrow().clone()
    }

    fn html(&self) -> Html {
        let fallback = html! { <i>{ "waiting" }</i> };
        html! { <Suspense {fallback}><Waits plan={self.clone()} /></Suspense> }
    }

    async fn change_key(&self, key: Option<&'static str>) {
        self.key.set(key);
        self.render().await;
    }

    async fn render(&self) {
        let again = self.again.borrow().clone();
        again.expect("a mounted component").force_update();
        settle().await;
    }
}

#[derive(Clone, PartialEq, Properties)]
struct WaitsProps {
    plan: Plan,
}

#[component]
fn Waits(props: &WaitsProps) -> HtmlResult {
    let Plan { server, key, options, renders, again } = props.plan.clone();
    again.replace(Some(use_force_update()));
    renders.borrow_mut().push(".".to_owned());
    let swr = use_swr_suspense_with(key.get(), move |key| server.fetch(key), options)?;
    let error = swr.error().map_or_else(String::new, |error| format!(" {error}"));
    let text = shown(swr.data()) + &error;
    renders.borrow_mut().pop();
    renders.borrow_mut().push(text.clone());
    Ok(html! { <b>{ text }</b> })
}

fn in_provider(client: &QueryClient, html: Html) -> Html {
    html! { <QueryClientProvider client={client.clone()}>{ html }</QueryClientProvider> }
}

#[wasm_bindgen_test]
async fn a_component_waits_for_its_first_data_and_renders_once_with_it() {
    let plan = Plan::new(Options::new());
    let stage = Stage::new(in_provider(&new_client(), plan.html())).await;
    assert_eq!(stage.text(), "waiting");
    plan.server.ok(0, "data").await;
    assert_eq!(stage.text(), "data");
    assert_eq!(plan.log(), [".", "data"]);
    assert_eq!(plan.server.count(), 1);
}

#[wasm_bindgen_test]
async fn what_is_fetched_in_the_background_does_not_suspend_and_equal_data_does_not_render() {
    let (plan, client) = (Plan::new(Options::new()), new_client());
    let stage = Stage::new(in_provider(&client, plan.html())).await;
    plan.server.ok(0, "data").await;
    for (number, answer) in [(1, "data"), (2, "news")] {
        drop(client.mutate::<String, String>("k"));
        settle().await;
        assert_eq!(stage.text(), "data");
        plan.server.ok(number, answer).await;
    }
    assert_eq!(plan.log(), [".", "data", "news"]);
}

#[wasm_bindgen_test]
async fn another_key_suspends_anew_and_one_that_is_cached_does_not() {
    let plan = Plan::new(Options::new().deduping_interval(Duration::from_secs(60)));
    let stage = Stage::new(in_provider(&new_client(), plan.html())).await;
    plan.server.ok(0, "one").await;
    plan.change_key(Some("l")).await;
    assert_eq!(plan.log(), [".", "one", "."]);
    plan.server.ok(1, "two").await;
    assert_eq!(stage.text(), "two");
    plan.change_key(Some("k")).await;
    assert_eq!(stage.text(), "one");
    let suspended = plan.log().iter().filter(|render| *render == ".").count();
    assert_eq!(suspended, 2, "{:?}", plan.log());
}

#[wasm_bindgen_test]
async fn a_component_may_wait_again_and_again() {
    const KEYS: [&str; 3] = ["a", "b", "c"];
    let plan = Plan::new(Options::new().gc_time(Duration::ZERO));
    let stage = Stage::new(in_provider(&new_client(), plan.html())).await;
    plan.server.ok(0, "0").await;
    for number in 1..200 {
        plan.change_key(Some(KEYS[number % 3])).await;
        stage::pause(1).await;
        assert_eq!(stage.text(), "waiting", "{number}");
        plan.server.ok(number, &number.to_string()).await;
        assert_eq!(stage.text(), number.to_string());
    }
}

#[wasm_bindgen_test]
async fn a_key_that_changes_while_the_component_waits_does_not_leave_it_waiting() {
    let plan = Plan::new(Options::new());
    let stage = Stage::new(in_provider(&new_client(), plan.html())).await;
    plan.change_key(Some("l")).await;
    plan.server.ok(0, "of k").await;
    assert_eq!(plan.log().last().map(String::as_str), Some("."), "that was for the old key");
    plan.server.ok(1, "of l").await;
    assert_eq!(stage.text(), "of l");
    plan.change_key(Some("m")).await;
    plan.change_key(None).await;
    assert_eq!(stage.text(), "-", "without a key there is nothing to wait for");
}

#[wasm_bindgen_test]
async fn an_error_ends_the_wait_and_a_retry_of_it_does_not_begin_another() {
    let plan = Plan::new(Options::new().error_retry_interval(Duration::from_millis(5)));
    let stage = Stage::new(in_provider(&new_client(), plan.html())).await;
    plan.server.fail(0, "no").await;
    assert_eq!(stage.text(), "- no");
    stage::pause(60).await;
    settle().await;
    assert_eq!((plan.server.count(), stage.text()), (2, "- no".into()));
    plan.server.ok(1, "data").await;
    assert_eq!(stage.text(), "data");
}

#[wasm_bindgen_test]
async fn data_that_stands_in_leaves_nothing_to_wait_for() {
    let plan = Plan::new(Options::new().fallback_data("fallback".to_owned()));
    let stage = Stage::new(in_provider(&new_client(), plan.html())).await;
    assert_eq!(stage.text(), "fallback");
    let kept = Plan::new(Options::new().keep_previous_data(true));
    let stage = Stage::new(in_provider(&new_client(), kept.html())).await;
    kept.server.ok(0, "old").await;
    kept.change_key(Some("l")).await;
    assert_eq!(stage.text(), "old");
    kept.server.ok(1, "new").await;
    assert_eq!(stage.text(), "new");
}

#[wasm_bindgen_test]
async fn two_components_wait_for_one_request() {
    let (first, client) = (Plan::new(Options::new()), new_client());
    let second = Plan { renders: Rc::default(), again: Rc::default(), ..first.clone() };
    let html = html! { <>{ first.html() }{ second.html() }</> };
    let stage = Stage::new(in_provider(&client, html)).await;
    assert_eq!((stage.text(), first.server.count()), ("waitingwaiting".into(), 1));
    first.server.ok(0, "data").await;
    assert_eq!(stage.text(), "datadata");
}

#[wasm_bindgen_test]
async fn a_component_that_goes_while_it_waits_leaves_nothing_behind() {
    let (plan, client) = (Plan::new(Options::new()), new_client());
    let mut stage = Stage::new(in_provider(&client, plan.html())).await;
    stage.show(in_provider(&client, Html::default())).await;
    assert_eq!(client.engine().unwrap().observer_count(), 0);
    plan.server.ok(0, "data").await;
    assert_eq!(plan.log(), ["."]);
}

#[component]
fn Private() -> HtmlResult {
    let swr = use_clerk_swr_suspense::<String>("/api/foo", SwrOptions::new())?;
    Ok(html! { <b>{ shown(swr.data()) }</b> })
}

#[wasm_bindgen_test]
async fn a_component_waits_for_sign_in_and_not_for_nobody() {
    let network = Network::new();
    let sign_in = SignIn::new(AuthState::Loading);
    let fallback = html! { <i>{ "waiting" }</i> };
    let html = html! {
        <QueryClientProvider>
            <AuthProvider source={sign_in.source()}>
                <Suspense {fallback}><Private /></Suspense>
            </AuthProvider>
        </QueryClientProvider>
    };
    let stage = Stage::new(html).await;
    assert_eq!((stage.text(), network.count()), ("waiting".into(), 0));
    sign_in.becomes(AuthState::SignedOut).await;
    assert_eq!((stage.text(), network.count()), ("-".into(), 0));
    sign_in.becomes(user("A")).await;
    assert_eq!(stage.text(), "waiting");
    network.ok(0, "of A").await;
    assert_eq!(stage.text(), "of A");
    sign_in.becomes(user("B")).await;
    assert_eq!(stage.text(), "waiting", "nothing of A is left");
    network.ok(1, "of B").await;
    assert_eq!(stage.text(), "of B");
}
