//! The part of an address behind the at sign.

use std::net::{Ipv4Addr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use super::{AddressRules, domain_label, has_unsafe_character};

/// Top-level domains that never lead to a mailbox on the internet (RFC 6761, 6762, 7686).
const NEVER_DELIVERED: [&str; 5] = ["arpa", "invalid", "local", "localhost", "onion"];

/// The top-level domain of tests (RFC 6761).
const FOR_TESTS: &str = "test";

/// A domain in both of its forms.
pub(super) struct Domain {
    /// As people write it; this form is stored.
    pub(super) unicode: String,
    /// As the DNS has it.
    pub(super) ascii: String,
}

/// The one way this domain is written; nothing when it is none, or the rules exclude it.
pub(super) fn normal_form(text: &str, rules: &AddressRules) -> Option<Domain> {
    if let Some(literal) = text.strip_prefix('[') {
        let literal = ip_literal(literal.strip_suffix(']')?).filter(|_| rules.allow_domain_literal)?;
        return Some(Domain { unicode: literal.clone(), ascii: literal });
    }
    if has_unsafe_character(text, false) {
        return None;
    }
    let processor = Uts46::new();
    let (deny, hyphens) = (AsciiDenyList::STD3, Hyphens::Check);
    let ascii = processor.to_ascii(text.as_bytes(), deny, hyphens, DnsLength::Verify).ok()?.into_owned();
    let (unicode, outcome) = processor.to_unicode(ascii.as_bytes(), deny, hyphens);
    outcome.ok()?;
    let is_name = unicode.split('.').all(domain_label::is_registrable);
    let unicode = unicode.into_owned();
    (is_name && is_deliverable(&ascii, rules)).then_some(Domain { unicode, ascii })
}

/// `127.0.0.1` or `IPv6:::1` with its brackets, each address in its shortest form.
fn ip_literal(literal: &str) -> Option<String> {
    if let Ok(address) = literal.parse::<Ipv4Addr>() {
        return Some(format!("[{address}]"));
    }
    let (tag, address) = literal.split_once(':')?;
    let address = address.parse::<Ipv6Addr>().ok().filter(|_| tag.eq_ignore_ascii_case("IPv6"))?;
    Some(format!("[IPv6:{address}]"))
}

fn is_deliverable(ascii: &str, rules: &AddressRules) -> bool {
    let top_level = ascii.rsplit('.').next().unwrap_or(ascii);
    let is_for_tests = top_level == FOR_TESTS;
    if NEVER_DELIVERED.contains(&top_level) || (is_for_tests && !rules.test_environment) {
        return false;
    }
    let looks_public = ascii.contains('.') && top_level.ends_with(|c: char| c.is_ascii_alphabetic());
    looks_public || !rules.globally_deliverable || ascii == FOR_TESTS
}
