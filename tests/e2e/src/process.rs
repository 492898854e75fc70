//! Programs that the tests start, and end.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running program, killed on drop.
#[derive(Debug)]
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts a program and reads its standard output until `ready` finds what it waits for.
    ///
    /// # Panics
    /// If it does not start, or ends before.
    pub fn start<T>(command: &mut Command, ready: impl FnMut(&str) -> Option<T>) -> (Self, T) {
        Self::try_start(command, ready).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same for a program that may end before it is ready, and succeed another time.
    ///
    /// # Errors
    /// If it does not start, or ends before; with what it said until then.
    pub fn try_start<T>(
        command: &mut Command,
        mut ready: impl FnMut(&str) -> Option<T>,
    ) -> Result<(Self, T), String> {
        let program = command.get_program().display().to_string();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{program} does not start: {error}"))?;
        let output = child.stdout.take().map(BufReader::new);
        let process = Self { child };
        let mut output = output.expect("the output is piped");
        let mut said = String::new();
        let mut line = String::new();
        while output.read_line(&mut line).is_ok_and(|length| length > 0) {
            if let Some(found) = ready(line.trim()) {
                drain(output);
                return Ok((process, found));
            }
            said.push_str(&line);
            line.clear();
        }
        Err(format!("{program} ended before it was ready, and said:\n{said}"))
    }

    /// Ends the program as a power cut does: it cannot say goodbye.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The id by which the system knows it.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Keeps reading: a program whose output nobody takes stands still once the pipe is full.
fn drain(mut output: BufReader<ChildStdout>) {
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut output, &mut std::io::sink());
    });
}
