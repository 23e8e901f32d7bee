//! A mail server on a loopback socket, with whatever manners a test asks for.

use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use security_core::config::MailConfig;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// What a server does, apart from taking mails.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manners {
    /// Lines of the answer to EHLO after the first, such as `AUTH PLAIN`.
    pub(crate) offers: &'static [&'static str],
    /// Answers the command that starts like this with this line instead.
    pub(crate) instead: Option<(&'static str, &'static str)>,
    /// Says nothing after the command that starts like this.
    pub(crate) falls_silent_at: Option<&'static str>,
    /// Closes the connection after a mail, without a word.
    pub(crate) hangs_up: bool,
    /// Takes mails on encrypted connections from this user with this password only, as servers should.
    pub(crate) account: Option<(&'static str, &'static str)>,
    /// Can encrypt, when asked by STARTTLS.
    pub(crate) start_tls: Option<Arc<ServerConfig>>,
    /// Encrypts from the start.
    pub(crate) tls: Option<Arc<ServerConfig>>,
    /// Somebody between adds this, in the clear, to the answer to STARTTLS.
    pub(crate) slipped_in: &'static str,
}

/// A line of a client, or a whole mail.
#[derive(Debug, Clone)]
struct Line {
    text: String,
    is_encrypted: bool,
}

/// What a server heard: `connected` for each connection, commands, and mails, one entry each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<Line>>>);

impl Heard {
    pub(crate) async fn count(&self, start: &str) -> usize {
        self.0.lock().await.iter().filter(|line| line.text.starts_with(start)).count()
    }

    pub(crate) async fn mail(&self) -> String {
        let lines = self.0.lock().await;
        lines.iter().find(|line| line.text.starts_with("From:")).expect("a mail arrived").text.clone()
    }

    /// The first words of what came in the clear, or encrypted.
    pub(crate) async fn commands(&self, is_encrypted: bool) -> Vec<String> {
        let lines = self.0.lock().await;
        let lines = lines.iter().filter(|line| line.is_encrypted == is_encrypted && line.text != "connected");
        lines.map(|line| line.text.split([' ', ':']).next().unwrap_or_default().to_owned()).collect()
    }

    async fn push(&self, text: &str, is_encrypted: bool) {
        self.0.lock().await.push(Line { text: text.to_owned(), is_encrypted });
    }
}

/// Starts a server and answers with its settings and with what it hears.
pub(crate) async fn server(manners: Manners) -> (MailConfig, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let port = listener.local_addr().expect("the socket is bound").port();
    let heard = Heard::default();
    let log = heard.clone();
    let manners = Arc::new(manners);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            log.push("connected", false).await;
            tokio::spawn(serve(stream, Arc::clone(&manners), log.clone()));
        }
    });
    (MailConfig { port, default_sender: Some("Us <us@example.org>".into()), ..MailConfig::default() }, heard)
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

async fn serve(stream: TcpStream, manners: Arc<Manners>, heard: Heard) -> io::Result<()> {
    let stream: Box<dyn Stream> = match &manners.tls {
        Some(tls) => Box::new(TlsAcceptor::from(Arc::clone(tls)).accept(stream).await?),
        None => Box::new(stream),
    };
    let is_encrypted = manners.tls.is_some();
    let mut talk = Talk { stream: BufReader::new(stream), is_encrypted, is_known: false, manners, heard };
    talk.answer("220 loopback ready").await?;
    while let Some(line) = talk.line().await? {
        talk.heard.push(&line, talk.is_encrypted).await;
        if talk.manners.falls_silent_at.is_some_and(|start| line.starts_with(start)) {
            std::future::pending::<()>().await;
        }
        let instead = talk.manners.instead.filter(|(start, _)| line.starts_with(start));
        let answer = match (instead, line.split(' ').next().unwrap_or_default()) {
            (Some((_, answer)), _) => answer.to_owned(),
            (None, "EHLO") => talk.offers(),
            (None, "STARTTLS") => {
                talk = talk.encrypt().await?;
                continue;
            }
            (None, "AUTH") => talk.check_password(&line).await?,
            (None, "MAIL") if talk.manners.account.is_some() && !talk.is_known => {
                "530 who are you?".to_owned()
            }
            (None, "DATA") => talk.take_mail().await?,
            (None, "QUIT") => "221 bye".to_owned(),
            (None, _) => "250 fine".to_owned(),
        };
        talk.answer(&answer).await?;
        if talk.manners.hangs_up && answer == "250 taken" {
            return Ok(());
        }
    }
    Ok(())
}

/// One connection.
struct Talk {
    stream: BufReader<Box<dyn Stream>>,
    is_encrypted: bool,
    is_known: bool,
    manners: Arc<Manners>,
    heard: Heard,
}

impl Talk {
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let length = self.stream.read_line(&mut line).await?;
        Ok((length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    async fn answer(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    fn offers(&self) -> String {
        let mut lines = vec!["loopback"];
        if self.manners.start_tls.is_some() && !self.is_encrypted {
            lines.push("STARTTLS");
        }
        lines.extend(self.manners.offers);
        let last = lines.len() - 1;
        let with_code =
            |(index, line): (usize, &&str)| format!("250{}{line}", if index == last { ' ' } else { '-' });
        lines.iter().enumerate().map(with_code).collect::<Vec<_>>().join("\r\n")
    }

    /// A new start on the same connection: what was said before is forgotten.
    async fn encrypt(mut self) -> io::Result<Self> {
        let slipped_in = self.manners.slipped_in;
        let Some(tls) = self.manners.start_tls.clone() else { return Err(io::ErrorKind::Unsupported.into()) };
        self.answer(&format!("220 go on{slipped_in}")).await?;
        assert!(self.stream.buffer().is_empty(), "the client waits for the answer");
        let stream = TlsAcceptor::from(tls).accept(self.stream.into_inner()).await?;
        Ok(Self { stream: BufReader::new(Box::new(stream)), is_encrypted: true, is_known: false, ..self })
    }

    async fn check_password(&mut self, line: &str) -> io::Result<String> {
        let Some((user, password)) = self.manners.account else { return Ok("235 welcome".to_owned()) };
        if !self.is_encrypted {
            return Ok("538 not in the clear".to_owned());
        }
        self.is_known = if line == "AUTH LOGIN" {
            let mut replies = Vec::new();
            for question in ["Username:", "Password:"] {
                self.answer(&format!("334 {}", STANDARD.encode(question))).await?;
                replies.push(self.line().await?.unwrap_or_default());
            }
            replies == [STANDARD.encode(user), STANDARD.encode(password)]
        } else {
            line == format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{password}")))
        };
        Ok(if self.is_known { "235 welcome" } else { "535 no" }.to_owned())
    }

    async fn take_mail(&mut self) -> io::Result<String> {
        self.answer("354 go on").await?;
        let mut mail = Vec::new();
        while let Some(line) = self.line().await?.filter(|line| line != ".") {
            mail.push(line);
        }
        self.heard.push(&mail.join("\n"), self.is_encrypted).await;
        Ok("250 taken".to_owned())
    }
}
