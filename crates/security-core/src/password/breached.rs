//! Asking whether a password is known from a data breach, without telling the password.

use std::error::Error as StdError;
use std::fmt::{self, Debug};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Url;
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use crate::secret::{PlainPassword, hex};

/// Knows how often a password occurs in published breaches.
///
/// [`PwnedRange`] asks the Pwned Passwords service; an application with a copy of the list, or without access to the
/// internet, brings its own.
#[async_trait]
pub trait BreachChecker: Debug + Send + Sync {
    /// How often the password occurs; 0 when it is not known.
    ///
    /// The password comes normalised, as it will be hashed.
    ///
    /// # Errors
    ///
    /// When the answer cannot be had. Whether the password is then accepted is up to `PASSWORD_CHECK_BREACHED`.
    async fn count(&self, password: &PlainPassword) -> Result<u64, BreachError>;
}

/// Why a [`BreachChecker`] gave no answer. Holds nothing about the password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BreachError {
    /// The address of the service cannot be used.
    #[error("the address of the breached-password service is not usable: {0}")]
    Address(&'static str),
    /// The service could not be reached, or did not answer in time.
    #[error("the breached-password service could not be reached")]
    Unreachable(#[source] Box<dyn StdError + Send + Sync>),
    /// The service answered with an error status.
    #[error("the breached-password service answered with status {0}")]
    Status(u16),
    /// The answer is not a list of hash endings and counts, or is too long.
    #[error("the answer of the breached-password service makes no sense: {0}")]
    Malformed(&'static str),
}

/// The range interface of Pwned Passwords (<https://haveibeenpwned.com/API/v3#PwnedPasswords>).
///
/// # Security
///
/// Only the first five hex digits of the password's SHA-1 leave the machine (k-anonymity); the service answers with
/// every ending it knows, padded so that the length of the answer tells nothing. Plain HTTP is allowed to loopback
/// addresses only. Redirects are not followed, proxy settings of the environment are not used, and an answer over
/// 1 MiB is refused. Certificates are checked against Mozilla's roots, compiled in.
pub struct PwnedRange {
    client: reqwest::Client,
    base: Url,
}

/// Longest answer read, in bytes. Real ones have some 40 KiB.
const MAX_ANSWER: usize = 1024 * 1024;
/// Hex digits of the hash that are sent.
const PREFIX_LENGTH: usize = 5;
/// Hex digits of a SHA-1 hash that stay here.
const SUFFIX_LENGTH: usize = 35;

impl PwnedRange {
    /// A checker that asks below this address, for example `https://api.pwnedpasswords.com/range/`, and waits this
    /// long for a whole answer.
    ///
    /// # Errors
    ///
    /// [`BreachError::Address`] when the address is not an absolute HTTPS URL (or HTTP to a loopback address).
    pub fn new(base: &str, timeout: Duration) -> Result<Self, BreachError> {
        let base = parse_base(base)?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_config()?)
            .https_only(base.scheme() == "https")
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .user_agent(concat!("Portcullis/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeout)
            .timeout(timeout)
            .build()
            .map_err(unreachable_service)?;
        Ok(Self { client, base })
    }

    /// Fetches the endings known for a prefix.
    async fn range(&self, prefix: &str) -> Result<Zeroizing<Vec<u8>>, BreachError> {
        let url = self.base.join(prefix).map_err(|_| BreachError::Address("it cannot be extended"))?;
        let request = self.client.get(url).header("Add-Padding", "true");
        let mut response = request.send().await.map_err(unreachable_service)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(BreachError::Status(response.status().as_u16()));
        }
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(unreachable_service)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(BreachError::Malformed("it is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

#[async_trait]
impl BreachChecker for PwnedRange {
    async fn count(&self, password: &PlainPassword) -> Result<u64, BreachError> {
        let digest = Zeroizing::new(<[u8; 20]>::from(Sha1::digest(password.expose().as_bytes())));
        let mut digits = Zeroizing::new(hex(&digest[..]));
        digits.make_ascii_uppercase();
        let (prefix, suffix) = digits.split_at(PREFIX_LENGTH);
        let body = self.range(prefix).await?;
        occurrences(&body, suffix)
    }
}

impl Debug for PwnedRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PwnedRange").field("host", &self.base.host_str()).finish_non_exhaustive()
    }
}

/// Finds the count of an ending in the body of an answer: lines of `35 hex digits:count`, separated by CRLF.
///
/// Padding lines have the count 0. A body with anything else in it, a line break at its end included, is an error:
/// a half answer must not pass for "not known".
fn occurrences(body: &[u8], suffix: &str) -> Result<u64, BreachError> {
    let text = std::str::from_utf8(body).map_err(|_| BreachError::Malformed("it is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = 0;
    for line in text.split("\r\n") {
        let (ending, count) = line.split_once(':').ok_or(BreachError::Malformed("a line has no count"))?;
        if ending.len() != SUFFIX_LENGTH || !ending.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(BreachError::Malformed("a line does not start with a hash ending"));
        }
        let count: u64 =
            count.trim().parse().map_err(|_| BreachError::Malformed("a count is not a number"))?;
        if ending.eq_ignore_ascii_case(suffix) {
            found = found.max(count);
        }
    }
    Ok(found)
}

fn parse_base(base: &str) -> Result<Url, BreachError> {
    let mut url = Url::parse(base).map_err(|_| BreachError::Address("it is not an absolute URL"))?;
    let host = url.host_str().ok_or(BreachError::Address("it names no host"))?;
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback) {
        return Err(BreachError::Address("it must start with https://"));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(BreachError::Address("it must hold neither a user, nor a query, nor a fragment"));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// TLS by rustls with ring, independent of what the application has installed as process default.
fn tls_config() -> Result<rustls::ClientConfig, BreachError> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| BreachError::Unreachable(error.into()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
    Ok(config)
}

/// Drops the URL from an error: it ends with digits of the password's hash.
fn unreachable_service(error: reqwest::Error) -> BreachError {
    BreachError::Unreachable(error.without_url().into())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    use super::*;

    const SUFFIX: &str = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";

    #[test]
    fn the_address_must_be_https_unless_it_is_loopback() {
        for good in [
            "https://api.pwnedpasswords.com/range/",
            "https://api.pwnedpasswords.com/range",
            "http://127.0.0.1:8080/",
            "http://[::1]/range/",
            "http://localhost/range/",
        ] {
            assert!(parse_base(good).is_ok_and(|url| url.path().ends_with('/')), "{good}");
        }
        for bad in [
            "",
            "/range/",
            "http://api.pwnedpasswords.com/range/",
            "http://127.0.0.1.example.com/",
            "ftp://127.0.0.1/",
            "https://user:secret@example.com/",
            "https://example.com/?q=",
            "https://example.com/#x",
        ] {
            assert!(
                matches!(PwnedRange::new(bad, Duration::from_secs(1)), Err(BreachError::Address(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_padding_line_does_not_count_and_the_case_of_digits_does_not_matter() {
        let body = format!("{SUFFIX}:0\r\n{}:12", "0".repeat(35));
        assert_eq!(occurrences(body.as_bytes(), SUFFIX).unwrap(), 0);
        let body = format!("{}:12", SUFFIX.to_lowercase());
        assert_eq!(occurrences(body.as_bytes(), SUFFIX).unwrap(), 12);
    }

    #[test]
    fn a_damaged_answer_is_an_error_even_when_the_ending_is_found() {
        let line = format!("{SUFFIX}:3");
        for body in [
            String::new(),
            format!("{line}\r\n"),
            format!("{line}\n{line}"),
            format!("{line}\r\n<html>"),
            format!("{line}\r\nABC:3"),
            format!("{SUFFIX}:-1"),
            format!("{SUFFIX}:"),
        ] {
            assert!(occurrences(body.as_bytes(), SUFFIX).is_err(), "{body:?}");
        }
        assert!(occurrences(b"\xff\xfe", SUFFIX).is_err());
    }

    /// A checker and a server on a loopback port that answers one request with these bytes, or never.
    async fn service(answer: Option<Vec<u8>>, timeout: Duration) -> (PwnedRange, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let checker =
            PwnedRange::new(&format!("http://{}/range", listener.local_addr().unwrap()), timeout).unwrap();
        let request = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut received = Vec::new();
            while !received.ends_with(b"\r\n\r\n") {
                received.push(stream.read_u8().await.unwrap());
            }
            match answer {
                // The client may hang up in the middle of an answer it does not want.
                Some(bytes) => drop(stream.write_all(&bytes).await),
                None => std::future::pending().await,
            }
            String::from_utf8(received).unwrap()
        });
        (checker, request)
    }

    fn answer(status: &str, body: &str) -> Option<Vec<u8>> {
        let length = body.len();
        Some(
            format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nLocation: /x\r\n\r\n{body}")
                .into_bytes(),
        )
    }

    const PATIENT: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn only_five_digits_of_the_hash_are_sent_and_padding_is_asked_for() {
        let (checker, request) = service(answer("200 OK", &format!("{SUFFIX}:42")), PATIENT).await;
        assert_eq!(checker.count(&PlainPassword::new("password")).await.unwrap(), 42);
        let request = request.await.unwrap().to_lowercase();
        assert!(request.starts_with("get /range/5baa6 http/1.1\r\n"), "{request}");
        assert!(
            request.contains("add-padding: true\r\n") && request.contains("user-agent: portcullis/"),
            "{request}"
        );
        assert!(!request.contains(&SUFFIX[..6].to_lowercase()));
    }

    #[tokio::test]
    async fn a_service_that_does_not_answer_in_time_is_given_up() {
        let (checker, _request) = service(None, Duration::from_millis(50)).await;
        let error = checker.count(&PlainPassword::new("password")).await.unwrap_err();
        assert!(matches!(error, BreachError::Unreachable(_)));
        let mut texts = format!("{error:?}");
        let mut source = error.source();
        while let Some(inner) = source {
            texts.push_str(&format!("{inner} {inner:?}"));
            source = inner.source();
        }
        assert!(!texts.to_lowercase().contains("5baa6"), "digits of the hash in an error: {texts}");
    }

    #[tokio::test]
    async fn redirects_are_not_followed_and_error_pages_are_not_read() {
        for (status, code) in [("302 Found", 302), ("503 Service Unavailable", 503), ("204 No Content", 204)]
        {
            let (checker, request) = service(answer(status, ""), PATIENT).await;
            let error = checker.count(&PlainPassword::new("password")).await.unwrap_err();
            assert!(matches!(error, BreachError::Status(found) if found == code), "{error}");
            request.await.unwrap();
        }
    }

    #[tokio::test]
    async fn an_endless_answer_is_cut_off() {
        let body = format!("{SUFFIX}:42\r\n").repeat(MAX_ANSWER / 30);
        let (checker, _request) = service(answer("200 OK", &body), PATIENT).await;
        let error = checker.count(&PlainPassword::new("password")).await.unwrap_err();
        assert!(matches!(error, BreachError::Malformed("it is too long")), "{error}");
    }
}
