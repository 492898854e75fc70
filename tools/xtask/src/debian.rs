//! A wasm32 toolchain from Debian's own packages, for machines that cannot reach rustup's server.
//!
//! Debian packages a recent compiler for its browsers (`rustc-web`) with the sources of the
//! standard library, but not that library for wasm32. So we build it, and put a toolchain
//! together below `target/` whose programs are Debian's and whose libraries are these.

use crate::apt;
use crate::error::{Error, Result};
use crate::process;
use crate::toolchain::TARGET;
use crate::workspace::Workspace;
use std::fs;
use std::path::{Path, PathBuf};

/// The name under which rustup knows it.
pub const TOOLCHAIN: &str = "wasm";

const PACKAGES: &[&str] = &["rustc-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy"];
const RUSTC: &str = "/usr/bin/rustc";
const LIBRARIES: &str = "/usr/lib/rustlib";

/// Holds the compiler that the library was built with: no other can read it.
const STAMP: &str = "built-with";

/// Whether this machine offers the way at all.
pub fn is_possible(workspace: &Workspace) -> bool {
    apt::is_usable(workspace) && workspace.which("rustup").is_some()
}

/// False only for a toolchain of ours that an update of Debian's compiler has left behind.
pub fn is_current(workspace: &Workspace) -> bool {
    match fs::read_to_string(folder(workspace).join(STAMP)) {
        Ok(stamp) => compiler(workspace).is_some_and(|version| version == stamp),
        // Not ours: someone has linked a toolchain of this name by hand.
        Err(_) => true,
    }
}

/// Installs the packages, builds the standard library and links the toolchain.
pub fn install(workspace: &Workspace) -> Result<()> {
    apt::install(workspace, PACKAGES)?;
    let Some(compiler) = compiler(workspace) else {
        return Err(Error::Missing {
            what: RUSTC.to_owned(),
            why: "the package rustc-web did not bring it".to_owned(),
            fix: format!("rustup target add {TARGET}"),
        });
    };
    let build = build_std(workspace)?;
    assemble(workspace, &build)?;
    let stamp = folder(workspace).join(STAMP);
    fs::write(&stamp, compiler).map_err(Error::io("write the toolchain's stamp"))?;

    let mut link = workspace.command("rustup");
    link.args(["toolchain", "link", TOOLCHAIN]).arg(folder(workspace));
    process::with_progress(&mut link, &workspace.logs().join("rustup-link.log"), None)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.tools().join("wasm-toolchain")
}

fn compiler(workspace: &Workspace) -> Option<String> {
    process::output(debian_program(workspace, RUSTC).arg("-vV"))
}

/// A program of Debian's must not find the libraries of the toolchain that runs us.
fn debian_program(workspace: &Workspace, program: &str) -> std::process::Command {
    let mut command = workspace.command(program);
    command.env_remove("LD_LIBRARY_PATH");
    command
}

/// Builds std for wasm32 and gives the folder with its libraries.
fn build_std(workspace: &Workspace) -> Result<PathBuf> {
    let project = workspace.tools().join("wasm-std");
    let source = project.join("src");
    fs::create_dir_all(&source).map_err(Error::io("create a folder for the standard library"))?;
    // A workspace of its own, or cargo would take it for a forgotten member of ours.
    let manifest =
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n";
    write(&project.join("Cargo.toml"), manifest)?;
    write(&source.join("lib.rs"), "#![no_std]\n")?;

    println!("    building the standard library for {TARGET} (about a minute)");
    let mut cargo = debian_program(workspace, "cargo");
    cargo
        .current_dir(&project)
        .args(["build", "--release", "-Zbuild-std=std,panic_abort,test", "--target", TARGET])
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        // Release builds with `lto = true` need the bitcode.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", project.join("target"));
    process::with_progress(&mut cargo, &workspace.logs().join("wasm-std.log"), None)?;
    Ok(project.join("target").join(TARGET).join("release").join("deps"))
}

