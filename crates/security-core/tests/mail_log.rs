//! What the log says about a mail that could not be sent. In a program of its own, because a log belongs to one.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use security_core::mail::{Email, MailError, MailQueue, MailSender};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

#[derive(Debug)]
struct Broken;

#[async_trait]
impl MailSender for Broken {
    async fn send(&self, _mail: &Email) -> Result<(), MailError> {
        Err(MailError::Deferred { code: 451 })
    }
}

/// Keeps every line, its level in front.
#[derive(Default, Clone)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("security_core")
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(format!("{} ", event.metadata().level()));
        event.record(&mut line);
        self.0.lock().expect("no test panicked").push(line.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").expect("a text takes everything");
    }
}

#[tokio::test]
async fn a_mail_given_up_is_one_error_with_its_kind_and_reason_and_without_address_or_text() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let queue = MailQueue::start_with(Arc::new(Broken), 10, Duration::from_millis(1));
    let mail = Email {
        to: "joe@example.com".into(),
        subject: "About joe".into(),
        text: Some("https://example.com/confirm/s3cret".into()),
        html: Some("<p>s3cret".into()),
    };
    queue.enqueue("welcome", mail).unwrap();
    queue.idle().await;
    let lines = log.0.lock().unwrap();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("ERROR "), "{lines:?}");
    assert!(lines[0].contains("mail.kind=\"welcome\"") && lines[0].contains("451"), "{lines:?}");
    assert!(!lines[0].contains("joe") && !lines[0].contains("s3cret"), "{lines:?}");
}
