//! Which datastore a database URL asks for.

use std::error::Error;
use std::sync::Arc;

use datastore_diesel::DieselDatastore;
use datastore_mongo::MongoDatastore;
use datastore_seaorm::SeaOrmDatastore;
use security_core::datastore::Datastore;

/// The crate that talks to a SQL database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SqlDatastore {
    /// `datastore-seaorm`.
    Seaorm,
    /// `datastore-diesel`.
    Diesel,
}

/// Opens the database and makes the tables that are missing. Nothing else in a quickstart depends on which it is.
pub(crate) async fn open(url: &str, sql: SqlDatastore) -> Result<Arc<dyn Datastore>, Box<dyn Error>> {
    let scheme = url.split(':').next().unwrap_or_default();
    match (scheme, sql) {
        ("mongodb", _) => {
            let users = MongoDatastore::connect(url).await?;
            users.migrate().await?;
            Ok(Arc::new(users))
        }
        (_, SqlDatastore::Seaorm) => {
            let users = SeaOrmDatastore::connect(url).await?;
            users.migrate().await?;
            Ok(Arc::new(users))
        }
        (_, SqlDatastore::Diesel) => {
            let users = DieselDatastore::connect(url).await?;
            users.migrate().await?;
            Ok(Arc::new(users))
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use security_core::account::NewUser;
    use security_core::datastore::UserKey;

    use super::*;
    use crate::Arguments;

    /// Opens what these flags ask for.
    async fn opened(flags: &[&str]) -> Result<Arc<dyn Datastore>, Box<dyn Error>> {
        let arguments = Arguments::try_parse_from(["quickstart"].iter().chain(flags))?;
        open(arguments.database.as_deref().unwrap_or_default(), arguments.datastore).await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_flag_chooses_the_crate_and_accounts_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("app.db").display());
        let usual = opened(&["--database", &url]).await.unwrap();
        assert!(format!("{usual:?}").starts_with("SeaOrmDatastore"), "{usual:?}");
        usual.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
        let other = opened(&["--database", &url, "--datastore", "diesel"]).await.unwrap();
        assert!(format!("{other:?}").starts_with("DieselDatastore"), "{other:?}");
        assert!(other.find_user(&UserKey::email("ann@harbour.example")).await.unwrap().is_some());
        assert!(opened(&["--database", &url, "--datastore", "mango"]).await.is_err());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_address_chooses_the_database() {
        // Nobody listens there: each kind of address is understood, and somebody is asked.
        for url in [
            "postgres://ann@127.0.0.1:9/harbour",
            "mysql://ann@127.0.0.1:9/harbour",
            "mongodb://ann@127.0.0.1:9/harbour?serverSelectionTimeoutMS=100",
        ] {
            for datastore in ["seaorm", "diesel"] {
                let error = opened(&["--database", url, "--datastore", datastore]).await.unwrap_err();
                assert_eq!(error.to_string(), "the datastore is unavailable", "{datastore} {url}");
            }
        }
        for datastore in ["seaorm", "diesel"] {
            assert!(
                opened(&["--database", "oracle://localhost/harbour", "--datastore", datastore])
                    .await
                    .is_err()
            );
        }
    }
}
