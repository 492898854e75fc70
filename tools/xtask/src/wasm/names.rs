//! Short names between a WebAssembly module and its JavaScript.
//!
//! wasm-bindgen names each function that crosses over after its Rust item and a hash. The hashes do
//! not compress, and stand in both files. Only these names change here; all else is copied.

use super::{EXPORTS, FUNCTION, HEADER, IMPORTS, Reader, write_name, write_number, write_section};
use std::collections::HashMap;

/// What wasm-bindgen's own names start with. Others, such as `memory`, may mean something outside.
const GENERATED: &[&str] = &["__", "wasm_bindgen__"];

/// The module that all imports come from, under its new name.
const MODULE: &str = "w";

/// The module with short names, and the new name of each old one. Nothing if it is not a module, or
/// imports something that wasm-bindgen never does.
pub fn shorten(wasm: &[u8]) -> Option<(Vec<u8>, HashMap<String, String>)> {
    let mut output = wasm.get(..HEADER)?.to_vec();
    let mut names = Names::default();
    let mut input = Reader { bytes: wasm.get(HEADER..)? };
    while let Some((id, section)) = input.section()? {
        let renamed = match id {
            IMPORTS => Some(imports(section, &mut names)?),
            EXPORTS => Some(exports(section, &mut names)?),
            _ => None,
        };
        write_section(&mut output, id, renamed.as_deref().unwrap_or(section));
    }
    Some((output, names.renamed))
}

/// JavaScript with every name replaced, where it stands as a whole word.
pub fn rename(script: &str, names: &HashMap<String, String>) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let mut output = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        let length = match rest.find(|c| !is_name(c)) {
            Some(0) => first.len_utf8(),
            Some(length) => length,
            None => rest.len(),
        };
        let (word, after) = rest.split_at(length);
        output.push_str(names.get(word).map_or(word, String::as_str));
        rest = after;
    }
    // A path between quotes, and so not a word.
    match names.keys().find(|name| name.starts_with("./")) {
        Some(module) => output.replace(&format!("\"{module}\""), &format!("\"{MODULE}\"")),
        None => output,
    }
}

/// The names given so far.
#[derive(Default)]
struct Names {
    renamed: HashMap<String, String>,
    given: usize,
}

impl Names {
    /// The next short name: a to z, then aa, ba and so on.
    fn give(&mut self, old: &str) -> String {
        let mut name = String::new();
        let mut number = self.given;
        self.given += 1;
        loop {
            let letter = u8::try_from(number % 26).unwrap_or(0);
            name.push(char::from(b'a' + letter));
            if number < 26 {
                break;
            }
            number = number / 26 - 1;
        }
        self.renamed.insert(old.to_owned(), name.clone());
        name
    }
}

fn imports(section: &[u8], names: &mut Names) -> Option<Vec<u8>> {
    let mut input = Reader { bytes: section };
    let mut output = Vec::new();
    let count = input.number()?;
    write_number(&mut output, count);
    for _ in 0..count {
        let module = input.name()?;
        let name = input.name()?;
        if input.byte()? != FUNCTION || !module.starts_with("./") {
            return None;
        }
        names.renamed.insert(module.to_owned(), MODULE.to_owned());
        write_name(&mut output, MODULE);
        write_name(&mut output, &names.give(name));
        output.push(FUNCTION);
        write_number(&mut output, input.number()?);
    }
    Some(output)
}

fn exports(section: &[u8], names: &mut Names) -> Option<Vec<u8>> {
    let mut input = Reader { bytes: section };
    let mut output = Vec::new();
    let count = input.number()?;
    write_number(&mut output, count);
    for _ in 0..count {
        let name = input.name()?;
        let generated = GENERATED.iter().any(|start| name.starts_with(start));
        let name = if generated { names.give(name) } else { name.to_owned() };
        write_name(&mut output, &name);
        output.push(input.byte()?);
        write_number(&mut output, input.number()?);
    }
    Some(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(id: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_section(&mut bytes, id, body);
        bytes
    }

    fn named(names: &[&str], end: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        names.iter().for_each(|name| write_name(&mut bytes, name));
        bytes.extend_from_slice(end);
        bytes
    }

    /// Two imported functions, an exported memory and an exported function, and code.
    fn module(import_kind: u8) -> Vec<u8> {
        let mut imports = vec![2];
        imports.extend(named(&["./app_bg.js", "__wbg_now_1234"], &[import_kind, 0]));
        imports.extend(named(&["./app_bg.js", "__wbg_then_5678"], &[FUNCTION, 1]));
        let mut exports = vec![2];
        exports.extend(named(&["memory"], &[2, 0]));
        exports.extend(named(&["__wbindgen_start"], &[FUNCTION, 2]));
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        bytes.extend(section(IMPORTS, &imports));
        bytes.extend(section(EXPORTS, &exports));
        bytes.extend(section(10, &[7; 300]));
        bytes
    }

    #[test]
    fn generated_names_become_short_and_all_else_stays() {
        let (short, names) = shorten(&module(FUNCTION)).unwrap();
        assert_eq!(names["__wbg_now_1234"], "a");
        assert_eq!(names["__wbg_then_5678"], "b");
        assert_eq!(names["__wbindgen_start"], "c");
        assert!(!names.contains_key("memory"));

        let mut imports = vec![2];
        imports.extend(named(&["w", "a"], &[FUNCTION, 0]));
        imports.extend(named(&["w", "b"], &[FUNCTION, 1]));
        let mut exports = vec![2];
        exports.extend(named(&["memory"], &[2, 0]));
        exports.extend(named(&["c"], &[FUNCTION, 2]));
        let mut expected = b"\0asm\x01\0\0\0".to_vec();
        expected.extend(section(IMPORTS, &imports));
        expected.extend(section(EXPORTS, &exports));
        expected.extend(section(10, &[7; 300]));
        assert_eq!(short, expected);
    }

    #[test]
    fn the_script_uses_the_same_names() {
        let (_, names) = shorten(&module(FUNCTION)).unwrap();
        let script = "const i = { __wbg_now_1234: () => wasm.__wbindgen_start(),\n\
                      __wbg_now_12345: 'Ü' }; return { \"./app_bg.js\": i, memory };";
        assert_eq!(
            rename(script, &names),
            "const i = { a: () => wasm.c(),\n__wbg_now_12345: 'Ü' }; return { \"w\": i, memory };"
        );
    }

    #[test]
    fn names_never_repeat() {
        let mut names = Names::default();
        let given: std::collections::HashSet<String> =
            (0..2_000).map(|number| names.give(&number.to_string())).collect();
        assert_eq!(given.len(), 2_000);
        assert_eq!(names.give("next"), "yxb");
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        assert!(shorten(&module(3)).is_none(), "an imported global");
        assert!(shorten(b"\0asm").is_none());
        let mut cut = module(FUNCTION);
        cut.truncate(cut.len() - 10);
        assert!(shorten(&cut).is_none());
    }
}
