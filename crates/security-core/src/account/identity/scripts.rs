//! Whether a name is written in one script.

use unicode_security::mixed_script::AugmentedScriptSet;

/// Whether a name has letters of scripts that are not written together, by which it could pass for another name: a
/// Cyrillic `а` among Latin letters looks like the Latin one.
///
/// What may stand together is what UTS #39 calls "highly restrictive": one script, or Latin with one of the writing systems
/// of Japanese, Korean and Chinese. Digits and marks that several scripts have belong to all of these.
pub(super) fn mixes_scripts(name: &str) -> bool {
    if !AugmentedScriptSet::for_str(name).is_empty() {
        return false;
    }
    let latin = AugmentedScriptSet::for_char('a');
    let others: String = name.chars().filter(|c| AugmentedScriptSet::for_char(*c) != latin).collect();
    let others = AugmentedScriptSet::for_str(&others);
    !(others.jpan || others.kore || others.hanb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_not_written_together_are_found() {
        // Cyrillic а in Latin, Latin o in Cyrillic, Greek omicron in Latin, Cherokee in Latin, Hangul in Japanese.
        for mixed in ["\u{430}nna", "к\u{6f}льщик", "j\u{3bf}hn", "\u{13aa}rnold", "かな한글", "anna\u{663}"]
        {
            assert!(mixes_scripts(mixed), "{mixed}");
        }
    }

    #[test]
    fn what_is_written_together_may_stand_together() {
        for name in [
            "",
            "anna42",
            "_-.42",
            "ümlaut",
            "u\u{308}mlaut",
            "кириллица42",
            "Ελένη",
            "日本語名",
            "東京タワーの人",
            "annaさん",
            "철수99",
            "kim철수",
            "小明ming",
            "ａｎｎａ",
            "①②③④",
            "٣٤٥٦",
        ] {
            assert!(!mixes_scripts(name), "{name}");
        }
    }
}
