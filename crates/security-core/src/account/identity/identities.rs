//! Everything a user may be known by, in the order the product asks for it.

use std::sync::Arc;

use super::{
    InvalidIdentity, MailUtil, PhoneUtil, StandardMailUtil, StandardPhoneUtil, StandardUsernameUtil,
    UsernameUtil,
};
use crate::account::User;
use crate::config::{IdentityAttribute, IdentityConfig, IdentityRule};
use crate::datastore::UserKey;
use crate::message::MessageKey;

/// Width of the widest identity column, in characters.
const LONGEST: usize = 255;

/// All identities of a product, in configured order.
///
/// A clone is cheap and shares everything.
///
/// # Security
///
/// Whatever utilities an application puts in place, no identity that leaves here is empty, longer than 255 characters
/// or has a control character. So an address cannot carry a second header line into a mail, and no database cuts an
/// identity short and lets it collide with another.
///
/// ```
/// use security_core::account::identity::Identities;
/// use security_core::config::{IdentityAttribute, IdentityConfig};
/// use security_core::datastore::UserKey;
///
/// let identities = Identities::new(&IdentityConfig::default());
/// assert_eq!(identities.look_up("Joe@EXAMPLE.com"), Some(UserKey::email("Joe@example.com")));
/// // Users of this product have no usernames.
/// assert_eq!(identities.look_up("joe"), None);
/// assert_eq!(identities.key(IdentityAttribute::Username, "joe"), None);
/// ```
#[derive(Debug, Clone)]
pub struct Identities {
    rules: Arc<[IdentityRule]>,
    addresses: Arc<dyn MailUtil>,
    usernames: Arc<dyn UsernameUtil>,
    phones: Arc<dyn PhoneUtil>,
}

impl Identities {
    /// The identities of this configuration, judged by the standard utilities.
    #[must_use]
    pub fn new(config: &IdentityConfig) -> Self {
        Self {
            rules: config.attributes.as_slice().into(),
            addresses: Arc::new(StandardMailUtil::new(config)),
            usernames: Arc::new(StandardUsernameUtil::new(config)),
            phones: Arc::new(StandardPhoneUtil::new(config)),
        }
    }

    /// Has e-mail addresses judged by this utility.
    #[must_use]
    pub fn with_mail_util(mut self, addresses: Arc<dyn MailUtil>) -> Self {
        self.addresses = addresses;
        self
    }

    /// Has usernames judged by this utility.
    #[must_use]
    pub fn with_username_util(mut self, usernames: Arc<dyn UsernameUtil>) -> Self {
        self.usernames = usernames;
        self
    }

    /// Has phone numbers judged by this utility.
    #[must_use]
    pub fn with_phone_util(mut self, phones: Arc<dyn PhoneUtil>) -> Self {
        self.phones = phones;
        self
    }

    /// The normal form of an address that is looked up.
    ///
    /// # Errors
    ///
    /// When the text is no address; `INVALID_EMAIL_ADDRESS` unless the application's utility says otherwise.
    pub fn normalize_email(&self, text: &str) -> Result<String, InvalidIdentity> {
        storable(self.addresses.normalize(text)?, MessageKey::InvalidEmailAddress)
    }

    /// The normal form of an address that will be stored and will receive mail.
    ///
    /// # Errors
    ///
    /// As [`normalize_email`](Self::normalize_email), and when mail could not reach the address.
    pub async fn validate_email(&self, text: &str) -> Result<String, InvalidIdentity> {
        storable(self.addresses.validate(text).await?, MessageKey::InvalidEmailAddress)
    }

    /// The normal form of a username that somebody chooses.
    ///
    /// # Errors
    ///
    /// `INVALID_INPUT`, `USERNAME_DISALLOWED_CHARACTERS`, `USERNAME_INVALID_LENGTH`, or `USERNAME_NOT_PROVIDED` when
    /// nothing but white space was typed; unless the application's utility says otherwise.
    pub fn validate_username(&self, text: &str) -> Result<String, InvalidIdentity> {
        storable(self.usernames.validate(text)?, MessageKey::InvalidInput)
    }

    /// The form in which a username that somebody types to sign in is looked up. More lenient than
    /// [`validate_username`](Self::validate_username): names chosen under older rules are found.
    ///
    /// # Errors
    ///
    /// As [`validate_username`](Self::validate_username), for a text that cannot be anybody's name.
    pub fn normalize_username(&self, text: &str) -> Result<String, InvalidIdentity> {
        match self.usernames.normalize(text) {
            Some(username) => storable(username, MessageKey::InvalidInput),
            None => self.validate_username(text),
        }
    }

    /// The phone number in E.164 form.
    ///
    /// # Errors
    ///
    /// `PHONE_INVALID`.
    pub fn canonical_phone(&self, text: &str) -> Result<String, InvalidIdentity> {
        let number = self.phones.canonical(text).ok_or(InvalidIdentity::new(MessageKey::PhoneInvalid))?;
        storable(number, MessageKey::PhoneInvalid)
    }

    /// The key to look up an already normalised value, with the case rule of its attribute; nothing when users may
    /// not sign in with it.
    #[must_use]
    pub fn key(&self, attribute: IdentityAttribute, normalised: &str) -> Option<UserKey> {
        let rule = self.rules.iter().find(|rule| rule.attribute == attribute)?;
        Some(UserKey::Identity {
            attribute,
            value: normalised.to_owned(),
            case_insensitive: rule.case_insensitive,
        })
    }

