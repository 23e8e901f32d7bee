//! Primary keys: ObjectIds, texts and integers.

use mongodb::bson::Bson;
use mongodb::bson::oid::ObjectId;
use security_core::account::UserId;
use security_core::datastore::storable;

/// The key as the database keeps it; `None` when no document can have it.
///
/// A text that is written like an ObjectId is one.
pub(crate) fn to_bson(id: &UserId) -> Option<Bson> {
    match id {
        UserId::Int(id) => Some(Bson::Int64(*id)),
        UserId::Text(text) if storable::is_impossible(text) => None,
        UserId::Text(text) => Some(match ObjectId::parse_str(text) {
            Ok(id) if id.to_hex() == *text => Bson::ObjectId(id),
            _ => Bson::String(text.clone()),
        }),
    }
}

/// The key of a document; `None` for a kind of key that is not supported.
pub(crate) fn from_bson(id: &Bson) -> Option<UserId> {
    match id {
        Bson::ObjectId(id) => Some(UserId::Text(id.to_hex())),
        Bson::String(id) => Some(UserId::Text(id.clone())),
        Bson::Int32(id) => Some(UserId::Int(i64::from(*id))),
        Bson::Int64(id) => Some(UserId::Int(*id)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_as_it_was() {
        for id in ["0123456789abcdef01234567", "0123456789ABCDEF01234567", "ann", ""] {
            let id = UserId::Text(id.to_owned());
            assert_eq!(from_bson(&to_bson(&id).unwrap()), Some(id));
        }
        assert_eq!(from_bson(&to_bson(&UserId::Int(7)).unwrap()), Some(UserId::Int(7)));
    }

    #[test]
    fn only_lower_case_digits_are_an_object_id() {
        let kind = |id: &str| to_bson(&UserId::Text(id.to_owned())).unwrap();
        assert!(matches!(kind("0123456789abcdef01234567"), Bson::ObjectId(_)));
        assert!(matches!(kind("0123456789ABCDEF01234567"), Bson::String(_)));
    }

    #[test]
    fn a_key_with_a_nul_belongs_to_nobody() {
        assert_eq!(to_bson(&UserId::Text("ann\0".to_owned())), None);
    }
}
