//! Whom the connection to the mail server trusts.

use std::fs;
use std::path::Path;

use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::MailSetupError;
use crate::config::MailConfig;

/// What an encrypted connection needs: the name the server has to prove, and the authorities that may vouch for it.
pub(super) fn tls_parameters(config: &MailConfig) -> Result<TlsParameters, MailSetupError> {
    let builder = TlsParameters::builder(config.server.clone());
    let Some(file) = &config.ca_file else {
        return builder.build_rustls().map_err(|error| MailSetupError::Encryption(Box::new(error)));
    };
    // Instead of the public authorities, not beside them: whoever runs an authority of their own wants no other.
    let builder = builder.certificate_store(CertificateStore::None);
    let authorities = read_authorities(Path::new(file))?;
    let builder =
        authorities.into_iter().fold(builder, |builder, authority| builder.add_root_certificate(authority));
    builder.build_rustls().map_err(|error| MailSetupError::Authorities(Box::new(error)))
}

fn read_authorities(file: &Path) -> Result<Vec<Certificate>, MailSetupError> {
    let text = fs::read(file).map_err(|error| MailSetupError::Authorities(Box::new(error)))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let certificates = certificates.map_err(|error| MailSetupError::Authorities(Box::new(error)))?;
    if certificates.is_empty() {
        return Err(MailSetupError::Authorities("the file holds no certificate".into()));
    }
    let read = |certificate: CertificateDer<'_>| Certificate::from_der(certificate.to_vec());
    let read: Result<Vec<_>, _> = certificates.into_iter().map(read).collect();
    read.map_err(|error| MailSetupError::Authorities(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(file: &Path) -> MailSetupError {
        let ca_file = Some(file.to_str().unwrap().to_owned());
        let config = MailConfig { use_tls: true, ca_file, ..MailConfig::default() };
        tls_parameters(&config).map(drop).unwrap_err()
    }

    #[test]
    fn a_file_without_a_usable_certificate_is_noticed_at_once_and_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let pem =
            |label: &str, data: &str| format!("-----BEGIN {label}-----\n{data}\n-----END {label}-----\n");
        for text in [
            String::new(),
            "not a certificate".to_owned(),
            pem("PRIVATE KEY", "czNjcmV0"),
            pem("CERTIFICATE", "czNjcmV0"),
            pem("CERTIFICATE", "!"),
        ] {
            fs::write(&file, &text).unwrap();
            let error = outcome(&file);
            assert!(matches!(error, MailSetupError::Authorities(_)), "{text:?}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
        fs::remove_file(&file).unwrap();
        assert!(outcome(&file).to_string().contains("MAIL_CA_FILE"));
    }
}
