//! Certificates, made by the test.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::NamedTempFile;
use tokio_rustls::rustls::{self, ServerConfig};

/// Somebody who vouches for servers.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).expect("no names are no mistake");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key can be made");
        let issuer = CertifiedIssuer::self_signed(parameters, key).expect("the parameters are right");
        Self { issuer }
    }

    /// What a server with this name, or IP address, needs to encrypt.
    pub(crate) fn vouch_for(&self, name: &str) -> Arc<ServerConfig> {
        self.vouch(name, |_| ())
    }

    /// The same, with a certificate that is no longer valid.
    pub(crate) fn vouched_long_ago_for(&self, name: &str) -> Arc<ServerConfig> {
        self.vouch(name, |parameters| {
            parameters.not_before = date_time_ymd(2001, 1, 1);
            parameters.not_after = date_time_ymd(2002, 1, 1);
        })
    }

    fn vouch(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Arc<ServerConfig> {
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).expect("the name is right");
        change(&mut parameters);
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("the parameters are right");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider knows them")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("the key fits the certificate");
        Arc::new(config)
    }

    /// A file for `MAIL_CA_FILE`, gone with the value.
    pub(crate) fn file(&self) -> NamedTempFile {
        let lines = STANDARD.encode(self.issuer.der());
        let pem = format!("Our authority\n-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n");
        let file = NamedTempFile::new().expect("there is a folder for such files");
        std::fs::write(file.path(), pem).expect("the file can be written");
        file
    }
}
