//! Notes: seen before they are saved, gone again if they are not.

use e2e::{Page, Setup, test, until, wait};
use std::time::Duration;

/// The texts of the notes on the page.
#[track_caller]
fn texts(page: &Page) -> Vec<String> {
    page.each("note", "e => e.innerText")
}

#[track_caller]
fn has(page: &Page, text: &str) -> bool {
    texts(page).iter().any(|note| note.contains(text))
}

#[track_caller]
fn wait_has(page: &Page, text: &str) {
    until(format!("the note {text:?}"), || has(page, text).then_some(()));
}

#[track_caller]
fn optimistic(page: &Page) -> Vec<String> {
    page.each("note", "e => e.dataset.optimistic")
}

/// Writes a note by the form.
#[track_caller]
fn write(page: &Page, text: &str) {
    page.fill("[data-testid='new-note'] textarea, [data-testid='new-note'] input", text);
    page.click("add-note");
}

#[test]
fn a_new_note_is_seen_before_the_server_answers_and_kept() {
    test(Setup::default(), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        page.open("/notes");
        page.wait_for("notes-empty");
        world.controls().fault_for("POST", "/api/notes", "delay:2000");
        write(page, "Buy cards");
        until("the note before the answer", || {
            let open = world.requests().of_path("POST", "/api/notes").answered(0).count();
            (has(page, "Buy cards") && optimistic(page) == ["true"] && open == 1).then_some(())
        });
        until("the saved note", || (optimistic(page) == ["false"]).then_some(()));
        assert!(has(page, "Buy cards"));
        assert_eq!(other.notes(), ["Buy cards"], "once");
        page.reload();
        wait_has(page, "Buy cards");
    });
}

#[test]
fn a_note_that_the_server_does_not_take_disappears_and_the_reason_is_shown() {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        other.write_note("Saved before");
        page.open("/notes");
        wait_has(page, "Saved before");
        world.controls().fault_for("POST", "/api/notes", "delay:1500,status:500");
        write(page, "Never saved");
        wait_has(page, "Never saved");
        until("the note to be taken back", || (!has(page, "Never saved")).then_some(()));
        assert!(!page.wait_for("notes-error").is_empty());
        assert!(has(page, "Saved before"), "only the own change is taken back");
        assert_eq!(other.notes(), ["Saved before"]);
    });
}

#[test]
fn a_deleted_note_goes_before_the_server_answers() {
    test(Setup::default(), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        other.write_note("Old");
        page.open("/notes");
        wait_has(page, "Old");
        world.controls().fault_for("DELETE", "/api/notes", "delay:2000");
        page.click("delete-note");
        until("the note to go before the answer", || {
            let asked = world.requests().only(|entry| entry.method == "DELETE");
            (!has(page, "Old") && asked.answered(0).count() == 1).then_some(())
        });
        until("the answer", || {
            let asked = world.requests().only(|entry| entry.method == "DELETE");
            (asked.answered(204).count() == 1).then_some(())
        });
        page.wait_for("notes-empty");
        assert_eq!(other.notes(), [""; 0]);
    });
}

#[test]
fn a_note_that_the_server_does_not_delete_comes_back() {
    test(Setup::default().with_failing_requests(), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        other.write_note("Stubborn");
        page.open("/notes");
        wait_has(page, "Stubborn");
        world.controls().fault_for("DELETE", "/api/notes", "delay:1500,status:500");
        page.click("delete-note");
        until("the note to go", || (!has(page, "Stubborn")).then_some(()));
        wait_has(page, "Stubborn");
        assert!(!page.wait_for("notes-error").is_empty());
    });
}

#[test]
fn older_notes_come_by_load_more() {
    test(Setup::default(), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        for number in 1..=45 {
            other.write_note(&format!("Note number {number:02}"));
        }
        page.open("/notes");
        wait_has(page, "Note number 45");
        let first = texts(page).len();
        assert!(first < 45, "the first page is not everything");
        page.click("load-more");
        until("more notes", || (texts(page).len() > first).then_some(()));
        while page.shows("load-more") && texts(page).len() < 45 {
            let before = texts(page).len();
            page.click("load-more");
            until("still more notes", || (texts(page).len() > before).then_some(()));
        }
        let all = texts(page);
        let numbers = (1..=45).rev().map(|number| format!("Note number {number:02}"));
        assert_eq!(all.len(), 45, "each once");
        for (shown, wanted) in all.iter().zip(numbers) {
            assert!(shown.contains(&wanted), "{shown:?} stands where {wanted:?} should");
        }
        wait::stays(Duration::from_millis(500), "the list is as long", || texts(page).len() == 45);
    });
}

#[test]
fn notes_outlive_a_crash_of_the_server() {
    test(Setup::default().with_failing_requests(), |world| {
        world.signed_in_as("ada");
        world.page.open("/notes");
        world.page.wait_for("notes-empty");
        write(&world.page, "Written in stone");
        until("the saved note", || (optimistic(&world.page) == ["false"]).then_some(()));
        world.server.crash();
        world.server.resume();
        world.page.reload();
        wait_has(&world.page, "Written in stone");
    });
}

#[test]
fn a_note_is_shown_as_the_text_that_it_is() {
    test(Setup::default(), |world| {
        let page = &world.page;
        let other = world.signed_in_as("ada");
        let text = "<img src=x onerror=\"document.title='owned'\"> & <b>bold</b>";
        other.write_note(text);
        page.open("/notes");
        wait_has(page, text);
        assert_eq!(page.each("[data-testid='note'] img", "e => e.src"), [""; 0]);
        let title = page.run("return document.title", serde_json::json!([]));
        assert_ne!(title, "owned");
    });
}
