//! What is known about a browser between two requests.

use std::fmt;

use serde_json::{Map, Value};

use super::tagged_json;

/// What is known about a browser between two requests: named members, some of which have accessors of their own.
///
/// Members it does not know are kept as they are, so that an application, or one written in Python next to it, can
/// have its own. It notices whether it was changed, and whether it must be given a new identity.
///
/// # Values
///
/// Values are Flask's tagged JSON: an object with one member named `" t"` is a tuple, `" b"` bytes in base64,
/// `" m"` HTML-safe text, `" u"` a UUID, `" d"` a date. They are kept tagged. A value of yours that happens to be an
/// object with one member of such a name has to be escaped: `{" di": {" t__": …}}`.
///
/// # Security
///
/// With the default store the browser's owner can read every value, though not change one. `Debug` shows names only.
/// Whose session it is, and when that was proven, only this crate can set; an application that sets the members
/// underneath by name signs in whomever it names.
///
/// ```
/// use security_core::session::Session;
///
/// let mut session = Session::default();
/// session.set_value("basket", serde_json::json!([17, 4]));
/// assert_eq!(session.value("basket"), Some(&serde_json::json!([17, 4])));
/// assert_eq!(session.user(), None);
/// assert!(session.is_changed());
/// ```
#[derive(Clone, Default)]
pub struct Session {
    members: Map<String, Value>,
    is_changed: bool,
    is_renewed: bool,
}

impl Session {
    /// Reads the contents of a session as a [`SessionStore`](super::SessionStore) keeps them; `None` when they are
    /// not those of a session.
    #[must_use]
    pub fn from_tagged_json(json: &[u8]) -> Option<Self> {
        tagged_json::read(serde_json::from_slice(json).ok()?).map(Self::from_members)
    }

    /// An unchanged session with these members.
    pub(super) fn from_members(members: Map<String, Value>) -> Self {
        Self { members, ..Self::default() }
    }

    /// The contents as Flask writes them: members sorted by name, no white space, ASCII alone.
    #[must_use]
    pub fn to_tagged_json(&self) -> String {
        tagged_json::write(&self.members)
    }

    /// A member's value, tagged.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// Sets a member to a tagged value. The same value again is no change.
    pub fn set_value(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        match self.members.get_mut(name) {
            Some(old) if *old == value => return,
            Some(old) => *old = value,
            None => {
                self.members.insert(name.to_owned(), value);
            }
        }
        self.is_changed = true;
    }

    /// Removes a member and hands out its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let value = self.members.remove(name);
        self.is_changed |= value.is_some();
        value
    }

    /// Removes every member. What is known about the browser is then nothing; see also [`renew`](Self::renew).
    pub fn clear(&mut self) {
        self.is_changed |= !self.members.is_empty();
        self.members.clear();
    }

    /// The names of the members.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Whether there are no members. The cookie of such a session is deleted, not sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether anything was changed since the session was loaded, so that it has to be saved.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// Demands a new identity for this session: a store that knows sessions by an identifier must choose a new one,
    /// and forget the old one, when it saves the session.
    ///
    /// # Security
    ///
    /// To be called whenever the session gains or loses rights: at sign-in, after the second factor, at sign-out.
    /// Otherwise somebody who planted or saw the old identifier would share them (session fixation).
    pub fn renew(&mut self) {
        self.is_renewed = true;
        self.is_changed = true;
    }

    /// Whether a new identity must be given at saving.
    #[must_use]
    pub fn is_renewed(&self) -> bool {
        self.is_renewed
    }
}

/// Two sessions are equal when their members are.
impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("names", &self.names().collect::<Vec<_>>())
            .field("is_changed", &self.is_changed)
            .field("is_renewed", &self.is_renewed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn loaded() -> Session {
        Session::from_tagged_json(br#"{"_user_id":"abc","theirs":{" t":[1,2]}}"#).unwrap()
    }

    #[test]
    fn a_session_knows_whether_it_was_changed() {
        let mut session = loaded();
        session.set_value("_user_id", "abc");
        session.remove("absent");
        assert!(!session.is_changed());

        let mut set = loaded();
        set.set_value("_user_id", "def");
        let mut removed = loaded();
        assert_eq!(removed.remove("_user_id"), Some(json!("abc")));
        let mut cleared = loaded();
        cleared.clear();
        let mut renewed = loaded();
        renewed.renew();
        for session in [set, removed, cleared, renewed] {
            assert!(session.is_changed());
        }

        let mut empty = Session::default();
        empty.clear();
        assert!(!empty.is_changed());
    }

    #[test]
    fn members_of_others_are_kept() {
        let mut session = loaded();
        session.set_value("mine", json!({"deep": null}));
        let expected = r#"{"_user_id":"abc","mine":{"deep":null},"theirs":{" t":[1,2]}}"#;
        assert_eq!(session.to_tagged_json(), expected);
    }

    #[test]
    fn values_do_not_show_in_debug_output() {
        let text = format!("{:?}", loaded());
        assert!(text.contains("_user_id") && !text.contains("abc"), "{text}");
    }
}
