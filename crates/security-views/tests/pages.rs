//! The built-in pages: all of them render, escape what they are given, and need no script.

use std::path::Path;

use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, Value, context};
use security_core::message::PageText;
use security_views::form::{Field, Form, FormErrors};
use security_views::page::{PAGE_TEMPLATES, static_file, stylesheet_url};

/// Markup that must not survive.
const HOSTILE: &str = "\"><script>alert('x')</script><b onmouseover=\"x\">";

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    // What translates, in a language that has no translation.
    environment.add_function("_", |text: String, variables: Kwargs| {
        variables.args().for_each(|name| drop(variables.get::<Value>(name)));
        text
    });
    for (name, text) in PAGE_TEMPLATES {
        environment.add_template(name, text).expect("the built-in templates are valid");
    }
    environment
}

fn form() -> Form {
    let mut errors = FormErrors::new();
    errors.add("", format!("Form {HOSTILE}"));
    errors.add("email", format!("Field {HOSTILE}"));
    Form::post(format!("/login?next={HOSTILE}"))
        .hidden("csrf_token", HOSTILE)
        .field(
            Field::email("email", format!("E-mail {HOSTILE}"))
                .required()
                .autocomplete("email")
                .value(HOSTILE)
                .help(HOSTILE),
        )
        .field(Field::text("username", "Username").value("anna"))
        .field(
            Field::password("password", "Password")
                .required()
                .autocomplete("current-password")
                .value("hunter2"),
        )
        .checkbox("remember", "Remember me", true)
        .with_errors(&errors)
}

/// A form under each name that pages know one by.
fn every_form(form: &Form) -> Value {
    let form = Value::from(Serde(form));
    let pages = [
        "change_password",
        "forgot_password",
        "login_user",
        "logout",
        "open_link",
        "register_user",
        "reset_password",
        "send_confirmation",
        "send_login",
        "verify",
    ];
    Value::from_pairs(pages.map(|page| (format!("{page}_form"), form.clone())))
}

/// Everything any page asks for.
fn page_context(signed_in: bool) -> Value {
    let user = signed_in.then(|| context! { email => HOSTILE, username => (), roles => [HOSTILE] });
    context! {
        site => context! { name => HOSTILE, url => "/" },
        security => context! {
            flags => context! { registerable => true, recoverable => true, confirmable => true, changeable => true, logout_post => true },
            urls => context! {
                login => "/login", logout => "/logout", register => "/register", verify => "/verify",
                change => "/change", confirm => "/confirm", reset => "/reset", static => "/fs-static",
            },
        },
        current_user => user,
        flashes => [
            context! { category => HOSTILE, text => HOSTILE },
            context! { category => "success", text => "Done" },
        ],
        csrf_token => HOSTILE,
        next => HOSTILE,
        stylesheet_url => stylesheet_url("/fs-static"),
        identity_attributes => ["email", "username"],
        active_password => true,
        status => 401, title => HOSTILE, text => HOSTILE,
        ..every_form(&form())
    }
}

/// Names of the attributes of every element, in the order of the page.
fn attributes(page: &str) -> Vec<String> {
    let mut names = Vec::new();
    for element in page.split('<').skip(1) {
        // What is within quotation marks is a value; the rest, up to the closing bracket, are names.
        let mut outside = String::new();
        for (index, piece) in element.split('"').enumerate() {
            if index % 2 == 0 {
                let (before, end) =
                    piece.split_once('>').map_or((piece, false), |(before, _)| (before, true));
                outside.push_str(before);
                outside.push(' ');
                if end {
                    break;
                }
            }
        }
        names.extend(
            outside.split_whitespace().skip(1).map(|name| name.trim_end_matches('=').to_ascii_lowercase()),
        );
    }
    names
}

fn pages() -> impl Iterator<Item = &'static str> {
    let is_part = |name: &str| name.starts_with("security/_");
    PAGE_TEMPLATES.iter().map(|(name, _)| *name).filter(move |name| !is_part(name))
}

