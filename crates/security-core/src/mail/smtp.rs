//! Sending mails through an SMTP server.

use std::error::Error as StdError;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret as _;

use super::careful_stream::CarefulStream;
use super::compose::{compose, parse_sender};
use super::trust::tls_parameters;
use super::{Email, MailError, MailSender, MailSetupError};
use crate::clock::{Clock, SystemClock};
use crate::config::MailConfig;

/// How long a mail may take from connecting to the server's receipt.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Connections that are kept open: as many as the queue sends mails at the same time.
const KEPT: usize = 2;

/// Sends mails through the server of the `MAIL_*` options.
///
/// Nothing is connected before the first mail. A connection is kept for the mails that follow, and replaced when the
/// server has closed it.
///
/// # Security
///
/// With `MAIL_USE_TLS` or `MAIL_USE_SSL` nothing but the request for encryption is ever sent in the clear: a server,
/// or somebody between, that does not offer it gets no mail and no password. The server's certificate has to be
/// valid for `MAIL_SERVER` under one of Mozilla's roots, which are compiled in, or, when `MAIL_CA_FILE` is set, under
/// one of the authorities in that file and no others. What a server says before the connection is encrypted counts
/// for nothing afterwards. Without either option the connection is not encrypted, and a password travels in the clear,
/// as the options say; that is meant for a mail server on the same machine.
pub struct SmtpMailSender {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    from: Mailbox,
    timeout: Duration,
    clock: Arc<dyn Clock>,
    /// Connections that are ready for the next mail.
    ready: Mutex<Vec<AsyncSmtpConnection>>,
}

enum Encryption {
    None,
    /// In the clear at first, then asked for: `MAIL_USE_TLS`.
    StartTls(TlsParameters),
    /// From the first byte: `MAIL_USE_SSL`.
    FromStart(TlsParameters),
}

impl SmtpMailSender {
    /// A sender with these settings. Reads the file of `MAIL_CA_FILE`. Works outside of an async runtime.
    ///
    /// # Errors
    ///
    /// When the sender's address, the encryption or the file cannot be used.
    pub fn new(config: &MailConfig) -> Result<Self, MailSetupError> {
        let encryption = match (config.use_ssl, config.use_tls) {
            (true, _) => Encryption::FromStart(tls_parameters(config)?),
            (false, true) => Encryption::StartTls(tls_parameters(config)?),
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
            ready: Mutex::default(),
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

    /// A connection that is ready, if the server still answers on it, else a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, MailError> {
        // Taken out, so that a failure, a timeout or another mail at the same time never meets it half used.
        let ready = self.ready().pop();
        if let Some(mut connection) = ready
            && connection.test_connected().await
        {
            return Ok(connection);
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let greeting = ClientId::default();
        let mut connection = match &self.encryption {
            Encryption::None => self.open(&greeting, None).await?,
            Encryption::FromStart(parameters) => self.open(&greeting, Some(parameters.clone())).await?,
            Encryption::StartTls(parameters) => {
                let stream = CarefulStream::connect(&self.host, self.port).await;
                let stream = Box::new(stream.map_err(|error| MailError::Unreachable(Box::new(error)))?);
                let connection = AsyncSmtpConnection::connect_with_transport(stream, &greeting).await;
                let mut connection = connection.map_err(explain)?;
                connection.starttls(parameters.clone(), &greeting).await.map_err(explain)?;
                connection
            }
        };
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(explain)?;
        }
        Ok(connection)
    }

    async fn open(
        &self,
        greeting: &ClientId,
        encryption: Option<TlsParameters>,
    ) -> Result<AsyncSmtpConnection, MailError> {
        let server = (self.host.as_str(), self.port);
        let opened =
            AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), greeting, encryption, None).await;
        opened.map_err(explain)
    }

    fn ready(&self) -> MutexGuard<'_, Vec<AsyncSmtpConnection>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a connection for the next mail.
    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut ready = self.ready();
        if ready.len() < KEPT {
            ready.push(connection);
        }
    }
}

#[async_trait]
impl MailSender for SmtpMailSender {
    async fn send(&self, mail: &Email) -> Result<(), MailError> {
        let message = compose(mail, &self.from, self.clock.now())?;
        let bytes = message.formatted();
        let delivery = async {
            let mut connection = self.connection().await?;
            connection.send(message.envelope(), &bytes).await.map_err(explain)?;
            self.keep(connection);
            Ok(())
        };
        tokio::time::timeout(self.timeout, delivery).await.unwrap_or(Err(MailError::TimedOut))
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
