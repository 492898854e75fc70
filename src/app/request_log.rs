//! The log of requests: what went over the wire, and with which credential.

use std::rc::Rc;

use yew::prelude::*;
use yew_clerk::auth::Subscription;
use yew_clerk::fetch::{CredentialKind, RequestEvent, RequestOutcome, subscribe_requests};

/// How many requests are remembered.
const REMEMBERED: usize = 40;

/// The log, for the components below.
#[derive(Clone, PartialEq)]
struct LogContext {
    events: UseReducerHandle<Log>,
}

#[derive(Default, PartialEq)]
struct Log(Vec<RequestEvent>);

enum Action {
    Add(RequestEvent),
    Clear,
}

impl Reducible for Log {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let Action::Add(event) = action else {
            return Rc::default();
        };
        let older = self.0.iter().take(REMEMBERED - 1).cloned();
        Rc::new(Self(std::iter::once(event).chain(older).collect()))
    }
}

/// The properties of [`RequestLogProvider`].
#[derive(PartialEq, Properties)]
pub struct RequestLogProviderProps {
    /// The app.
    pub children: Html,
}

/// Listens from the first request on.
#[component]
pub fn RequestLogProvider(props: &RequestLogProviderProps) -> Html {
    let events = use_reducer(Log::default);
    let dispatcher = events.dispatcher();
    let _listening: Rc<Subscription> = use_memo((), |()| {
        subscribe_requests(move |event| {
            // What starts and watches the show is no part of it.
            if !event.path.starts_with("/__dev") {
                dispatcher.dispatch(Action::Add(event.clone()));
            }
        })
    });
    html! {
        <ContextProvider<LogContext> context={LogContext { events }}>
            { props.children.clone() }
        </ContextProvider<LogContext>>
    }
}

/// Forgets what was asked for a user who has gone: a path tells something, too.
#[hook]
pub fn use_log_of(session: Option<Rc<str>>) {
    let clear = use_context::<LogContext>().map(|log| log.events.dispatcher());
    let known = use_mut_ref(|| None::<Rc<str>>);
    use_effect_with(session, move |session| {
        let before = known.replace(session.clone());
        if let (Some(clear), true) = (clear, before.is_some() && before != *session) {
            clear.dispatch(Action::Clear);
        }
    });
}

/// The list of requests, newest first.
#[component]
pub fn RequestLog() -> Html {
    let Some(LogContext { events }) = use_context::<LogContext>() else {
        return Html::default();
    };
    let clear = {
        let events = events.dispatcher();
        move |_| events.dispatch(Action::Clear)
    };
    html! {
        <aside class="card log" aria-label="Requests">
            <header>
                <h2>{ "Requests" }</h2>
                <button class="quiet" data-testid="clear-log" onclick={clear}>{ "Clear" }</button>
            </header>
            if events.0.is_empty() {
                <p class="hint">{ "Nothing sent yet." }</p>
            }
            <ol data-testid="request-log">{ for events.0.iter().map(row) }</ol>
        </aside>
    }
}

fn row(event: &RequestEvent) -> Html {
    let (status, tone) = match event.outcome {
        RequestOutcome::Status(status @ 200..=299) => (status.to_string(), "good"),
        RequestOutcome::Status(status) => (status.to_string(), "bad"),
        RequestOutcome::Failed(why) => (why.to_owned(), "bad"),
    };
    let credential = match event.credential {
        CredentialKind::Bearer => "bearer",
        CredentialKind::Cookie => "cookie",
        _ => "none",
    };
    let method = event.method.as_str();
    html! {
        <li key={event.id} data-method={method} data-path={event.path.to_string()}
            data-status={status.clone()} data-credential={credential}>
            <code class="method">{ method }</code>
            <code class="path">{ &*event.path }</code>
            <span class="ms">{ format!("{} ms", event.duration.as_millis()) }</span>
            <span class="how">
                <span class={classes!("status", tone)}>{ status }</span>
                <span class={classes!("credential", credential)}>{ credential }</span>
                if event.replayed {
                    <span class="hint" title="Sent again with a new token after a 401">{ "replayed" }</span>
                }
            </span>
        </li>
    }
}
