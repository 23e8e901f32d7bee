//! Opening an account.

mod field;

use serde_json::{Map, Value};

pub use field::{FieldKind, RegistrationField};

use super::sign_in::Proven;
use super::way::Way;
use crate::account::{NewUser, User};
use crate::config::IdentityAttribute;
use crate::datastore::{DatastoreError, UserKey};
use crate::error::{Error, FieldError};
use crate::event::{Event, UserSummary};
use crate::mail::MailKind;
use crate::message::MessageKey;
use crate::password::{HashError, PolicyViolation};
use crate::secret::PlainPassword;
use crate::security::Security;

const EMAIL: &str = "email";
const USERNAME: &str = "username";
const PASSWORD: &str = "password";

/// What somebody enters to open an account, as typed.
#[derive(Debug)]
pub struct Registration {
    /// The address.
    pub email: String,
    /// The username, where the site has them.
    pub username: Option<String>,
    /// The password.
    pub password: PlainPassword,
    /// Values of the application's own fields. Those that are no [`RegistrationField`] are dropped.
    pub extra: Map<String, Value>,
}

/// What registering came to.
///
/// # Security
///
/// With `RETURN_GENERIC_RESPONSES` a visitor must not be able to tell the two apart.
#[derive(Debug)]
pub enum Registered {
    /// There is a new account.
    Created(Box<NewAccount>),
    /// The address or the username was taken, and the site does not tell. The owner got a mail instead.
    Taken {
        /// The address as it would have been stored.
        email: String,
    },
}

/// An account that was just opened.
#[derive(Debug)]
pub struct NewAccount {
    /// The account.
    pub user: User,
    /// What signs its owner in at once; none when the address has to be confirmed first, or a control refuses.
    pub proven: Option<Proven>,
}

impl Registered {
    /// The address the form was about.
    #[must_use]
    pub fn email(&self) -> &str {
        match self {
            Self::Created(account) => &account.user.email,
            Self::Taken { email } => email,
        }
    }
}

/// Values that passed every check that needs no database.
struct Checked {
    email: String,
    username: Option<String>,
    extra: Map<String, Value>,
}

