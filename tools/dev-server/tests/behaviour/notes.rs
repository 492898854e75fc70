//! Notes: paging, keys, limits, and whose they are.

use serde_json::{Value, json};

use crate::harness::{Answer, App, NOW_MS, ask, get, post};

async fn write(app: &App, jwt: &str, text: &str) -> Answer {
    post("/api/notes").bearer(jwt).json(json!({ "text": text })).send(app).await
}

async fn page(app: &App, jwt: &str, query: &str) -> (Vec<String>, Option<String>) {
    let answer = get(&format!("/api/notes{query}")).bearer(jwt).send(app).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    let text = |note: &Value| note["text"].as_str().unwrap().to_owned();
    let texts = body["items"].as_array().unwrap().iter().map(text).collect();
    (texts, body["next_cursor"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn a_note_can_be_made_read_changed_and_deleted() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let made = write(&app, &ada.jwt, "  first \n").await;
    assert_eq!(made.status, 201);
    let note = made.json();
    assert_eq!(note["text"], "first", "text is trimmed");
    assert_eq!(
        (note["created_at_ms"].as_u64(), note["updated_at_ms"].as_u64()),
        (Some(NOW_MS), Some(NOW_MS))
    );
    let path = format!("/api/notes/{}", note["id"].as_str().unwrap());
    assert!(path.starts_with("/api/notes/note_"));
    assert_eq!(get(&path).bearer(&ada.jwt).send(&app).await.json(), note);
    app.clock.set_ms(NOW_MS + 5);
    let changed =
        ask("PATCH", &path).bearer(&ada.jwt).json(json!({ "text": " second " })).send(&app).await;
    assert_eq!(changed.json()["text"], "second");
    assert_eq!(changed.json()["created_at_ms"], NOW_MS);
    assert_eq!(changed.json()["updated_at_ms"], NOW_MS + 5);
    let deleted = ask("DELETE", &path).bearer(&ada.jwt).send(&app).await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    for method in ["GET", "DELETE", "PATCH"] {
        let gone =
            ask(method, &path).bearer(&ada.jwt).json(json!({ "text": "x" })).send(&app).await;
        assert_eq!((gone.status, gone.code()), (404, "not_found".to_owned()));
    }
}

#[tokio::test]
async fn one_users_notes_are_not_there_for_another() {
    let app = App::new();
    let (ada, grace) = (app.sign_in("ada").await, app.sign_in("grace").await);
    let note = write(&app, &ada.jwt, "private").await.json();
    let path = format!("/api/notes/{}", note["id"].as_str().unwrap());
    for method in ["GET", "PATCH", "DELETE"] {
        let answer =
            ask(method, &path).bearer(&grace.jwt).json(json!({ "text": "mine" })).send(&app).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found".to_owned()));
    }
    assert_eq!(page(&app, &grace.jwt, "").await, (vec![], None));
    assert_eq!(get(&path).bearer(&ada.jwt).send(&app).await.json(), note, "unchanged");
    write(&app, &ada.jwt, "second").await;
    let (_, cursor) = page(&app, &ada.jwt, "?limit=1").await;
    let with_adas_cursor = page(&app, &grace.jwt, &format!("?cursor={}", cursor.unwrap())).await;
    assert_eq!(with_adas_cursor, (vec![], None));
}

#[tokio::test]
async fn counts_and_profiles_are_kept_for_each_user() {
    let app = App::new();
    let (ada, grace) = (app.sign_in("ada").await, app.sign_in("grace").await);
    for count in 1..=3 {
        let answer = post("/api/foo").bearer(&ada.jwt).json(json!({})).send(&app).await;
        assert_eq!(answer.json()["count"], count);
    }
    let foo = get("/api/foo").bearer(&grace.jwt).send(&app).await.json();
    assert_eq!(
        (foo["count"].as_u64(), foo["message"].as_str()),
        (Some(0), Some("Hello, Grace Hopper"))
    );
    ask("PATCH", "/api/profile").bearer(&ada.jwt).json(json!({ "bio": "Ada's" })).send(&app).await;
    let profile = get("/api/profile").bearer(&grace.jwt).send(&app).await.json();
    assert_ne!(profile["bio"], "Ada's");
    assert_eq!(
        (profile["user_id"].as_str(), profile["org_id"].as_str()),
        (Some("user_grace"), Some("org_compilers"))
    );
}

#[tokio::test]
async fn pages_come_newest_first_and_end_with_no_cursor() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for number in 1..=45 {
        write(&app, &ada.jwt, &number.to_string()).await;
    }
    let down = |from: u32, to: u32| (to..=from).rev().map(|n| n.to_string()).collect::<Vec<_>>();
    let (first, cursor) = page(&app, &ada.jwt, "").await;
    assert_eq!(first, down(45, 26), "twenty unless told");
    let (second, cursor) = page(&app, &ada.jwt, &format!("?cursor={}", cursor.unwrap())).await;
    assert_eq!(second, down(25, 6));
    let (third, end) = page(&app, &ada.jwt, &format!("?limit=20&cursor={}", cursor.unwrap())).await;
    assert_eq!((third, end), (down(5, 1), None));
    assert_eq!(
        page(&app, &ada.jwt, "?cursor=&limit=45").await,
        (down(45, 1), None),
        "a full page may be the last"
    );
}

#[tokio::test]
async fn a_cursor_stands_firm_while_notes_come_and_go() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let mut ids = Vec::new();
    for text in ["1", "2", "3", "4"] {
        ids.push(write(&app, &ada.jwt, text).await.json()["id"].as_str().unwrap().to_owned());
    }
    let (first, cursor) = page(&app, &ada.jwt, "?limit=2").await;
    assert_eq!(first, ["4", "3"]);
    write(&app, &ada.jwt, "5").await;
    // Even the note that the cursor was made from may go.
    ask("DELETE", &format!("/api/notes/{}", ids[2])).bearer(&ada.jwt).send(&app).await;
    let (second, end) = page(&app, &ada.jwt, &format!("?limit=2&cursor={}", cursor.unwrap())).await;
    assert_eq!(
        (second, end),
        (vec!["2".to_owned(), "1".to_owned()], None),
        "none twice, none left out"
    );
}

