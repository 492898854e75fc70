//! The layers hold: what is pure names nothing of the browser or of Yew.

#[path = "support/sources.rs"]
mod sources;

use std::fs;
use std::path::{Path, PathBuf};

use sources::sources;

const PURE: [&str; 5] = ["src/engine", "src/client", "src/auth", "src/fetch", "src/json"];
const WEB: [&str; 8] = [
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "gloo_",
    "yew::",
    "yew_hooks",
    "wasm_bindgen_futures",
    "yew_router",
];
const DOM: [&str; 3] = ["web_sys", "js_sys", "gloo_"];
const MOST_LINES: usize = 500;

/// The lines of a file that are code: no comments, no documentation with its examples.
fn code(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect()
}

fn offenders(folder: &str, names: &[&str]) -> Vec<String> {
    let uses = |path: PathBuf| {
        let lines = code(&path);
        let named: Vec<_> =
            names.iter().filter(|name| lines.iter().any(|l| l.contains(**name))).collect();
        (!named.is_empty()).then(|| format!("{}: {named:?}", path.display()))
    };
    sources(folder).into_iter().filter_map(uses).collect()
}

#[test]
fn the_pure_layers_name_no_web_crate_and_no_yew() {
    let found: Vec<_> = PURE.iter().flat_map(|folder| offenders(folder, &WEB)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn only_the_browser_layer_touches_the_dom() {
    let found: Vec<_> =
        ["src/hooks", "src/components"].iter().flat_map(|folder| offenders(folder, &DOM)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_engine_knows_no_layer_above_it() {
    let above = [
        "crate::client",
        "crate::browser",
        "crate::hooks",
        "crate::components",
        "crate::auth",
        "crate::fetch",
    ];
    let found = offenders("src/engine", &above);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_file_is_too_long_to_read() {
    let long: Vec<_> = ["src", "tools", "tests"]
        .iter()
        .flat_map(|folder| sources(folder))
        .filter_map(|path| {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            (lines > MOST_LINES).then(|| format!("{}: {lines}", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "split these: {long:#?}");
}
