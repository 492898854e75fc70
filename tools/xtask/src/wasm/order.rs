//! Functions that resemble each other, side by side.
//!
//! Most of the code is the same few generic functions, compiled for one type after another. A compressor writes what it
//! has seen before the shorter, the nearer that was; and functions of one signature in a row cost nothing to list.

use super::{
    CODE, CUSTOM, FUNCTIONS, HEADER, IMPORTS, Reader, write_name, write_number, write_section,
};
use std::collections::BTreeMap;

/// The subsection with the functions' names.
const FUNCTION_NAMES: u8 = 1;

/// The module, with new names for its functions: in their alphabetical order, neighbours are alike. For
/// `wasm-opt --reorder-functions-by-name`, which moves them. Code is compared by pieces of so many bytes. Nothing if it
/// is not a module.
pub fn by_likeness(wasm: &[u8], piece: usize) -> Option<Vec<u8>> {
    let mut output = wasm.get(..HEADER)?.to_vec();
    let mut input = Reader { bytes: wasm.get(HEADER..)? };
    let (mut imported, mut kinds, mut bodies) = (0, Vec::new(), Vec::new());
    while let Some((id, section)) = input.section()? {
        match id {
            CUSTOM => continue,
            IMPORTS => imported = Reader { bytes: section }.number()?,
            FUNCTIONS => kinds = list(section, Reader::number)?,
            CODE => {
                bodies = list(section, |code| code.number().and_then(|length| code.take(length)))?
            }
            _ => {}
        }
        write_section(&mut output, id, section);
    }
    write_section(&mut output, CUSTOM, &names(imported, &order(&kinds, &bodies, piece)));
    Some(output)
}

fn list<'a, T>(
    section: &'a [u8],
    mut item: impl FnMut(&mut Reader<'a>) -> Option<T>,
) -> Option<Vec<T>> {
    let mut input = Reader { bytes: section };
    (0..input.number()?).map(|_| item(&mut input)).collect()
}

/// The functions' numbers in their new order: those of one signature together, each beside the one most like it.
fn order(kinds: &[usize], bodies: &[&[u8]], piece: usize) -> Vec<usize> {
    let mut groups: BTreeMap<usize, Vec<Shape>> = BTreeMap::new();
    for (number, (kind, body)) in kinds.iter().zip(bodies).enumerate() {
        groups.entry(*kind).or_default().push(Shape::of(number, body, piece));
    }
    groups.into_values().flat_map(chain).collect()
}

/// A function's pieces of code, sorted and each but once.
struct Shape<'a> {
    function: usize,
    length: usize,
    pieces: Vec<&'a [u8]>,
}

impl<'a> Shape<'a> {
    fn of(function: usize, body: &'a [u8], piece: usize) -> Self {
        let mut pieces: Vec<&[u8]> = body.windows(piece).collect();
        pieces.sort_unstable();
        pieces.dedup();
        Self { function, length: body.len(), pieces }
    }

    /// The share of their pieces that two functions have in common.
    #[allow(clippy::cast_precision_loss, reason = "a function has fewer bytes than that")]
    fn likeness(&self, other: &Self) -> f64 {
        let mut others = other.pieces.iter().peekable();
        let is_common = |piece: &&&[u8]| {
            while others.next_if(|other| other < piece).is_some() {}
            others.peek() == Some(piece)
        };
        let common = self.pieces.iter().filter(is_common).count();
        let all = self.pieces.len() + other.pieces.len() - common;
        common as f64 / (all + 1) as f64
    }
}

/// From the shortest on, always to the one most like the last.
fn chain(mut rest: Vec<Shape>) -> Vec<usize> {
    rest.sort_by_key(|shape| std::cmp::Reverse(shape.length));
    let mut ordered = Vec::with_capacity(rest.len());
    let mut next = rest.pop();
    while let Some(last) = next {
        let likest = rest
            .iter()
            .map(|other| last.likeness(other))
            .enumerate()
            .max_by(|(_, a), (_, b)| a.total_cmp(b));
        ordered.push(last.function);
        next = likest.map(|(at, _)| rest.remove(at));
    }
    ordered
}

/// The section of names: each function's is its place.
fn names(imported: usize, order: &[usize]) -> Vec<u8> {
    let mut places: Vec<(usize, usize)> =
        order.iter().enumerate().map(|(place, function)| (imported + function, place)).collect();
    places.sort_unstable();
    let mut map = Vec::new();
    write_number(&mut map, places.len());
    for (function, place) in places {
        write_number(&mut map, function);
        write_name(&mut map, &format!("{place:06}"));
    }
    let mut section = Vec::new();
    write_name(&mut section, "name");
    write_section(&mut section, FUNCTION_NAMES, &map);
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_one_signature_stand_together_and_the_likest_are_neighbours() {
        let (a, b) = (&b"the one kind of code"[..], &b"quite another sort of it"[..]);
        let a_too = &b"the one kind of code!"[..];
        let b_too = &b"quite another sort of it?"[..];
        let bodies = [a, b, b"x", a_too, b_too, b"y"];
        assert_eq!(order(&[1, 1, 0, 1, 1, 0], &bodies, 4), [5, 2, 0, 3, 1, 4]);
    }

    #[test]
    fn every_function_is_named_after_its_place_and_nothing_else_changes() {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        let mut expected = module.clone();
        let mut imports = vec![1];
        write_name(&mut imports, "./app_bg.js");
        write_name(&mut imports, "now");
        imports.extend([0, 0]);
        let code = [2, 3, b'l', b'o', b'n', 1, b'x'];
        for output in [&mut module, &mut expected] {
            write_section(output, IMPORTS, &imports);
            write_section(output, FUNCTIONS, &[2, 0, 0]);
            write_section(output, CODE, &code);
        }
        write_section(&mut module, CUSTOM, b"\x09producersrustc");
        let mut names = b"\x04name\x01\x11\x02".to_vec();
        names.extend(b"\x01\x06000001");
        names.extend(b"\x02\x06000000");
        write_section(&mut expected, CUSTOM, &names);
        assert_eq!(by_likeness(&module, 4), Some(expected));
    }

    #[test]
    fn what_is_no_module_is_left_alone() {
        assert_eq!(by_likeness(b"\0asm", 4), None);
        assert_eq!(by_likeness(b"\0asm\x01\0\0\0\x0a\x05\x01", 4), None);
    }
}
