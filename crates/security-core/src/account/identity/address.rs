//! E-mail addresses: which texts are one, and the one way each is written.

mod domain;
mod domain_label;
mod local_part;
mod rules;

use std::fmt::Debug;

use async_trait::async_trait;
use unicode_general_category::{GeneralCategory, get_general_category};

use self::local_part::LocalPart;
pub(crate) use self::rules::AddressRules;
use super::InvalidIdentity;
use crate::config::IdentityConfig;
use crate::message::MessageKey;

/// Longest address, in bytes, that fits a mail transaction (RFC 5321, 4.5.3.1.3 and its errata).
const LONGEST: usize = 254;

/// Longest local part, in bytes, that a mail server must accept (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL_PART: usize = 64;

/// Judges e-mail addresses and brings them into their normal form.
///
/// An application replaces it to ask the DNS whether a domain takes mail, to refuse throw-away addresses, or to admit
/// its own domain only. [`Identities`](super::Identities) checks every answer again for length and control characters.
#[async_trait]
pub trait MailUtil: Debug + Send + Sync {
    /// The normal form of an address that is looked up: at sign-in, or in a form that asks for an account.
    ///
    /// Must agree with [`validate`](Self::validate) about the normal form, or accounts could not be found again.
    ///
    /// # Errors
    ///
    /// When the text is no address.
    fn normalize(&self, text: &str) -> Result<String, InvalidIdentity>;

    /// The normal form of an address that will be stored and will receive mail.
    ///
    /// # Errors
    ///
    /// When the text is no address, or mail could not reach it.
    async fn validate(&self, text: &str) -> Result<String, InvalidIdentity>;
}

/// Judges addresses by their syntax, without asking anybody.
///
/// The domain is mapped by UTS 46, must be a name of IDNA 2008 and is written in Unicode and lower case; the local part
/// is brought into NFC and keeps its case. White space around an address is refused, not removed. Comments, display
/// names and top-level domains that never carry mail (`localhost`, `invalid`, `test` and others) are refused.
///
/// `SECURITY_EMAIL_VALIDATOR_ARGS` changes this:
///
/// | argument | default | effect |
/// |---|---|---|
/// | `allow_smtputf8` | true | local parts beyond ASCII |
/// | `allow_quoted_local` | false | `"joe bloggs"@example.com` |
/// | `allow_domain_literal` | false | `joe@[192.0.2.1]` |
/// | `globally_deliverable` | true | the domain must have a dot and end in a letter |
/// | `test_environment` | false | domains under `test` |
/// | `strict` | false | look-ups, too, refuse local parts over 64 bytes |
/// | `check_deliverability`, `timeout` | | accepted without effect: see below |
///
/// # Security
///
/// There is no call to the DNS: whether a domain takes mail is for an application's own [`MailUtil`] to find out, and
/// whether the address belongs to its user is proven by the confirmation mail alone.
///
/// ```
/// use security_core::account::identity::{MailUtil, StandardMailUtil};
/// use security_core::config::IdentityConfig;
///
/// let addresses = StandardMailUtil::new(&IdentityConfig::default());
/// assert_eq!(addresses.normalize("Joe@BÜCHER.example").as_deref(), Ok("Joe@bücher.example"));
/// assert_eq!(addresses.normalize("Joe@xn--bcher-kva.example").as_deref(), Ok("Joe@bücher.example"));
/// assert!(addresses.normalize("joe@localhost").is_err());
/// ```
#[derive(Debug, Clone)]
pub struct StandardMailUtil {
    rules: AddressRules,
}

impl StandardMailUtil {
    /// Follows `SECURITY_EMAIL_VALIDATOR_ARGS`. Arguments it does not know were refused when the configuration was
    /// loaded, and are passed over here.
    #[must_use]
    pub fn new(config: &IdentityConfig) -> Self {
        Self { rules: AddressRules::read(config.email_validator_args.as_ref()).0 }
    }
}

#[async_trait]
impl MailUtil for StandardMailUtil {
    fn normalize(&self, text: &str) -> Result<String, InvalidIdentity> {
        normal_form(text, &self.rules).ok_or(InvalidIdentity::new(MessageKey::InvalidEmailAddress))
    }

    async fn validate(&self, text: &str) -> Result<String, InvalidIdentity> {
        // No mail server need accept a longer local part, so the mail to confirm it would never leave.
        let rules = AddressRules { strict: true, ..self.rules.clone() };
        normal_form(text, &rules).ok_or(InvalidIdentity::new(MessageKey::InvalidEmailAddress))
    }
}

/// The one way this address is written; nothing when it is none.
fn normal_form(text: &str, rules: &AddressRules) -> Option<String> {
    if text.chars().nth(LONGEST).is_some() {
        return None;
    }
    let (local_part, domain) = LocalPart::split(text)?;
    let local_part = local_part.normal_form(rules)?;
    let domain = domain::normal_form(domain, rules)?;
    // As stored, and as a mail server without Unicode domains would be told.
    let longer_domain = domain.unicode.len().max(domain.ascii.len());
    let is_short = local_part.len() + "@".len() + longer_domain <= LONGEST;
    is_short.then(|| format!("{local_part}@{}", domain.unicode))
}

