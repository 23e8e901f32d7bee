//! A connection that asks as fast as it is answered.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::Failure;

/// A connection that is kept open.
#[derive(Debug)]
pub(super) struct Connection {
    sender: SendRequest<String>,
}

impl Connection {
    /// Connects.
    pub(super) async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // It ends when the sender is dropped; what goes wrong before, the sender tells.
        tokio::spawn(connection);
        Ok(Self { sender })
    }

    /// Sends a request and waits for the whole answer; any other status than 200 is an error.
    pub(super) async fn send(&mut self, request: Request<String>) -> Result<(HeaderMap, Bytes), Failure> {
        self.sender.ready().await?;
        let (parts, body) = self.sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        if parts.status != 200 {
            return Err(format!("{}: {}", parts.status, String::from_utf8_lossy(&body)).into());
        }
        Ok((parts.headers, body))
    }
}
