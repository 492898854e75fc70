//! The app that shows the library: four ways to fetch, live.

mod app;

fn main() {
    yew::Renderer::<app::App>::new().render();
}
