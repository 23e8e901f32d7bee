//! What every adapter offers under the same names: its own type of guard, made and set like [`Guard`](super::Guard).

/// What a guard or a setting of one means, in the words that all documentation has in common.
#[doc(hidden)]
#[macro_export]
macro_rules! guard_text {
    (auth_required) => {
        "The caller is authenticated, by session or token unless `methods` says otherwise.\n\n\
         A token is tried before the session, the session before HTTP Basic. The first that vouches for somebody \
         decides: its user, its freshness and its CSRF policy count for the rest of the request."
    };
    (http_auth_required) => {
        "The caller sends good HTTP Basic credentials."
    };
    (auth_token_required) => {
        "The caller sends a good authentication token."
    };
    (login_required) => {
        "Somebody is signed in; neither freshness nor CSRF are looked at. Prefer `auth_required`. `OPTIONS` requests pass."
    };
    (roles_required) => {
        "The caller holds all of these roles. Does not authenticate: put `auth_required` in front."
    };
    (roles_accepted) => {
        "The caller holds at least one of these roles. Does not authenticate: put `auth_required` in front."
    };
    (permissions_required) => {
        "The caller's roles carry all of these permissions. Does not authenticate: put `auth_required` in front."
    };
    (permissions_accepted) => {
        "The caller's roles carry at least one of these permissions. Does not authenticate: put `auth_required` in front."
    };
    (anonymous_user_required) => {
        "Nobody is signed in."
    };
    (unauth_csrf) => {
        "For routes that anybody may call: checks the CSRF token where the application layer of the protection is on."
    };
    (methods) => {
        "Accepts these mechanisms only. No effect on guards that do not authenticate."
    };
    (within) => {
        "Insists that the caller proved who they are within this time. Only for guards that authenticate."
    };
    (grace) => {
        "How long a passed check of freshness lets further requests of the session pass. Default: \
         `FRESHNESS_GRACE_PERIOD`."
    };
    (realm) => {
        "The realm of the HTTP Basic challenge. Default: `DEFAULT_HTTP_AUTH_REALM`."
    };
}

/// Defines, for an adapter, a function for each guard, and the settings of its type of guard, which has to have a field
/// `guard`. The names and what they mean are those of [`Guard`](crate::Guard).
///
/// The documentation of each function ends with an example: the guard between the first text and the last. The one in the
/// middle puts `auth_required` in front, for guards that do not authenticate.
///
/// ```
/// /// A guard as the framework wants it.
/// pub struct GuardLayer {
///     guard: security_views::Guard,
/// }
///
/// security_views::guards! {
///     GuardLayer,
///     example = "let route = get(page).layer(guard::" .. ").layer(guard::auth_required()" .. ");"
/// }
/// # fn main() { let _ = auth_required().within(std::time::Duration::from_secs(60)); }
/// ```
#[macro_export]
macro_rules! guards {
    ($Layer:ident, example = $before:literal .. $in_front:literal .. $after:literal) => {
        $crate::guards! {
            @functions $Layer, $before, $in_front, $after;
            auth_required() http_auth_required() auth_token_required() login_required() anonymous_user_required()
            unauth_csrf();
            roles_required("admin") roles_accepted("editor") permissions_required("write") permissions_accepted("read")
        }

        impl $Layer {
            #[doc = $crate::guard_text!(methods)]
            pub fn methods(self, accepted: impl IntoIterator<Item = $crate::guard::Mechanism>) -> Self {
                self.guard.methods(accepted).into()
            }

            #[doc = $crate::guard_text!(within)]
            pub fn within(self, time: ::std::time::Duration) -> Self {
                self.guard.within(time).into()
            }

            #[doc = $crate::guard_text!(grace)]
            pub fn grace(self, time: ::std::time::Duration) -> Self {
                self.guard.grace(time).into()
            }

            #[doc = $crate::guard_text!(realm)]
            pub fn realm(self, name: impl Into<String>) -> Self {
                self.guard.realm(name).into()
            }
        }

        impl From<$crate::Guard> for $Layer {
            fn from(guard: $crate::Guard) -> Self {
                Self { guard }
            }
        }
    };
    (
        @functions $Layer:ident, $before:literal, $in_front:literal, $after:literal;
        $($plain:ident())+;
        $($naming:ident($name:literal))+
    ) => {
        $(
            #[doc = $crate::guard_text!($plain)]
            ///
            #[doc = concat!("```\n", $before, stringify!($plain), "()", $after, "\n```")]
            pub fn $plain() -> $Layer {
                $crate::Guard::$plain().into()
            }
        )+
        $(
            #[doc = $crate::guard_text!($naming)]
            ///
            #[doc = concat!("```\n", $before, stringify!($naming), "([\"", $name, "\"])", $in_front, $after, "\n```")]
            pub fn $naming<N: Into<String>>(names: impl IntoIterator<Item = N>) -> $Layer {
                $crate::Guard::$naming(names).into()
            }
        )+
    };
}
