//! The payload segment of a token: base64 of JSON, or of JSON that was compressed.

use std::cell::RefCell;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

/// Bytes a compressed payload may grow to.
pub(super) const LONGEST_JSON: usize = 64 * 1024;

/// Encodes JSON text. A leading dot marks compression, which is used for texts from `compress_from` bytes on, when it
/// makes them shorter.
pub(super) fn encode(json: &[u8], compress_from: usize) -> String {
    let compressed = if json.len() < compress_from { None } else { deflate(json) };
    match compressed {
        // The dot costs a byte.
        Some(small) if small.len() + 1 < json.len() => {
            let mut segment = String::from(".");
            URL_SAFE_NO_PAD.encode_string(small, &mut segment);
            segment
        }
        _ => URL_SAFE_NO_PAD.encode(json),
    }
}

/// Decodes a segment; `None` when it is damaged or grows past [`LONGEST_JSON`].
///
/// Only base64 as [`encode`] writes it is read: no padding, no foreign characters, no surplus bits.
pub(super) fn decode(segment: &str) -> Option<Vec<u8>> {
    match segment.strip_prefix('.') {
        None => URL_SAFE_NO_PAD.decode(segment).ok(),
        Some(compressed) => inflate(&URL_SAFE_NO_PAD.decode(compressed).ok()?),
    }
}

fn deflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len()), Compression::new(6));
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

thread_local! {
    /// Making an inflater means clearing some 40 KiB of fresh memory, for every request with a session: each thread
    /// keeps one. What it works on goes straight into the result and does not stay behind.
    static INFLATER: RefCell<Decompress> = RefCell::new(Decompress::new(true));
}

/// Inflates in one go, and once more into a larger buffer when that was too small.
fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    INFLATER.with_borrow_mut(|inflater| {
        let mut room = (bytes.len() * 4).clamp(256, LONGEST_JSON);
        loop {
            let mut json = Vec::with_capacity(room);
            inflater.reset(true);
            let status = inflater.decompress_vec(bytes, &mut json, FlushDecompress::Finish).ok()?;
            if status == Status::StreamEnd {
                return (json.len() <= LONGEST_JSON).then_some(json);
            }
            if json.len() < json.capacity() || room == LONGEST_JSON {
                // The stream stops short, or the text is too long.
                return None;
            }
            room = (room * 4).min(LONGEST_JSON);
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bomb_is_refused_and_the_longest_payload_is_not() {
        let zeros = |count: usize| vec![b'0'; count];
        assert_eq!(decode(&encode(&zeros(LONGEST_JSON - 1), 0)), Some(zeros(LONGEST_JSON - 1)));
        assert_eq!(decode(&encode(&zeros(LONGEST_JSON + 1), 0)), None);
        assert_eq!(decode(&encode(&zeros(50_000_000), 0)), None);
    }

    #[test]
    fn a_stream_that_stops_short_is_refused() {
        let segment = encode(&[b'a'; 500], 0);
        assert!(segment.starts_with('.'));
        for end in 0..segment.len() {
            assert_ne!(decode(&segment[..end]), Some(vec![b'a'; 500]), "{end}");
        }
        assert_eq!(decode("."), None);
        assert_eq!(decode(""), Some(Vec::new()));
    }

    #[test]
    fn base64_has_one_spelling() {
        let mut accepted = 0;
        for row in super::super::keys::tests::rows("base64") {
            let text = row["text"].as_str().unwrap();
            let decoded = decode(text);
            // Python accepts more; what we accept means the same.
            if let Some(bytes) = decoded {
                assert_eq!(crate::secret::hex(&bytes), row["decoded_hex"].as_str().unwrap(), "{text}");
                assert_eq!(encode(&bytes, 0), text);
                accepted += 1;
            }
        }
        assert_eq!(accepted, 5);
    }

    #[test]
    fn what_is_compressed_is_what_the_reference_compresses() {
        for row in super::super::keys::tests::rows("payloads") {
            let json = row["json_text"].as_str().unwrap().as_bytes();
            let segment = encode(json, 0);
            assert_eq!(segment.starts_with('.'), row["compressed"].as_bool().unwrap(), "{}", row["id"]);
            assert_eq!(decode(&segment).as_deref(), Some(json), "{}", row["id"]);
            assert_eq!(decode(row["segment"].as_str().unwrap()).as_deref(), Some(json), "{}", row["id"]);
        }
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..2000), times in 1..20_usize) {
            let bytes = bytes.repeat(times);
            prop_assert_eq!(decode(&encode(&bytes, 0)), Some(bytes));
        }

        #[test]
        fn any_segment_is_decoded_or_refused(segment in "\\.?[A-Za-z0-9_-]{0,200}") {
            let _ = decode(&segment);
        }

        #[test]
        fn any_stream_is_inflated_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0..40_usize) {
            let mut stream = deflate(&bytes).unwrap();
            let at = at % stream.len();
            stream[at] = stream[at].wrapping_add(1);
            let _ = inflate(&stream);
            let _ = inflate(&bytes);
        }
    }
}
