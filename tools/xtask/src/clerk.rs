//! Clerk's own scripts, which the dev server hands to pages. From npm, but without what they depend on:
//! the browser's files are complete, and the rest is hundreds of megabytes.

use crate::error::{Error, Result};
use crate::process;
use crate::versions::{self, NpmPackage};
use crate::workspace::Workspace;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};
use std::fs;
use std::path::{Path, PathBuf};

/// In each package's folder, and written last: which archive its scripts are from.
const MARK: &str = "integrity";

/// The version that is there, if both packages are the pinned ones.
pub fn find(workspace: &Workspace) -> Option<String> {
    let complete = versions::CLERK.iter().all(|package| {
        let mark = fs::read_to_string(folder(workspace).join(package.folder).join(MARK));
        mark.is_ok_and(|mark| mark == package.integrity)
    });
    complete.then(|| versions::CLERK_JS.version.to_owned())
}

/// Fetches both packages and unpacks their scripts below `target/`.
pub fn install(workspace: &Workspace) -> Result<()> {
    for program in ["npm", "tar"] {
        if workspace.which(program).is_none() {
            return Err(Error::Missing {
                what: "Clerk's scripts".to_owned(),
                why: format!("they are fetched with {program}, which is not there"),
                fix: "install Node.js with npm, and tar, and repeat".to_owned(),
            });
        }
    }
    versions::CLERK.iter().try_for_each(|package| install_one(workspace, package))
}

/// The folder that the dev server takes as `--clerk-packages`.
pub fn folder(workspace: &Workspace) -> PathBuf {
    workspace.tools().join("clerk")
}

fn install_one(workspace: &Workspace, package: &NpmPackage) -> Result<()> {
    let target = folder(workspace).join(package.folder);
    let unpacked = folder(workspace).join(format!("{}.unpacked", package.folder));
    for old in [&target, &unpacked] {
        remove(old)?;
    }
    make(&unpacked)?;
    let archive = fetch(workspace, package, &unpacked)?;
    check(&archive, package)?;

    let log = workspace.logs().join(format!("clerk-{}-tar.log", package.folder));
    let mut tar = workspace.command("tar");
    tar.arg("-xzf").arg(&archive).arg("-C").arg(&unpacked);
    process::with_progress(&mut tar, &log, None)?;
    move_scripts(&unpacked.join("package").join("dist"), &target.join("dist"))?;
    fs::write(target.join(MARK), package.integrity).map_err(Error::io("note the version"))?;
    remove(&unpacked)
}

/// Only the archive: `npm pack` looks at no dependency and runs nothing that a package brings. It does not try
/// for long: without a network, whoever wants to serve the app should not have to wait.
fn fetch(workspace: &Workspace, package: &NpmPackage, into: &Path) -> Result<PathBuf> {
    let spec = format!("{}@{}", package.name, package.version);
    let log = workspace.logs().join(format!("clerk-{}.log", package.folder));
    let mut npm = workspace.command("npm");
    npm.args(["pack", &spec, "--ignore-scripts"]);
    npm.args([
        "--fetch-retries=2",
        "--fetch-retry-mintimeout=1000",
        "--fetch-retry-maxtimeout=3000",
    ]);
    npm.arg("--pack-destination");
    npm.arg(into);
    process::with_progress(&mut npm, &log, None)?;
    // npm makes the name from the package's.
    let name = package.name.trim_start_matches('@').replace('/', "-");
    Ok(into.join(format!("{name}-{}.tgz", package.version)))
}

fn check(archive: &Path, package: &NpmPackage) -> Result<()> {
    let bytes = fs::read(archive).map_err(Error::io(format!("read {}", archive.display())))?;
    let found = integrity(&bytes);
    if found == package.integrity {
        return Ok(());
    }
    Err(Error::WrongIntegrity { package: package.name, expected: package.integrity, found })
}

/// The form in which npm writes what an archive's bytes are.
fn integrity(bytes: &[u8]) -> String {
    format!("sha512-{}", STANDARD.encode(Sha512::digest(bytes)))
}

/// Moves the scripts, and leaves their types, maps and other forms behind.
fn move_scripts(from: &Path, to: &Path) -> Result<()> {
    make(to)?;
    let entries = fs::read_dir(from).map_err(Error::io(format!("read {}", from.display())))?;
    for entry in entries {
        let path = entry.map_err(Error::io("list Clerk's scripts"))?.path();
        let (Some(name), true) = (path.file_name(), path.extension().is_some_and(|e| e == "js"))
        else {
            continue;
        };
        fs::rename(&path, to.join(name)).map_err(Error::io("move Clerk's scripts"))?;
    }
    Ok(())
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::io(format!("make {}", folder.display())))
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(format!("remove {}", folder.display()))(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archives_integrity_is_written_as_npm_does() {
        // As `openssl dgst -sha512 -binary | base64` says of nothing.
        assert_eq!(
            integrity(b""),
            "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
        );
    }

    #[test]
    fn an_archive_that_is_another_one_is_refused_by_name() {
        let folder = std::env::temp_dir().join(format!("xtask-clerk-{}", std::process::id()));
        make(&folder).unwrap();
        let archive = folder.join("x.tgz");
        fs::write(&archive, "something else").unwrap();
        let error = check(&archive, &versions::CLERK_JS).unwrap_err().to_string();
        assert!(error.contains(versions::CLERK_JS.name), "{error}");
        assert!(error.contains(versions::CLERK_JS.integrity), "{error}");
        remove(&folder).unwrap();
    }

    #[test]
    fn only_scripts_are_taken_from_a_package() {
        let folder = std::env::temp_dir().join(format!("xtask-scripts-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("to"));
        make(&from.join("types")).unwrap();
        for name in ["clerk.js", "clerk.mjs", "clerk.js.map", "clerk.d.ts"] {
            fs::write(from.join(name), name).unwrap();
        }
        move_scripts(&from, &to).unwrap();
        let moved: Vec<_> = fs::read_dir(&to).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(moved, ["clerk.js"]);
        remove(&folder).unwrap();
    }
}
