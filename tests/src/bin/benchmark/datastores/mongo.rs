//! datastore-mongo against the bare driver.

use std::sync::Arc;

use async_trait::async_trait;
use datastore_mongo::MongoDatastore;
use datastore_mongo::mongodb::bson::oid::ObjectId;
use datastore_mongo::mongodb::bson::{DateTime, Document, doc};
use datastore_mongo::mongodb::{Client, Collection, Database};
use futures_util::TryStreamExt as _;
use security_core::secret::random_identity;
use serde::Deserialize;

use super::accounts::{self, Account};
use super::{Datastore, Finder, Found, Lack};
use crate::Failure;
use crate::contest::Contest;
use crate::options::Options;

pub(super) const NAME: &str = "datastore-mongo";

const VARIABLES: [&str; 2] = ["SECURITY_TEST_MONGODB_URL", "SECURITY_TEST_MONGODB_RACES_URL"];

/// On the first server that can join, in a database that is dropped at the end.
pub(super) async fn compare(options: &Options) -> Result<Result<Contest, Lack>, Failure> {
    for server in VARIABLES.into_iter().filter_map(|variable| std::env::var(variable).ok()) {
        if server.is_empty() {
            continue;
        }
        let name = format!("security_bench_{}", random_identity());
        let database = Client::with_uri_str(&server).await?.database(&name);
        if database.collection::<Document>("user").aggregate([lookup()]).await.is_err() {
            continue;
        }
        let contest = compare_in(&database, options).await;
        database.drop().await?;
        return contest.map(Ok);
    }
    let [one, other] = VARIABLES;
    Ok(Err(Lack(format!("{NAME}: not measured, neither {one} nor {other} names a server with $lookup"))))
}

/// Both use one client.
async fn compare_in(database: &Database, options: &Options) -> Result<Contest, Failure> {
    let store = MongoDatastore::from_database(database);
    store.migrate().await?;
    let accounts = accounts::create(&store).await?;
    let ways: [(&str, Arc<dyn Finder>); 2] = [
        ("mongodb", Arc::new(Driver(database.collection("user")))),
        ("datastore", Arc::new(Datastore(store))),
    ];
    super::contest(NAME, accounts, ways, options).await
}

/// Puts the roles in place of the references to them.
fn lookup() -> Document {
    doc! { "$lookup": { "from": "role", "localField": "roles", "foreignField": "_id", "as": "roles" } }
}

struct Driver(Collection<Document>);

#[async_trait]
impl Finder for Driver {
    async fn find(&self, account: &Account) -> Result<Option<Found>, Failure> {
        let pipeline = [doc! { "$match": { "fs_uniquifier": &account.uniquifier } }, lookup()];
        let users = self.0.aggregate(pipeline).with_type::<PlainUser>().await?;
        let users: Vec<PlainUser> = std::hint::black_box(users.try_collect().await?);
        let user = users.into_iter().next();
        Ok(user.map(|user| Found { email: user.email, roles: user.roles.len() }))
    }
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "most of it is read from the database and looked at no further")]
struct PlainUser {
    #[serde(rename = "_id")]
    id: ObjectId,
    email: String,
    username: Option<String>,
    password: Option<String>,
    active: bool,
    fs_uniquifier: String,
    fs_token_uniquifier: Option<String>,
    confirmed_at: Option<DateTime>,
    last_login_at: Option<DateTime>,
    current_login_at: Option<DateTime>,
    last_login_ip: Option<String>,
    current_login_ip: Option<String>,
    login_count: Option<i64>,
    tf_primary_method: Option<String>,
    tf_totp_secret: Option<String>,
    tf_phone_number: Option<String>,
    us_totp_secrets: Option<String>,
    us_phone_number: Option<String>,
    fs_webauthn_user_handle: Option<String>,
    mf_recovery_codes: Option<Vec<String>>,
    create_datetime: Option<DateTime>,
    update_datetime: Option<DateTime>,
    extra: Option<Document>,
    roles: Vec<PlainRole>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read from the database and looked at no further")]
struct PlainRole {
    #[serde(rename = "_id")]
    id: ObjectId,
    name: String,
    description: Option<String>,
    permissions: Vec<String>,
    update_datetime: Option<DateTime>,
}
