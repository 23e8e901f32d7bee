//! End-to-end suites, and what they have in common: a program that runs, and visitors who call it.

#![forbid(unsafe_code)]

pub mod mailbox;
pub mod program;
pub mod visitor;
