//! A stage for hooks: mounts them on an element of its own, and remembers every render.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;
use yew_clerk::browser::runtime::BrowserRuntime;
use yew_clerk::client::QueryClient;
use yew_clerk::client::runtime::{LocalFuture, Runtime, sleep};

/// Waits for real time to pass.
pub async fn pause(millis: u64) {
    sleep(&BrowserRuntime, Duration::from_millis(millis)).await;
}

/// Lets everything happen that waits for nothing but its turn.
pub async fn settle() {
    for _ in 0..12 {
        let _turn = JsFuture::from(Promise::resolve(&JsValue::NULL)).await;
        yew::scheduler::flush().await;
    }
}

/// Runs a task beside the test, and gives what waits for its end.
pub fn run<T: 'static>(task: impl Future<Output = T> + 'static) -> impl Future<Output = T> {
    let (sender, receiver) = oneshot::channel();
    let task = async move { drop(sender.send(task.await)) };
    BrowserRuntime.spawn(Box::pin(task));
    async move { receiver.await.unwrap() }
}

pub fn new_client() -> QueryClient {
    QueryClient::new(Rc::new(BrowserRuntime))
}

#[derive(Clone, PartialEq, Properties)]
struct RootProps {
    html: Html,
}

#[component]
fn Root(props: &RootProps) -> Html {
    props.html.clone()
}

/// An app on an element of its own, until it is dropped.
pub struct Stage {
    root: Element,
    app: Option<yew::AppHandle<Root>>,
}

impl Stage {
    /// Mounts an app and lets its first requests start.
    pub async fn new(html: Html) -> Self {
        let document = web_sys::window().unwrap().document().unwrap();
        let root = document.create_element("div").unwrap();
        document.body().unwrap().append_child(&root).unwrap();
        let app = yew::Renderer::<Root>::with_root_and_props(root.clone(), RootProps { html });
        let stage = Self { root, app: Some(app.render()) };
        settle().await;
        stage
    }

    /// Shows something else.
    pub async fn show(&mut self, html: Html) {
        self.put(html);
        settle().await;
    }

    /// Shows something else as soon as Yew comes to it.
    pub fn put(&mut self, html: Html) {
        self.app.as_mut().unwrap().update(RootProps { html });
    }

    pub fn text(&self) -> String {
        self.root.text_content().unwrap_or_default()
    }

    /// Clicks at the first element that a selector finds.
    pub async fn click(&self, selector: &str) {
        let element = self.root.query_selector(selector).unwrap().expect("such an element");
        let click = js_sys::Reflect::get(&element, &"click".into()).unwrap();
        click.unchecked_into::<js_sys::Function>().call0(&element).unwrap();
        settle().await;
    }

    /// Unmounts everything.
    pub async fn end(self) {
        drop(self);
        settle().await;
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(app) = self.app.take() {
            app.destroy();
        }
        self.root.remove();
    }
}

type Run = dyn Fn(&mut HookContext) -> String;

/// A component made of a closure that calls hooks; its text of every render is kept.
#[derive(Clone)]
pub struct View(Rc<ViewState>);

struct ViewState {
    run: Box<Run>,
    renders: RefCell<Vec<String>>,
    again: RefCell<Option<UseForceUpdateHandle>>,
}

impl PartialEq for View {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct ProbeProps {
    pub view: View,
    #[prop_or_default]
    pub children: Html,
}

struct Calls<'a>(&'a Run);

impl Hook for Calls<'_> {
    type Output = String;
    fn run(self, context: &mut HookContext) -> String {
        (self.0)(context)
    }
}

fn use_view(view: &View) -> Calls<'_> {
    Calls(&*view.0.run)
}

#[component]
pub fn Probe(props: &ProbeProps) -> Html {
    let again = use_force_update();
    props.view.0.again.replace(Some(again));
    let text = use_view(&props.view);
    props.view.0.renders.borrow_mut().push(text.clone());
    html! { <>{ text }{ props.children.clone() }</> }
}

