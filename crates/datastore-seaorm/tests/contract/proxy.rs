//! Something between a datastore and its server that can fail: a network that is cut, a server that restarts.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// Passes connections on to a server, as long as it is open.
pub(crate) struct Proxy {
    address: SocketAddr,
    target: String,
    silent: watch::Sender<bool>,
    running: Option<JoinHandle<()>>,
}

impl Proxy {
    /// An open proxy before the server of an address, and the address that leads through it.
    pub(crate) async fn before(url: &str) -> (Self, String) {
        let (start, rest) = url.rsplit_once('@').expect("the address names an account");
        let (target, path) = rest.split_once('/').expect("the address names a database");
        let anywhere = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = anywhere.local_addr().expect("a bound port");
        let silent = watch::Sender::new(false);
        let mut proxy = Self { address, target: target.to_owned(), silent, running: None };
        proxy.serve(anywhere);
        (proxy, format!("{start}@{address}/{path}"))
    }

    /// Cuts every connection and takes no new ones, like a server that goes down.
    pub(crate) async fn close(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            let _ = running.await;
        }
    }

    /// Takes connections again.
    pub(crate) async fn open(&mut self) {
        self.serve(TcpListener::bind(self.address).await.expect("the port is still free"));
    }

    /// Lets nothing through in either direction, or everything again.
    pub(crate) fn be_silent(&self, silent: bool) {
        self.silent.send_replace(silent);
    }

    fn serve(&mut self, listener: TcpListener) {
        let (target, silent) = (self.target.clone(), self.silent.subscribe());
        self.running = Some(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (target, silent) = (target.clone(), silent.clone());
                connections.spawn(async move {
                    let Ok(server) = TcpStream::connect(target).await else { return };
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    tokio::select! {
                        () = pass(from_client, to_server, silent.clone()) => {}
                        () = pass(from_server, to_client, silent) => {}
                    }
                });
            }
        }));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
        }
    }
}

/// Passes bytes on until one end is closed.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut silent: watch::Receiver<bool>) {
    let mut bytes = [0; 4096];
    while let Ok(count) = from.read(&mut bytes).await {
        if count == 0 || silent.wait_for(|silent| !silent).await.is_err() {
            return;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
