//! SWR's configuration in a browser, and the keys that stand for a request.

#![cfg(target_arch = "wasm32")]

#[path = "support/sign_in.rs"]
mod sign_in;
#[path = "support/stage.rs"]
mod stage;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use sign_in::{Network, SignIn, app, user};
use stage::{Held, Knob, Server, Stage, View, new_client, settle, shown};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::functional::{Hook, HookContext};
use yew::prelude::*;
use yew_clerk::auth::Subscription;
use yew_clerk::client::SwrOptions;
use yew_clerk::components::{QueryClientProvider, SwrConfig};
use yew_clerk::engine::erased::Data;
use yew_clerk::fetch;
use yew_clerk::hooks::{
    SwrCall, SwrConfigHandle, SwrNext, SwrShown, use_clerk_swr, use_clerk_swr_request, use_next,
    use_swr_config, use_swr_inherited, use_swr_with,
};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn an_address_with_parameters_is_asked_with_them_and_cached_by_them() {
    let network = Network::new();
    let page = Knob::new(Some(1));
    let asked = page.clone();
    let view = View::new(move |ctx| {
        let key = asked.get().map(|page| ("/api/notes", [("page", page), ("size", 20)]));
        shown(use_clerk_swr::<String>(key).run(ctx).data())
    });
    let _stage = Stage::new(app(&SignIn::new(user("A")), view.html())).await;
    network.ok(0, "one").await;
    page.set(Some(2));
    view.again().await;
    network.ok(1, "two").await;
    page.set(Some(1));
    view.again().await;
    assert_eq!(view.last(), "one", "from the cache");
    page.set(None);
    view.again().await;
    assert_eq!(view.last(), "-");
    assert_eq!(
        network.asked(),
        ["/api/notes?page=1&size=20 Bearer A", "/api/notes?page=2&size=20 Bearer A"]
    );
}

#[wasm_bindgen_test]
async fn parameters_that_are_none_are_an_error_and_no_request() {
    let network = Network::new();
    let view = View::new(|ctx| {
        let swr = use_clerk_swr::<String>(("/api/notes", 7)).run(ctx);
        swr.error().map_or_else(String::new, |error| error.to_string())
    });
    let _stage = Stage::new(app(&SignIn::new(user("A")), view.html())).await;
    settle().await;
    assert!(view.last().contains("a query is a map"), "{}", view.last());
    assert_eq!(network.count(), 0);
}

#[wasm_bindgen_test]
async fn a_request_may_be_made_of_any_key() {
    let network = Network::new();
    let view = View::new(|ctx| {
        let swr = use_clerk_swr_request::<_, String>(
            ("search", "clerk"),
            |api, (_, text)| api.post("/api/search").json_body(&[text]),
            SwrOptions::new(),
        );
        shown(swr.run(ctx).data())
    });
    let sign_in = SignIn::new(user("A"));
    let _stage = Stage::new(app(&sign_in, view.html())).await;
    network.ok(0, "found").await;
    assert_eq!(
        (network.asked(), view.last()),
        (vec!["/api/search Bearer A".into()], "found".into())
    );
    sign_in.becomes(user("B")).await;
    assert_eq!(view.last(), "-", "it is as private as any other");
    assert_eq!(network.asked()[1], "/api/search Bearer B");
}

fn fetching() -> Rc<SwrOptions> {
    Rc::new(SwrOptions::new().fetcher(|key| fetch::get(key.as_str().unwrap_or("/"))))
}

fn configured(value: &Rc<SwrOptions>, html: Html) -> Html {
    html! {
        <QueryClientProvider client={new_client()}>
            <SwrConfig value={value.clone()}>{ html }</SwrConfig>
        </QueryClientProvider>
    }
}

