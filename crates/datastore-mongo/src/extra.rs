//! The application's own fields: JSON outside; inside an embedded document where every server can keep it, else text.

use mongodb::bson::{Bson, Document};
use security_core::datastore::DatastoreError;
use serde_json::{Map, Number, Value};

/// What to store; `None` when there are no fields.
///
/// An embedded document can be searched. Some servers refuse a list in a list, and names with a dot or a dollar sign;
/// none has a number as large as the largest of JSON. Fields with one of these become JSON text as a whole.
pub(crate) fn to_bson(fields: &Map<String, Value>) -> Result<Option<Bson>, DatastoreError> {
    if fields.is_empty() {
        return Ok(None);
    }
    match document(fields) {
        Some(document) => Ok(Some(Bson::Document(document))),
        None => serde_json::to_string(fields)
            .map(|text| Some(Bson::String(text)))
            .map_err(DatastoreError::backend),
    }
}

/// The stored fields; `None` when they cannot be read.
pub(crate) fn from_bson(stored: Bson) -> Option<Map<String, Value>> {
    match stored {
        Bson::Document(document) => Some(fields(document)),
        Bson::String(text) if text.is_empty() => Some(Map::new()),
        Bson::String(text) => serde_json::from_str(&text).ok(),
        _ => None,
    }
}

fn document(fields: &Map<String, Value>) -> Option<Document> {
    let fields = fields.iter().map(|(name, value)| {
        let is_plain = !name.starts_with('$') && !name.contains(['.', '\0']);
        is_plain.then_some(())?;
        Some((name.clone(), embedded(value)?))
    });
    fields.collect()
}

fn embedded(value: &Value) -> Option<Bson> {
    Some(match value {
        Value::Null => Bson::Null,
        Value::Bool(value) => Bson::Boolean(*value),
        Value::String(value) => Bson::String(value.clone()),
        Value::Array(values) if values.iter().any(Value::is_array) => return None,
        Value::Array(values) => Bson::Array(values.iter().map(embedded).collect::<Option<_>>()?),
        Value::Object(fields) => Bson::Document(document(fields)?),
        Value::Number(number) if number.is_f64() => Bson::Double(number.as_f64()?),
        Value::Number(number) => Bson::Int64(number.as_i64()?),
    })
}

fn fields(document: Document) -> Map<String, Value> {
    document.into_iter().map(|(name, value)| (name, json(value))).collect()
}

/// What JSON has no kind for, and another program has stored, becomes its text.
fn json(value: Bson) -> Value {
    match value {
        Bson::Null | Bson::Undefined => Value::Null,
        Bson::Boolean(value) => Value::Bool(value),
        Bson::String(value) => Value::String(value),
        Bson::Int32(value) => Value::from(value),
        Bson::Int64(value) => Value::from(value),
        Bson::Double(value) => Number::from_f64(value).map_or(Value::Null, Value::Number),
        Bson::Array(values) => Value::Array(values.into_iter().map(json).collect()),
        Bson::Document(document) => Value::Object(fields(document)),
        Bson::ObjectId(id) => Value::String(id.to_hex()),
        Bson::DateTime(at) => Value::String(at.try_to_rfc3339_string().unwrap_or_else(|_| at.to_string())),
        other => Value::String(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stored(value: &Value) -> Bson {
        to_bson(value.as_object().unwrap()).unwrap().unwrap()
    }

    #[test]
    fn ordinary_fields_are_an_embedded_document_and_come_back() {
        let fields = json!({
            "a": null, "b": [true, 1, -1, 1.5, 9_007_199_254_740_993_i64], "c": { "": "", "d": {}, "e": [{}] }
        });
        let stored = stored(&fields);
        assert!(matches!(stored, Bson::Document(_)));
        assert_eq!(from_bson(stored).map(Value::Object), Some(fields));
    }

    #[test]
    fn no_fields_are_no_document() {
        assert_eq!(to_bson(&Map::new()).unwrap(), None);
    }

    #[test]
    fn what_some_server_cannot_keep_is_a_text_and_comes_back() {
        for fields in [
            json!({ "a.b": 1 }),
            json!({ "a": [{ "$set": 1 }] }),
            json!({ "a": { "b\0": 1 } }),
            json!({ "a": u64::MAX }),
            json!({ "a": [[1], [[2]]] }),
        ] {
            let stored = stored(&fields);
            assert!(matches!(stored, Bson::String(_)), "{fields}");
            assert_eq!(from_bson(stored).map(Value::Object), Some(fields));
        }
    }

    #[test]
    fn fields_that_cannot_be_read_are_not_empty_fields() {
        assert_eq!(from_bson(Bson::Int32(1)), None);
        assert_eq!(from_bson(Bson::String("[]".to_owned())), None);
        assert_eq!(from_bson(Bson::String(String::new())), Some(Map::new()));
    }
}
