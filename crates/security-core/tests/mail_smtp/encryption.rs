//! Passwords and mails go to the server they are meant for, unread on the way, or nowhere.

use std::time::Duration;

use security_core::config::MailConfig;
use security_core::mail::{MailError, MailSender as _, MailSetupError, SmtpMailSender};
use tempfile::NamedTempFile;

use crate::authority::Authority;
use crate::delivery::mail;
use crate::server::{Heard, Manners, server};

const HOST: &str = "127.0.0.1";

/// The two ways to encrypt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    StartTls,
    FromStart,
}

const WAYS: [Way; 2] = [Way::StartTls, Way::FromStart];

/// A server that encrypts in this way with a certificate for this name and takes mails from `us` only.
fn manners(way: Way, authority: &Authority, name: &str) -> Manners {
    let tls = authority.vouch_for(name);
    let manners =
        Manners { offers: &["AUTH PLAIN LOGIN"], account: Some(("us", "s3cret")), ..Manners::default() };
    match way {
        Way::StartTls => Manners { start_tls: Some(tls), ..manners },
        Way::FromStart => Manners { tls: Some(tls), ..manners },
    }
}

/// The settings that fit such a server, once it is known who vouches for it.
fn settings(config: MailConfig, way: Way, authorities: Option<&NamedTempFile>) -> MailConfig {
    MailConfig {
        use_tls: way == Way::StartTls,
        use_ssl: way == Way::FromStart,
        username: Some("us".into()),
        password: Some("s3cret".to_owned().into()),
        ca_file: authorities.map(|file| file.path().to_str().expect("the path is text").to_owned()),
        ..config
    }
}

async fn send(config: &MailConfig) -> Result<(), MailError> {
    let sender = SmtpMailSender::new(config).expect("the settings are right");
    sender.with_timeout(Duration::from_secs(5)).send(&mail()).await
}

/// Nothing came through encryption, and at most the request for it in the clear.
async fn assert_nothing_was_sent(heard: &Heard, case: &str) {
    assert_eq!(heard.commands(true).await, [""; 0], "{case}");
    let clear = heard.commands(false).await;
    assert!(clear.is_empty() || clear == ["EHLO"] || clear == ["EHLO", "STARTTLS"], "{case}: {clear:?}");
}

#[tokio::test]
async fn password_and_mail_travel_encrypted_only() {
    let authority = Authority::new();
    let file = authority.file();
    for way in WAYS {
        let (config, heard) = server(manners(way, &authority, HOST)).await;
        send(&settings(config, way, Some(&file))).await.unwrap();
        let in_the_clear: &[&str] = if way == Way::StartTls { &["EHLO", "STARTTLS"] } else { &[] };
        assert_eq!(heard.commands(false).await, in_the_clear, "{way:?}");
        assert_eq!(heard.commands(true).await, ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "From"], "{way:?}");
    }
}

#[tokio::test]
async fn one_encrypted_connection_serves_many_mails() {
    let authority = Authority::new();
    let file = authority.file();
    for way in WAYS {
        let (config, heard) = server(manners(way, &authority, HOST)).await;
        let sender = SmtpMailSender::new(&settings(config, way, Some(&file))).unwrap();
        for _ in 0..3 {
            sender.send(&mail()).await.unwrap();
        }
        assert_eq!((heard.count("connected").await, heard.count("AUTH").await), (1, 1), "{way:?}");
        assert_eq!(heard.count("From:").await, 3, "{way:?}");
    }
}

#[tokio::test]
async fn the_sender_signs_in_the_way_the_server_offers_and_a_wrong_password_sends_nothing() {
    let authority = Authority::new();
    let file = authority.file();
    let login = Manners { offers: &["AUTH LOGIN"], ..manners(Way::StartTls, &authority, HOST) };
    let (config, heard) = server(login.clone()).await;
    send(&settings(config, Way::StartTls, Some(&file))).await.unwrap();
    assert_eq!(heard.count("AUTH LOGIN").await, 1);

    let (config, heard) = server(login).await;
    let password = Some("wrong".to_owned().into());
    let config = MailConfig { password, ..settings(config, Way::StartTls, Some(&file)) };
    let error = send(&config).await.unwrap_err();
    assert!(matches!(error, MailError::Refused { code: 535 }), "{error:?}");
    assert_eq!(heard.count("MAIL").await, 0);
}