#[wasm_bindgen_test]
async fn a_hook_fetches_by_the_configurations_fetcher_and_reads_its_own_type() {
    let network = Network::new();
    let text = View::new(|ctx| shown(use_swr_inherited::<String>("/api/text").run(ctx).data()));
    let number = View::new(|ctx| {
        let number = use_swr_inherited::<u32>("/api/number").run(ctx);
        let error = number.error().map_or("", |_| " error");
        format!("{}{error}", shown(number.data().map(|n| Rc::new(n.to_string()))))
    });
    let html = html! { <>{ text.html() }{ number.html() }</> };
    let _stage = Stage::new(configured(&fetching(), html)).await;
    let number_of = |path: &str| network.asked().iter().position(|asked| asked == path).unwrap();
    network.ok(number_of("/api/text"), "t").await;
    network.reply(number_of("/api/number"), 200, "7").await;
    assert_eq!((text.last(), number.last()), ("t".into(), "7".into()));
    assert_eq!(network.count(), 2);
}

#[wasm_bindgen_test]
async fn without_a_fetcher_in_the_configuration_a_hook_shows_the_cache_and_asks_nothing() {
    let network = Network::new();
    let client = new_client();
    let view = View::new(|ctx| {
        let swr = use_swr_inherited::<String>("k").run(ctx);
        format!("{} {}", shown(swr.data()), swr.is_loading())
    });
    let html = html! { <QueryClientProvider client={client.clone()}>{ view.html() }</QueryClientProvider> };
    let _stage = Stage::new(html).await;
    client.set_query_data("k", "written".to_owned()).unwrap();
    settle().await;
    assert_eq!((view.log(), network.count()), (vec!["- false".into(), "written false".into()], 0));
}

#[wasm_bindgen_test]
async fn a_function_replaces_what_the_enclosing_configuration_says() {
    let network = Network::new();
    let view = View::new(|ctx| shown(use_swr_inherited::<String>("/api/foo").run(ctx).data()));
    let fallback = SwrOptions::new().fallback("/api/foo", "f".to_owned());
    let outer = Rc::new((*fetching()).clone().with(&fallback));
    let show = |value_with: Callback<SwrOptions, SwrOptions>| {
        let inner = html! { <SwrConfig {value_with}>{ view.html() }</SwrConfig> };
        configured(&outer, inner)
    };
    let nothing = Stage::new(show(Callback::from(|_| SwrOptions::new()))).await;
    assert_eq!((network.count(), view.last()), (0, "-".into()), "neither fetcher nor fallback");
    nothing.end().await;
    let _more = Stage::new(show(Callback::from(|over: SwrOptions| over))).await;
    assert_eq!((network.count(), view.last()), (1, "f".into()));
}

#[wasm_bindgen_test]
async fn the_configuration_can_be_had_and_stays_the_same_one() {
    let held = Held::<Vec<SwrConfigHandle>>::new();
    held.set(Vec::new());
    let (left, client) = (held.clone(), new_client());
    let view = View::new(move |ctx| {
        let mut seen = left.get();
        seen.push(use_swr_config().run(ctx));
        left.set(seen);
        String::new()
    });
    let value = Rc::new(SwrOptions::new().fallback("k", 1));
    let html = || {
        html! { <SwrConfig value={value.clone()} client={client.clone()}>{ view.html() }</SwrConfig> }
    };
    let mut stage = Stage::new(html()).await;
    stage.show(html()).await;
    view.again().await;
    let seen = held.get();
    assert!(seen.len() >= 2 && seen.iter().all(|config| *config == seen[0]));
    assert!(*seen[0].client() == client);
    let options = seen[0].options().resolved();
    let key = yew_clerk::engine::key::Key::of("k").unwrap();
    assert!(options.fallback.as_ref().and_then(|all| all.get(&key)).is_some());
}

/// What the middlewares have noted.
type Notes = Rc<RefCell<Vec<String>>>;

fn noting(
    notes: &Notes,
    name: &'static str,
) -> impl Fn(SwrCall, SwrNext) -> Noting + 'static + use<> {
    let notes = notes.clone();
    move |call, next| Noting { notes: notes.clone(), name, call, next }
}

struct Noting {
    notes: Notes,
    name: &'static str,
    call: SwrCall,
    next: SwrNext,
}

impl Hook for Noting {
    type Output = SwrShown;

