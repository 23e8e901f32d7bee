//! The other end of a request, as far as the rules care.

/// Where a request comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// Address of the peer, without port. Behind a proxy it is what a trusted proxy said, never what a header of
    /// the visitor claims.
    pub address: Option<String>,
    /// The `User-Agent` header as it came.
    pub agent: Option<Vec<u8>>,
}
