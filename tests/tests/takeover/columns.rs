//! Values as the reference lays them into columns, read and written through each SQL crate.

use chrono::{DateTime, NaiveDateTime, Utc};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use security_core::account::NewRole;
use security_core::datastore::{Condition, UserChange, UserKey};
use security_testkit::clock::ManualClock;
use serde_json::Value;

use crate::inherited::{Inherited, SqlCrate, list, texts, vectors};

fn of_kind<'a>(vectors: &'a Value, kind: &str) -> Vec<&'a Value> {
    let found: Vec<_> = list(&vectors["cases"]).iter().filter(|case| case["kind"] == kind).collect();
    assert!(!found.is_empty(), "no cases of kind {kind}");
    found
}

fn quoted(value: &Value) -> String {
    value.as_str().map_or_else(|| "NULL".to_owned(), |text| format!("'{}'", text.replace('\'', "''")))
}

async fn run(database: &DatabaseConnection, sql: &str) {
    database.execute_unprepared(sql).await.expect("the statement is made");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_in_columns_are_read_like_the_reference_reads_them() {
    for sql in [SqlCrate::SeaOrm, SqlCrate::Diesel] {
        let database = Inherited::from("5_9");
        let store = database.open(sql, &ManualClock::at_unix(1_699_176_200)).await;
        let bare = database.bare().await;
        for case in of_kind(&vectors("storage_encodings.json"), "text to list") {
            let stored = quoted(&case["stored"]);
            run(&bare, &format!("UPDATE role SET permissions = {stored} WHERE name = 'admin'")).await;
            run(&bare, &format!("UPDATE user SET mf_recovery_codes = {stored} WHERE username = 'amber'"))
                .await;
            let role = store.find_role("admin").await.unwrap().unwrap();
            let mut expected: Vec<&str> = list(&case["value"]).iter().filter_map(Value::as_str).collect();
            let amber = store.find_user(&UserKey::username("amber")).await.unwrap().unwrap();
            let codes: Vec<&str> = amber.mf_recovery_codes.iter().map(String::as_str).collect();
            assert_eq!(codes, expected, "{sql:?} {case}");
            // An empty element is no permission.
            expected.retain(|element| !element.is_empty());
            expected.sort_unstable();
            assert_eq!(Vec::from_iter(&role.permissions), expected, "{sql:?} {case}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_in_columns_are_written_so_that_the_reference_reads_them() {
    for sql in [SqlCrate::SeaOrm, SqlCrate::Diesel] {
        let database = Inherited::from("5_9");
        let store = database.open(sql, &ManualClock::at_unix(1_699_176_200)).await;
        let bare = database.bare().await;
        for (number, case) in of_kind(&vectors("storage_encodings.json"), "list to text").iter().enumerate() {
            let elements: Option<Vec<&str>> =
                case["value"].as_array().map(|list| list.iter().filter_map(Value::as_str).collect());
            let Some(elements) = elements else { continue };
            let name = format!("role{number}");
            let created = store.create_role(NewRole::new(&name, elements.iter().copied())).await;
            let is_storable = elements.iter().all(|element| !element.is_empty() && !element.contains(','));
            assert_eq!(created.is_ok(), is_storable, "{sql:?} {case}");
            if is_storable {
                let stored = format!("SELECT coalesce(permissions, '') FROM role WHERE name = '{name}'");
                assert_eq!(texts(&bare, &stored).await, [case["stored"].as_str().unwrap()], "{sql:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn times_in_columns_are_read_and_written_like_the_reference_does() {
    for sql in [SqlCrate::SeaOrm, SqlCrate::Diesel] {
        let database = Inherited::from("5_9");
        let store = database.open(sql, &ManualClock::at_unix(1_699_176_200)).await;
        let bare = database.bare().await;
        let vectors = vectors("storage_encodings.json");
        for case in of_kind(&vectors, "text to datetime") {
            let stored = quoted(&case["stored"]);
            run(&bare, &format!("UPDATE user SET confirmed_at = {stored} WHERE username = 'amber'")).await;
            let amber = store.find_user(&UserKey::username("amber")).await;
            match case["value"].as_str() {
                Some(expected) => {
                    assert_eq!(amber.unwrap().unwrap().confirmed_at, Some(time(expected)), "{sql:?} {case}")
                }
                None => assert!(amber.is_err(), "{sql:?} {case}"),
            }
        }
        run(&bare, "UPDATE user SET confirmed_at = NULL WHERE username = 'amber'").await;
        let amber = store.find_user(&UserKey::username("amber")).await.unwrap().unwrap();
        for case in of_kind(&vectors, "datetime to text") {
            let at = case["stored"].as_str().map(time);
            let mut change = UserChange::default();
            change.confirmed_at = Some(at);
            assert!(store.update_user(&amber.id, &Condition::Exists, &change).await.unwrap());
            let stored = "SELECT coalesce(confirmed_at, 'nothing') FROM user WHERE username = 'amber'";
            assert_eq!(texts(&bare, stored).await, [case["stored"].as_str().unwrap_or("nothing")], "{sql:?}");
        }
    }
}

fn time(text: &str) -> DateTime<Utc> {
    let naive = |form| NaiveDateTime::parse_from_str(text, form).map(|at| at.and_utc());
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .or_else(|_| naive("%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|_| naive("%Y-%m-%d %H:%M:%S%.f"))
        .expect("a time")
}