    fn run(self, ctx: &mut HookContext) -> SwrShown {
        let key = self.call.key().map(ToString::to_string).unwrap_or_default();
        self.notes.borrow_mut().push(format!("into {} with {key}", self.name));
        let shown = use_next(self.next, self.call).run(ctx);
        self.notes.borrow_mut().push(format!("out of {}", self.name));
        shown
    }
}

/// P54.
#[wasm_bindgen_test]
async fn middlewares_of_the_configuration_lie_around_those_of_the_hook() {
    let (notes, server) = (Notes::default(), Server::new());
    let own =
        Options::new().middleware(noting(&notes, "hook 1")).middleware(noting(&notes, "hook 2"));
    let outer: Rc<SwrOptions> = Rc::new(SwrOptions::new().middleware(noting(&notes, "outer")));
    let inner: Rc<SwrOptions> = Rc::new(SwrOptions::new().middleware(noting(&notes, "inner")));
    let fetch = server.clone();
    let view = View::new(move |ctx| {
        let server = fetch.clone();
        shown(use_swr_with("k", move |key| server.fetch(key), own.clone()).run(ctx).data())
    });
    let html = html! { <SwrConfig value={inner}>{ view.html() }</SwrConfig> };
    let _stage = Stage::new(configured(&outer, html)).await;
    let names = ["outer", "inner", "hook 1", "hook 2"];
    let mut expected: Vec<_> = names.iter().map(|name| format!("into {name} with \"k\"")).collect();
    expected.extend(names.iter().rev().map(|name| format!("out of {name}")));
    assert_eq!(*notes.borrow(), expected);
    server.ok(0, "data").await;
    assert_eq!(view.log(), ["-", "data"]);
}

type Options = SwrOptions<String, String>;

#[wasm_bindgen_test]
async fn a_middleware_may_change_key_fetcher_and_options() {
    #[hook]
    fn use_prefixed(call: SwrCall, next: SwrNext) -> SwrShown {
        let key = call.key().map(|key| ("prefix", key.clone()));
        let call = call.with_key(key).with_options(&SwrOptions::new().revalidate_if_stale(false));
        let call = call.wrap_fetcher(|fetcher| {
            Rc::new(move |context| {
                let running = fetcher(context);
                Box::pin(async move {
                    let data = running.await?;
                    let text = data.get::<String>().map(|text| format!("<{text}>"));
                    Ok(text.map_or(data, Data::new))
                })
            })
        });
        use_next(next, call)
    }
    let (server, client) = (Server::new(), new_client());
    let fetch = server.clone();
    let view = View::new(move |ctx| {
        let (server, options) = (fetch.clone(), Options::new().middleware(use_prefixed));
        shown(use_swr_with("k", move |key| server.fetch(key), options).run(ctx).data())
    });
    let html = html! { <QueryClientProvider client={client.clone()}>{ view.html() }</QueryClientProvider> };
    let stage = Stage::new(html).await;
    server.ok(0, "data").await;
    assert_eq!((view.last(), server.asked()), ("<data>".into(), vec!["k".into()]));
    let cached = client.get_query_data::<String>(("prefix", "k")).unwrap();
    assert_eq!(shown(cached), "<data>");
    stage.end().await;
}

#[wasm_bindgen_test]
async fn a_middleware_may_use_hooks_and_show_other_data() {
    #[hook]
    fn use_laggy(call: SwrCall, next: SwrNext) -> SwrShown {
        let last = use_mut_ref(|| None);
        let shown = use_next(next, call);
        let mut last = last.borrow_mut();
        match (shown.erased_data(), last.clone()) {
            (None, Some(known)) => shown.with_data(known),
            (data, _) => {
                *last = data;
                shown
            }
        }
    }
    let (server, key) = (Server::new(), Knob::new("k"));
    let (fetch, asked) = (server.clone(), key.clone());
    let view = View::new(move |ctx| {
        let (server, options) = (fetch.clone(), Options::new().middleware(use_laggy));
        let swr = use_swr_with(asked.get(), move |key| server.fetch(key), options).run(ctx);
        format!("{} {}", shown(swr.data()), swr.is_loading())
    });
    let html =
        html! { <QueryClientProvider client={new_client()}>{ view.html() }</QueryClientProvider> };
    let _stage = Stage::new(html).await;
    server.ok(0, "old").await;
    key.set("l");
    view.again().await;
    assert_eq!(view.last(), "old true");
    server.ok(1, "new").await;
    assert_eq!(view.log(), ["- true", "old false", "old true", "new false"]);
}

