//! A way to the server that can be cut, as when the server restarts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes connections on to a server until it is cut.
pub(super) struct Proxy {
    /// The address of the proxy in place of the server's.
    pub(super) url: String,
    cut: watch::Sender<u64>,
    closed: Arc<AtomicBool>,
}

impl Proxy {
    pub(super) async fn to(url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").expect("an address with a scheme");
        let (place, path) = rest.split_once('/').expect("an address with a database");
        let (user, place) = place.rsplit_once('@').map_or(("", place), |(user, place)| (user, place));
        let server = place.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let at = if user.is_empty() { "" } else { "@" };
        let (cut, seen) = watch::channel(0);
        let closed = Arc::new(AtomicBool::new(false));
        tokio::spawn(accept(listener, server, seen, Arc::clone(&closed)));
        let mut url = format!("{scheme}://{user}{at}127.0.0.1:{port}/{path}");
        if scheme == "mysql" {
            // Else the driver leaves the proxy for the socket file of a server that is on this machine.
            url.push_str("?prefer_socket=false");
        }
        Self { url, cut, closed }
    }

    /// Breaks all connections and takes no new ones. Afterwards none is open.
    pub(super) async fn stop(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.cut.send_modify(|times| *times += 1);
        // Each connection listens, and so does whoever accepts them.
        while self.cut.receiver_count() > 1 {
            tokio::task::yield_now().await;
        }
    }

    /// Takes connections again.
    pub(super) fn start(&self) {
        self.closed.store(false, Ordering::SeqCst);
    }
}

async fn accept(
    listener: TcpListener,
    server: String,
    mut seen: watch::Receiver<u64>,
    closed: Arc<AtomicBool>,
) {
    while let Ok((mut client, _)) = listener.accept().await {
        seen.mark_unchanged();
        if closed.load(Ordering::SeqCst) {
            continue;
        }
        let (server, mut seen) = (server.clone(), seen.clone());
        tokio::spawn(async move {
            let Ok(mut onward) = TcpStream::connect(server).await else { return };
            tokio::select! {
                _ = copy_bidirectional(&mut client, &mut onward) => {}
                _ = seen.changed() => {}
            }
            drop((client, onward));
            drop(seen);
        });
    }
}
