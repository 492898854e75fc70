//! The log of requests: what went over the wire, and with which credential.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use yew::prelude::*;
use yew_clerk::auth::Subscription;
use yew_clerk::fetch::{CredentialKind, RequestEvent, RequestOutcome, subscribe_requests};

use super::pieces::fixed;

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
    let log = use_memo((), {
        let render = render.clone();
        // From the first render on: nothing was sent before.
        move |()| Log::new(move || render.force_update())
    });
    log.belong_to(&props.session);
    if !props.shown {
        return Html::default();
    }
    let rows: Html = log.events.borrow().iter().map(row).collect();
    let is_empty = log.events.borrow().is_empty();
    let clear = move |_| {
        log.events.borrow_mut().clear();
        render.force_update();
    };
    html! {
        <aside class="card log" aria-label="Requests">
            <header>
                <h2>{ "Requests" }</h2>
                <button class="quiet" data-testid="clear-log" onclick={clear}>{ "Clear" }</button>
            </header>
            if is_empty {
                { fixed(r#"<p class="hint">Nothing sent yet.</p>"#) }
            }
            <ol data-testid="request-log">{ rows }</ol>
        </aside>
    }
}

struct Log {
    events: Rc<RefCell<Events>>,
    session: RefCell<Option<Rc<str>>>,
    _subscription: Subscription,
}

impl Log {
    fn new(render: impl Fn() + 'static) -> Self {
        let events = Rc::<RefCell<Events>>::default();
        let remembered = events.clone();
        let subscription = subscribe_requests(move |event| {
            // What starts and watches the show is no part of it.
            if !event.path.starts_with("/__dev") {
                let mut events = remembered.borrow_mut();
                events.truncate(REMEMBERED - 1);
                events.push_front(event.clone());
            }
            render();
        });
        Self { events, session: RefCell::default(), _subscription: subscription }
    }

    /// Forgets what was asked for a user who has gone.
    fn belong_to(&self, session: &Option<Rc<str>>) {
        let before = self.session.replace(session.clone());
        if before.is_some() && before != *session {
            self.events.borrow_mut().clear();
        }
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
