//! What a request submitted, read the same way from JSON and from both kinds of form.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use percent_encoding::percent_decode;
use serde_json::Value;

use crate::negotiate::{media_type, sends_json};

/// Most values in one request. Our largest form has fewer than twenty.
pub const MOST_VALUES: usize = 200;

/// The fields a request submitted, by name. A name may have several values.
///
/// Values of forms are text; JSON keeps its types, so that a rule which expects text can refuse a number.
/// `Debug` shows the names only, since values are passwords and codes.
#[derive(Clone, Default)]
pub struct Input {
    fields: BTreeMap<String, Vec<Value>>,
}

/// A field as text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FieldText<'a> {
    /// Not submitted, or `null` in JSON.
    Missing,
    /// Submitted as text; may be empty.
    Text(&'a str),
    /// Submitted as something else: a number, a boolean, an object or a list in a list.
    WrongType,
}

impl<'a> FieldText<'a> {
    /// The text, if there is one.
    #[must_use]
    pub fn ok(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Missing | Self::WrongType => None,
        }
    }
}

impl fmt::Debug for FieldText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "Missing",
            Self::Text(_) => "Text(..)",
            Self::WrongType => "WrongType",
        })
    }
}

/// Why a body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// Not what its content type says, or not UTF-8. Answer 400.
    #[error("the body is malformed")]
    Malformed,
    /// JSON, but neither an object nor `null`. Answer 400 with the message `API_ERROR`.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// More than [`MOST_VALUES`] values. Answer 413.
    #[error("the body has too many fields")]
    TooLarge,
}

impl InputError {
    /// The status of the answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed | Self::NotAnObject => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }
}

impl Input {
    /// Reads a body by its content type: JSON, `application/x-www-form-urlencoded` or `multipart/form-data`.
    ///
    /// An empty body, JSON `null` and a body of another type have no fields. In JSON a list means several values
    /// and the last of equal keys counts. Files are left out. Who calls this has limited the length of the body.
    ///
    /// # Errors
    ///
    /// [`InputError`] says what is wrong with the body as a whole; a field of the wrong type is found when it is
    /// asked for.
    pub async fn read(headers: &HeaderMap, body: &Bytes) -> Result<Self, InputError> {
        let mut input = Self::default();
        if body.is_empty() {
            return Ok(input);
        }
        if sends_json(headers) {
            input.read_json(body)?;
            return Ok(input);
        }
        match media_type(headers).as_deref() {
            Some("application/x-www-form-urlencoded") => input.read_urlencoded(body)?,
            Some("multipart/form-data") => input.read_multipart(headers, body).await?,
            _ => {}
        }
        Ok(input)
    }

    /// The first value of a field as text.
    #[must_use]
    pub fn text(&self, name: &str) -> FieldText<'_> {
        match self.value(name) {
            None | Some(Value::Null) => FieldText::Missing,
            Some(Value::String(text)) => FieldText::Text(text),
            Some(_) => FieldText::WrongType,
        }
    }

    /// Whether a box is ticked: it was submitted, and not as `false`, `0`, `"false"` or empty text.
    ///
    /// Everything else counts as ticked, even `"0"`, `"off"` and `null`, since that is what the reference does.
    #[must_use]
    pub fn is_checked(&self, name: &str) -> bool {
        match self.value(name) {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Number(number)) => number.as_f64() != Some(0.0),
            Some(Value::String(text)) => !text.is_empty() && text != "false",
            Some(Value::Null | Value::Bool(true) | Value::Array(_) | Value::Object(_)) => true,
        }
    }

    /// The first value of a field as it was submitted. Values of forms are text.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values(name).first()
    }

    /// All values of a field, in order.
    #[must_use]
    pub fn values(&self, name: &str) -> &[Value] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names of the fields, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// Whether nothing was submitted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    fn add(&mut self, name: String, value: Value) {
        self.fields.entry(name).or_default().push(value);
    }

    fn read_json(&mut self, body: &Bytes) -> Result<(), InputError> {
        // Nesting is limited by the parser, so deep JSON is an error and not a full stack.
        let fields = match serde_json::from_slice(body).map_err(|_| InputError::Malformed)? {
            Value::Null => return Ok(()),
            Value::Object(fields) => fields,
            _ => return Err(InputError::NotAnObject),
        };
        for (name, value) in fields {
            let values = if let Value::Array(values) = value { values } else { vec![value] };
            self.fields.insert(name, values);
        }
        // An empty list counts too.
        let count: usize = self.fields.values().map(|values| values.len().max(1)).sum();
        if count > MOST_VALUES { Err(InputError::TooLarge) } else { Ok(()) }
    }

    fn read_urlencoded(&mut self, body: &Bytes) -> Result<(), InputError> {
        let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
        for (index, pair) in pairs.enumerate() {
            if index == MOST_VALUES {
                return Err(InputError::TooLarge);
            }
            let cut = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = cut.map_or((pair, &[][..]), |cut| (&pair[..cut], &pair[cut + 1..]));
            self.add(decode(name)?, Value::String(decode(value)?));
        }
        Ok(())
    }

    async fn read_multipart(&mut self, headers: &HeaderMap, body: &Bytes) -> Result<(), InputError> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = multer::parse_boundary(content_type.unwrap_or_default());
        let boundary = boundary.map_err(|_| InputError::Malformed)?;
        let body = body.clone();
        let stream = futures_util::stream::once(async move { Ok::<Bytes, Infallible>(body) });
        let mut parts = multer::Multipart::new(stream, boundary);
        let mut count = 0;
        while let Some(part) = parts.next_field().await.map_err(|_| InputError::Malformed)? {
            count += 1;
            if count > MOST_VALUES {
                return Err(InputError::TooLarge);
            }
            let name = part.name().map(str::to_owned).filter(|_| part.file_name().is_none());
            let value = part.bytes().await.map_err(|_| InputError::Malformed)?;
            if let Some(name) = name {
                let value = String::from_utf8(value.into()).map_err(|_| InputError::Malformed)?;
                self.add(name, Value::String(value));
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Input").field(&self.fields.keys()).finish()
    }
}