/// Whether the text has a character that is invisible, reorders or breaks text, or is not assigned; a combining mark in
/// front, which would change the character before the text; or a space where there may be none.
fn has_unsafe_character(text: &str, are_spaces_allowed: bool) -> bool {
    text.chars().enumerate().any(|(index, c)| {
        use GeneralCategory as C;
        match get_general_category(c) {
            C::NonspacingMark | C::SpacingMark | C::EnclosingMark => index == 0,
            C::SpaceSeparator => !are_spaces_allowed,
            C::LineSeparator | C::ParagraphSeparator => true,
            C::Control | C::Format | C::Surrogate | C::PrivateUse | C::Unassigned => true,
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;

    fn addresses(args: Value) -> StandardMailUtil {
        let args: Map<String, Value> = serde_json::from_value(args).unwrap();
        StandardMailUtil::new(&IdentityConfig {
            email_validator_args: Some(args),
            ..IdentityConfig::default()
        })
    }

    fn everything() -> StandardMailUtil {
        addresses(json!({
            "allow_quoted_local": true,
            "allow_domain_literal": true,
            "globally_deliverable": false,
            "test_environment": true,
        }))
    }

    #[test]
    fn two_spellings_of_one_address_have_one_normal_form() {
        let addresses = everything();
        for (one, other) in [
            ("jose\u{301}@example.com", "josé@example.com"),
            ("\u{212A}ay@example.com", "Kay@example.com"),
            ("joe@EXAMPLE.COM", "joe@example.com"),
            ("joe@e\u{34F}xample.com", "joe@example.com"),
            ("joe@XN--BCHER-KVA.example", "joe@bücher.example"),
            ("joe@example\u{3002}com", "joe@example.com"),
            ("\"joe\"@example.com", "joe@example.com"),
            ("\"jo\\e\"@example.com", "joe@example.com"),
            ("\"a\\ b\"@example.com", "\"a b\"@example.com"),
            ("joe@[ipv6:0:0::1]", "joe@[IPv6:::1]"),
        ] {
            let normal = addresses.normalize(other).unwrap();
            assert_eq!(normal, other);
            assert_eq!(addresses.normalize(one), Ok(normal), "{one}");
        }
    }

    #[test]
    fn nothing_invisible_and_nothing_that_breaks_a_line_is_part_of_an_address() {
        let addresses = everything();
        for c in ['\r', '\n', '\0', '\t', '\u{7F}', '\u{85}', '\u{200B}', '\u{202E}', '\u{2028}', '\u{E000}']
        {
            for text in [
                format!("jo{c}e@example.com"),
                format!("\"jo{c}e\"@example.com"),
                format!("\"jo\\{c}e\"@example.com"),
                format!("joe@exa{c}mple.com"),
                format!("joe@example.com{c}"),
            ] {
                assert!(addresses.normalize(&text).is_err(), "{text:?}");
            }
        }
        assert!(addresses.normalize("joe@example.com\r\nBcc: eve@example.com").is_err());
        assert!(addresses.normalize("\u{301}joe@example.com").is_err());
    }

    #[test]
    fn a_domain_must_be_a_name_that_can_be_registered() {
        let addresses = everything();
        for domain in [
            "xn--e28h.example",
            "☃.example",
            // Two words of Persian, with an invisible joiner between them.
            "xn--mgba3gch31f060k.example",
            "نامه\u{200C}ای.example",
            "a/c.example",
            "℀.example",
            "ab--cd.example",
            "-a.example",
            "exa mple.com",
            "l·x.example",
            "٠۰.example",
            "ー・-.a_b",
            "localhost",
            "mail.local",
            "x.onion",
            "1.0.127.in-addr.arpa",
            "[127.0.0.1",
            "[999.0.0.1]",
            "[x400:1]",
            "",
            ".",
        ] {
            assert!(addresses.normalize(&format!("joe@{domain}")).is_err(), "{domain}");
        }
        for domain in ["l·l.example", "ナ・カ.example", "נ׳.example", "test", "a.test"] {
            assert!(addresses.normalize(&format!("joe@{domain}")).is_ok(), "{domain}");
        }
    }

    #[test]
    fn an_address_that_is_too_long_for_a_mail_server_is_refused() {
        let addresses = everything();
        let label = "a".repeat(60);
        let long = |count| format!("{}@{label}.{label}.{label}.com", "j".repeat(count));
        assert!(addresses.normalize(&long(67)).is_ok());
        assert!(addresses.normalize(&long(68)).is_err());
        // Short in Unicode characters, long in bytes.
        assert!(addresses.normalize(&format!("{}@example.com", "é".repeat(130))).is_err());
    }

    #[tokio::test]
    async fn an_address_that_will_receive_mail_fits_every_mail_server() {
        let addresses = addresses(json!({}));
        let (fits, too_long) =
            (format!("{}@example.com", "a".repeat(64)), format!("{}@example.com", "a".repeat(65)));
        assert_eq!(addresses.validate(&fits).await, Ok(fits.clone()));
        assert!(addresses.validate(&too_long).await.is_err());
        assert_eq!(addresses.normalize(&too_long), Ok(too_long.clone()));
    }

    proptest! {
        #[test]
        fn a_normal_form_is_its_own_normal_form(
            local in "\"?[\\PC]{1,6}\"?",
            domain in "[\\PC]{1,4}\\.?(com|рф|テスト|[\\PC]{1,3})",
        ) {
            let addresses = everything();
            if let Ok(normal) = addresses.normalize(&format!("{local}@{domain}")) {
                prop_assert_eq!(addresses.normalize(&normal), Ok(normal.clone()));
                prop_assert!(!normal.chars().any(char::is_control));
            }
        }
    }
}
