//! What proxies in front of the application say about a request.

use std::net::IpAddr;

use http::HeaderMap;
use security_core::config::Network;

/// Where a request really comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) address: Option<IpAddr>,
    /// The visitor's connection is encrypted, as a trusted proxy says.
    pub(crate) is_https: bool,
}

/// Finds out where a request comes from. `X-Forwarded-For` and `X-Forwarded-Proto` count only as far as they were written
/// by proxies that are trusted: anybody can send the headers, and a proxy appends to what it was sent.
pub(crate) fn origin(trusted: &[Network], peer: Option<IpAddr>, headers: &HeaderMap) -> Origin {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let Some(peer) = peer.filter(|peer| is_trusted(*peer)) else {
        return Origin { address: peer, is_https: false };
    };
    let hops = values(headers, "x-forwarded-for");
    let mut address = peer;
    for hop in hops.iter().rev() {
        // From here on it is the visitor who wrote.
        let Some(hop) = read_address(hop).filter(|_| is_trusted(address)) else { break };
        address = hop;
    }
    let scheme = values(headers, "x-forwarded-proto");
    let is_https = scheme.last().is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
    Origin { address: Some(address), is_https }
}

/// The entries of a list that may be spread over several headers.
fn values<'h>(headers: &'h HeaderMap, name: &str) -> Vec<&'h str> {
    let texts = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).map(str::trim).filter(|text| !text.is_empty()).collect()
}

/// An address, which some proxies write with a port, and an IPv6 one in brackets.
fn read_address(text: &str) -> Option<IpAddr> {
    let socket = || text.parse().ok().map(|socket: std::net::SocketAddr| socket.ip());
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["127.0.0.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        origin(&trusted, Some(peer.parse().unwrap()), &headers).address.unwrap().to_string()
    }

    #[test]
    fn a_visitor_cannot_say_where_they_come_from() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["1.2.3.4, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["1.2.3.4", "203.0.113.9, 10.0.0.7"]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_can() {
        assert_eq!(seen("127.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(seen("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["nonsense"]), "127.0.0.1");
    }

    #[test]
    fn only_a_trusted_proxy_says_that_the_connection_is_encrypted() {
        let headers =
            HeaderMap::from_iter([("x-forwarded-proto".parse().unwrap(), "https".parse().unwrap())]);
        let trusted = ["127.0.0.1".parse().unwrap()];
        assert!(origin(&trusted, Some("127.0.0.1".parse().unwrap()), &headers).is_https);
        assert!(!origin(&trusted, Some("127.0.0.2".parse().unwrap()), &headers).is_https);
        assert!(!origin(&trusted, None, &headers).is_https);
    }
}
