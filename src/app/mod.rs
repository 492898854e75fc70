//! The app: providers and the frame around the pages.

mod dev_auth;
mod examples;
mod faults;
mod form;
mod frame;
mod greeting;
mod pages;
mod pieces;
mod request_log;
mod router;
mod theme;

use yew::prelude::*;
use yew_clerk::prelude::*;

use dev_auth::DevAuth;
use frame::Frame;

/// The whole app.
#[component]
pub fn App() -> Html {
    // Made once: another source would be another sign-in.
    let made = use_memo((), |()| {
        let dev_auth = DevAuth::new();
        (AuthSource::new(dev_auth.clone()), dev_auth)
    });
    let (source, dev_auth) = &*made;
    html! {
        <QueryClientProvider>
            <AuthProvider source={source.clone()}>
                <Frame dev_auth={dev_auth.clone()} />
            </AuthProvider>
        </QueryClientProvider>
    }
}
