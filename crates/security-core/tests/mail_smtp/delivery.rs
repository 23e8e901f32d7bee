//! What arrives, what a failure says, and how connections are used.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use security_core::config::MailConfig;
use security_core::mail::{Email, MailError, MailQueue, MailSender as _, MailSetupError, SmtpMailSender};
use tokio::net::TcpListener;

use crate::server::{Heard, Manners, server};

pub(crate) fn mail() -> Email {
    Email {
        to: "joe@example.com".into(),
        subject: "Grüße".into(),
        text: Some("Hello\n.\nBcc: eve@example.com\n".into()),
        html: Some("<p>Hello</p>".into()),
    }
}

/// Sends one mail to a server with these manners.
async fn send(manners: Manners) -> (Result<(), MailError>, Heard) {
    let (config, heard) = server(manners).await;
    let sender = SmtpMailSender::new(&config).expect("the settings are right");
    (sender.send(&mail()).await, heard)
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written_and_goes_to_one_recipient() {
    let (outcome, heard) = send(Manners::default()).await;
    outcome.unwrap();
    assert_eq!(heard.count("MAIL FROM:<us@example.org>").await, 1);
    assert_eq!(heard.count("RCPT TO:<joe@example.com>").await, 1);
    assert_eq!(heard.count("RCPT").await, 1);
    let mail = heard.mail().await;
    let (head, body) = mail.split_once("\n\n").unwrap();
    assert!(
        head.contains("From: \"Us\" <us@example.org>") || head.contains("From: Us <us@example.org>"),
        "{head}"
    );
    assert!(head.contains("To: joe@example.com\n"), "{head}");
    assert!(head.contains("Subject: =?utf-8?"), "{head}");
    assert!(!head.contains("Bcc"), "{head}");
    assert!(body.contains("Hello\n..\nBcc: eve@example.com\n"), "{body}");
    assert!(body.contains("<p>Hello</p>"), "{body}");
}

#[tokio::test]
async fn the_sender_signs_in_when_there_is_a_name() {
    let (config, heard) = server(Manners { offers: &["AUTH LOGIN PLAIN"], ..Manners::default() }).await;
    let config =
        MailConfig { username: Some("us".into()), password: Some("s3cret".to_owned().into()), ..config };
    let sender = SmtpMailSender::new(&config).unwrap();
    assert!(!format!("{sender:?}").contains("s3cret"));
    sender.send(&mail()).await.unwrap();
    assert_eq!(heard.count(&format!("AUTH PLAIN {}", STANDARD.encode("\0us\0s3cret"))).await, 1);
}

#[tokio::test]
async fn a_server_that_refuses_the_password_gets_no_mail() {
    let manners =
        Manners { offers: &["AUTH PLAIN"], instead: Some(("AUTH", "535 5.7.8 no")), ..Manners::default() };
    let (config, heard) = server(manners).await;
    let config =
        MailConfig { username: Some("us".into()), password: Some("s3cret".to_owned().into()), ..config };
    let error = SmtpMailSender::new(&config).unwrap().send(&mail()).await.unwrap_err();
    assert!(matches!(error, MailError::Refused { code: 535 }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("s3cret"));
    assert_eq!(heard.count("MAIL").await, 0);
}

#[tokio::test]
async fn a_refusal_says_whether_to_try_again_and_does_not_repeat_the_address() {
    for (answer, is_permanent) in
        [("550 5.1.1 <joe@example.com>: no such user", true), ("451 4.7.1 <joe@example.com>: later", false)]
    {
        let (outcome, _) = send(Manners { instead: Some(("RCPT", answer)), ..Manners::default() }).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.is_permanent(), is_permanent, "{error:?}");
        assert!(format!("{error}").contains(&answer[..3]), "{error}");
        assert!(!format!("{error} {error:?}").contains("joe"), "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_smtp_is_an_error_that_does_not_repeat_it() {
    let manners = Manners { instead: Some(("RCPT", "joe@example.com? no")), ..Manners::default() };
    let error = send(manners).await.0.unwrap_err();
    assert!(!error.is_permanent());
    assert!(!format!("{error} {error:?}").contains("joe"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_falls_silent_costs_no_more_than_the_timeout() {
    for command in ["EHLO", "MAIL", "DATA"] {
        let (config, _) = server(Manners { falls_silent_at: Some(command), ..Manners::default() }).await;
        let sender = SmtpMailSender::new(&config).unwrap().with_timeout(Duration::from_millis(200));
        let start = Instant::now();
        let error = sender.send(&mail()).await.unwrap_err();
        assert!(matches!(error, MailError::TimedOut), "{command}: {error:?}");
        assert!(start.elapsed() < Duration::from_secs(5), "{command}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_worth_another_attempt() {
    let (config, _) = server(Manners::default()).await;
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let error = SmtpMailSender::new(&MailConfig { port, ..config }).unwrap().send(&mail()).await.unwrap_err();
    assert!(matches!(error, MailError::Unreachable(_)) && !error.is_permanent(), "{error:?}");
}

#[tokio::test]
async fn a_connection_serves_many_mails_and_is_replaced_when_the_server_closed_it() {
    for (hangs_up, connections) in [(false, 1), (true, 3)] {
        let (config, heard) = server(Manners { hangs_up, ..Manners::default() }).await;
        let sender = SmtpMailSender::new(&config).unwrap();
        for _ in 0..3 {
            sender.send(&mail()).await.unwrap();
        }
        assert_eq!(heard.count("connected").await, connections);
        assert_eq!(heard.count("From:").await, 3);
    }
}

#[test]
fn a_sender_works_in_one_runtime_after_another_and_outside_of_all() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let servers = runtime();
    let (config, heard) = servers.block_on(server(Manners::default()));
    let queue = MailQueue::start(Arc::new(SmtpMailSender::new(&config).unwrap()));
    for _ in 0..2 {
        runtime().block_on(async {
            queue.enqueue("welcome", mail()).unwrap();
            queue.idle().await;
        });
    }
    drop(queue);
    assert_eq!(servers.block_on(heard.count("From:")), 2);
}

#[tokio::test]
async fn an_address_outside_ascii_needs_a_server_that_knows_them() {
    let to = || Email { to: "jörg@bücher.example".into(), ..mail() };
    let (config, _) = server(Manners::default()).await;
    let error = SmtpMailSender::new(&config).unwrap().send(&to()).await.unwrap_err();
    assert!(matches!(error, MailError::Unsupported(_)), "{error:?}");
    let (config, heard) = server(Manners { offers: &["SMTPUTF8", "8BITMIME"], ..Manners::default() }).await;
    SmtpMailSender::new(&config).unwrap().send(&to()).await.unwrap();
    assert_eq!(heard.count("RCPT TO:<jörg@xn--bcher-kva.example>").await, 1);
}

#[test]
fn a_sender_nobody_could_answer_is_noticed_at_once() {
    let config = MailConfig { sender: Some("not an address".into()), ..MailConfig::default() };
    assert!(matches!(SmtpMailSender::new(&config), Err(MailSetupError::Sender)));
}
