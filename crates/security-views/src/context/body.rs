//! The body of a request.

use std::pin::pin;

use bytes::{Buf, BufMut as _, Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use http::StatusCode;
use security_core::message::MessageKey;

use super::RequestContext;
use crate::respond::{self, Response};

impl RequestContext {
    /// Reads the body, as far as `MAX_CONTENT_LENGTH` and as long as `SECURITY_BODY_TIMEOUT` allow.
    ///
    /// Asks for the time of the tokio runtime it runs in.
    ///
    /// # Errors
    ///
    /// The response to send: 413 to a body that is too long, 408 to one that does not arrive, 400 to one that breaks off.
    pub async fn read_body<E>(
        &self,
        body: impl Stream<Item = Result<impl Buf, E>>,
    ) -> Result<Bytes, Response> {
        let general = &self.security().config().general;
        let body = collect(body, general.max_content_length);
        let (status, message) = match tokio::time::timeout(general.body_timeout, body).await {
            Ok(Ok(body)) => return Ok(body),
            Ok(Err(Unread::TooLong)) => (StatusCode::PAYLOAD_TOO_LARGE, MessageKey::BodyTooLarge),
            Ok(Err(Unread::BrokenOff)) => (StatusCode::BAD_REQUEST, MessageKey::ApiError),
            Err(_late) => (StatusCode::REQUEST_TIMEOUT, MessageKey::RequestTimeout),
        };
        Err(self.views().unserved(self, respond::problem(self, status, message)))
    }

    /// Reads the body, and shows it to the guards that look for a token in it. What is returned is for the handler.
    ///
    /// # Errors
    ///
    /// Those of [`read_body`](Self::read_body).
    pub async fn show_body<E>(
        &self,
        body: impl Stream<Item = Result<impl Buf, E>>,
    ) -> Result<Bytes, Response> {
        let body = self.read_body(body).await?;
        self.set_body(body.clone());
        Ok(body)
    }

    /// Shows a body that was read already to the guards that look for a token in it. See
    /// [`Guard::reads_body`](crate::Guard::reads_body).
    pub fn set_body(&self, body: Bytes) {
        self.state().body = Some(body);
    }

    pub(crate) fn body(&self) -> Option<Bytes> {
        self.state().body.clone()
    }
}

/// Why there is no body.
#[derive(Debug, PartialEq, Eq)]
enum Unread {
    TooLong,
    BrokenOff,
}

/// The whole body, of so many bytes at most.
async fn collect<E>(body: impl Stream<Item = Result<impl Buf, E>>, most: usize) -> Result<Bytes, Unread> {
    let mut body = pin!(body);
    let mut whole = BytesMut::new();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|_| Unread::BrokenOff)?;
        if piece.remaining() > most - whole.len() {
            return Err(Unread::TooLong);
        }
        whole.put(piece);
    }
    Ok(whole.freeze())
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    async fn collected(pieces: &[Result<&'static str, ()>], most: usize) -> Result<String, Unread> {
        let pieces: Vec<_> = pieces.iter().map(|piece| piece.map(str::as_bytes)).collect();
        let body = collect(stream::iter(pieces), most).await?;
        Ok(String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn pieces_are_one_body() {
        assert_eq!(collected(&[], 0).await.as_deref(), Ok(""));
        assert_eq!(collected(&[Ok("one "), Ok(""), Ok("body")], 8).await.as_deref(), Ok("one body"));
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_not_read_to_its_end() {
        assert_eq!(collected(&[Ok("12345678"), Ok("9"), Err(())], 8).await, Err(Unread::TooLong));
        assert_eq!(collected(&[Ok("123456789")], 8).await, Err(Unread::TooLong));
    }

    #[tokio::test]
    async fn half_a_body_is_none() {
        assert_eq!(collected(&[Ok("half"), Err(())], 8).await, Err(Unread::BrokenOff));
    }
}
