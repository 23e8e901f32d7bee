//! Connections that ask as fast as they are answered.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use security_core::secret::PlainPassword;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use web_axum::Security;

use crate::processor::ProcessorTime;
use crate::site::{Site, Variant};

/// Connections that are kept open and used at once.
pub(crate) const CONNECTIONS: usize = 32;

/// Passwords that are hashed at once: more than there are threads for it.
const HASHES_AT_ONCE: usize = 8;

/// A connection that is kept open.
#[derive(Debug)]
pub(crate) struct Connection {
    sender: SendRequest<String>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // It ends when the sender is dropped; what goes wrong before, the sender tells.
        tokio::spawn(connection);
        Ok(Self { sender })
    }

    /// Sends a request and waits for the whole answer; any other status than 200 is an error.
    pub(crate) async fn send(
        &mut self,
        request: Request<String>,
    ) -> Result<(HeaderMap, Bytes), Box<dyn Error + Send + Sync>> {
        self.sender.ready().await?;
        let (parts, body) = self.sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        if parts.status != 200 {
            return Err(format!("{}: {}", parts.status, String::from_utf8_lossy(&body)).into());
        }
        Ok((parts.headers, body))
    }
}

/// One turn of one variant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// Requests served in a second.
    pub(crate) rate: f64,
    /// Requests served.
    pub(crate) served: f64,
    /// Processor time that this process spent meanwhile.
    pub(crate) processor: Option<ProcessorTime>,
}

/// Asks for one variant on all connections for a while. Every answer is compared with what it should be.
pub(crate) async fn ask(
    site: &Site,
    variant: Variant,
    time: Duration,
) -> Result<Turn, Box<dyn Error + Send + Sync>> {
    let mut connections = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(site.address()).await?);
    }
    let request = Arc::new(site.request(variant));
    let expected: Arc<str> = Site::expected().into();
    let before = ProcessorTime::spent();
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for mut connection in connections {
        let (request, expected) = (Arc::clone(&request), Arc::clone(&expected));
        clients.spawn(async move {
            let mut served = 0_u32;
            while start.elapsed() < time {
                let (_, body) = connection.send((*request).clone()).await?;
                if body != expected.as_bytes() {
                    return Err(format!("{}: {}", variant.name(), String::from_utf8_lossy(&body)).into());
                }
                served += 1;
            }
            Ok::<u32, Box<dyn Error + Send + Sync>>(served)
        });
    }
    let served = total(clients).await?;
    let rate = served / start.elapsed().as_secs_f64();
    let processor = before.zip(ProcessorTime::spent()).map(|(before, after)| after.since(before));
    Ok(Turn { rate, served, processor })
}

/// Hashes passwords as the configuration says for a while, and answers how many in a second.
pub(crate) async fn hashes_per_second(
    security: &Security,
    time: Duration,
) -> Result<f64, Box<dyn Error + Send + Sync>> {
    let start = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..HASHES_AT_ONCE {
        let security = security.clone();
        callers.spawn(async move {
            let password = PlainPassword::new("a password like any other");
            let mut hashed = 0_u32;
            while start.elapsed() < time {
                security.hasher().hash(&password).await?;
                hashed += 1;
            }
            Ok::<u32, Box<dyn Error + Send + Sync>>(hashed)
        });
    }
    Ok(total(callers).await? / start.elapsed().as_secs_f64())
}

async fn total(
    mut tasks: JoinSet<Result<u32, Box<dyn Error + Send + Sync>>>,
) -> Result<f64, Box<dyn Error + Send + Sync>> {
    let mut done = 0.0;
    while let Some(task) = tasks.join_next().await {
        done += f64::from(task??);
    }
    Ok(done)
}
