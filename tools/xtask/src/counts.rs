//! Counting tests from the lines that the runners print.

use std::ops::AddAssign;

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that were not run.
    pub ignored: usize,
}

impl Counts {
    /// Adds a `test result: …` line; every other line is left alone. The host's harness and the
    /// browser's runner print the same line, one for each test binary.
    pub fn add_line(&mut self, line: &str) {
        let Some((_, numbers)) = line.split_once("test result: ") else {
            return;
        };
        self.passed += number_before(numbers, "passed");
        self.failed += number_before(numbers, "failed");
        self.ignored += number_before(numbers, "ignored");
    }

    /// Tests that were run.
    pub fn ran(self) -> usize {
        self.passed + self.failed
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

fn number_before(text: &str, word: &str) -> usize {
    let mut previous = "";
    for part in text.split([' ', ';']).filter(|part| !part.is_empty()) {
        if part == word {
            return previous.parse().unwrap_or(0);
        }
        previous = part;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_of_both_runners_add_up() {
        let mut counts = Counts::default();
        let output = "\
running 2 tests
test a ... ok
test b ... FAILED
test result: FAILED. 1 passed; 1 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: ok. 12 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.01s";
        output.lines().for_each(|line| counts.add_line(line));
        assert_eq!(counts, Counts { passed: 13, failed: 1, ignored: 3 });
        assert_eq!(counts.ran(), 14);
    }

    #[test]
    fn a_coloured_result_line_counts_too() {
        let mut counts = Counts::default();
        counts.add_line("test result: \u{1b}[32mok\u{1b}[m. 4 passed; 0 failed; 0 ignored");
        assert_eq!(counts.passed, 4);
    }

    #[test]
    fn other_lines_count_nothing() {
        let mut counts = Counts::default();
        counts.add_line("test passes_after_3_failed ... ok");
        counts.add_line("5 passed");
        assert_eq!(counts, Counts::default());
    }
}
