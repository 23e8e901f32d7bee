//! How many commands go to the server.

use std::sync::{Arc, Mutex};

use datastore_mongo::MongoDatastore;
use datastore_mongo::mongodb::Client;
use datastore_mongo::mongodb::event::EventHandler;
use datastore_mongo::mongodb::event::command::CommandEvent;
use datastore_mongo::mongodb::options::ClientOptions;
use security_core::account::{NewRole, NewUser};
use security_core::datastore::{
    Condition, IdentityAttribute, RoleStore as _, UserChange, UserKey, UserStore as _,
};

use super::server::{MAIN, RACES, Scratch, Server};

/// A datastore that remembers the commands it sends.
struct Observed {
    store: MongoDatastore,
    seen: Arc<Mutex<Vec<String>>>,
    _scratch: Scratch,
}

impl Observed {
    async fn on(server: Server) -> Option<Self> {
        let scratch = Scratch::on(server)?;
        let mut options = ClientOptions::parse(scratch.url()).await.expect("the address can be read");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        options.command_event_handler = Some(EventHandler::callback(move |event| {
            if let CommandEvent::Started(started) = event {
                record.lock().expect("no test panicked").push(started.command_name);
            }
        }));
        let client = Client::with_options(options).expect("the options fit together");
        let database = client.default_database().expect("the address names a database");
        let store = MongoDatastore::from_database(&database);
        store.migrate().await.expect("the indexes are made");
        Some(Self { store, seen, _scratch: scratch })
    }

    /// The commands since the last call.
    fn commands(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().expect("no test panicked"))
    }
}

fn every_key(user: &security_core::account::User) -> [UserKey; 6] {
    [
        UserKey::Id(user.id.clone()),
        UserKey::Uniquifier(user.fs_uniquifier.clone()),
        UserKey::TokenUniquifier(user.fs_token_uniquifier.clone().expect("it is stored")),
        UserKey::email("ANN@harbour.example"),
        UserKey::username("ANN"),
        UserKey::Identity {
            attribute: IdentityAttribute::UsPhoneNumber,
            value: "+16502530000".to_owned(),
            case_insensitive: false,
        },
    ]
}

#[tokio::test]
async fn a_user_is_found_with_roles_in_one_round_trip_where_the_server_can_join() {
    for server in [MAIN, RACES] {
        let Some(observed) = Observed::on(server).await else { return };
        let store = &observed.store;
        for name in ["clerk", "mate", "admin"] {
            store.create_role(NewRole::new(name, ["read", "write"])).await.unwrap();
        }
        let mut user = NewUser::new("ann@harbour.example");
        user.username = Some("ann".to_owned());
        user.us_phone_number = Some("+16502530000".to_owned());
        user.roles = vec!["clerk".to_owned(), "mate".to_owned()];
        let ann = store.create_user(user).await.unwrap();
        store.create_user(NewUser::new("ben@harbour.example")).await.unwrap();
        store.find_user(&UserKey::Id(ann.id.clone())).await.unwrap();
        let can_join = observed.commands().last().is_some_and(|command| command == "aggregate");
        for key in every_key(&ann) {
            let found = store.find_user(&key).await.unwrap();
            assert_eq!(found.as_ref(), Some(&ann), "{key:?}");
            let expected: &[&str] = if can_join { &["aggregate"] } else { &["find", "find"] };
            assert_eq!(observed.commands(), expected, "{key:?}");
        }
        store.find_user(&UserKey::email("ben@harbour.example")).await.unwrap();
        assert_eq!(observed.commands().len(), 1, "somebody without roles");
    }
}

#[tokio::test]
async fn a_change_is_one_command_and_a_sign_in_is_two() {
    let Some(observed) = Observed::on(RACES).await else { return };
    let store = &observed.store;
    let ann = store.create_user(NewUser::new("ann@harbour.example")).await.unwrap();
    assert_eq!(observed.commands().last().map(String::as_str), Some("insert"));
    let mut change = UserChange::default();
    change.email = Some("anna@harbour.example".to_owned());
    change.password = Some(Some("hash".to_owned()));
    assert!(store.update_user(&ann.id, &Condition::PasswordIs(None), &change).await.unwrap());
    assert_eq!(observed.commands(), ["update"]);
    assert!(store.record_sign_in(&ann.id, chrono::DateTime::UNIX_EPOCH, None).await.unwrap());
    assert_eq!(observed.commands(), ["find", "update"]);
    assert!(store.find_user(&UserKey::email("a\0")).await.unwrap().is_none());
    assert_eq!(observed.commands().len(), 0, "a key that nobody can have needs no database");
}
