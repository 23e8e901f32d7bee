//! A piece of work for one connection, and how the connection is to be prepared for it.

use async_trait::async_trait;

use crate::error::Failure;
use crate::session::Session;

/// What a job needs of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// One quick statement that reads by an index and waits for nobody.
    QuickRead,
    /// Statements that read.
    Read,
    /// One statement that writes.
    Write,
    /// Statements that are kept together or not at all.
    Transaction,
    /// Statements that create tables and indexes; a transaction where the database has one for them.
    Schema,
}

impl Mode {
    /// Whether making the job twice is the same as making it once.
    #[cfg(feature = "server")]
    pub(crate) fn only_reads(self) -> bool {
        matches!(self, Self::QuickRead | Self::Read)
    }
}

/// A piece of work. It may be made again from the start when its connection was lost or its transaction refused.
#[async_trait]
pub(crate) trait Job: Send + Sync + 'static {
    type Answer: Send + 'static;

    fn mode(&self) -> Mode;

    async fn run(&self, session: &mut dyn Session) -> Result<Self::Answer, Failure>;
}