/// Puts the toolchain together: wrappers around Debian's programs, its libraries for the host as
/// links, ours for wasm32 as copies, and rustup's linker, which Debian's compiler comes without.
fn assemble(workspace: &Workspace, build: &Path) -> Result<()> {
    let root = folder(workspace);
    remove(&root)?;
    let host = host(workspace)?;
    let libraries = root.join("lib").join("rustlib");
    let (bin, linker) = (root.join("bin"), libraries.join(&host).join("bin"));
    let wasm = libraries.join(TARGET).join("lib");
    for folder in [&bin, &linker, &wasm] {
        fs::create_dir_all(folder).map_err(Error::io("create the toolchain's folders"))?;
    }
    link(&Path::new(LIBRARIES).join(&host).join("lib"), &libraries.join(&host).join("lib"))?;
    link(&rust_lld(workspace, &host)?, &linker.join("rust-lld"))?;
    copy_libraries(build, &wasm)?;

    let sysroot = root.display();
    for name in ["rustc", "rustdoc"] {
        let call = format!("exec /usr/bin/{name} --sysroot '{sysroot}' \"$@\"");
        script(&bin.join(name), &call)?;
    }
    // Clippy's driver is a compiler too, but learns its root only from the environment. The
    // command beside it must be a copy, because it looks for the driver next to itself.
    let call = format!("SYSROOT='{sysroot}' exec /usr/bin/clippy-driver \"$@\"");
    script(&bin.join("clippy-driver"), &call)?;
    fs::copy("/usr/bin/cargo-clippy", bin.join("cargo-clippy"))
        .map_err(Error::io("copy cargo-clippy"))?;
    link(&active_program(workspace, "cargo")?, &bin.join("cargo"))
}

fn copy_libraries(from: &Path, to: &Path) -> Result<()> {
    let entries = fs::read_dir(from).map_err(Error::io("read the built standard library"))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let Some(name) = path.file_name() else {
            continue;
        };
        let text = name.to_string_lossy();
        if text.ends_with(".rlib") && !text.starts_with("libempty-") {
            fs::copy(&path, to.join(name)).map_err(Error::io(format!("copy {text}")))?;
        }
    }
    Ok(())
}

fn host(workspace: &Workspace) -> Result<String> {
    let text = compiler(workspace).unwrap_or_default();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| not_found("the host's name in `rustc -vV`"))
}

/// The linker of the toolchain that the user has anyway, else the one that Debian may have.
fn rust_lld(workspace: &Workspace, host: &str) -> Result<PathBuf> {
    let sysroot = process::output(workspace.command("rustc").args(["--print", "sysroot"]));
    let own = sysroot.map(|root| {
        Path::new(root.trim()).join("lib/rustlib").join(host).join("bin").join("rust-lld")
    });
    let found = own.filter(|path| path.is_file()).or_else(|| workspace.which("wasm-ld"));
    found.ok_or_else(|| not_found("a linker for wasm32 (rust-lld or wasm-ld)"))
}

fn active_program(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let path = process::output(workspace.command("rustup").args(["which", name]));
    path.map(|path| PathBuf::from(path.trim())).ok_or_else(|| not_found(name))
}

fn not_found(what: &str) -> Error {
    Error::Missing {
        what: what.to_owned(),
        why: "the wasm32 toolchain needs it".to_owned(),
        fix: format!("rustup target add {TARGET}"),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(Error::io(format!("write {}", path.display())))
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::Io { action: format!("remove {}", folder.display()), source: error })
        }
        _ => Ok(()),
    }
}

/// An executable shell script.
fn script(path: &Path, call: &str) -> Result<()> {
    write(path, &format!("#!/bin/sh\n{call}\n"))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(path, mode).map_err(Error::io("make a script executable"))?;
    }
    Ok(())
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> Result<()> {
    std::os::unix::fs::symlink(to, at).map_err(Error::io(format!("link {}", at.display())))
}

/// Never reached: this way exists only where apt does.
#[cfg(not(unix))]
fn link(to: &Path, at: &Path) -> Result<()> {
    fs::copy(to, at).map(drop).map_err(Error::io(format!("copy {}", at.display())))
}
