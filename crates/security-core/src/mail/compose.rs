//! From an [`Email`] to the bytes that travel (RFC 5322), with no way for a header to be smuggled in.

use chrono::{DateTime, Utc};
use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};

use super::{Email, MailError, MailSetupError};
use crate::secret::random_identity;

/// Longest line that any mail server takes, in bytes without the line break (RFC 5321, 4.5.3.1.6).
const LONGEST_LINE: usize = 998;

/// Reads the sender: an address, or a name and an address in angle brackets.
pub(super) fn parse_sender(text: &str) -> Result<Mailbox, MailSetupError> {
    if text.chars().any(char::is_control) {
        return Err(MailSetupError::Sender);
    }
    let Mailbox { name, email } = text.parse().map_err(|_| MailSetupError::Sender)?;
    let email = with_ascii_domain(&email).ok_or(MailSetupError::Sender)?;
    Ok(Mailbox { name, email })
}

/// Reads the address of a recipient: one address, no name, nothing around it.
pub(super) fn parse_recipient(text: &str) -> Result<Address, MailError> {
    if text.chars().any(char::is_control) {
        return Err(MailError::Recipient);
    }
    let address: Address = text.parse().map_err(|_| MailError::Recipient)?;
    with_ascii_domain(&address).ok_or(MailError::Recipient)
}

/// A mail in the form in which a server takes it.
///
/// # Errors
///
/// [`MailError::Recipient`] and [`MailError::Empty`].
pub(super) fn compose(mail: &Email, from: &Mailbox, at: DateTime<Utc>) -> Result<Message, MailError> {
    let to = parse_recipient(&mail.to)?;
    let builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(one_line(&mail.subject))
        .date(at.max(DateTime::UNIX_EPOCH).into())
        .message_id(Some(format!("<{}@{}>", random_identity(), from.email.domain())))
        .raw_header(automatic());
    let message = match (&mail.text, &mail.html) {
        (Some(text), Some(html)) => {
            let parts = MultiPart::alternative().boundary(random_identity());
            let parts = parts.singlepart(SinglePart::plain(body(text)));
            builder.multipart(parts.singlepart(SinglePart::html(body(html))))
        }
        (Some(text), None) => builder.singlepart(SinglePart::plain(body(text))),
        (None, Some(html)) => builder.singlepart(SinglePart::html(body(html))),
        (None, None) => return Err(MailError::Empty),
    };
    // There is one sender, and a recipient: nothing else can be missing.
    message.map_err(|_| MailError::Recipient)
}

/// The text as it travels. ASCII goes as it is, so that a link stays in one piece for whoever reads the raw mail.
fn body(text: &str) -> Body {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_plain =
        text.is_ascii() && !text.contains('\0') && text.lines().all(|line| line.len() <= LONGEST_LINE);
    if is_plain {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text)
    }
}

/// Tells other machines not to answer, such as with a notice of absence (RFC 3834).
fn automatic() -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    HeaderValue::new(name, "auto-generated".to_owned())
}

