//! What is not lost when mails cannot be sent, and what the log says about it. In a program of its own, because a log
//! belongs to one.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use security_core::Security;
use security_core::config::SecurityConfig;
use security_core::datastore::UserKey;
use security_core::feature::register::{Registered, Registration};
use security_core::mail::{Email, MailError, MailQueue, MailSender};
use security_core::secret::PlainPassword;
use security_testkit::memory::MemoryDatastore;
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

/// A server that takes the connection and says nothing.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl MailSender for Silent {
    async fn send(&self, _mail: &Email) -> Result<(), MailError> {
        std::future::pending().await
    }
}

/// Keeps every line, its level in front.
#[derive(Default, Clone)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("security_core") && metadata.is_event()
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

/// Joe registers while mails go to this sender, and what became of it is read when the mail was given up.
async fn register(sender: impl MailSender + 'static) -> Vec<String> {
    let log = Log::default();
    let mut config =
        SecurityConfig::development("not a secret, just a test").expect("the key is long enough");
    config.features.registerable = true;
    config.features.confirmable = true;
    let security = Security::builder(config, MemoryDatastore::new())
        .mail_sender(sender)
        .build()
        .expect("the settings are right");
    let _guard = tracing::subscriber::set_default(log.clone());
    let registration = Registration {
        email: "joe@example.com".into(),
        username: None,
        password: PlainPassword::new("a battery for the horse"),
        extra: serde_json::Map::new(),
    };
    let answer = security.register(registration).await.expect("a mail is no reason to refuse");
    assert!(matches!(answer, Registered::Created(_)), "{answer:?}");
    // The answer was given while the mail waits, so it did not wait for the mail.
    assert_eq!((security.mailer().waiting(), security.mailer().failures()), (1, 0));
    tokio::time::pause();
    security.mailer().idle().await;
    assert_eq!((security.mailer().waiting(), security.mailer().failures()), (0, 1));
    let account =
        security.datastore().find_user(&UserKey::email("joe@example.com")).await.expect("the store answers");
    assert!(account.is_some(), "the account is there, and a new link can be asked for");
    log.0.lock().expect("no test panicked").clone()
}

fn assert_told_once(lines: &[String], reason: &str) {
    let errors: Vec<_> = lines.iter().filter(|line| line.starts_with("ERROR ")).collect();
    assert_eq!(errors.len(), 1, "{lines:?}");
    assert!(errors[0].contains("mail.kind=\"welcome\"") && errors[0].contains(reason), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("joe")), "{lines:?}");
}

#[tokio::test]
async fn a_registration_is_not_lost_when_the_mail_server_fails() {
    assert_told_once(&register(Broken).await, "451");
}

#[tokio::test]
async fn a_registration_neither_waits_for_a_mail_server_that_hangs_nor_is_lost() {
    assert_told_once(&register(Silent).await, "took too long");
}
