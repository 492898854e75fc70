//! What trunk leaves on the table: JavaScript and styles, the names in the WebAssembly, and the order of its functions.

use crate::error::{Error, Result};
use crate::process;
use crate::sizes;
use crate::wasm;
use crate::workspace::Workspace;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

/// How trunk's file names for the module end.
const MODULE: &str = "_bg.wasm";

const PAGE: &str = "index.html";

/// What the compiler uses of WebAssembly. `index.html` has the same list for trunk; a test compares them.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-sign-ext",
    "--enable-mutable-globals",
];

/// Makes the bundle in `dist` smaller, in place. It does the same with fewer bytes.
pub fn run(workspace: &Workspace, dist: &Path) -> Result<()> {
    let stem = stem(dist)?;
    reorder(workspace, &Files::of(dist, &stem).module)?;
    let files = shorten(dist, &stem)?;
    minify(workspace, &files.script, &["--format=esm"])?;
    with_extension(dist, "css")?.iter().try_for_each(|style| minify(workspace, style, &[]))
}

/// Gives short names to what goes between the two files, which get new names themselves.
fn shorten(dist: &Path, old: &str) -> Result<Files> {
    let files = Files::of(dist, old);
    let module = fs::read(&files.module).map_err(Error::io("read the WebAssembly"))?;
    let script = read_text(&files.script)?;
    let Some((module, names)) = wasm::shorten(&module) else {
        println!("the WebAssembly is not of the known form, and keeps its long names");
        return Ok(files);
    };

    let script = wasm::rename(&script, &names);
    let new = new_stem(old, &[&module, script.as_bytes()]);
    let script = script.replace(old, &new);
    let page = without_comments(&read_text(&dist.join(PAGE))?.replace(old, &new));
    for path in [&files.module, &files.script] {
        fs::remove_file(path).map_err(Error::io(format!("remove {}", path.display())))?;
    }
    let files = Files::of(dist, &new);
    write(&files.module, &module)?;
    write(&files.script, script.as_bytes())?;
    write(&dist.join(PAGE), page.as_bytes())?;
    Ok(files)
}

/// The two files that belong together.
struct Files {
    module: PathBuf,
    script: PathBuf,
}

impl Files {
    fn of(dist: &Path, stem: &str) -> Self {
        Self {
            module: dist.join(format!("{stem}{MODULE}")),
            script: dist.join(format!("{stem}.js")),
        }
    }
}

/// The common part of the two files' names: the program's name and trunk's hash.
fn stem(dist: &Path) -> Result<String> {
    let modules = with_extension(dist, "wasm")?;
    let mut names = modules.iter().filter_map(|path| path.file_name()?.to_str());
    let stem = names.find_map(|name| name.strip_suffix(MODULE).map(str::to_owned));
    stem.ok_or_else(|| Error::Missing {
        what: format!("a file named *{MODULE} in dist"),
        why: "trunk did not write it".to_owned(),
        fix: "cargo xtask build".to_owned(),
    })
}

/// A page without what is meant for those who read its source.
fn without_comments(page: &str) -> String {
    let mut parts = page.split("<!--");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    clean.extend(parts.filter_map(|part| part.split_once("-->")).map(|(_, after)| after));
    let lines = clean.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Browsers keep a file for as long as its name stays: other bytes need another name.
fn new_stem(old: &str, files: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    files.iter().for_each(|bytes| hasher.write(bytes));
    let name = old.rsplit_once('-').map_or(old, |(name, _)| name);
    format!("{name}-{:016x}", hasher.finish())
}

/// How many bytes of code are compared when functions are put side by side. No number is the best for every program, so
/// the bundle is made with each, and the smallest is kept.
const PIECES: &[usize] = &[3, 4, 5, 6, 8];

/// Moves the functions so that those stand together which compress well together.
fn reorder(workspace: &Workspace, module: &Path) -> Result<()> {
    let bytes = fs::read(module).map_err(Error::io("read the WebAssembly"))?;
    let mut best: Option<(usize, Vec<u8>)> = None;
    for piece in PIECES {
        let Some(named) = wasm::by_likeness(&bytes, *piece) else {
            println!("the WebAssembly is not of the known form, and keeps its order");
            return Ok(());
        };
        write(module, &named)?;
        let mut wasm_opt = workspace.command("wasm-opt");
        wasm_opt.arg(module).args(FEATURES).args(["--reorder-functions-by-name", "--strip-debug"]);
        process::visible(wasm_opt.arg("-o").arg(module))?;
        let moved = fs::read(module).map_err(Error::io("read the WebAssembly"))?;
        let size = sizes::brotli(&moved).map_err(Error::io("compress the WebAssembly"))?;
        if best.as_ref().is_none_or(|(smallest, _)| size < *smallest) {
            best = Some((size, moved));
        }
    }
    best.map_or(Ok(()), |(_, smallest)| write(module, &smallest))
}

fn minify(workspace: &Workspace, file: &Path, options: &[&str]) -> Result<()> {
    let mut esbuild = workspace.command("esbuild");
    esbuild.arg(file).args(["--minify", "--log-level=warning", "--allow-overwrite"]).args(options);
    process::visible(esbuild.arg(format!("--outfile={}", file.display())))
}

fn with_extension(dist: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dist).map_err(Error::io("list dist"))?;
    let paths = entries.flatten().map(|entry| entry.path());
    Ok(paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect())
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(Error::io(format!("read {}", path.display())))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(Error::io(format!("write {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_the_same_features() {
        let page = include_str!("../../../index.html");
        let named = page.split(['"', ' ']).filter(|word| word.starts_with("--enable-"));
        assert_eq!(named.collect::<Vec<_>>(), FEATURES);
    }

    #[test]
    fn comments_and_empty_lines_leave_the_page() {
        let page = "<head>\n  <!-- One\n  and two. -->\n\n  <title>a</title><!-- b --></head>\n";
        assert_eq!(without_comments(page), "<head>\n<title>a</title></head>\n");
    }

    #[test]
    fn other_code_gets_another_name() {
        let first = new_stem("app-one-0123", &[b"a", b"c"]);
        let second = new_stem("app-one-0123", &[b"b", b"c"]);
        assert!(first.starts_with("app-one-") && second.starts_with("app-one-"), "{first}");
        assert_ne!(first, second);
        assert_eq!(first, new_stem("app-one-4567", &[b"a", b"c"]));
    }
}