    /// The key for what somebody typed as who they are.
    ///
    /// Attributes are tried in order, and the first for which the text makes sense decides, whether or not somebody is
    /// found by it. So a text never reaches a second account.
    ///
    /// # Security
    ///
    /// Databases differ in which letters they take for the same. Whatever is sent goes to the address stored with the
    /// account that was found, never to the one that was typed.
    #[must_use]
    pub fn look_up(&self, text: &str) -> Option<UserKey> {
        self.attributes().find_map(|attribute| self.key(attribute, &self.normalised(attribute, text)?))
    }

    /// What users may sign in with, in order.
    pub fn attributes(&self) -> impl Iterator<Item = IdentityAttribute> {
        self.rules.iter().map(|rule| rule.attribute)
    }

    /// What a user is called: the first identity, in order, that the user has. The address stands in for a user
    /// without any.
    ///
    /// # Security
    ///
    /// Personal data. Not for logs.
    #[must_use]
    pub fn display_name<'u>(&self, user: &'u User) -> &'u str {
        let identity = |attribute| match attribute {
            IdentityAttribute::Email => Some(user.email.as_str()),
            IdentityAttribute::Username => user.username.as_deref(),
            IdentityAttribute::UsPhoneNumber => user.us_phone_number.as_deref(),
        };
        self.attributes().filter_map(identity).find(|text| !text.is_empty()).unwrap_or(&user.email)
    }

    fn normalised(&self, attribute: IdentityAttribute, text: &str) -> Option<String> {
        match attribute {
            IdentityAttribute::Email => self.normalize_email(text).ok(),
            IdentityAttribute::Username => {
                storable(self.usernames.normalize(text)?, MessageKey::InvalidInput).ok()
            }
            IdentityAttribute::UsPhoneNumber => self.canonical_phone(text).ok(),
        }
    }
}

/// Lets a value through that every datastore can hold as it is and that cannot break a line.
fn storable(value: String, key: MessageKey) -> Result<String, InvalidIdentity> {
    let is_storable =
        !value.is_empty() && value.chars().nth(LONGEST).is_none() && !value.chars().any(char::is_control);
    if is_storable { Ok(value) } else { Err(InvalidIdentity::new(key)) }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;
    use crate::account::UserId;

    /// Accepts everything as it is.
    #[derive(Debug)]
    struct Careless;

    #[async_trait]
    impl MailUtil for Careless {
        fn normalize(&self, text: &str) -> Result<String, InvalidIdentity> {
            Ok(text.to_owned())
        }

        async fn validate(&self, text: &str) -> Result<String, InvalidIdentity> {
            Ok(text.to_owned())
        }
    }

    impl UsernameUtil for Careless {
        fn validate(&self, text: &str) -> Result<String, InvalidIdentity> {
            Ok(text.to_owned())
        }

        fn normalize(&self, text: &str) -> Option<String> {
            Some(text.to_owned())
        }
    }

    impl PhoneUtil for Careless {
        fn canonical(&self, text: &str) -> Option<String> {
            Some(text.to_owned())
        }
    }

    fn all_attributes() -> IdentityConfig {
        let attributes = IdentityAttribute::ALL.map(|attribute| IdentityRule {
            attribute,
            case_insensitive: attribute != IdentityAttribute::UsPhoneNumber,
        });
        IdentityConfig { attributes: attributes.to_vec(), ..IdentityConfig::default() }
    }

    #[tokio::test]
    async fn no_utility_of_an_application_lets_a_header_line_or_an_overlong_identity_through() {
        let identities = Identities::new(&all_attributes())
            .with_mail_util(Arc::new(Careless))
            .with_username_util(Arc::new(Careless))
            .with_phone_util(Arc::new(Careless));
        let too_long = "é".repeat(LONGEST + 1);
        for text in ["joe@example.com\r\nBcc: eve@example.com", "jo\0e", "joe\u{85}", "", &too_long] {
            assert!(identities.normalize_email(text).is_err(), "{text:?}");
            assert!(identities.validate_email(text).await.is_err(), "{text:?}");
            assert!(identities.validate_username(text).is_err(), "{text:?}");
            assert!(identities.canonical_phone(text).is_err(), "{text:?}");
            assert_eq!(identities.look_up(text), None, "{text:?}");
        }
        let longest = "é".repeat(LONGEST);
        assert_eq!(identities.validate_email(&longest).await, Ok(longest));
    }

    #[test]
    fn what_users_cannot_sign_in_with_is_never_looked_up() {
        let identities = Identities::new(&IdentityConfig::default());
        for attribute in [IdentityAttribute::Username, IdentityAttribute::UsPhoneNumber] {
            assert_eq!(identities.key(attribute, "+16502530000"), None);
        }
        assert_eq!(identities.look_up("+16502530000"), None);
        assert_eq!(identities.attributes().collect::<Vec<_>>(), [IdentityAttribute::Email]);
    }

    #[test]
    fn a_user_is_called_by_the_first_identity_there_is() {
        let mut config = all_attributes();
        config.attributes.reverse();
        let identities = Identities::new(&config);
        let mut user = User::from_required(UserId::Int(1), "joe@example.com", "u");
        user.us_phone_number = Some(String::new());
        assert_eq!(identities.display_name(&user), "joe@example.com");
        user.username = Some("joe".to_owned());
        assert_eq!(identities.display_name(&user), "joe");

        config.attributes.retain(|rule| rule.attribute == IdentityAttribute::UsPhoneNumber);
        assert_eq!(Identities::new(&config).display_name(&user), "joe@example.com");
    }

    #[test]
    fn a_refusal_says_nothing_about_what_was_typed() {
        let identities = Identities::new(&all_attributes());
        let refused = identities.validate_username("<b>hunter2</b>").unwrap_err();
        assert!(!format!("{refused:?} {refused}").contains("hunter2"));
    }
}
