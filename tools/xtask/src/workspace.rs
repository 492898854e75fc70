//! Where things are, and the environment that child commands run in.

use crate::toolchain::WasmToolchain;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The checkout.
pub struct Workspace {
    /// The folder with the root `Cargo.toml`.
    pub root: PathBuf,
}

impl Workspace {
    /// The checkout that this program was built from.
    pub fn find() -> Self {
        // Cargo sets the variable for `cargo run`; the built-in value serves a direct call.
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).ancestors().nth(2).unwrap_or(Path::new("."));
        Self { root: root.to_path_buf() }
    }

    /// Where setup puts its tools. Always inside the checkout, whatever cargo's target folder is,
    /// so that builds with another target folder share them.
    pub fn tools(&self) -> PathBuf {
        self.root.join("target").join("tools")
    }

    /// The full output of long steps.
    pub fn logs(&self) -> PathBuf {
        self.tools().join("logs")
    }

    /// The release bundle.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A debug binary of this workspace. It lies beside our own, whichever way the target folder
    /// was chosen.
    pub fn debug_binary(&self, name: &str) -> PathBuf {
        let own = std::env::current_exe().unwrap_or_default();
        let folder = own.parent().and_then(Path::parent).map(|target| target.join("debug"));
        let fallback = || self.root.join("target").join("debug");
        folder.unwrap_or_else(fallback).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A program with our tools ahead on its `PATH`, run in the root.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", self.path());
        // `cargo run` leaves its own package's variables behind; they are not the child's.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MAN") {
                command.env_remove(name);
            }
        }
        command
    }

    /// `cargo` for the host.
    pub fn cargo(&self, args: &[&str]) -> Command {
        let mut command = self.command("cargo");
        command.args(args);
        command
    }

    /// A program that compiles for wasm32.
    pub fn wasm_command(&self, program: &str, toolchain: WasmToolchain, args: &[&str]) -> Command {
        let mut command = self.command(program);
        command.args(args).envs(wasm_environment(toolchain));
        if toolchain == WasmToolchain::Linked {
            // It names the libraries of the toolchain that runs us, which is another one.
            command.env_remove("LD_LIBRARY_PATH");
        }
        command
    }

    /// The search path: our own tools, then the user's.
    pub fn path(&self) -> OsString {
        let own = self.tool_folders();
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let all = own.into_iter().chain(std::env::split_paths(&inherited));
        std::env::join_paths(all).unwrap_or(inherited)
    }

    /// The folders that setup installs programs into.
    pub fn tool_folders(&self) -> [PathBuf; 2] {
        let tools = self.tools();
        [tools.join("bin"), tools.join("npm").join("node_modules").join(".bin")]
    }

    /// The first program of this name on our search path.
    pub fn which(&self, name: &str) -> Option<PathBuf> {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        std::env::split_paths(&self.path()).map(|dir| dir.join(&file)).find(|path| path.is_file())
    }
}

/// What makes cargo and trunk compile and test for wasm32.
pub fn wasm_environment(toolchain: WasmToolchain) -> Vec<(&'static str, &'static str)> {
    let mut variables = vec![
        ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner"),
        // The default of 20 s is short for a cold browser on a busy machine.
        ("WASM_BINDGEN_TEST_TIMEOUT", "120"),
        ("TRUNK_SKIP_VERSION_CHECK", "true"),
    ];
    if toolchain == WasmToolchain::Linked {
        variables.push(("RUSTUP_TOOLCHAIN", crate::debian::TOOLCHAIN));
    }
    variables
}
