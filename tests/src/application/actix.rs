//! An application of the HTTP contract with actix-web.

use std::net::SocketAddr;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, test};
use async_trait::async_trait;
use http::{Request, Response};
use security_testkit::http_contract::{GuardedRoute, Peer, TestApp, echo};
use tokio::sync::{mpsc, oneshot};
use web_actix::{Context, GuardMiddleware, SecurityMiddleware, Views, respond};

type Job = (Request<Bytes>, oneshot::Sender<Response<Bytes>>);

/// An application on a thread of its own: services of actix-web stay where they were made.
#[derive(Debug)]
pub struct ActixApp(mpsc::UnboundedSender<Job>);

#[async_trait]
impl TestApp for ActixApp {
    async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (answer, outcome) = oneshot::channel();
        self.0.send((request, answer)).expect("the application runs");
        outcome.await.expect("the application answers")
    }
}

/// An application of these routes and those of the product.
#[must_use]
pub fn build(views: Views, routes: Vec<GuardedRoute>) -> ActixApp {
    let (jobs, inbox) = mpsc::unbounded_channel();
    std::thread::spawn(move || actix_web::rt::System::new().block_on(serve(views, routes, inbox)));
    ActixApp(jobs)
}

async fn serve(views: Views, routes: Vec<GuardedRoute>, mut inbox: mpsc::UnboundedReceiver<Job>) {
    let app = App::new()
        .configure(|config| mount(config, routes))
        .configure(web_actix::views(&views))
        .wrap(SecurityMiddleware::new(&views));
    let app = Rc::new(test::init_service(app).await);
    while let Some((request, answer)) = inbox.recv().await {
        let app = Rc::clone(&app);
        actix_web::rt::spawn(async move {
            let is_head = request.method() == http::Method::HEAD;
            let response = test::call_service(&*app, convert(&request).to_request()).await;
            let mut response = convert_back(response).await;
            if is_head {
                // What actix-http does on its way to the client.
                response.body_mut().clear();
            }
            let _ = answer.send(response);
        });
    }
}

/// Each route behind its guards; the one wrapped last is asked first.
pub(super) fn mount(config: &mut web::ServiceConfig, routes: Vec<GuardedRoute>) {
    for GuardedRoute { path, guards } in routes {
        let resource = web::resource(path);
        let guards: Vec<GuardMiddleware> = guards.into_iter().map(GuardMiddleware::from).collect();
        match guards.as_slice() {
            [] => config.service(resource.to(handler)),
            [first] => config.service(resource.wrap(first.clone()).to(handler)),
            [first, second] => config.service(resource.wrap(second.clone()).wrap(first.clone()).to(handler)),
            more => unreachable!("{path} has {} guards, more than this test can mount", more.len()),
        };
    }
}

async fn handler(Context(context): Context, body: Bytes) -> HttpResponse {
    respond(echo(&context, &body).await)
}

fn convert(request: &Request<Bytes>) -> test::TestRequest {
    let method = request.method().as_str().parse().expect("a method is a method");
    let mut converted = test::TestRequest::default()
        .method(method)
        .uri(&request.uri().to_string())
        .set_payload(request.body().clone());
    for (name, value) in request.headers() {
        converted = converted.append_header((name.as_str(), value.as_bytes()));
    }
    match request.extensions().get() {
        Some(Peer(peer)) => converted.peer_addr(SocketAddr::new(*peer, 49_152)),
        None => converted,
    }
}

async fn convert_back(response: ServiceResponse<impl MessageBody>) -> Response<Bytes> {
    let mut converted = Response::builder().status(response.status().as_u16());
    for (name, value) in response.headers() {
        converted = converted.header(name.as_str(), value.as_bytes());
    }
    converted.body(test::read_body(response).await).expect("a response is a response")
}