#[tokio::test]
async fn a_server_that_does_not_prove_its_name_gets_nothing() {
    let authority = Authority::new();
    let file = authority.file();
    for way in WAYS {
        let valid_for_another = manners(way, &authority, "mail.example.org");
        let old = authority.vouched_long_ago_for(HOST);
        let no_longer_valid = match way {
            Way::StartTls => Manners { start_tls: Some(old), ..manners(way, &authority, HOST) },
            Way::FromStart => Manners { tls: Some(old), ..manners(way, &authority, HOST) },
        };
        for (case, manners) in [("name", valid_for_another), ("age", no_longer_valid)] {
            let (config, heard) = server(manners).await;
            let error = send(&settings(config, way, Some(&file))).await.unwrap_err();
            let text = error.to_string();
            assert!(matches!(error, MailError::Unreachable(_)) && text.contains("certificate"), "{text}");
            assert_nothing_was_sent(&heard, &format!("{way:?}, {case}")).await;
        }
    }
}

#[tokio::test]
async fn an_authority_that_is_not_trusted_vouches_for_nothing() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let ours = ours.file();
    for way in WAYS {
        // Without a file it is the public authorities that are trusted.
        for trusted in [Some(&ours), None] {
            let (config, heard) = server(manners(way, &theirs, HOST)).await;
            let error = send(&settings(config, way, trusted)).await.unwrap_err();
            assert!(matches!(error, MailError::Unreachable(_)), "{way:?}: {error:?}");
            assert_nothing_was_sent(&heard, &format!("{way:?}, {trusted:?}")).await;
        }
    }
}

#[tokio::test]
async fn a_server_or_somebody_between_that_does_not_encrypt_gets_nothing() {
    let authority = Authority::new();
    let file = authority.file();
    let good = manners(Way::StartTls, &authority, HOST);
    let offers_nothing = Manners { start_tls: None, ..good.clone() };
    let refuses = Manners { instead: Some(("STARTTLS", "454 not now")), ..good.clone() };
    let pretends = Manners { instead: Some(("STARTTLS", "220 go on")), ..good.clone() };
    for (case, manners) in [("offers", offers_nothing), ("refuses", refuses), ("pretends", pretends)] {
        let (config, heard) = server(manners).await;
        send(&settings(config, Way::StartTls, Some(&file))).await.unwrap_err();
        // A handshake may arrive where the server expects a command; it holds no secret.
        assert_eq!(heard.count("AUTH").await + heard.count("MAIL").await, 0, "{case}");
        assert_eq!(heard.commands(true).await, [""; 0], "{case}");
    }

    // From the start: what arrives is a handshake, not a command, and the server does not know what to say.
    let (config, heard) = server(Manners { start_tls: None, ..good }).await;
    let error = send(&settings(config, Way::FromStart, Some(&file))).await.unwrap_err();
    assert!(matches!(error, MailError::Unreachable(_) | MailError::TimedOut), "{error:?}");
    assert_eq!(heard.count("EHLO").await + heard.count("AUTH").await + heard.count("MAIL").await, 0);
}

#[tokio::test]
async fn what_was_said_in_the_clear_counts_for_nothing_after_encryption() {
    let authority = Authority::new();
    let file = authority.file();
    for slipped_in in ["\r\n250-loopback\r\n250 AUTH LOGIN", "\r\n250 loopback\r\n235 welcome\r\n250 fine"] {
        let (config, heard) =
            server(Manners { slipped_in, ..manners(Way::StartTls, &authority, HOST) }).await;
        send(&settings(config, Way::StartTls, Some(&file))).await.unwrap_err();
        assert_eq!(heard.commands(true).await, [""; 0], "{slipped_in:?}");
    }
}

#[tokio::test]
async fn a_password_travels_in_the_clear_only_when_no_encryption_is_configured() {
    let authority = Authority::new();
    let file = authority.file();
    let tempting = Manners { offers: &["AUTH PLAIN"], ..Manners::default() };
    for way in WAYS {
        let (config, heard) = server(tempting.clone()).await;
        send(&settings(config, way, Some(&file))).await.unwrap_err();
        assert_eq!(heard.count("AUTH").await, 0, "{way:?}");
    }
    let (config, heard) = server(tempting).await;
    let config = MailConfig { use_tls: false, ..settings(config, Way::StartTls, None) };
    send(&config).await.unwrap();
    assert_eq!(heard.commands(false).await, ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "From"]);
}

#[test]
fn a_missing_file_of_authorities_is_noticed_before_the_first_mail() {
    let config =
        MailConfig { use_tls: true, ca_file: Some("/nowhere/ca.pem".into()), ..MailConfig::default() };
    assert!(matches!(SmtpMailSender::new(&config), Err(MailSetupError::Authorities(_))));
}
