//! What pages are made of: the built-in templates, and the files they refer to.

mod static_file;

pub use static_file::{static_file, stylesheet_url};

/// Compiles files of the template folder in.
macro_rules! page_templates {
    ($($file:literal),* $(,)?) => {
        [$((concat!("security/", $file), include_str!(concat!("templates/security/", $file)))),*]
    };
}

/// The built-in pages and their shared parts: name and text. An application replaces one by a file of the same
/// name in its template folder.
pub const PAGE_TEMPLATES: &[(&str, &str)] = &page_templates![
    "_macros.html",
    "_menu.html",
    "_messages.html",
    "base.html",
    "change_password.html",
    "error.html",
    "forgot_password.html",
    "login_user.html",
    "logout_user.html",
    "open_link.html",
    "register_user.html",
    "reset_password.html",
    "send_confirmation.html",
    "send_login.html",
    "verify.html",
];
