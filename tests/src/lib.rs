//! End-to-end suites, and what they have in common: a program that runs, visitors who call it, and an application for
//! each adapter.

#![forbid(unsafe_code)]

pub mod application;
pub mod mailbox;
pub mod program;
pub mod visitor;

/// Compiles the examples of the manual.
#[cfg(doctest)]
mod manual {
    #[doc = include_str!("../../README.md")]
    struct Readme;

    #[doc = include_str!("../../docs/manual/getting-started.md")]
    struct GettingStarted;

    #[doc = include_str!("../../docs/manual/guards.md")]
    struct Guards;

    #[doc = include_str!("../../docs/manual/adapters.md")]
    struct Adapters;
}
