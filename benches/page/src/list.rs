//! The list that the harness mounts and unmounts: like a change of route.

use std::cell::{Cell, RefCell};

use yew::html::BaseComponent;
use yew::prelude::*;

use crate::data::Source;

/// What a scenario asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The library's own defaults.
    Default,
    /// What is cached is fresh.
    Fresh,
    /// Each focus fetches.
    Focus,
}

/// What a row shows.
#[derive(Clone, PartialEq, Properties)]
pub struct RowProps {
    /// Its key.
    pub k: AttrValue,
    /// Where it comes from.
    pub source: Source,
    /// How.
    pub mode: Mode,
}

/// What is on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Rows.
    Rows {
        /// How many.
        n: u32,
        /// What their keys begin with.
        prefix: String,
        /// Whether all have the same key.
        single: bool,
        /// How they fetch.
        mode: Mode,
        /// Where from.
        source: Source,
    },
    /// The row of the large document.
    Payload,
    /// Nothing.
    Nothing,
}

struct Page {
    shown: RefCell<Shown>,
    generation: Cell<u32>,
    render: RefCell<Option<UseForceUpdateHandle>>,
}

thread_local! {
    static PAGE: Page = const {
        Page { shown: RefCell::new(Shown::Nothing), generation: Cell::new(0), render: RefCell::new(None) }
    };
}

/// Shows something else. Nothing of the last list is used again.
pub fn show(shown: Shown) {
    PAGE.with(|page| {
        page.shown.replace(shown);
        page.generation.set(page.generation.get() + 1);
        let render = page.render.borrow().clone();
        if let Some(render) = render {
            render.force_update();
        }
    });
}

/// What is on the page now, for the component at its root.
#[hook]
pub fn use_shown() -> ListProps {
    let render = use_force_update();
    PAGE.with(|page| {
        page.render.replace(Some(render));
        ListProps { shown: page.shown.borrow().clone(), generation: page.generation.get() }
    })
}

/// What a list shows.
#[derive(Clone, PartialEq, Properties)]
pub struct ListProps {
    /// What is on the page.
    pub shown: Shown,
    /// Which list it is.
    pub generation: u32,
}

impl ListProps {
    /// How its rows fetch.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        match self.shown {
            Shown::Rows { mode, .. } => mode,
            _ => Mode::Default,
        }
    }
}

/// The list, of the rows of one dialect.
#[component]
pub fn List<R, P>(props: &ListProps) -> Html
where
    R: BaseComponent<Properties = RowProps>,
    P: BaseComponent<Properties = ()>,
{
    let rows = match &props.shown {
        Shown::Nothing => return Html::default(),
        Shown::Payload => html! { <P /> },
        Shown::Rows { n, prefix, single, mode, source } => (0..*n)
            .map(|place| {
                let k = if *single { prefix.clone() } else { format!("{prefix}{place}") };
                html! { <R key={place} {k} source={*source} mode={*mode} /> }
            })
            .collect(),
    };
    html! { <div class="list" key={props.generation}>{ rows }</div> }
}