#[tokio::test]
async fn a_cursor_or_limit_that_was_made_up_is_refused() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    for cursor in ["x", "%20", "MTox!", "MTphYmM", "Mjox", "MTotMQ", "note_00000001"] {
        let answer = get(&format!("/api/notes?cursor={cursor}")).bearer(&ada.jwt).send(&app).await;
        assert_eq!((answer.status, answer.code()), (400, "bad_cursor".to_owned()), "{cursor}");
    }
    for limit in ["0", "101", "-1", "many", "1.5"] {
        let answer = get(&format!("/api/notes?limit={limit}")).bearer(&ada.jwt).send(&app).await;
        assert_eq!(
            (answer.status, answer.json()["error"]["field"].as_str()),
            (422, Some("limit")),
            "{limit}"
        );
    }
    assert_eq!(get("/api/notes?limit=1&limit=2").bearer(&ada.jwt).send(&app).await.status, 400);
}

#[tokio::test]
async fn the_same_key_makes_one_note() {
    let app = App::new();
    let (ada, grace) = (app.sign_in("ada").await, app.sign_in("grace").await);
    let send = |jwt: &str, text: &str, key: &str| {
        post("/api/notes").bearer(jwt).json(json!({ "text": text, "idempotency_key": key }))
    };
    let first = send(&ada.jwt, "once", "k1").send(&app).await;
    let again = send(&ada.jwt, "once", "k1").send(&app).await;
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json(), again.json());
    assert_eq!(
        send(&ada.jwt, "once", "k2").send(&app).await.status,
        201,
        "another key, another note"
    );
    assert_eq!(
        send(&grace.jwt, "hers", "k1").send(&app).await.status,
        201,
        "keys are each user's own"
    );
    assert_eq!(page(&app, &ada.jwt, "").await.0.len(), 2);
    for bad in ["", &"k".repeat(201)] {
        let answer = send(&ada.jwt, "x", bad).send(&app).await;
        assert_eq!(
            (answer.status, answer.json()["error"]["field"].as_str()),
            (422, Some("idempotency_key"))
        );
    }
    let path = format!("/api/notes/{}", first.json()["id"].as_str().unwrap());
    ask("DELETE", &path).bearer(&ada.jwt).send(&app).await;
    let late = send(&ada.jwt, "once", "k1").send(&app).await;
    assert_eq!(
        (late.status, late.code()),
        (409, "deleted".to_owned()),
        "a late retry does not bring it back"
    );
}