/// A source of events whose user the test plays.
#[derive(Clone, Default)]
struct Source {
    tell: Rc<RefCell<Option<Callback<()>>>>,
    registered: Rc<Cell<u32>>,
}

impl Source {
    fn init(&self) -> Callback<Callback<()>, Subscription> {
        let source = self.clone();
        Callback::from(move |tell| {
            source.tell.replace(Some(tell));
            source.registered.set(source.registered.get() + 1);
            let source = source.clone();
            Subscription::new(move || drop(source.tell.take()))
        })
    }

    async fn tells(&self) {
        self.tell.borrow().as_ref().expect("a source in use").emit(());
        settle().await;
    }
}

fn counting(server: &Server) -> View {
    let server = server.clone();
    View::new(move |ctx| {
        let (server, zero) = (server.clone(), Duration::ZERO);
        let options = Options::new().deduping_interval(zero).focus_throttle_interval(zero);
        shown(use_swr_with("k", move |key| server.fetch(key), options).run(ctx).data())
    })
}

/// P53.
#[wasm_bindgen_test]
async fn caches_of_their_own_do_not_mix_and_have_their_own_sources_of_focus_and_network() {
    let (focus, network, server) = (Source::default(), Source::default(), Server::new());
    let (outer, inner) = (new_client(), new_client());
    outer.set_query_data("k", "1".to_owned()).unwrap();
    inner.set_query_data("k", "2".to_owned()).unwrap();
    let reads = || View::new(|ctx| shown(use_swr_inherited::<String>("k").run(ctx).data()));
    let (outside, inside, shown_inside) = (reads(), reads(), counting(&server));
    let html = html! {
        <SwrConfig client={outer.clone()}>
            { outside.html() }
            <SwrConfig client={inner.clone()} init_focus={focus.init()} init_reconnect={network.init()}>
                { inside.html() }
                { shown_inside.html() }
            </SwrConfig>
        </SwrConfig>
    };
    let stage = Stage::new(html).await;
    assert_eq!((outside.last(), inside.last()), ("1".into(), "2".into()));
    server.ok(0, "3").await;
    assert_eq!((outside.last(), inside.last()), ("1".into(), "3".into()));
    assert_eq!((focus.registered.get(), network.registered.get()), (1, 1));

    let window = web_sys::window().unwrap();
    for event in ["focus", "online"] {
        window.dispatch_event(&web_sys::Event::new(event).unwrap()).unwrap();
        stage::pause(20).await;
    }
    assert_eq!(server.count(), 1, "the page's own events are not heard");
    focus.tells().await;
    assert_eq!(server.count(), 2);
    server.ok(1, "4").await;
    network.tells().await;
    assert_eq!(server.count(), 3);
    stage.end().await;
    assert!(focus.tell.borrow().is_none() && network.tell.borrow().is_none(), "released");
}

#[wasm_bindgen_test]
async fn sources_of_ones_own_need_a_cache_of_ones_own() {
    let (focus, server) = (Source::default(), Server::new());
    let view = counting(&server);
    let html = html! {
        <QueryClientProvider client={new_client()}>
            <SwrConfig init_focus={focus.init()}>{ view.html() }</SwrConfig>
        </QueryClientProvider>
    };
    let _stage = Stage::new(html).await;
    assert_eq!(focus.registered.get(), 0);
    server.ok(0, "d").await;
    web_sys::window().unwrap().dispatch_event(&web_sys::Event::new("focus").unwrap()).unwrap();
    stage::pause(20).await;
    assert_eq!(server.count(), 2, "the page's events count");
}
