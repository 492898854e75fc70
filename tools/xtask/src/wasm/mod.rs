//! WebAssembly modules, as far as the bundle needs them taken apart: sections, names and numbers.

mod names;
mod order;

pub use names::{rename, shorten};
pub use order::by_likeness;

const HEADER: usize = 8;
const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const FUNCTIONS: u8 = 3;
const EXPORTS: u8 = 7;
const CODE: u8 = 10;
const FUNCTION: u8 = 0;

/// Reads numbers (unsigned LEB128) and names from the front.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next section, by its number and content; `None` at the end. Fails, as all here, when the bytes end early.
    #[expect(clippy::option_option, reason = "no section is not the same as a broken one")]
    fn section(&mut self) -> Option<Option<(u8, &'a [u8])>> {
        if self.bytes.is_empty() {
            return Some(None);
        }
        let id = self.byte()?;
        let length = self.number()?;
        Some(Some((id, self.take(length)?)))
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..32).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn name(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).ok()
    }
}

fn write_number(output: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        output.push(u8::try_from(number & 0x7f).unwrap_or(0) | 0x80);
        number >>= 7;
    }
    output.push(u8::try_from(number).unwrap_or(0));
}

fn write_name(output: &mut Vec<u8>, name: &str) {
    write_number(output, name.len());
    output.extend_from_slice(name.as_bytes());
}

fn write_section(output: &mut Vec<u8>, id: u8, content: &[u8]) {
    output.push(id);
    write_number(output, content.len());
    output.extend_from_slice(content);
}
