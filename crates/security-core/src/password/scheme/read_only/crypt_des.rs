//! The first crypt of Unix, DES with a salt mixed in, and the extended one of BSDi.
//!
//! Cipher crates offer DES without the salt. This one works bit by bit, after FIPS 46-3: slow, short, and never used
//! for a new hash.

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::password::scheme::sha_crypt::ALPHABET;
use crate::password::scheme::{NUL, SchemeError};

/// Encryptions a stored extended hash may ask for, a few seconds of one core.
const MAX_ROUNDS: u32 = 1 << 19;
/// Encryptions of a traditional hash.
const TRADITIONAL_ROUNDS: u32 = 25;

/// Thirteen characters: two of salt, eleven of digest.
pub(super) fn claims_traditional(stored: &str) -> bool {
    stored.len() == 13 && is_spelled(stored)
}

/// An underscore, four characters for the rounds, four of salt, eleven of digest.
pub(super) fn claims_extended(stored: &str) -> bool {
    stored.starts_with('_')
}

/// Only the first eight characters of the secret count, and of each only seven bits.
pub(super) fn verify_traditional(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    if !claims_traditional(stored) {
        return Err(SchemeError::Malformed);
    }
    if secret.contains(&0) {
        return Err(NUL);
    }
    let (salt, digest) = stored.split_at(2);
    Ok(is_same(&Des::new(key_block(secret)), number(salt), TRADITIONAL_ROUNDS, digest))
}

/// Every character of the secret counts.
pub(super) fn verify_extended(secret: &[u8], stored: &str) -> Result<bool, SchemeError> {
    let bad = SchemeError::Malformed;
    let rest = stored.strip_prefix('_').filter(|rest| rest.len() == 19 && is_spelled(rest)).ok_or(bad)?;
    if secret.contains(&0) {
        return Err(NUL);
    }
    let (settings, digest) = rest.split_at(8);
    let (rounds, salt) = settings.split_at(4);
    let rounds = number(rounds);
    if !(1..=MAX_ROUNDS).contains(&rounds) {
        return Err(bad);
    }
    let mut blocks = secret.chunks(8);
    let mut key = key_block(blocks.next().unwrap_or_default());
    for block in blocks {
        key = Des::new(key).encrypt(key, 0) ^ key_block(block);
    }
    Ok(is_same(&Des::new(key), number(salt), rounds, digest))
}

fn is_same(cipher: &Des, salt: u32, rounds: u32, digest: &str) -> bool {
    let mut block = 0;
    for _ in 0..rounds {
        block = cipher.encrypt(block, salt);
    }
    Zeroizing::new(text_of(block)).as_bytes().ct_eq(digest.as_bytes()).into()
}

fn is_spelled(text: &str) -> bool {
    text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// The number that characters of the alphabet spell, the lowest six bits first.
fn number(text: &str) -> u32 {
    let value = |byte: u8| ALPHABET.iter().position(|letter| *letter == byte).unwrap_or_default();
    text.bytes().rev().fold(0, |number, byte| number << 6 | value(byte) as u32)
}

/// Eight characters as a key: each gives its lower seven bits, and leaves the parity bit clear.
fn key_block(characters: &[u8]) -> u64 {
    (0..8).fold(0, |key, at| key << 8 | u64::from(characters.get(at).copied().unwrap_or(0) << 1))
}

/// Eleven characters, the highest six bits first.
fn text_of(block: u64) -> String {
    let bits = u128::from(block) << 2;
    (0..11).rev().map(|group| char::from(ALPHABET[(bits >> (6 * group)) as usize & 63])).collect()
}

/// DES with the keys of its sixteen rounds.
struct Des([u64; 16]);

impl Des {
    fn new(key: u64) -> Self {
        let mut halves = permuted(key, 64, &KEY_BITS);
        let mut keys = [0; 16];
        for (key, shift) in keys.iter_mut().zip(KEY_SHIFTS) {
            let rotate = |half: u64| ((half << shift) | (half >> (28 - shift))) & 0x0fff_ffff;
            halves = (rotate(halves >> 28) << 28) | rotate(halves & 0x0fff_ffff);
            *key = permuted(halves, 56, &ROUND_KEY_BITS);
        }
        Self(keys)
    }

    /// One encryption. Each set bit of the salt swaps two bits of what a round works on.
    fn encrypt(&self, block: u64, salt: u32) -> u64 {
        // The first bit of the expanded half is that of the salt's lowest.
        let salt = u64::from(salt.reverse_bits() >> 8);
        let block = permuted(block, 64, &FIRST_BITS);
        let (mut left, mut right) = (block >> 32, block & 0xffff_ffff);
        for key in self.0 {
            let wide = permuted(right, 32, &EXPANDED_BITS);
            let differing = (wide >> 24 ^ wide) & salt;
            let mixed = wide ^ differing ^ differing << 24 ^ key;
            let substituted =
                (0..8).fold(0, |sum, at| sum << 4 | substitute(at, (mixed >> (42 - 6 * at)) & 63));
            (left, right) = (right, left ^ permuted(substituted, 32, &ROUND_BITS));
        }
        permuted(right << 32 | left, 64, &LAST_BITS)
    }
}

/// What the box at this place makes of six bits: the outer two choose the row, the inner four the column.
fn substitute(at: usize, bits: u64) -> u64 {
    let row = (bits >> 4 & 2 | bits & 1) as usize;
    let column = (bits >> 1 & 15) as usize;
    BOXES[at][row] >> (60 - 4 * column) & 15
}

/// Picks bits, counted from the highest of `width`, beginning with one, as the standard does.
fn permuted(bits: u64, width: u32, picks: &[u8]) -> u64 {
    picks.iter().fold(0, |picked, at| picked << 1 | bits >> (width - u32::from(*at)) & 1)
}

const KEY_SHIFTS: [u32; 16] = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];

