//! Sending mails through an SMTP server.

use std::error::Error as StdError;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret as _;

use super::compose::{compose, parse_sender};
use super::{Email, MailError, MailSender, MailSetupError};
use crate::clock::{Clock, SystemClock};
use crate::config::MailConfig;

/// How long a mail may take from connecting to the server's receipt.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Sends mails through the server of the `MAIL_*` options.
///
/// Nothing is connected before the first mail. A connection is kept for the mails that follow, and replaced when the
/// server has closed it.
///
/// # Security
///
/// With `MAIL_USE_TLS` or `MAIL_USE_SSL` nothing but the request for encryption is ever sent in the clear: a server,
/// or somebody between, that does not offer it gets no mail and no password. The server's certificate has to be
/// valid for `MAIL_SERVER` under one of Mozilla's roots, which are compiled in. Without either option the connection
/// is not encrypted, as the options say; that is meant for a mail server on the same machine.
pub struct SmtpMailSender {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    from: Mailbox,
    timeout: Duration,
    clock: Arc<dyn Clock>,
    /// A connection that is ready for the next mail.
    ready: Mutex<Option<AsyncSmtpConnection>>,
}

enum Encryption {
    None,
    /// In the clear at first, then asked for: `MAIL_USE_TLS`.
    StartTls(TlsParameters),
    /// From the first byte: `MAIL_USE_SSL`.
    FromStart(TlsParameters),
}

impl SmtpMailSender {
    /// A sender with these settings. Works outside of an async runtime.
    ///
    /// # Errors
    ///
    /// When the sender's address or the encryption cannot be used.
    pub fn new(config: &MailConfig) -> Result<Self, MailSetupError> {
        let parameters = || {
            let built = TlsParameters::builder(config.server.clone()).build_rustls();
            built.map_err(|error| MailSetupError::Encryption(Box::new(error)))
        };
        let encryption = match (config.use_ssl, config.use_tls) {
            (true, _) => Encryption::FromStart(parameters()?),
            (false, true) => Encryption::StartTls(parameters()?),
            (false, false) => Encryption::None,
        };
        let credentials = config.username.as_ref().map(|username| {
            let password = config.password.as_ref().map_or("", |password| password.expose_secret());
            Credentials::new(username.clone(), password.to_owned())
        });
        if credentials.is_some() && matches!(encryption, Encryption::None) && !is_this_machine(&config.server)
        {
            tracing::warn!(
                feature = "mail",
                "MAIL_PASSWORD is sent to MAIL_SERVER in the clear; set MAIL_USE_TLS or MAIL_USE_SSL"
            );
        }
        Ok(Self {
            host: config.server.clone(),
            port: config.port,
            encryption,
            credentials,
            from: parse_sender(config.sender())?,
            timeout: TIMEOUT,
            clock: Arc::new(SystemClock),
            ready: Mutex::new(None),
        })
    }

    /// Waits this long for the server to take a mail, connecting included, instead of 15 seconds.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Dates mails by this clock instead of the system's.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The connection that is ready, if the server still answers on it, else a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        // Taken out, so that a failure, a timeout or another mail at the same time never meets it half used.
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut connection) = ready
            && connection.test_connected().await
        {
            return Ok(connection);
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let greeting = ClientId::default();
        let from_start = match &self.encryption {
            Encryption::FromStart(parameters) => Some(parameters.clone()),
            Encryption::None | Encryption::StartTls(_) => None,
        };
        let server = (self.host.as_str(), self.port);
        let timeout = Some(self.timeout);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, timeout, &greeting, from_start, None).await?;
        if let Encryption::StartTls(parameters) = &self.encryption {
            connection.starttls(parameters.clone(), &greeting).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

#[async_trait]
impl MailSender for SmtpMailSender {
    async fn send(&self, mail: &Email) -> Result<(), MailError> {
        let message = compose(mail, &self.from, self.clock.now())?;
        let bytes = message.formatted();
        let delivery = async {
            let mut connection = self.connection().await?;
            connection.send(message.envelope(), &bytes).await?;
            *self.ready.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
            Ok(())
        };
        match tokio::time::timeout(self.timeout, delivery).await {
            Ok(outcome) => outcome.map_err(explain),
            Err(_) => Err(MailError::TimedOut),
        }
    }
}

impl fmt::Debug for SmtpMailSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encryption = match &self.encryption {
            Encryption::None => "none",
            Encryption::StartTls(_) => "STARTTLS",
            Encryption::FromStart(_) => "from the start",
        };
        f.debug_struct("SmtpMailSender")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("encryption", &encryption)
            .field("signs_in", &self.credentials.is_some())
            .finish_non_exhaustive()
    }
}

/// What went wrong, without the words of the server: they often repeat the address.
fn explain(error: SmtpError) -> MailError {
    if let Some(code) = error.status() {
        let code = u16::from(code);
        return if error.is_permanent() { MailError::Refused { code } } else { MailError::Deferred { code } };
    }
    if error.is_response() {
        MailError::Nonsense
    } else if error.is_timeout() {
        MailError::TimedOut
    } else if error.is_client() {
        MailError::Unsupported(own_words(error))
    } else {
        MailError::Unreachable(own_words(error))
    }
}

/// The failure of the connection itself, told by the operating system or the TLS library.
fn own_words(error: SmtpError) -> Box<dyn StdError + Send + Sync> {
    Box::new(error)
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
