//! Between the two generations of the `http` crate.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use http::request::Parts;
use security_views::Response;

/// The head of a request as the views see it. What cannot be said in the other generation is left out.
pub(crate) fn parts(request: &HttpRequest) -> Parts {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    if let Ok(method) = http::Method::from_bytes(request.method().as_str().as_bytes()) {
        parts.method = method;
    }
    if let Ok(uri) = request.uri().to_string().parse() {
        parts.uri = uri;
    }
    parts.headers.reserve(request.headers().len());
    for (name, value) in request.headers() {
        let name = http::HeaderName::from_bytes(name.as_str().as_bytes());
        let value = http::HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            parts.headers.append(name, value);
        }
    }
    parts
}

/// A response of the views as one of actix-web.
///
/// Applications need it for what [`RequestContext`](security_views::RequestContext) and a
/// [`ResponsePolicy`](security_views::ResponsePolicy) hand out.
#[must_use]
pub fn respond(response: Response) -> HttpResponse {
    let (parts, body) = response.into_parts();
    let status = StatusCode::from_u16(parts.status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut converted = HttpResponse::build(status).body(body);
    append(converted.headers_mut(), &parts.headers);
    converted
}

/// Adds headers; a content type replaces the one that is there.
pub(crate) fn append(to: &mut header::HeaderMap, from: &http::HeaderMap) {
    for (name, value) in from {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        match (name, value) {
            (Ok(header::CONTENT_TYPE), Ok(value)) => drop(to.insert(header::CONTENT_TYPE, value)),
            (Ok(name), Ok(value)) => to.append(name, value),
            _ => {}
        }
    }
}

/// The headers of a response that the end of a request reads: `Vary`, so that it is not said twice.
pub(crate) fn varies(headers: &header::HeaderMap) -> http::HeaderMap {
    let values = headers.get_all(header::VARY);
    let values = values.filter_map(|value| http::HeaderValue::from_bytes(value.as_bytes()).ok());
    values.map(|value| (http::header::VARY, value)).collect()
}