#[rustfmt::skip]
const FIRST_BITS: [u8; 64] = [
    58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32, 24, 16, 8,
    57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
];
#[rustfmt::skip]
const LAST_BITS: [u8; 64] = [
    40, 8, 48, 16, 56, 24, 64, 32, 39, 7, 47, 15, 55, 23, 63, 31, 38, 6, 46, 14, 54, 22, 62, 30, 37, 5, 45, 13, 53, 21, 61, 29,
    36, 4, 44, 12, 52, 20, 60, 28, 35, 3, 43, 11, 51, 19, 59, 27, 34, 2, 42, 10, 50, 18, 58, 26, 33, 1, 41, 9, 49, 17, 57, 25,
];
#[rustfmt::skip]
const EXPANDED_BITS: [u8; 48] = [
    32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17,
    16, 17, 18, 19, 20, 21, 20, 21, 22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1,
];
#[rustfmt::skip]
const ROUND_BITS: [u8; 32] = [
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
    2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
];
#[rustfmt::skip]
const KEY_BITS: [u8; 56] = [
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
    63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];
#[rustfmt::skip]
const ROUND_KEY_BITS: [u8; 48] = [
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
    41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
/// Eight boxes of four rows; each hex digit of a row is one column.
const BOXES: [[u64; 4]; 8] = [
    [0xe4d1_2fb8_3a6c_5907, 0x0f74_e2d1_a6cb_9538, 0x41e8_d62b_fc97_3a50, 0xfc82_4917_5b3e_a06d],
    [0xf18e_6b34_972d_c05a, 0x3d47_f28e_c01a_69b5, 0x0e7b_a4d1_58c6_932f, 0xd8a1_3f42_b67c_05e9],
    [0xa09e_63f5_1dc7_b428, 0xd709_346a_285e_cbf1, 0xd649_8f30_b12c_5ae7, 0x1ad0_6987_4fe3_b52c],
    [0x7de3_069a_1285_bc4f, 0xd8b5_6f03_472c_1ae9, 0xa690_cb7d_f13e_5284, 0x3f06_a1d8_945b_c72e],
    [0x2c41_7ab6_853f_d0e9, 0xeb2c_47d1_50fa_3986, 0x421b_ad78_f9c5_630e, 0xb8c7_1e2d_6f09_a453],
    [0xc1af_9268_0d34_e75b, 0xaf42_7c95_61de_0b38, 0x9ef5_28c3_704a_1db6, 0x432c_95fa_be17_608d],
    [0x4b2e_f08d_3c97_5a61, 0xd0b7_491a_e35c_2f86, 0x14bd_c37e_af68_0592, 0x6bd8_14a7_950f_e23c],
    [0xd284_6fb1_a93e_50c7, 0x1fd8_a374_c56b_0e92, 0x7b41_9ce2_06ad_f358, 0x21e7_4a8d_fc90_356b],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cipher_is_the_one_of_the_standard() {
        // The example that textbooks of the standard work through.
        assert_eq!(Des::new(0x1334_5779_9bbc_dff1).encrypt(0x0123_4567_89ab_cdef, 0), 0x85e8_1354_0f0a_b405);
    }

    #[test]
    fn only_the_first_eight_characters_count_and_a_planted_number_of_rounds_is_refused() {
        // Made with Perl's `crypt`.
        for (secret, stored) in [("testtest", "aboqU0xf8M452"), ("letmein!", "/.4GZtn7H0yBg")] {
            for (typed, is_match) in [(secret, true), (&format!("{secret}+"), true), (&secret[1..], false)] {
                assert_eq!(verify_traditional(typed.as_bytes(), stored), Ok(is_match), "{typed}");
            }
        }
        assert_eq!(verify_extended(b"x", "_zzzzsalt..........."), Err(SchemeError::Malformed));
        assert_eq!(verify_extended(b"x", "_....salt..........."), Err(SchemeError::Malformed));
        assert_eq!(verify_extended(b"a\0", "_/...salt..........."), Err(NUL));
    }
}