impl View {
    pub fn new(run: impl Fn(&mut HookContext) -> String + 'static) -> Self {
        Self(Rc::new(ViewState {
            run: Box::new(run),
            renders: RefCell::default(),
            again: RefCell::default(),
        }))
    }

    pub fn html(&self) -> Html {
        // Of two views neither may take over the other's hooks.
        let key = format!("{:p}", Rc::as_ptr(&self.0));
        html! { <Probe {key} view={self.clone()} /> }
    }

    /// What each render showed, in order.
    pub fn log(&self) -> Vec<String> {
        self.0.renders.borrow().clone()
    }

    pub fn renders(&self) -> usize {
        self.0.renders.borrow().len()
    }

    pub fn last(&self) -> String {
        self.0.renders.borrow().last().cloned().unwrap_or_default()
    }

    /// Renders once more, as a parent or a state of the component's own would make it.
    pub async fn again(&self) {
        let again = self.0.again.borrow().clone();
        again.unwrap().force_update();
        settle().await;
    }
}

type Asked<T, E> = (String, Option<oneshot::Sender<Result<T, E>>>);

/// A server that answers when the test says so.
pub struct Server<T = String, E = String>(Rc<RefCell<Vec<Asked<T, E>>>>);

impl<T, E> Clone for Server<T, E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: 'static, E: 'static> Server<T, E> {
    pub fn new() -> Self {
        Self(Rc::default())
    }

    /// A request; it is counted as it is made, not as it is awaited.
    pub fn fetch(&self, what: impl ToString) -> LocalFuture<Result<T, E>> {
        let (sender, receiver) = oneshot::channel();
        self.0.borrow_mut().push((what.to_string(), Some(sender)));
        Box::pin(async move {
            match receiver.await {
                Ok(answer) => answer,
                Err(_) => std::future::pending().await,
            }
        })
    }

    /// How many requests there were.
    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// What was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.0.borrow().iter().map(|(what, _)| what.clone()).collect()
    }

    /// Answers a request, counted from 0. `false` if nobody waits for it any more.
    pub async fn reply(&self, number: usize, answer: Result<T, E>) -> bool {
        let sender = self.0.borrow_mut()[number].1.take().expect("answered already");
        let heard = sender.send(answer).is_ok();
        settle().await;
        heard
    }

    pub async fn ok(&self, number: usize, data: impl Into<T>) -> bool {
        self.reply(number, Ok(data.into())).await
    }

    pub async fn fail(&self, number: usize, error: impl Into<E>) -> bool {
        self.reply(number, Err(error.into())).await
    }
}

/// A place where a component leaves something for the test, such as a handle.
pub struct Held<T>(Rc<RefCell<Option<T>>>);

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> Held<T> {
    pub fn new() -> Self {
        Self(Rc::default())
    }

    pub fn set(&self, value: T) {
        self.0.replace(Some(value));
    }

    pub fn get(&self) -> T {
        self.0.borrow().clone().expect("nothing was left here")
    }
}

/// A setting that a component reads and the test changes.
pub struct Knob<T>(Rc<RefCell<T>>);

impl<T> Clone for Knob<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> Knob<T> {
    pub fn new(value: T) -> Self {
        Self(Rc::new(RefCell::new(value)))
    }

    pub fn set(&self, value: T) {
        self.0.replace(value);
    }

    pub fn get(&self) -> T {
        self.0.borrow().clone()
    }
}

/// A count that a callback raises.
#[derive(Clone, Default)]
pub struct Count(Rc<Cell<u32>>);

impl Count {
    pub fn add(&self) {
        self.0.set(self.0.get() + 1);
    }

    pub fn get(&self) -> u32 {
        self.0.get()
    }
}

/// Data as a text: `-` where there is none.
pub fn shown<T: std::fmt::Display>(data: Option<Rc<T>>) -> String {
    data.map_or_else(|| "-".to_owned(), |data| data.to_string())
}