#[test]
fn every_template_in_the_folder_is_compiled_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/templates/security");
    let files =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut expected: Vec<String> =
        files.filter(|file| file.ends_with(".html")).map(|file| format!("security/{file}")).collect();
    expected.sort();
    let mut names: Vec<&str> = PAGE_TEMPLATES.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn every_page_renders_and_escapes_what_it_is_given() {
    let environment = environment();
    for name in pages() {
        for signed_in in [false, true] {
            let page = environment.get_template(name).unwrap().render(page_context(signed_in)).unwrap();
            assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"), "{name}");
            assert!(!page.contains("<script") && !page.contains("<b "), "{name} lets markup through: {page}");
            assert!(page.contains("&lt;script&gt;"), "{name} shows the hostile text, escaped");
            assert!(!page.contains("hunter2"), "{name} shows a password");
        }
    }
}

#[test]
fn every_page_renders_with_nothing_but_its_form() {
    let environment = environment();
    let forms = every_form(&Form::post("/x"));
    for name in pages() {
        let bare = context! { title => "Not found", status => 404,
            text => "There is no such page.",
            ..forms.clone()
        };
        let page = environment.get_template(name).unwrap().render(bare).unwrap();
        assert!(page.contains("<main"), "{name}");
    }
}

/// What stands in quotation marks after this.
fn quoted<'t>(text: &'t str, before: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(before).skip(1).filter_map(|rest| rest.split('"').next())
}

#[test]
fn every_word_on_a_page_can_be_translated() {
    for (name, text) in PAGE_TEMPLATES {
        for english in quoted(text, "_(\"") {
            assert!(PageText::from_english(english).is_some(), "{name}: {english:?} has no name");
        }
        // What is neither markup nor template is a word that somebody forgot.
        let mut rest = String::new();
        for piece in text.split(['}', '>']) {
            let end = piece.find(['{', '<']).unwrap_or(piece.len());
            rest.push_str(&piece[..end]);
        }
        let is_comment = text.starts_with("{#-");
        let words = rest.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic));
        assert!(is_comment || words.count() == 0, "{name}: {rest:?}");
    }
}

#[test]
fn no_page_needs_a_script_or_an_inline_style() {
    let environment = environment();
    let shown =
        pages().map(|name| environment.get_template(name).unwrap().render(page_context(true)).unwrap());
    for page in shown {
        assert!(
            !page.contains("<style") && !page.contains("<script") && !page.contains("javascript:"),
            "{page}"
        );
        let names = attributes(&page);
        assert!(
            names.iter().any(|name| name == "href")
                && names.iter().any(|name| name == "autocomplete" || name == "class")
        );
        for name in names {
            assert!(name != "style" && !name.starts_with("on"), "attribute `{name}` in {page}");
        }
    }
    for (name, text) in PAGE_TEMPLATES {
        for banned in ["|safe", "| safe", "autoescape", "<script", "<style", " style="] {
            assert!(!text.contains(banned), "{name} has {banned}");
        }
    }
}

#[test]
fn a_form_shows_its_token_its_fields_and_what_is_wrong() {
    let environment = environment();
    let mut errors = FormErrors::new();
    errors.add("email", "Not an address.".to_owned());
    errors.add("", "Nothing happened.".to_owned());
    let form = Form::post("/login?next=%2Finbox")
        .hidden("csrf_token", "IjQ1")
        .field(
            Field::email("email", "E-mail address")
                .required()
                .autocomplete("email")
                .value("anna@example.org"),
        )
        .field(Field::password("password", "Password").autocomplete("current-password"))
        .checkbox("remember", "Remember me", true)
        .submit("submit", "Enter")
        .with_errors(&errors);
    let page = environment.get_template("security/login_user.html").unwrap();
    let page = page.render(context! { login_user_form => Serde(&form) }).unwrap();
    for expected in [
        "action=\"&#x2f;login?next=%2Finbox\" method=\"post\"",
        "<input type=\"hidden\" name=\"csrf_token\" value=\"IjQ1\">",
        "type=\"email\" id=\"email\" name=\"email\" value=\"anna@example.org\" autocomplete=\"email\"",
        "type=\"password\" id=\"password\" name=\"password\" autocomplete=\"current-password\"",
        "name=\"remember\" value=\"true\" checked",
        "<li>Not an address.</li>",
        "<p>Nothing happened.</p>",
        "name=\"submit\" value=\"Enter\">Enter</button>",
    ] {
        assert!(page.contains(expected), "{expected} is missing in {page}");
    }
}

#[test]
fn the_style_sheet_that_pages_name_is_there() {
    let url = stylesheet_url("/fs-static");
    let file = url.strip_prefix("/fs-static/").unwrap();
    assert!(static_file(file, &http::HeaderMap::new()).status().is_success());
}
