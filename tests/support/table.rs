//! A table in the documentation that maps another library to this crate, and what has to be true of it.

use std::collections::BTreeSet;
use std::fs;

use crate::sources::sources;

/// A row: what the other library calls it, what it is here, and the test that shows it.
pub struct Row {
    pub theirs: String,
    pub here: String,
    pub test: String,
}

pub fn rows(table: &str) -> Vec<Row> {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    let lines = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
    let rows = lines.map(cells).filter(|cells| cells.last().is_some_and(|last| last != "shown by"));
    let row = |cells: Vec<String>| match <[String; 3]>::try_from(cells) {
        Ok([theirs, here, test]) => Row { theirs, here, test },
        Err(cells) => panic!("a row has three cells: {cells:?}"),
    };
    rows.map(row).collect()
}

/// The names in backticks.
fn names(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn text_of(folder: &str) -> String {
    sources(folder).iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Which of these words no row is about.
pub fn missing<'a>(table: &str, words: &'a str) -> Vec<&'a str> {
    let rows = rows(table);
    let plain = |name: &str| name.split(['(', ':', ' ']).next().unwrap_or_default().to_owned();
    let known: BTreeSet<String> =
        rows.iter().flat_map(|row| names(&row.theirs).into_iter().map(plain)).collect();
    words.split_whitespace().filter(|name| !known.contains(*name)).collect()
}

/// Fails for a row that is empty, or names something that is not in the sources.
pub fn check_names(table: &str) {
    let source = text_of("src");
    // A function, a type, a field or a variant.
    let is_there = |name: &str| {
        let last = name.rsplit("::").next().unwrap_or(name);
        let forms = [
            format!("fn {last}("),
            format!("fn {last}<"),
            format!("pub struct {last}"),
            format!("pub enum {last}"),
            format!("pub type {last}"),
            format!("pub {last}: "),
            format!("    {last}("),
            format!("    {last},"),
        ];
        forms.iter().any(|form| source.contains(form))
    };
    for row in rows(table) {
        let is_filled = ![&row.theirs, &row.here, &row.test].iter().any(|cell| cell.is_empty());
        assert!(is_filled, "{}", row.theirs);
        let named = names(&row.here).into_iter().filter(|name| *name != "None");
        let unknown: Vec<_> = named.filter(|name| !is_there(name)).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", row.theirs);
    }
}

/// Fails for a row without a test, unless it says that there is nothing to test, or names one that is not there.
pub fn check_tests(table: &str) {
    let tests = text_of("tests") + &text_of("src");
    for row in rows(table) {
        if row.test == "—" {
            assert!(row.here.starts_with('—') || row.here.starts_with("later"), "{}", row.theirs);
            continue;
        }
        let named = names(&row.test);
        assert!(!named.is_empty(), "{}", row.theirs);
        let missing = named.iter().find(|name| !tests.contains(&format!("fn {name}()")));
        assert!(missing.is_none(), "{}: {missing:?}", row.theirs);
    }
}

/// The scenarios, by number, that no test names in the line above it.
pub fn not_played(scenarios: &str) -> Vec<&str> {
    let tests = text_of("tests") + &text_of("src/engine");
    let is_played = |number: &&str| {
        let named = format!("P{number}");
        tests.lines().any(|line| line.trim_start().starts_with("///") && line.contains(&named))
    };
    scenarios.split_whitespace().filter(|number| !is_played(number)).collect()
}
