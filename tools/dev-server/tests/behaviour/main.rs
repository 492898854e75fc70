//! What the server promises, one test for each promise. One binary, so that it links once.

mod cross_site;
mod fapi_controls;
mod fapi_page;
mod fapi_safety;
mod fapi_scripts;
mod fapi_sessions;
mod fapi_sign_in;
mod fapi_tokens;
mod faults;
mod files;
mod harness;
mod instance;
mod notes;
mod observation;
mod process;
mod requests;
mod sockets;
mod tokens;
