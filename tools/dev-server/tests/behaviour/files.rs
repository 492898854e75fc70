//! The built app's files.

use std::io::Read;

use crate::harness::{App, ask, get};

const PAGE_TEXT: &str =
    "<!doctype html><title>the app</title><p>long enough to be worth compressing, long enough";
const HASHED: &str = "app-5f3a9c0d1e2b4a67_bg.wasm";

fn built() -> App {
    let app = App::new();
    let dist = app.dist();
    std::fs::write(dist.join("index.html"), PAGE_TEXT).unwrap();
    std::fs::write(dist.join(HASHED), "wasm ".repeat(2000)).unwrap();
    std::fs::write(dist.join("app-5f3a9c0d1e2b4a67.js"), "export {};".repeat(50)).unwrap();
    std::fs::write(dist.join("style.css"), "p { color: red }".repeat(50)).unwrap();
    std::fs::create_dir_all(dist.join("assets")).unwrap();
    std::fs::write(dist.join("assets/a b.svg"), "<svg/>").unwrap();
    // Beside the folder, where nobody may reach.
    std::fs::write(dist.join("../secret.txt"), "outside").unwrap();
    app
}

#[tokio::test]
async fn every_address_that_is_no_file_shows_the_app() {
    let app = built();
    for path in [
        "/",
        "/index.html",
        "/notes/5",
        "/apiary",
        "/auth",
        "/authors",
        "/assets",
        "/assets/",
        "/a.b/c",
        "/__developer",
    ] {
        let answer = get(path).send(&app).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, PAGE_TEXT), "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
    }
}

#[tokio::test]
async fn files_have_their_type() {
    let app = built();
    for (path, kind) in [
        (format!("/{HASHED}"), "application/wasm"),
        ("/app-5f3a9c0d1e2b4a67.js".into(), "text/javascript; charset=utf-8"),
        ("/style.css".into(), "text/css; charset=utf-8"),
        ("/assets/a%20b.svg".into(), "image/svg+xml"),
    ] {
        let answer = get(&path).send(&app).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind), "{path}");
    }
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_others_are_asked_for_again() {
    let app = built();
    let for_ever = "public, max-age=31536000, immutable";
    for (path, caching) in [
        (format!("/{HASHED}"), for_ever),
        ("/app-5f3a9c0d1e2b4a67.js".into(), for_ever),
        ("/style.css".into(), "no-cache"),
        // Not there: this is the app's page, which must not be kept under the name of a file.
        ("/app-0000000000000000.js".into(), "no-cache"),
    ] {
        assert_eq!(get(&path).send(&app).await.header("cache-control"), caching, "{path}");
    }
}

#[tokio::test]
async fn files_are_compressed_as_the_browser_likes_it() {
    let app = built();
    let plain = "wasm ".repeat(2000);
    for (accepted, encoding) in [("br, gzip", "br"), ("gzip", "gzip"), ("identity", ""), ("", "")] {
        let answer =
            get(&format!("/{HASHED}")).header("accept-encoding", accepted).send(&app).await;
        assert_eq!(answer.header("content-encoding"), encoding, "{accepted}");
        assert_eq!(answer.header("content-type"), "application/wasm");
        assert!(answer.header("vary").contains("accept-encoding"));
        if encoding.is_empty() {
            assert_eq!(answer.text(), plain);
        } else {
            assert!(answer.body.len() < plain.len() / 10);
        }
    }
}

#[tokio::test]
async fn a_file_that_was_compressed_beforehand_is_sent_as_it_is() {
    let app = built();
    let mut packed = Vec::new();
    let mut source = std::fs::File::open(app.dist().join("style.css")).unwrap();
    source.read_to_end(&mut packed).unwrap();
    packed.truncate(40);
    std::fs::write(app.dist().join("style.css.br"), &packed).unwrap();
    let answer = get("/style.css").header("accept-encoding", "br").send(&app).await;
    assert_eq!((answer.header("content-encoding"), &answer.body), ("br", &packed));
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder() {
    let app = built();
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/../../secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "//../secret.txt",
        "/..%5csecret.txt",
        "/.%2e/secret.txt",
        "/%252e%252e/secret.txt",
        "/a%00/../secret.txt",
        "/../dev-server.redb",
        "/../signing-key.pem",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
    ] {
        let answer = get(path).send(&app).await;
        let text = answer.text();
        let harmless = answer.code() == "bad_path" || text == PAGE_TEXT;
        assert!(harmless, "{path}: {} {text}", answer.status);
    }
}

#[tokio::test]
async fn a_file_that_has_not_changed_is_not_sent_again() {
    let app = built();
    let first = get("/style.css").send(&app).await;
    let again = get("/style.css")
        .header("if-modified-since", first.header("last-modified"))
        .send(&app)
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("cache-control"), "no-cache");
    let head = ask("HEAD", "/style.css").send(&app).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    let range = get("/style.css").header("range", "bytes=0-2").send(&app).await;
    assert_eq!((range.status, range.text().as_str()), (206, "p {"));
    let beyond = get("/style.css").header("range", "bytes=999999-").send(&app).await;
    assert_eq!(beyond.status, 416);
}

#[tokio::test]
async fn without_a_built_app_the_answer_says_what_to_do() {
    let app = App::new();
    let answer = get("/").send(&app).await;
    assert_eq!((answer.status, answer.code()), (404, "not_found".to_owned()));
    assert!(answer.json()["error"]["message"].as_str().unwrap().contains("build the app"));
}

#[tokio::test]
async fn an_app_that_is_built_later_is_found_without_a_restart() {
    let app = App::new();
    assert_eq!(get("/page").send(&app).await.status, 404);
    std::fs::write(app.dist().join("index.html"), "built").unwrap();
    assert_eq!(get("/page").send(&app).await.text(), "built");
}
