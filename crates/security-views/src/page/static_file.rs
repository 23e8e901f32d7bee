//! The static files of the built-in pages. They are compiled in, so there is no folder to read from.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

/// The style sheet of the built-in pages.
static STYLESHEET: StaticFile = StaticFile {
    stem: "portcullis",
    extension: "css",
    content_type: "text/css; charset=utf-8",
    content: include_bytes!("../templates/static/portcullis.css"),
};

/// Every static file.
static FILES: &[&StaticFile] = &[&STYLESHEET];

/// The URL of the style sheet, below the prefix that `SECURITY_STATIC_FOLDER_URL` sets.
///
/// The name holds a hash of the content, so that browsers may keep the file for good and still see a new
/// version at once.
#[must_use]
pub fn stylesheet_url(prefix: &str) -> String {
    format!("{}/{}", prefix.trim_end_matches('/'), STYLESHEET.hashed_name())
}

/// Answers a GET or HEAD for the static file of this name, the part of the URL after the prefix.
///
/// The name of [`stylesheet_url`] may be kept by every cache; the plain name, `portcullis.css`, is looked up again
/// each time. A request that has the content already gets 304, and any other name 404.
#[must_use]
pub fn static_file(name: &str, request: &HeaderMap) -> Response<Bytes> {
    for file in FILES {
        let is_immutable = name == file.hashed_name();
        if is_immutable || name == file.plain_name() {
            return file.answer(is_immutable, request);
        }
    }
    let mut response = Response::new(Bytes::from_static(b"Not found"));
    *response.status_mut() = StatusCode::NOT_FOUND;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A file that is part of the program.
struct StaticFile {
    stem: &'static str,
    extension: &'static str,
    content_type: &'static str,
    content: &'static [u8],
}

impl StaticFile {
    fn plain_name(&self) -> String {
        format!("{}.{}", self.stem, self.extension)
    }

    fn hashed_name(&self) -> String {
        format!("{}-{:016x}.{}", self.stem, fnv1a(self.content), self.extension)
    }

    fn answer(&self, is_immutable: bool, request: &HeaderMap) -> Response<Bytes> {
        let tag = format!("\"{:016x}\"", fnv1a(self.content));
        let is_known = knows(request, &tag);
        let mut response =
            Response::new(if is_known { Bytes::new() } else { Bytes::from_static(self.content) });
        let headers = response.headers_mut();
        let caching = if is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
        headers
            .insert(ETAG, HeaderValue::try_from(tag).expect("quotation marks and hex digits fit a header"));
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        }
        response
    }
}

/// Whether the request says it has the content of this tag (RFC 9110, section 13.1.2).
fn knows(request: &HeaderMap, tag: &str) -> bool {
    let lines = request.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}

/// The 64-bit FNV-1a hash. It tells versions of our own files apart and protects nothing.
const fn fnv1a(content: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut index = 0;
    while index < content.len() {
        hash = (hash ^ content[index] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        index += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetch(name: &str, if_none_match: Option<&str>) -> Response<Bytes> {
        let value = if_none_match.map(|tag| (IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap()));
        static_file(name, &HeaderMap::from_iter(value))
    }

    #[test]
    fn the_style_sheet_may_be_kept_for_good_under_its_hashed_name() {
        let url = stylesheet_url("/fs-static/");
        assert_eq!(url, stylesheet_url("/fs-static"));
        let response = fetch(url.strip_prefix("/fs-static/").unwrap(), None);
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
        assert!(response.headers()[CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        assert_eq!(response.body().as_ref(), STYLESHEET.content);
        assert_eq!(fetch("portcullis.css", None).headers()[CACHE_CONTROL], "no-cache");
    }

    #[test]
    fn a_browser_that_has_the_file_is_told_so() {
        let tag = fetch("portcullis.css", None).headers()[ETAG].to_str().unwrap().to_owned();
        for known in [tag.as_str(), &format!("W/{tag}"), &format!("\"x\", {tag}"), "*"] {
            let response = fetch("portcullis.css", Some(known));
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert!(response.body().is_empty());
            assert_eq!(response.headers()[ETAG], tag);
        }
        assert_eq!(fetch("portcullis.css", Some("\"x\"")).status(), StatusCode::OK);
    }

    #[test]
    fn nothing_but_the_packaged_files_can_be_fetched() {
        for name in [
            "",
            "/",
            ".",
            "..",
            "../static/portcullis.css",
            "./portcullis.css",
            "portcullis.css/",
            "%2e%2e",
            "portcullis-0000000000000000.css",
            "PORTCULLIS.CSS",
            "portcullis.css\0",
            "security/base.html",
        ] {
            assert_eq!(fetch(name, None).status(), StatusCode::NOT_FOUND, "{name}");
        }
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
