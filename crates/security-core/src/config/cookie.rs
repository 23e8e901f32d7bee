//! Attributes of a cookie (RFC 6265bis).

use serde_json::Value;

use super::value::{Codec, Expected, Input, OptionValue, choice, wrong};

/// The attributes a cookie is set and deleted with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieAttributes {
    /// Sent over HTTPS only.
    pub secure: bool,
    /// Out of reach for scripts.
    pub http_only: bool,
    /// Whether other sites' requests carry it. `None` leaves the attribute out.
    pub same_site: Option<SameSite>,
    /// The path it is sent below.
    pub path: String,
    /// The domain it is sent to, with its subdomains. `None`: the host that set it, and no other.
    pub domain: Option<String>,
    /// Kept apart per top-level site (CHIPS).
    pub partitioned: bool,
}

impl Default for CookieAttributes {
    /// The strictest: HTTPS only, no scripts, same site only.
    fn default() -> Self {
        Self {
            secure: true,
            http_only: true,
            same_site: Some(SameSite::Strict),
            path: "/".to_owned(),
            domain: None,
            partitioned: false,
        }
    }
}

/// Which requests that start on another site carry the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// None.
    Strict,
    /// Following a link to us, and nothing else.
    Lax,
    /// All of them. Browsers then insist on `Secure`.
    None,
}

impl SameSite {
    /// The name in the `SameSite` attribute.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}

impl OptionValue for SameSite {
    // The word "None" is a value of its own here.
    const NONE_WORDS: &'static [&'static str] = &["", "null"];

    fn kind() -> String {
        "`Strict`, `Lax` or `None`".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        choice(input, &[Self::Strict, Self::Lax, Self::None].map(|value| (value.name(), value)))
    }
}

/// A table of attributes; one that is not named stays as it was.
pub(super) struct AttributeTable;

impl Codec<CookieAttributes> for AttributeTable {
    fn kind() -> String {
        "table of cookie attributes".to_owned()
    }

    fn read(before: Option<&CookieAttributes>, input: Input<'_>) -> Result<CookieAttributes, Expected> {
        let mut cookie = before.cloned().unwrap_or_default();
        for (name, value) in serde_json::Map::read(input)? {
            set(&mut cookie, &name, &value)?;
        }
        Ok(cookie)
    }
}

fn set(cookie: &mut CookieAttributes, name: &str, value: &Value) -> Result<(), Expected> {
    fn read<T: OptionValue>(name: &str, value: &Value) -> Result<T, Expected> {
        T::read(Input::Typed(value)).map_err(|Expected(what)| Expected(format!("{what} for `{name}`")))
    }
    match name {
        "secure" => cookie.secure = read(name, value)?,
        "httponly" => cookie.http_only = read(name, value)?,
        "samesite" => cookie.same_site = read(name, value)?,
        "path" => cookie.path = CookiePath::read(None, Input::Typed(value))?,
        "domain" => cookie.domain = CookieDomain::read(None, Input::Typed(value))?,
        "partitioned" => cookie.partitioned = read(name, value)?,
        // The cookie's name in old releases of the reference. The loader moves it to SECURITY_CSRF_COOKIE_NAME.
        "key" => drop(read::<Option<String>>(name, value)?),
        _ => {
            return Err(Expected::new(
                "only secure, httponly, samesite, path, domain and partitioned in the table",
            ));
        }
    }
    Ok(())
}

/// The path of a cookie, where null means the whole site.
pub(super) struct CookiePath;

impl Codec<String> for CookiePath {
    fn kind() -> String {
        "text".to_owned()
    }

    fn read(_before: Option<&String>, input: Input<'_>) -> Result<String, Expected> {
        let path = Option::<String>::read(input)?.unwrap_or_else(|| "/".to_owned());
        if !path.starts_with('/') || path.contains([';', ',']) || path.chars().any(char::is_control) {
            return Err(Expected::new("a path that starts with `/`"));
        }
        Ok(path)
    }
}

/// The domain of a cookie, where null (and `false`) means the host alone.
pub(super) struct CookieDomain;

impl Codec<Option<String>> for CookieDomain {
    fn kind() -> String {
        Option::<String>::kind()
    }

    fn read(_before: Option<&Option<String>>, input: Input<'_>) -> Result<Option<String>, Expected> {
        let domain = match input {
            Input::Typed(Value::Bool(false)) => None,
            input => Option::<String>::read(input)?,
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        if domain.as_deref().is_some_and(|domain| !domain.chars().all(is_name)) {
            return Err(wrong::<Option<String>>());
        }
        Ok(domain)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_word_none_is_a_same_site_value_and_null_leaves_it_out() {
        let read = |value: &Value| Option::<SameSite>::read(Input::Typed(value));
        assert_eq!(read(&json!("None")), Ok(Some(SameSite::None)));
        assert_eq!(read(&json!("lax")), Ok(Some(SameSite::Lax)));
        assert_eq!(read(&json!(null)), Ok(None));
        assert_eq!(read(&json!("")), Ok(None));
        assert!(read(&json!("Loose")).is_err());
    }

    #[test]
    fn a_table_changes_only_what_it_names() {
        let cookie = AttributeTable::read(None, Input::Typed(&json!({"samesite": "Lax"}))).unwrap();
        assert_eq!(
            cookie,
            CookieAttributes { same_site: Some(SameSite::Lax), ..CookieAttributes::default() }
        );
        for wrong in
            [json!({"same_site": "Lax"}), json!({"secure": "yes"}), json!({"path": "a;b"}), json!([])]
        {
            assert!(AttributeTable::read(None, Input::Typed(&wrong)).is_err(), "{wrong}");
        }
    }
}
