//! What a failed test shows.

use std::fmt::Write;

use serde_json::json;

use crate::environment;
use crate::world::World;

/// Everything that helps to understand a failure. Never fails itself.
#[must_use]
pub fn of(world: &World, test: &str) -> String {
    let mut report = format!("\n==== {test}\n");
    let browser = &world.page.browser;
    let describe = "return location.href + ' (' + document.visibilityState + ')\\n' +
        (document.body ? document.body.innerText : '(no body)')";
    match browser.run(describe, json!([])) {
        Ok(text) => section(&mut report, "page", text.as_str().unwrap_or_default()),
        Err(error) => section(&mut report, "page", &error.to_string()),
    }
    match browser.console() {
        Ok(lines) => {
            let lines = lines.iter();
            let lines: Vec<String> = lines
                .map(|line| format!("{} {}: {}", line.level, line.source, line.message))
                .collect();
            section(&mut report, "console", &lines.join("\n"));
        }
        Err(error) => section(&mut report, "console", &error.to_string()),
    }
    match world.controls().try_requests() {
        Ok(requests) => section(&mut report, "requests", &requests.to_string()),
        Err(error) => section(&mut report, "requests", &error),
    }
    section(&mut report, "screenshot", &screenshot(world, test));
    report
}

fn section(report: &mut String, name: &str, text: &str) {
    let _ = writeln!(report, "---- {name}\n{}", text.trim_end());
}

fn screenshot(world: &World, test: &str) -> String {
    let file: String = test.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let path = environment::output().join(format!("{file}.png"));
    match world.page.browser.screenshot() {
        Ok(picture) => match std::fs::write(&path, picture) {
            Ok(()) => path.display().to_string(),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    }
}
