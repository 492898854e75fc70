//! Running other programs: quietly, with progress, or in full view.

use crate::counts::Counts;
use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// How often a long step says that it is alive.
const PROGRESS_EVERY: Duration = Duration::from_secs(10);

/// How many last lines of a failed step are shown.
const TAIL_LINES: usize = 25;

/// A command line as one would type it.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Standard output of a command that succeeds; nothing in every other case.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

/// Runs a command in full view.
pub fn visible(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status();
    let status = status.map_err(|source| not_started(command, source))?;
    finished(command, status)
}

/// Runs tests in full view and adds up what their result lines say.
pub fn counted(command: &mut Command) -> Result<(Counts, ExitStatus)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|source| not_started(command, source))?;
    let mut counts = Counts::default();
    for line in lines(child.stdout.take()) {
        println!("{line}");
        counts.add_line(&line);
    }
    let status = child.wait().map_err(|source| not_started(command, source))?;
    Ok((counts, status))
}

/// Runs a long step: its output goes to a log file, its newest line is shown now and then.
/// A step that takes longer than `limit` is stopped and counts as failed.
pub fn with_progress(command: &mut Command, log: &Path, limit: Option<Duration>) -> Result<()> {
    let started = Instant::now();
    let mut file = create(log)?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|source| not_started(command, source))?;
    let (sender, receiver) = mpsc::channel();
    forward(child.stdout.take(), sender.clone());
    forward(child.stderr.take(), sender);

    let mut tail = VecDeque::new();
    let mut next = started + PROGRESS_EVERY;
    loop {
        match receiver.recv_timeout(next.saturating_duration_since(Instant::now())) {
            Ok(line) => remember(&mut file, &mut tail, line),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if Instant::now() >= next {
            show_progress(started, tail.back());
            next += PROGRESS_EVERY;
        }
        if limit.is_some_and(|limit| started.elapsed() > limit) {
            // Ignored: it may just have ended by itself.
            let _ = child.kill();
            break;
        }
    }
    let status = child.wait().map_err(|source| not_started(command, source))?;
    if status.success() {
        return Ok(());
    }
    Err(Error::Failed {
        command: shown(command),
        status: status.to_string(),
        tail: Vec::from(tail).join("\n"),
        log: Some(log.to_path_buf()),
    })
}

/// A program that keeps running beside us, in a process group of its own so that it can be
/// stopped together with what it starts.
pub struct Server {
    child: Child,
    /// For messages.
    pub name: &'static str,
}

impl Server {
    /// Starts it.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command.stdin(Stdio::null()).spawn();
        let child = child.map_err(|source| not_started(command, source))?;
        Ok(Self { child, name })
    }

    /// Lines of its standard output, if that was piped.
    pub fn stdout_lines(&mut self) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel();
        forward(self.child.stdout.take(), sender);
        receiver
    }

    /// An error as soon as it has ended.
    pub fn still_running(&mut self) -> Result<()> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => {
                Err(Error::ChildEnded { name: self.name, status: status.to_string() })
            }
            Err(source) => Err(Error::Io { action: format!("watch {}", self.name), source }),
        }
    }

    /// Asks it to stop, and insists after three seconds.
    fn stop(&mut self) {
        self.signal("-TERM");
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(3) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.signal("-KILL");
        // Ignored: there is nothing more to do with a process that cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// std can only kill one process; `kill` takes a signal and a whole group.
    fn signal(&self, signal: &str) {
        if cfg!(unix) {
            let group = format!("-{}", self.child.id());
            output(Command::new("kill").args([signal, "--", &group]));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn finished(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    let (command, status) = (shown(command), status.to_string());
    Err(Error::Failed { command, status, tail: String::new(), log: None })
}

fn not_started(command: &Command, source: std::io::Error) -> Error {
    Error::NotStarted { command: shown(command), source }
}

fn create(log: &Path) -> Result<std::fs::File> {
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create the folder for logs"))?;
    }
    std::fs::File::create(log).map_err(Error::io(format!("write {}", log.display())))
}

fn remember(file: &mut std::fs::File, tail: &mut VecDeque<String>, line: String) {
    // Ignored: a full disk must not stop the step whose log this is.
    let _ = writeln!(file, "{line}");
    if !line.trim().is_empty() {
        tail.push_back(line);
    }
    if tail.len() > TAIL_LINES {
        tail.pop_front();
    }
}

fn show_progress(started: Instant, line: Option<&String>) {
    let line: String = line.map_or("", |line| line.trim()).chars().take(70).collect();
    println!("    {:>4} s  {line}", started.elapsed().as_secs());
}

/// Sends every line of a stream from a thread of its own.
fn forward(stream: Option<impl Read + Send + 'static>, sender: Sender<String>) {
    std::thread::spawn(move || {
        for line in lines(stream) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
}

/// The lines of a stream, whatever bytes they hold.
fn lines(stream: Option<impl Read>) -> impl Iterator<Item = String> {
    let pieces = stream.into_iter().flat_map(|stream| BufReader::new(stream).split(b'\n'));
    pieces.map_while(|bytes| Some(String::from_utf8_lossy(&bytes.ok()?).into_owned()))
}
