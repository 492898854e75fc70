//! The log of requests: what went over the wire, and with which credential.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use yew::prelude::*;
use yew_clerk::fetch::{CredentialKind, RequestEvent, RequestOutcome, subscribe_requests};

/// How many requests are remembered.
const REMEMBERED: usize = 40;

/// The newest first.
type Events = VecDeque<RequestEvent>;

/// The properties of [`RequestLog`].
#[derive(PartialEq, Properties)]
pub struct RequestLogProps {
    /// Whether it is to be seen; it remembers in any case.
    pub shown: bool,
    /// Who is signed in. What was asked for a user who has gone is forgotten: a path tells something, too.
    pub session: Option<Rc<str>>,
}

/// The list of requests.
#[component]
pub fn RequestLog(props: &RequestLogProps) -> Html {
    let render = use_force_update();
    let events = use_mut_ref(Events::new);
    let session = use_mut_ref(|| None::<Rc<str>>);
    let before = session.replace(props.session.clone());
    if before.is_some() && before != props.session {
        events.borrow_mut().clear();
    }
    use_memo((), {
        let (events, render) = (events.clone(), render.clone());
        // From the first render on: nothing was sent before.
        move |()| {
            subscribe_requests(move |event| {
                remember(&events, event);
                render.force_update();
            })
        }
    });
    if !props.shown {
        return Html::default();
    }
    let rows: Html = events.borrow().iter().map(row).collect();
    let is_empty = events.borrow().is_empty();
    let clear = move |_| {
        events.borrow_mut().clear();
        render.force_update();
    };
    html! {
        <aside class="card log" aria-label="Requests">
            <header>
                <h2>{ "Requests" }</h2>
                <button class="quiet" data-testid="clear-log" onclick={clear}>{ "Clear" }</button>
            </header>
            if is_empty {
                <p class="hint">{ "Nothing sent yet." }</p>
            }
            <ol data-testid="request-log">{ rows }</ol>
        </aside>
    }
}

fn remember(events: &RefCell<Events>, event: &RequestEvent) {
    // What starts and watches the show is no part of it.
    if !event.path.starts_with("/__dev") {
        let mut events = events.borrow_mut();
        events.truncate(REMEMBERED - 1);
        events.push_front(event.clone());
    }
}

fn row(event: &RequestEvent) -> Html {
    let (status, tone) = match event.outcome {
        RequestOutcome::Status(status) => {
            let tone = if (200..300).contains(&status) { "good" } else { "bad" };
            (AttrValue::from(status.to_string()), tone)
        }
        RequestOutcome::Failed(why) => (why.into(), "bad"),
    };
    let credential = match event.credential {
        CredentialKind::Bearer => "bearer",
        CredentialKind::Cookie => "cookie",
        _ => "none",
    };
    let milliseconds = event.duration.as_secs() * 1_000 + u64::from(event.duration.subsec_millis());
    html! {
        <li key={event.id}>
            <code class="method">{ event.method.as_str() }</code>
            <code class="path">{ AttrValue::from(event.path.clone()) }</code>
            <span class="ms">{ milliseconds }{ " ms" }</span>
            <span class="how">
                <span class="status" data-tone={tone}>{ status }</span>
                <span class="credential" data-tone={credential}>{ credential }</span>
                if event.replayed {
                    <span class="hint" title="Sent again with a new token after a 401">{ "replayed" }</span>
                }
            </span>
        </li>
    }
}
