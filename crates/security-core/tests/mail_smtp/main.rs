//! Sending mails to a real server on a loopback socket, one that takes them and some that do not.

mod authority;
mod delivery;
mod encryption;
mod server;
