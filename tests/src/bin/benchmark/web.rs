//! What account security costs a request, over real sockets.

mod actix_application;
mod axum_application;
mod connection;
mod hashing;
mod site;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::JoinSet;

use crate::Failure;
use crate::contest::{Comparison, Contest, Lane, Stopwatch, Turn, total};
use crate::options::Options;
use connection::Connection;
pub(crate) use site::Framework;
use site::{Site, Variant};

/// Connections that are kept open and used at once.
const CONNECTIONS: usize = 32;

/// What a route behind account security should at least serve of what the same route serves without it.
const GOAL: f64 = 0.85;

/// Measures the routes behind one framework, and prints what came out.
pub(crate) async fn compare(framework: Framework, options: &Options) -> Result<(), Failure> {
    let site = Site::open(framework).await?;
    let lanes = Variant::ALL.map(|variant| Visitors { site: &site, variant });
    let floor = Variant::Floor.name();
    let comparisons = [Variant::Session, Variant::Token]
        .map(|variant| Comparison { lane: variant.name(), floor, goal: GOAL })
        .to_vec();
    let title = format!("{}: requests in a second, {CONNECTIONS} connections", framework.name());
    let contest = Contest::hold(title, &lanes.each_ref().map(|lane| lane as _), comparisons, options).await?;
    println!("{contest}");
    if framework == Framework::Axum {
        // The framework has no part in it, so once is enough.
        let hashes = hashing::hashes_per_second(site.security(), options.time).await?;
        println!("Passwords hashed in a second: {hashes:.0}\n");
    }
    Ok(())
}

/// Asks for one variant on all connections. Every answer is compared with what it should be.
struct Visitors<'s> {
    site: &'s Site,
    variant: Variant,
}

#[async_trait]
impl Lane for Visitors<'_> {
    fn name(&self) -> &'static str {
        self.variant.name()
    }

    async fn run(&self, time: Duration) -> Result<Turn, Failure> {
        let mut connections = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            connections.push(Connection::open(self.site.address()).await?);
        }
        let request = Arc::new(self.site.request(self.variant));
        let expected: Arc<str> = Site::expected().into();
        let name = self.name();
        let watch = Stopwatch::start(time);
        let mut clients = JoinSet::new();
        for mut connection in connections {
            let (request, expected) = (Arc::clone(&request), Arc::clone(&expected));
            clients.spawn(async move {
                let mut served = 0_u32;
                while watch.is_running() {
                    let (_, body) = connection.send((*request).clone()).await?;
                    if body != expected.as_bytes() {
                        return Err(format!("{name}: {}", String::from_utf8_lossy(&body)).into());
                    }
                    served += 1;
                }
                Ok(served)
            });
        }
        Ok(watch.stop(total(clients).await?))
    }
}
