//! The sizes of a bundle's files as servers send them.

use crate::error::{Error, Result};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// What a first visit loads; images and the like are not counted against the budget.
const COUNTED: &[&str] = &["html", "js", "wasm", "css"];

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its path in the bundle.
    pub name: String,
    /// Bytes on disk.
    pub raw: usize,
    /// Bytes after `gzip -9`.
    pub gzip: usize,
    /// Bytes after brotli with quality 11.
    pub brotli: usize,
}

impl Size {
    fn is_counted(&self) -> bool {
        COUNTED.iter().any(|extension| self.name.ends_with(&format!(".{extension}")))
    }
}

/// Measures every file of a folder, without those that `skip` names.
pub fn measure(folder: &Path, skip: &[&str]) -> Result<Vec<Size>> {
    let mut sizes = Vec::new();
    collect(folder, "", &mut sizes)?;
    sizes.retain(|size| !skip.contains(&size.name.as_str()));
    sizes.sort_by(|a, b| b.brotli.cmp(&a.brotli).then_with(|| a.name.cmp(&b.name)));
    Ok(sizes)
}

/// The sum over the files that count against the budget.
pub fn total(sizes: &[Size]) -> Size {
    let mut total = Size { name: "html + js + wasm + css".to_owned(), raw: 0, gzip: 0, brotli: 0 };
    for size in sizes.iter().filter(|size| size.is_counted()) {
        total.raw += size.raw;
        total.gzip += size.gzip;
        total.brotli += size.brotli;
    }
    total
}

/// A table of all files and the total.
pub fn table(sizes: &[Size]) -> String {
    let total = total(sizes);
    let rows = || sizes.iter().chain(std::iter::once(&total));
    let width = rows().map(|size| size.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{:<width$}  {:>9}  {:>9}  {:>9}", "bytes", "raw", "gzip", "brotli");
    for Size { name, raw, gzip, brotli } in rows() {
        let _ = writeln!(text, "{name:<width$}  {raw:>9}  {gzip:>9}  {brotli:>9}");
    }
    text
}

fn collect(folder: &Path, prefix: &str, sizes: &mut Vec<Size>) -> Result<()> {
    let read = |action: &str| Error::io(format!("{action} {}", folder.display()));
    for entry in fs::read_dir(folder).map_err(read("list"))? {
        let entry = entry.map_err(read("list"))?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), sizes)?;
        } else {
            let bytes = fs::read(entry.path()).map_err(read("read a file of"))?;
            sizes.push(measured(name, &bytes)?);
        }
    }
    Ok(())
}

fn measured(name: String, bytes: &[u8]) -> Result<Size> {
    let gzip = gzip(bytes).map_err(Error::io(format!("compress {name}")))?;
    let brotli = brotli(bytes).map_err(Error::io(format!("compress {name}")))?;
    Ok(Size { name, raw: bytes.len(), gzip, brotli })
}

fn gzip(bytes: &[u8]) -> std::io::Result<usize> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// The bytes that brotli makes of these, with its best quality.
pub fn brotli(mut bytes: &[u8]) -> std::io::Result<usize> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut compressed, &params)?;
    Ok(compressed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(name: &str, raw: usize, gzip: usize, brotli: usize) -> Size {
        Size { name: name.to_owned(), raw, gzip, brotli }
    }

    #[test]
    fn the_total_counts_code_and_markup_only() {
        let sizes = [
            size("app_bg.wasm", 300_000, 120_000, 90_000),
            size("app.js", 20_000, 7_000, 6_000),
            size("favicon.svg", 1_000, 500, 400),
            size("fonts/a.woff2", 30_000, 30_000, 30_000),
        ];
        assert_eq!(total(&sizes), size("html + js + wasm + css", 320_000, 127_000, 96_000));
    }

    #[test]
    fn the_table_has_a_row_for_each_file_and_one_for_the_total() {
        let table = table(&[size("index.html", 10, 9, 8), size("a.css", 7, 6, 5)]);
        let rows: Vec<Vec<&str>> =
            table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["index.html", "10", "9", "8"]);
        assert_eq!(rows[2], ["a.css", "7", "6", "5"]);
        assert_eq!(rows[3][7..], ["17", "15", "13"]);
        let ends: Vec<usize> = table.lines().map(str::len).collect();
        assert!(ends.iter().all(|end| *end == ends[0]), "columns end together:\n{table}");
    }

    #[test]
    fn repeated_text_compresses_in_both_ways() {
        let text = "the same line again and again\n".repeat(500);
        let measured = measured("a.js".to_owned(), text.as_bytes()).unwrap();
        assert_eq!(measured.raw, 15_000);
        assert!(measured.gzip < 300, "{measured:?}");
        assert!(measured.brotli < 100, "{measured:?}");
    }
}
