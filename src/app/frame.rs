//! The frame around every page: header, navigation, the page, the log.

use yew::prelude::*;
use yew_clerk::prelude::*;
use yew_router::prelude::*;

use super::pages;
use super::request_log::RequestLog;
use super::routes::Route;
use super::theme::ThemeToggle;
use super::who::Who;

/// Header, navigation, page and log.
#[component]
pub fn Frame() -> Html {
    let route = use_route::<Route>().unwrap_or(Route::NotFound);
    use_effect_with(route, |route| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(&format!("{} · yew-clerk", route.title()));
        }
    });
    let has_log = !matches!(route, Route::Home | Route::SignIn | Route::NotFound);
    html! {
        <>
            <a class="skip" href="#main">{ "Skip to the content" }</a>
            <Progress />
            <header class="top">
                <Link<Route> to={Route::Home} classes="brand">{ "yew-clerk" }</Link<Route>>
                <Who />
                <ThemeToggle />
            </header>
            <nav aria-label="Pages">
                { for Route::MENU.iter().map(|&(name, target)| menu_item(name, target, route)) }
            </nav>
            <main id="main" tabindex="-1" class={classes!(has_log.then_some("with-log"))}>
                <div class="page" key={route.title()}>
                    <Switch<Route> render={pages::page} />
                </div>
                if has_log {
                    <RequestLog />
                }
            </main>
        </>
    }
}

fn menu_item(name: &'static str, target: Route, current: Route) -> Html {
    let is_current = target == current;
    html! {
        <span key={name} class="item" data-testid={format!("nav-{name}")}
            data-current={is_current.to_string()}>
            <Link<Route> to={target}>{ target.title() }</Link<Route>>
        </span>
    }
}

/// A thin bar while anything is fetched.
#[component]
fn Progress() -> Html {
    let busy = use_is_fetching() > 0;
    html! { <div class={classes!("progress", busy.then_some("busy"))} aria-hidden="true" /> }
}