impl Security {
    /// Opens an account: every field is checked, even after one failed, so that the answer tells nothing about others.
    ///
    /// That an identity is free is decided by the database's unique index alone. Of many registrations of one address
    /// at once, one succeeds. When the address is taken and `RETURN_GENERIC_RESPONSES` is on, its owner gets a mail, the
    /// work done is the same, and the answer is [`Registered::Taken`].
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the fields at fault; [`Error::Datastore`] and [`Error::Hashing`] when it could not be
    /// done. A mail that could not be sent is no error: the account is there.
    #[tracing::instrument(name = "register", skip_all)]
    pub async fn register(&self, registration: Registration) -> Result<Registered, Error> {
        let checked = self.checked(&registration).await?;
        self.allow_mail(&checked.email).await?;
        // Whether or not the address is free, so that the time does not tell; and before the account exists, so that a
        // visitor who hangs up in between leaves none without a mail.
        let digest = match self.config().features.confirmable {
            true => Some(self.hasher().hash_data(&checked.email).await?),
            false => None,
        };
        let mut new = NewUser::new(checked.email.as_str());
        new.username.clone_from(&checked.username);
        new.extra = checked.extra.clone();
        new.password = Some(self.hasher().hash(&registration.password).await?);
        match self.datastore().create_user(new).await {
            Ok(user) => self.welcome(user, digest, checked.extra).await,
            Err(DatastoreError::Duplicate { column }) => self.already_taken(checked, digest, &column).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Checks every field without opening an account, so that a form can tell all slips at once.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register).
    pub async fn check_registration(&self, registration: &Registration) -> Result<(), Error> {
        self.checked(registration).await.map(drop)
    }

    async fn checked(&self, registration: &Registration) -> Result<Checked, Error> {
        let mut errors = Vec::new();
        let email = keep(self.check_email(&registration.email).await, &mut errors)?;
        let username = match &registration.username {
            _ if !self.config().identity.username_enable => None,
            typed => keep(self.check_username(typed.as_deref()).await, &mut errors)?.flatten(),
        };
        let extra = keep(self.check_extra(&registration.extra), &mut errors)?.unwrap_or_default();
        let mut hints = vec![registration.email.as_str()];
        hints.extend(registration.username.as_deref());
        hints.extend(extra.values().filter_map(Value::as_str));
        keep(self.check_new_password(PASSWORD, &registration.password, &hints).await, &mut errors)?;
        match email {
            Some(email) if errors.is_empty() => Ok(Checked { email, username, extra }),
            _ => Err(Error::Invalid(errors)),
        }
    }

    async fn check_email(&self, typed: &str) -> Result<String, Error> {
        if typed.trim().is_empty() {
            return Err(FieldError::new(EMAIL, MessageKey::EmailNotProvided).into());
        }
        let checked = self.identities().validate_email(typed).await;
        let email = checked.map_err(|invalid| FieldError::identity(EMAIL, invalid))?;
        if !self.answers_alike()
            && self.datastore().find_user(&UserKey::email(email.as_str())).await?.is_some()
        {
            return Err(email_taken(&email).into());
        }
        Ok(email)
    }

    async fn check_username(&self, typed: Option<&str>) -> Result<Option<String>, Error> {
        let Some(typed) = typed.filter(|typed| !typed.trim().is_empty()) else {
            if self.config().identity.username_required {
                return Err(FieldError::new(USERNAME, MessageKey::UsernameNotProvided).into());
            }
            return Ok(None);
        };
        let checked = self.identities().validate_username(typed);
        let username = checked.map_err(|invalid| FieldError::identity(USERNAME, invalid))?;
        if !self.answers_alike()
            && self.datastore().find_user(&UserKey::username(username.as_str())).await?.is_some()
        {
            return Err(username_taken(&username).into());
        }
        Ok(Some(username))
    }

    fn check_extra(&self, values: &Map<String, Value>) -> Result<Map<String, Value>, Error> {
        let mut kept = Map::new();
        let mut errors = Vec::new();
        for field in self.registration_fields() {
            match field.check(values.get(field.name())) {
                Ok(Some(value)) => drop(kept.insert(field.name().to_owned(), value)),
                Ok(None) => {}
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(kept) } else { Err(Error::Invalid(errors)) }
    }

    /// Judges a new password and puts the objections on the field.
    pub(super) async fn check_new_password(
        &self,
        field: &'static str,
        password: &PlainPassword,
        hints: &[&str],
    ) -> Result<(), Error> {
        if password.expose().trim().is_empty() {
            return Err(FieldError::new(field, MessageKey::PasswordNotProvided).into());
        }
        let Err(violations) = self.password_policy().check(password, hints).await else { return Ok(()) };
        if let Some(retry_after) = violations.iter().find_map(PolicyViolation::retry_after) {
            return Err(HashError::Busy { retry_after }.into());
        }
        Err(Error::Invalid(
            violations.into_iter().filter_map(|one| FieldError::password(field, one)).collect(),
        ))
    }

    async fn welcome(
        &self,
        user: User,
        digest: Option<String>,
        fields: Map<String, Value>,
    ) -> Result<Registered, Error> {
        let token = digest.map(|digest| self.sign_confirmation(&user.fs_uniquifier, &digest));
        if self.config().register.send_email {
            self.post_confirmation(MailKind::Welcome, &user, token.as_deref());
        }
        self.announce(Event::UserRegistered { user: UserSummary::from(&user), fields }).await;
        let proven = self.admit_if_allowed(user.clone(), Way::Registration).await?;
        Ok(Registered::Created(Box::new(NewAccount { user, proven })))
    }

    /// The database has said that somebody was first.
    async fn already_taken(
        &self,
        checked: Checked,
        digest: Option<String>,
        column: &str,
    ) -> Result<Registered, Error> {
        let Checked { email, username, extra } = checked;
        let owner = self.datastore().find_user(&UserKey::email(email.as_str())).await?;
        let existing_username =
            username.is_some() && (column == IdentityAttribute::Username.name() || owner.is_none());
        if !self.answers_alike() {
            let error = match (&owner, username) {
                (None, Some(username)) => username_taken(&username),
                _ => email_taken(&email),
            };
            return Err(error.into());
        }
        let event = Event::UserNotRegistered {
            user: owner.as_ref().map(UserSummary::from),
            existing_email: owner.is_some(),
            existing_username,
            fields: extra,
        };
        self.announce(event).await;
        if self.config().register.send_email {
            match (owner, username) {
                (Some(owner), _) => self.tell_owner(&owner, &email, digest).await?,
                (None, Some(username)) => self.post_to(
                    MailKind::WelcomeExistingUsername,
                    &email,
                    vec![("email", email.as_str().into()), ("username", username.into())],
                ),
                // The account was deleted between the two queries. There is nobody to tell.
                (None, None) => {}
            }
        }
        Ok(Registered::Taken { email })
    }

    /// Tells the owner of an account that somebody tried to register it again.
    async fn tell_owner(&self, owner: &User, email: &str, digest: Option<String>) -> Result<(), Error> {
        let token = match digest.filter(|_| owner.confirmed_at.is_none()) {
            Some(digest) if owner.email == email => {
                Some(self.sign_confirmation(&owner.fs_uniquifier, &digest))
            }
            // The address is stored in another case than it was typed in.
            Some(_) => Some(self.confirmation_token(owner).await?),
            None => None,
        };
        let mut context = self.confirmation_context(token.as_deref());
        // No reset link: nobody asked for one. The page that sends one is a click away.
        context.push(("recovery_link", self.recovery_link().into()));
        self.post(MailKind::WelcomeExisting, owner, context);
        Ok(())
    }
}

fn email_taken(email: &str) -> FieldError {
    FieldError::with(EMAIL, MessageKey::EmailAlreadyAssociated, vec![("email", email.to_owned())])
}

fn username_taken(username: &str) -> FieldError {
    FieldError::with(USERNAME, MessageKey::UsernameAlreadyAssociated, vec![("username", username.to_owned())])
}

/// Sets the objections to one value aside and lets real failures through.
fn keep<T>(outcome: Result<T, Error>, errors: &mut Vec<FieldError>) -> Result<Option<T>, Error> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(Error::Invalid(found)) => {
            errors.extend(found);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
