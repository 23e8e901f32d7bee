//! End-to-end suites, and what they have in common: a program that runs, visitors who call it, and an application for
//! each adapter.

#![forbid(unsafe_code)]

pub mod application;
pub mod mailbox;
pub mod program;
pub mod visitor;
