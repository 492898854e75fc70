//! What the server promises, one test for each promise. One binary, so that it links once.

mod cross_site;
mod faults;
mod files;
mod harness;
mod notes;
mod observation;
mod process;
mod requests;
mod sign_in;
mod sockets;
mod tokens;
