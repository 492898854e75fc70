//! The app: Clerk around the frame around the pages.

mod clerk;
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

use frame::Frame;

/// The whole app.
#[component]
pub fn App() -> Html {
    html! {
        <ClerkProvider options={clerk::options()}>
            <Frame />
        </ClerkProvider>
    }
}