/// The text on one line: every control character, line breaks above all, is a space.
pub(super) fn one_line(text: &str) -> String {
    let text = text.replace("\r\n", " ");
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The same address with its domain in the form that every mail server knows.
fn with_ascii_domain(address: &Address) -> Option<Address> {
    let domain = address.domain();
    if domain.is_ascii() {
        return Some(address.clone());
    }
    let domain = idna::domain_to_ascii(domain).ok()?;
    Address::new(address.user(), domain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &str, subject: &str) -> Email {
        Email { to: to.into(), subject: subject.into(), text: Some("Hello".into()), html: None }
    }

    fn headers(mail: &Email, from: &str) -> Vec<String> {
        let message = compose(mail, &parse_sender(from).unwrap(), DateTime::UNIX_EPOCH).unwrap();
        let bytes = String::from_utf8(message.formatted()).unwrap();
        let (head, _) = bytes.split_once("\r\n\r\n").unwrap();
        // A folded header is one header.
        head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
    }

    fn names(headers: &[String]) -> Vec<&str> {
        headers.iter().map(|header| header.split_once(':').unwrap().0).collect()
    }

    const NAMES: [&str; 9] = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ];

    #[test]
    fn a_mail_has_the_headers_it_should_have() {
        let headers = headers(&mail("joe@example.com", "Welcome"), "\"The \\\"A\\\"\" <a@example.org>");
        let is_there =
            |header: &str| assert!(headers.iter().any(|h| h == header), "{header} in {headers:#?}");
        is_there("To: joe@example.com");
        is_there("Subject: Welcome");
        is_there("Date: Thu, 01 Jan 1970 00:00:00 +0000");
        is_there("Auto-Submitted: auto-generated");
        is_there("From: \"The \\\"A\\\"\" <a@example.org>");
        let id = headers.iter().find(|header| header.starts_with("Message-ID: <")).unwrap();
        assert!(id.ends_with("@example.org>"), "{id}");
    }

    #[test]
    fn no_subject_adds_a_header() {
        for subject in [
            "Hi\r\nBcc: eve@example.com",
            "Hi\nBcc: eve@example.com",
            "Hi\rBcc: eve@example.com",
            "Hi\r\n\r\nBcc: eve@example.com",
            "\r\n\r\n<script>",
            "Gr\u{fc}\u{df}e\r\n Bcc: eve@example.com",
            "Hi\u{85}Bcc: eve@example.com\u{2028}Cc: x\u{b}\u{c}\0",
        ] {
            let headers = headers(&mail("joe@example.com", subject), "a@example.org");
            assert_eq!(names(&headers), NAMES, "{subject:?}: {headers:#?}");
        }
    }

    #[test]
    fn an_address_is_one_plain_address_or_none_at_all() {
        for to in [
            "joe@example.com\r\nBcc: eve@example.com",
            "joe@example.com\nBcc: eve@example.com",
            "\"joe\r\nBcc: eve@example.com\"@example.com",
            "joe@example.com, eve@example.com",
            "joe@example.com>, <eve@example.com",
            "Joe <joe@example.com>",
            "<joe@example.com>",
            "joe@example.com eve@example.com",
            "joe@example.com\0",
            "joe",
            "@example.com",
            "joe@",
            "",
        ] {
            let outcome =
                compose(&mail(to, "Hi"), &parse_sender("a@example.org").unwrap(), DateTime::UNIX_EPOCH);
            assert!(matches!(outcome, Err(MailError::Recipient)), "{to:?}");
        }
    }

    #[test]
    fn no_name_of_the_sender_adds_a_header() {
        for from in [
            "\"A\r\nBcc: eve@example.com\" <a@example.org>",
            "A\nBcc: eve@example.com <a@example.org>",
            "\"A\0\" <a@example.org>",
            "a@example.org, b@example.org",
            "A",
            "",
        ] {
            assert!(parse_sender(from).is_err(), "{from:?}");
        }
        for from in ["\"A, <eve@example.com>\" <a@example.org>", "Gr\u{fc}\u{df}e <a@example.org>"] {
            let headers = headers(&mail("joe@example.com", "Hi"), from);
            assert_eq!(names(&headers), NAMES, "{from:?}: {headers:#?}");
            assert!(headers[0].ends_with("<a@example.org>"), "{headers:#?}");
        }
    }

    #[test]
    fn the_stand_in_for_a_sender_can_be_used() {
        assert_eq!(parse_sender("no-reply@localhost").unwrap().email.domain(), "localhost");
    }

    #[test]
    fn a_domain_travels_in_ascii() {
        assert_eq!(parse_recipient("joe@b\u{fc}cher.example").unwrap().domain(), "xn--bcher-kva.example");
    }

    #[test]
    fn a_body_cannot_end_the_mail_or_add_a_part() {
        let mut mail = mail("joe@example.com", "Hi");
        mail.text = Some("one\r\n.\r\nQUIT\n\n\rFrom here\n--x\n".into());
        mail.html = Some("<p>two".into());
        let message = compose(&mail, &parse_sender("a@example.org").unwrap(), DateTime::UNIX_EPOCH).unwrap();
        let bytes = String::from_utf8(message.formatted()).unwrap();
        assert_eq!(bytes.matches("Content-Type: text/").count(), 2, "{bytes}");
        assert!(!bytes.replace("\r\n", "").contains(['\r', '\n']), "bare line breaks in {bytes:?}");
    }

    #[test]
    fn a_link_stays_in_one_piece_and_no_line_is_too_long() {
        let link = format!("https://example.com/confirm/{}", "abc.=".repeat(60));
        let bytes = |text: String| {
            let mail = Email { text: Some(text), ..mail("joe@example.com", "Hi") };
            let message =
                compose(&mail, &parse_sender("a@example.org").unwrap(), DateTime::UNIX_EPOCH).unwrap();
            String::from_utf8(message.formatted()).unwrap()
        };
        assert!(bytes(format!("Hello,\n{link}\n")).contains(&format!("\r\nHello,\r\n{link}\r\n")));
        for text in ["x".repeat(999), "\u{fc}".repeat(999), format!("{link}\0")] {
            let bytes = bytes(text);
            assert!(bytes.is_ascii() && bytes.split("\r\n").all(|line| line.len() <= 78), "{bytes}");
        }
    }

    #[test]
    fn a_mail_without_parts_is_not_sent() {
        let mail = Email { text: None, ..mail("joe@example.com", "Hi") };
        let outcome = compose(&mail, &parse_sender("a@example.org").unwrap(), DateTime::UNIX_EPOCH);
        assert!(matches!(outcome, Err(MailError::Empty)));
    }
}
