//! Clerk's own scripts, from a folder.

use crate::harness::{App, get, post};

const SCRIPT: &str = "/__clerk/npm/@clerk/clerk-js@6/dist/clerk.browser.js";

fn with_scripts() -> App {
    let app = App::new();
    for (package, file) in [("clerk-js", "clerk.browser.js"), ("ui", "ui.browser.js")] {
        let dist = app.folder().join("clerk").join(package).join("dist");
        std::fs::create_dir_all(&dist).unwrap();
        std::fs::write(dist.join(file), format!("// {file}")).unwrap();
        std::fs::write(dist.join("types.d.ts"), "secret").unwrap();
        std::fs::write(dist.join("..").join("outside.js"), "secret").unwrap();
    }
    std::fs::write(app.folder().join("clerk").join("outside.js"), "secret").unwrap();
    app
}

#[tokio::test]
async fn the_scripts_are_served_whatever_version_is_asked_for() {
    let app = with_scripts();
    for (path, text) in [
        (SCRIPT, "// clerk.browser.js"),
        ("/__clerk/npm/@clerk/clerk-js@6.40.0/dist/clerk.browser.js", "// clerk.browser.js"),
        ("/__clerk/npm/@clerk/ui@1/dist/ui.browser.js", "// ui.browser.js"),
    ] {
        let answer = get(path).send(&app).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, text), "{path}");
        assert!(answer.header("content-type").starts_with("text/javascript"));
    }
}

#[tokio::test]
async fn a_browser_asks_each_time_whether_a_script_has_changed() {
    let app = with_scripts();
    let first = get(SCRIPT).send(&app).await;
    assert_eq!(first.header("cache-control"), "no-cache");
    let since = first.header("last-modified").to_owned();
    let again = get(SCRIPT).header("if-modified-since", &since).send(&app).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn nothing_but_scripts_of_the_two_packages_can_be_had() {
    let app = with_scripts();
    for path in [
        "/__clerk/npm/@clerk/clerk-js@6/dist/types.d.ts",
        "/__clerk/npm/@clerk/clerk-js@6/dist/..%2foutside.js",
        "/__clerk/npm/@clerk/clerk-js@6/dist/%2e%2e/outside.js",
        "/__clerk/npm/@clerk/clerk-js@6/dist/..%5coutside.js",
        "/__clerk/npm/@clerk/clerk-js@6/dist/%00.js",
        "/__clerk/npm/@clerk/clerk-js@6/dist/%ff.js",
        "/__clerk/npm/@clerk/..%2fclerk-js@6/dist/clerk.browser.js",
        "/__clerk/npm/@clerk/%2e%2e@6/dist/outside.js",
        "/__clerk/npm/@clerk/clerk-js@6/../outside.js",
        "/__clerk/npm/@clerk/other@6/dist/clerk.browser.js",
        "/__clerk/npm/@clerk/clerk-js/dist/clerk.browser.js",
        "/__clerk/npm/@clerk/clerk-js@6/dist/",
        "/__clerk/npm/",
    ] {
        let answer = get(path).send(&app).await;
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert!(!answer.text().contains("secret"), "{path}");
    }
    assert_eq!(post(SCRIPT).send(&app).await.status, 405);
}

#[tokio::test]
async fn scripts_that_are_not_there_are_told_with_the_way_to_get_them() {
    let app = App::new();
    let answer = get(SCRIPT).send(&app).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
    assert!(answer.text().contains("cargo xtask setup"), "{}", answer.text());
}
