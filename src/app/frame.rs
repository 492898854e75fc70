//! The frame around every page: header, navigation, the page, the log.

use wasm_bindgen::JsCast;
use yew::prelude::*;
use yew_clerk::prelude::*;
use yew_router::prelude::*;

use super::link::To;
use super::pages;
use super::request_log::RequestLog;
use super::routes::Route;
use super::theme::ThemeToggle;
use super::who::Who;

/// Header, navigation, page and log.
#[component]
pub fn Frame() -> Html {
    let route = use_route::<Route>().unwrap_or(Route::NotFound);
    let first = use_mut_ref(|| true);
    use_effect_with(route, move |route| arrive(*route, first.replace(false)));
    let has_log = !matches!(route, Route::Home | Route::SignIn | Route::NotFound);
    html! {
        <>
            <a class="skip" href="#main">{ "Skip to the content" }</a>
            <Progress />
            <header class="top">
                <div class="bar">
                    <To route={Route::Home} class="brand" current={route == Route::Home}>
                        <span>{ "yew-clerk" }</span>
                    </To>
                    <Who />
                    <ThemeToggle />
                </div>
                <nav aria-label="Pages">
                    { for Route::MENU.iter().map(|&(name, target)| html! {
                        <To key={name} route={target} testid={name} current={target == route}>
                            { target.title() }
                        </To>
                    }) }
                </nav>
            </header>
            <main id="main" tabindex="-1" class={has_log.then_some("with-log")}>
                <div class="page" key={route.title()}>{ pages::page(route) }</div>
                if has_log {
                    <RequestLog />
                }
            </main>
        </>
    }
}

/// Names the page in the browser's tab. After a click on a link, begins at its top, where the keyboard and a
/// screen reader go on too.
fn arrive(route: Route, is_first: bool) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let Some(document) = window.document() else {
        return;
    };
    document.set_title(&[route.title(), " · yew-clerk"].concat());
    if is_first {
        return;
    }
    let main = document.get_element_by_id("main");
    if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Without the focus, the page is still there to be read.
        let _focused = main.focus();
    }
    window.scroll_to_with_x_and_y(0.0, 0.0);
}

/// A thin bar while anything is fetched.
#[component]
fn Progress() -> Html {
    let busy = use_is_fetching() > 0;
    html! { <div class={classes!("progress", busy.then_some("busy"))} aria-hidden="true" /> }
}
