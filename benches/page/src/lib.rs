//! What both dialects' pages have in common: the data, the counters, the list, and the adapter that the harness drives.

pub mod adapter;
pub mod counted;
pub mod data;
pub mod list;
