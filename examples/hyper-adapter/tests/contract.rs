//! The HTTP contract through the adapter of this example.

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper_adapter::Application;
use security_testkit::http_contract::{GuardedRoute, Peer, TestApp, echo};
use security_views::Views;

struct HyperApp(Application);

#[async_trait]
impl TestApp for HyperApp {
    async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        let peer = request.extensions().get().map(|Peer(peer)| *peer);
        let is_head = request.method() == http::Method::HEAD;
        let mut response = self.0.serve(request.map(Full::new), peer).await;
        if is_head {
            // What hyper does on its way to the client.
            response.body_mut().clear();
        }
        response
    }
}

fn build(views: Views, routes: Vec<GuardedRoute>) -> HyperApp {
    let application = routes.into_iter().fold(Application::new(views), |application, route| {
        application.page(route.path, route.guards, |context, body| async move { echo(&context, &body).await })
    });
    HyperApp(application)
}

security_testkit::http_contract!(build);
