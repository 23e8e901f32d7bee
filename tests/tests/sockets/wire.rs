//! A connection on which a test says exactly what it wants to say.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::Server;

/// One connection.
pub(crate) struct Wire(TcpStream);

impl Wire {
    pub(crate) async fn connect(server: &Server) -> Self {
        Self(TcpStream::connect(server.address()).await.expect("the server listens"))
    }

    /// Sends some bytes. A server that has seen enough may have closed its end.
    pub(crate) async fn send(&mut self, text: &str) {
        let _ = self.0.write_all(text.as_bytes()).await;
        let _ = self.0.flush().await;
    }

    /// Lets the server take up what was sent.
    pub(crate) async fn settle(&self) {
        // The kernel hands it over at once; what the server does with it cannot be seen from here.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    /// What the server answers, until the answer is whole or the connection ends.
    pub(crate) async fn answer(&mut self) -> String {
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match self.0.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(read) => answer.extend_from_slice(&buffer[..read]),
            }
            if is_whole(&answer) {
                break;
            }
        }
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// Whether head and body are there. Our answers say how long they are.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    length.is_some_and(|length: usize| body.len() >= length)
}
