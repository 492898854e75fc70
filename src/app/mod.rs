//! The app: providers, routes and the frame around the pages.

mod code;
mod dev_auth;
mod examples;
mod faults;
mod frame;
mod greeting;
mod link;
mod pages;
mod request_log;
mod routes;
mod theme;
mod who;

use yew::prelude::*;
use yew_clerk::prelude::*;
use yew_hooks::prelude::*;
use yew_router::prelude::*;

use dev_auth::DevAuth;
use frame::Frame;
use request_log::RequestLogProvider;

/// The whole app.
#[component]
pub fn App() -> Html {
    // Made once: another source would be another sign-in.
    let dev_auth = use_memo((), |()| DevAuth::new());
    let focused = (*dev_auth).clone();
    use_event_with_window("focus", move |_: web_sys::Event| focused.on_focus());
    let source = use_memo((), |()| AuthSource::new((*dev_auth).clone()));
    html! {
        <RequestLogProvider>
            <QueryClientProvider>
                <AuthProvider source={(*source).clone()}>
                    <ContextProvider<DevAuth> context={(*dev_auth).clone()}>
                        <BrowserRouter>
                            <Frame />
                        </BrowserRouter>
                    </ContextProvider<DevAuth>>
                </AuthProvider>
            </QueryClientProvider>
        </RequestLogProvider>
    }
}
