//! The quickstart on hyper, without a web framework: `cargo run -p hyper-adapter`.

#![forbid(unsafe_code)]

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_adapter::Application;
use hyper_util::rt::{TokioIo, TokioTimer};
use quickstart_setup::page::{self, Page};
use quickstart_setup::{Arguments, Quickstart};
use security_views::{Guard, Views};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() {
    if let Err(error) = run(Arguments::from_command_line()).await {
        eprintln!("hyper-adapter: {error}");
        std::process::exit(1);
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], arguments.port))).await?;
    let quickstart = Quickstart::prepare(&arguments, listener.local_addr()?).await?;
    let application = application(quickstart.views());
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, peer) = accepted?;
                let application = application.clone();
                tokio::spawn(async move {
                    let service = service_fn(|request| async {
                        Ok::<_, Infallible>(application.serve(request, Some(peer.ip())).await.map(Full::new))
                    });
                    let mut server = http1::Builder::new();
                    server.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10));
                    // A connection that breaks off concerns nobody else.
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    quickstart.finish().await;
    Ok(())
}

/// The pages of the quickstart.
fn application(views: Views) -> Application {
    let minute = Duration::from_secs(60);
    let signed_in = Guard::auth_required;
    let pages = [
        ("/", vec![], page::HOME),
        ("/members", vec![signed_in()], page::MEMBERS),
        ("/fresh", vec![signed_in().within(minute).grace(minute)], page::FRESH),
        ("/admin", vec![signed_in(), Guard::roles_required(["admin"])], page::ADMIN),
        ("/write", vec![signed_in(), Guard::permissions_required(["write"])], page::WRITE),
        ("/token", vec![Guard::auth_token_required()], page::TOKEN),
        ("/basic", vec![Guard::http_auth_required()], page::BASIC),
        ("/account", vec![], page::ACCOUNT),
    ];
    let application = Application::new(views)
        .page("/healthz", [], |context, _body| async move { page::health(&context).await });
    pages.into_iter().fold(application, |application, (path, guards, page)| {
        application.page(path, guards, move |context, _body| show(context, page))
    })
}

async fn show(context: security_views::RequestContext, page: Page) -> security_views::Response {
    match context.find_caller().await {
        Ok(caller) => page::show(&context, page, caller.as_ref()).await,
        Err(response) => response,
    }
}
