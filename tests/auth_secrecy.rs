//! No text that the library makes contains a token.

#[path = "support/fetch_world.rs"]
mod world;

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use world::{Reply, World, alice, claims_of, jwt};
use yew_clerk::auth::{
    AuthState, Claims, Credential, Mint, Token, TokenCache, TokenKey, TokenOptions, TokenSource,
    fixed_token,
};
use yew_clerk::fetch::{Body, subscribe_requests};

fn secret() -> String {
    jwt(&claims_of(&alice(), 1_000, 60, 77))
}

#[test]
fn no_debug_or_display_of_any_type_shows_the_token() {
    let world = World::new();
    let text = secret();
    let given = text.clone();
    world.source.script(move |_, _| Some(Ok(Credential::Bearer(Token::new(&*given)))));
    let events = Rc::new(RefCell::new(String::new()));
    let log = events.clone();
    let _guard = subscribe_requests(move |event| log.borrow_mut().push_str(&format!("{event:?}")));

    let token = Token::new(&*text);
    let credential = Credential::Bearer(token.clone());
    let key = TokenKey::new(Rc::new(alice()), &TokenOptions::default());
    let now = world.sim.now();
    let mint = Mint { asked_at: now, received_at: now, forced: true };
    let mut cache = TokenCache::new();
    let held = cache.accept(&key, credential.clone(), mint).unwrap();
    let mut texts = vec![
        format!("{token:?} {credential:?} {held:?} {:?}", cache.verdict(&key, now)),
        format!("{:?} {:?}", world.auth, world.token()),
        format!("{:?}", world.auth.health()),
        format!("{:?}", fixed_token(&*text).state()),
        format!("{:?} {:?}", world.api, world.api.get("/x")),
    ];

    let response = world.finish(world.api.get("/x").send()).unwrap();
    texts.push(format!("{response:?} {:?}", world.net.last()));
    drop(response);
    for reply in
        [Reply::lost(), Reply::status(401), Reply::text(500, &text), Reply::text(200, &text)]
    {
        world.net.serve(move |_| reply.clone());
        let error = world.finish(world.api.get("/x").json::<u8>()).unwrap_err();
        texts.push(format!("{error} {error:?} {}", error.kind()));
    }
    world.source.set_state(AuthState::SignedOut);
    let error = world.finish(world.api.get("/x").send()).unwrap_err();
    texts.push(format!("{error} {error:?}"));
    texts.push(events.borrow().clone());

    let parts: Vec<&str> = text.split('.').collect();
    for shown in texts {
        assert!(!shown.contains(parts[1]) && !shown.contains(parts[2]), "{shown}");
    }
}

#[test]
fn the_errors_of_claims_do_not_repeat_what_they_could_not_read() {
    for text in ["secret", "a.secret!.c", "a.c2VjcmV0.c"] {
        let error = Claims::parse(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}

#[test]
fn a_request_shows_neither_the_values_of_its_headers_nor_its_body() {
    let world = World::new();
    let request = world.plain.post("/x?hidden=1").header("X-Key", "hidden").text_body("hidden");
    let shown = format!("{request:?}");
    assert!(!shown.contains("hidden"), "{shown}");
    world.finish(request.send()).unwrap();
    let sent = world.net.last();
    assert_eq!(sent.body, Body::Text("hidden".into()));
    let shown = format!("{sent:?}");
    assert!(shown.contains("X-Key") && !shown.contains("\"hidden\""), "{shown}");
}

fn sources_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn tokens_and_requests_know_no_browser_no_clock_and_no_console() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources_below(&root.join("auth"), &mut files);
    sources_below(&root.join("fetch"), &mut files);
    assert!(files.len() > 20);
    let words = [
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "gloo",
        "yew::",
        "Instant",
        "SystemTime",
        "spawn_local",
        "println!",
        "console",
        "dbg!",
        ".unwrap()",
        ".expect(",
        "panic!",
        "unreachable!",
        "todo!",
    ];
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for word in words {
                assert!(!line.contains(word), "{}: {line}", file.display());
            }
        }
    }
}