/// A name or value of an urlencoded form.
fn decode(text: &[u8]) -> Result<String, InputError> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let decoded = percent_decode(&spaced).decode_utf8().map_err(|_| InputError::Malformed)?;
    Ok(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded";
    const MULTIPART: &str = "multipart/form-data; boundary=cut";

    fn read(content_type: &str, body: impl Into<Bytes>) -> Result<Input, InputError> {
        let value = HeaderValue::from_bytes(content_type.as_bytes()).unwrap();
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, value)]);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(Input::read(&headers, &body.into()))
    }

    fn read_json(value: &Value) -> Input {
        read("application/json", value.to_string()).unwrap()
    }

    fn part(disposition: &str, value: &str) -> String {
        format!("--cut\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{value}\r\n")
    }

    #[test]
    fn a_field_reads_the_same_from_every_kind_of_body() {
        let multipart =
            part("name=\"email\"", "anna+x@example.org") + &part("name=\"name\"", "Ä & ß") + "--cut--\r\n";
        for (content_type, body) in [
            ("application/json", r#"{"email": "anna+x@example.org", "name": "Ä & ß"}"#),
            ("application/merge-patch+json", r#"{"email": "anna+x@example.org", "name": "\u00c4 & \u00df"}"#),
            (FORM, "email=anna%2Bx%40example.org&name=%C3%84+%26%20%C3%9F"),
            ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", "email=anna%2Bx%40example.org&name=Ä+%26+ß"),
            (MULTIPART, &multipart),
        ] {
            let input = read(content_type, body.to_owned()).unwrap();
            assert_eq!(input.text("email").ok(), Some("anna+x@example.org"), "{content_type}");
            assert_eq!(input.text("name").ok(), Some("Ä & ß"), "{content_type}");
            assert_eq!(input.text("other"), FieldText::Missing);
        }
    }

    #[test]
    fn an_empty_body_has_no_fields() {
        for content_type in ["application/json", FORM, MULTIPART, "multipart/form-data", "text/plain"] {
            assert!(read(content_type, "").unwrap().is_empty(), "{content_type}");
        }
        assert!(read("application/json", " null ").unwrap().is_empty());
        for unknown in ["text/plain", "", "ä", "multipart/mixed; boundary=cut"] {
            assert!(read(unknown, r#"{"email": "x"}"#).unwrap().is_empty(), "{unknown}");
        }
    }

    #[test]
    fn json_that_is_no_object_is_refused() {
        for body in ["[]", "[[\"email\", \"x\"]]", "\"email\"", "1", "true"] {
            assert_eq!(read("application/json", body).unwrap_err(), InputError::NotAnObject, "{body}");
        }
    }

    #[test]
    fn a_malformed_body_is_refused() {
        let deep = "[".repeat(60_000);
        for body in ["{", " ", "{\"a\": NaN}", "{\"a\": \"\\ud800\"}", "{\"a\": 1e999}", "{} {}", &deep] {
            let body = body.to_owned();
            assert_eq!(read("application/json", body).unwrap_err(), InputError::Malformed);
        }
        for (content_type, body) in [
            ("application/json", &b"{\"a\": \"\xff\"}"[..]),
            (FORM, b"a=%ff"),
            (FORM, b"\xff=a"),
            (MULTIPART, b"--cut\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--cut--"),
            (MULTIPART, b"--cut\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb"),
            (MULTIPART, b"a=b"),
            ("multipart/form-data", b"--cut--"),
        ] {
            assert_eq!(
                read(content_type, body).unwrap_err(),
                InputError::Malformed,
                "{content_type} {body:?}"
            );
        }
    }

    #[test]
    fn a_value_that_is_no_text_is_of_the_wrong_type_and_not_a_crash() {
        let input = read_json(&json!({
            "number": 1, "bool": true, "object": {"a": 1}, "nested": [["a"]], "null": null, "none": [],
            "list": ["a", "b"], "mixed": [1, "b"],
        }));
        for name in ["number", "bool", "object", "nested", "mixed"] {
            assert_eq!(input.text(name), FieldText::WrongType, "{name}");
        }
        for name in ["null", "none", "absent"] {
            assert_eq!(input.text(name), FieldText::Missing, "{name}");
        }
        assert_eq!(input.text("list"), FieldText::Text("a"));
        assert_eq!(input.values("list"), [json!("a"), json!("b")]);
        assert_eq!(input.value("number"), Some(&json!(1)));
    }

    #[test]
    fn a_box_is_ticked_unless_the_value_says_no() {
        for no in [json!(false), json!(0), json!(0.0), json!("false"), json!(""), json!([]), json!([false])] {
            assert!(!read_json(&json!({"remember": no})).is_checked("remember"), "{no}");
        }
        for yes in
            [json!(true), json!(1), json!("0"), json!("off"), json!("y"), json!(null), json!({}), json!([[]])]
        {
            assert!(read_json(&json!({"remember": yes})).is_checked("remember"), "{yes}");
        }
        assert!(!read_json(&json!({})).is_checked("remember"));
        assert!(read(FORM, "remember=on").unwrap().is_checked("remember"));
        assert!(!read(FORM, "remember=").unwrap().is_checked("remember"));
    }

    #[test]
    fn of_equal_json_keys_the_last_counts_and_of_equal_form_fields_the_first() {
        assert_eq!(read("application/json", r#"{"a": "1", "a": "2"}"#).unwrap().text("a").ok(), Some("2"));
        assert_eq!(read(FORM, "a=1&a=2").unwrap().text("a").ok(), Some("1"));
    }

    #[test]
    fn files_are_left_out() {
        let body =
            part("name=\"photo\"; filename=\"me.png\"", "PNG") + &part("name=\"email\"", "x") + "--cut--";
        let input = read(MULTIPART, body).unwrap();
        assert_eq!(input.text("photo"), FieldText::Missing);
        assert_eq!(input.text("email").ok(), Some("x"));
    }

    #[test]
    fn too_many_fields_are_refused() {
        for count in [MOST_VALUES, MOST_VALUES + 1] {
            let form = vec!["a=b"; count].join("&");
            let list = json!({"a": vec!["b"; count]}).to_string();
            let keys = Value::from_iter((0..count).map(|index| (format!("a{index}"), json!([])))).to_string();
            let parts = part("name=\"a\"", "b").repeat(count) + "--cut--";
            for (content_type, body) in
                [(FORM, form), ("application/json", list), ("application/json", keys), (MULTIPART, parts)]
            {
                let outcome = read(content_type, body);
                if count == MOST_VALUES {
                    assert!(outcome.is_ok(), "{content_type}");
                } else {
                    assert_eq!(
                        outcome.unwrap_err().status(),
                        StatusCode::PAYLOAD_TOO_LARGE,
                        "{content_type}"
                    );
                }
            }
        }
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let input = read_json(&json!({"password": "correct horse"}));
        let shown = format!("{input:?} {:?}", input.text("password"));
        assert!(shown.contains("password") && !shown.contains("horse"), "{shown}");
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_panic(
            content_type in prop_oneof![
                Just("application/json".to_owned()),
                Just(FORM.to_owned()),
                "multipart/form-data; ?boundary=\"?[ -~\t]{0,12}\"?",
                "[ -~\t]{0,40}",
            ],
            body in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                proptest::collection::vec(
                    prop_oneof![
                        Just("--"), Just("cut"), Just("\r\n"), Just("\r\n\r\n"), Just("\n"), Just(";"), Just("="),
                        Just("Content-Disposition: form-data"), Just("name"), Just("\""), Just("filename"),
                        Just("\\"), Just("&"), Just("%"), Just("%e"), Just("{"), Just("["), Just(":"), Just("é"),
                    ],
                    0..40,
                ).prop_map(|pieces| pieces.concat().into_bytes()),
            ],
            multipart in any::<bool>(),
        ) {
            let content_type = if multipart { MULTIPART } else { content_type.trim() };
            if let Ok(input) = read(content_type, body) {
                let _ = (input.text("name"), input.is_checked("name"));
            }
        }
    }
}
