//! Networks of addresses, such as those of trusted proxies.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::value::{Expected, Input, OptionValue};

/// An address, or all addresses that begin with the same bits (CIDR, RFC 4632).
///
/// ```
/// use security_core::config::Network;
///
/// let network: Network = "10.1.0.0/16".parse()?;
/// assert!(network.contains("10.1.2.3".parse()?));
/// assert!(!network.contains("10.2.0.1".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

/// A text that is neither an address nor a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a network: expected an address such as 127.0.0.1 or a network such as 10.0.0.0/8")]
pub struct UnknownNetwork;

impl Network {
    /// Whether the address is one of this network. An IPv4 address that came over an IPv6 socket counts as what it is.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                leading(u128::from(u32::from(network)) << 96, self.bits)
                    == leading(u128::from(u32::from(address)) << 96, self.bits)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                leading(u128::from(network), self.bits) == leading(u128::from(address), self.bits)
            }
            _ => false,
        }
    }
}

/// The first bits of an address, the others zero.
fn leading(address: u128, bits: u32) -> u128 {
    match bits {
        0 => 0,
        bits => address & (u128::MAX << (128 - bits)),
    }
}

impl FromStr for Network {
    type Err = UnknownNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| UnknownNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.trim().parse().ok().filter(|bits| *bits <= most).ok_or(UnknownNetwork)?,
            None => most,
        };
        Ok(Self { address, bits })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl OptionValue for Network {
    fn kind() -> String {
        "network".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        let text = String::read(input)?;
        text.parse().map_err(|error: UnknownNetwork| Expected::new(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_the_addresses_that_begin_like_it() {
        assert!(contains("127.0.0.1", "127.0.0.1"));
        assert!(!contains("127.0.0.1", "127.0.0.2"));
        assert!(contains("10.0.0.0/8", "10.255.0.1"));
        assert!(!contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("0.0.0.0/0", "203.0.113.9"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1"));
        assert!(!contains("2001:db8::/32", "2001:db9::1"));
        assert!(!contains("::/0", "127.0.0.1"));
        assert!(contains("127.0.0.0/8", "::ffff:127.0.0.1"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "localhost", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/-1", "10.0.0.0/"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