#[tokio::test]
async fn many_requests_with_one_key_at_once_make_one_note() {
    let app = std::sync::Arc::new(App::new());
    let ada = app.sign_in("ada").await;
    let mut racing = Vec::new();
    for _ in 0..12 {
        let (app, jwt) = (std::sync::Arc::clone(&app), ada.jwt.clone());
        racing.push(tokio::spawn(async move {
            let body = json!({ "text": "once", "idempotency_key": "k" });
            post("/api/notes").bearer(&jwt).json(body).send(&app).await.status
        }));
    }
    let mut made = 0;
    for request in racing {
        made += usize::from(request.await.unwrap() == 201);
    }
    assert_eq!(made, 1);
    assert_eq!(page(&app, &ada.jwt, "").await.0.len(), 1);
}

#[tokio::test]
async fn a_text_has_one_to_two_thousand_characters_after_trimming() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let path =
        format!("/api/notes/{}", write(&app, &ada.jwt, "x").await.json()["id"].as_str().unwrap());
    for bad in [
        json!({ "text": "" }),
        json!({ "text": " \n\t" }),
        json!({ "text": "é".repeat(2001) }),
        json!({}),
        json!({ "text": 5 }),
        json!({ "text": null }),
    ] {
        for (method, path) in [("POST", "/api/notes"), ("PATCH", path.as_str())] {
            let answer = ask(method, path).bearer(&ada.jwt).json(bad.clone()).send(&app).await;
            let error = answer.json()["error"].clone();
            assert_eq!((answer.status, answer.code()), (422, "invalid".to_owned()), "{bad}");
            assert_eq!(error["field"], "text", "{bad}");
        }
    }
    assert_eq!(write(&app, &ada.jwt, &format!("  {}  ", "é".repeat(2000))).await.status, 201);
}

#[tokio::test]
async fn a_bio_has_five_hundred_characters_at_most() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    let patch = |body: Value| ask("PATCH", "/api/profile").bearer(&ada.jwt).json(body);
    app.clock.set_ms(NOW_MS + 7);
    let fits = patch(json!({ "bio": "ß".repeat(500) })).send(&app).await;
    assert_eq!((fits.status, fits.json()["updated_at_ms"].as_u64()), (200, Some(NOW_MS + 7)));
    assert_eq!(get("/api/profile").bearer(&ada.jwt).send(&app).await.json(), fits.json());
    for bad in [json!({ "bio": "ß".repeat(501) }), json!({}), json!({ "bio": [] })] {
        let answer = patch(bad).send(&app).await;
        assert_eq!((answer.status, answer.json()["error"]["field"].as_str()), (422, Some("bio")));
    }
    assert_eq!(patch(json!({ "bio": "" })).send(&app).await.json()["bio"], "", "it may be empty");
}

#[tokio::test]
async fn only_the_exact_id_names_a_note() {
    let app = App::new();
    let ada = app.sign_in("ada").await;
    assert_eq!(write(&app, &ada.jwt, "x").await.json()["id"], "note_00000001");
    for id in [
        "note_1",
        "note_0000000001",
        "note_+0000001",
        "NOTE_00000001",
        "00000001",
        "note_",
        "%ff",
        "note_0000000g",
    ] {
        let answer = get(&format!("/api/notes/{id}")).bearer(&ada.jwt).send(&app).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found".to_owned()), "{id}");
    }
}
