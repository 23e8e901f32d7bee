//! Sessions: who a browser belongs to, and how recently that was proven.

mod mechanism;

pub use mechanism::{Mechanism, UnknownMechanism};
