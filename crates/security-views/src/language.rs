//! Which language a request is answered in.

use http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, VARY};
use http::{HeaderMap, HeaderValue};
use security_core::Security;
use security_core::message::{Language, MessageKey, Messages, PageText, Wording};

use crate::context::RequestContext;
use crate::negotiate::{MOST_ENTRIES, split_unquoted, thousandths};

/// The language of a request, once somebody asked for it.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    language: Language,
    /// Another request may get another language for what its header says.
    is_negotiated: bool,
}

impl RequestContext {
    /// The language to answer in: what [`set_language`](Self::set_language) or the application's
    /// [policy](crate::ResponsePolicy::language) says, else the one of `Accept-Language` that comes first among those
    /// there are, else the default.
    ///
    /// The response tells caches what it depends on, with `Vary`.
    #[must_use]
    pub fn language(&self) -> Language {
        let choice = self.chosen_or_found();
        self.choose_language(choice.clone());
        choice.language
    }

    fn chosen_or_found(&self) -> Choice {
        if let Some(choice) = self.language_choice() {
            return choice;
        }
        let messages = self.security().messages();
        let wanted = self.views().policy().language(self);
        match wanted.as_ref().and_then(|wanted| messages.closest(wanted)) {
            Some(language) => Choice { language: language.clone(), is_negotiated: false },
            None => Choice {
                language: negotiated(messages, self.headers()),
                is_negotiated: messages.languages().len() > 1,
            },
        }
    }

    /// The product, mailing in the language of this request. That is nothing the response depends on.
    pub(crate) fn mailing(&self) -> Security {
        self.security().speaking(&self.chosen_or_found().language)
    }

    /// Answers this request in a language, say that of the user's own settings, if it is one there is.
    pub fn set_language(&self, wanted: &Language) {
        if let Some(language) = self.security().messages().closest(wanted) {
            self.choose_language(Choice { language: language.clone(), is_negotiated: false });
        }
    }

    /// Every text of the product in the language of this request.
    #[must_use]
    pub fn wording(&self) -> Wording<'_> {
        self.security().messages().in_language(&self.language())
    }

    pub(crate) fn text(&self, key: MessageKey) -> String {
        self.wording().text(key, &[])
    }

    pub(crate) fn page_text(&self, text: PageText) -> String {
        self.wording().page_text(text, &[])
    }

    /// Says in which language the text of a response is.
    pub(crate) fn say_language(&self, response: &mut HeaderMap) {
        if let Ok(language) = HeaderValue::from_str(&self.language().to_string()) {
            response.insert(CONTENT_LANGUAGE, language);
        }
    }

    /// Tells caches that a visitor with another language gets another response, if that is so.
    pub(crate) fn vary_by_language(&self, response: &mut HeaderMap) {
        if self.language_choice().is_some_and(|choice| choice.is_negotiated) {
            vary_by("Accept-Language", response);
        }
    }
}

/// Tells caches that a response depends on a header of the request.
pub(crate) fn vary_by(name: &'static str, response: &mut HeaderMap) {
    let is_told = |value: &HeaderValue| {
        let text = value.to_str().unwrap_or_default();
        text.split(',').any(|told| matches!(told.trim(), "*") || told.trim().eq_ignore_ascii_case(name))
    };
    if !response.get_all(VARY).iter().any(is_told) {
        response.append(VARY, HeaderValue::from_static(name));
    }
}

/// The best of the languages there are, by `Accept-Language`.
fn negotiated(messages: &Messages, headers: &HeaderMap) -> Language {
    let ranges = ranges(headers);
    let listed = |language: &Language| {
        ranges.iter().filter_map(|range| range.language.as_ref()).any(|wanted| language.is_kind_of(wanted))
    };
    let is_refused = |language: &Language| {
        let mut refused = ranges.iter().filter(|range| range.quality == 0);
        refused.any(|range| range.language.as_ref() == Some(language))
    };
    let liked = ranges.iter().filter(|range| range.quality > 0);
    let mut found = liked.filter_map(|range| match &range.language {
        Some(wanted) => messages.closest(wanted),
        // The star stands for all that the list does not name.
        None => messages.languages().iter().find(|language| !listed(language)),
    });
    let best = found.find(|language| !is_refused(language));
    best.unwrap_or_else(|| messages.default_language()).clone()
}

/// One entry of `Accept-Language`.
struct Range {
    /// `None` stands for any.
    language: Option<Language>,
    /// `q` in thousandths.
    quality: u16,
}

/// The entries that can be read, of the first [`MOST_ENTRIES`], the best first. Of equals, the first in the list stays in
/// front.
fn ranges(headers: &HeaderMap) -> Vec<Range> {
    let lines = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    let entries = lines.flat_map(|line| line.split(',')).take(MOST_ENTRIES);
    let mut ranges: Vec<Range> = entries.filter_map(Range::parse).collect();
    ranges.sort_by_key(|range| std::cmp::Reverse(range.quality));
    ranges
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut pieces = split_unquoted(text, ';').map(str::trim);
        let language = match pieces.next()? {
            "*" => None,
            tag => Some(tag.parse().ok()?),
        };
        let mut quality = 1000;
        for (name, value) in pieces.filter_map(|piece| piece.split_once('=')) {
            if name.trim().eq_ignore_ascii_case("q") {
                quality = thousandths(value.trim())?;
            }
        }
        Some(Self { language, quality })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// English, German and Brazilian Portuguese.
    fn messages(default: &str) -> Messages {
        let mut messages = Messages::built_in();
        messages.translate(&"pt-BR".parse().unwrap(), "NOT_FOUND = x").unwrap();
        messages.set_default_language(&default.parse().unwrap());
        messages
    }

    fn spoken_to(accept: &str, default: &str) -> String {
        let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_str(accept).unwrap())]);
        negotiated(&messages(default), &headers).to_string()
    }

    #[test]
    fn the_language_liked_best_is_spoken_if_it_is_there() {
        for (accept, spoken) in [
            ("de", "de"),
            ("DE-at", "de"),
            ("de-AT, en;q=0.5", "de"),
            ("fr, de;q=0.2", "de"),
            ("en;q=0.5, de;q=0.6", "de"),
            ("en;q=0.6, de;q=0.5", "en"),
            ("en-GB, de", "en"),
            ("de , en", "de"),
            ("pt-PT, pt;q=0.9, en;q=0.8", "pt-BR"),
            ("*;q=0.1, de;q=0.9", "de"),
            ("en;q=0.1, *", "de"),
            ("de; q=1", "de"),
            ("de;level=1;q=0.9, en;q=0.8", "de"),
        ] {
            assert_eq!(spoken_to(accept, "en"), spoken, "{accept}");
        }
    }

    #[test]
    fn whoever_understands_none_is_spoken_to_in_the_default_language() {
        for accept in ["", "fr", "*", "*;q=0", "de;q=0", "de;q=x", ";q=1", ",,", "\"de\"", "deutsch bitte"] {
            assert_eq!(spoken_to(accept, "en"), "en", "{accept}");
        }
        for accept in ["", "fr", "*", "en;q=0", "en;q=0, *", "en;q=0, *;q=0.5"] {
            assert_eq!(spoken_to(accept, "de"), "de", "{accept}");
        }
        assert_eq!(spoken_to("en", "de"), "en");
    }

    #[test]
    fn a_list_without_end_is_not_read_to_its_end() {
        let long = "*;q=0.5,".repeat(MOST_ENTRIES);
        assert_eq!(
            ranges(&HeaderMap::from_iter([(ACCEPT_LANGUAGE, long.parse().unwrap())])).len(),
            MOST_ENTRIES
        );
        assert_eq!(spoken_to(&format!("{long}de"), "en"), "en");
        assert_eq!(spoken_to(&format!("de,{long}"), "en"), "de");
    }

    #[test]
    fn several_lines_are_one_list() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT_LANGUAGE, HeaderValue::from_static("en;q=0.5"));
        headers.append(ACCEPT_LANGUAGE, HeaderValue::from_static("de"));
        assert_eq!(negotiated(&messages("en"), &headers).to_string(), "de");
    }

    #[test]
    fn what_a_response_depends_on_is_told_once() {
        let mut headers = HeaderMap::new();
        vary_by("Cookie", &mut headers);
        vary_by("Accept-Language", &mut headers);
        vary_by("Cookie", &mut headers);
        assert_eq!(headers.get_all(VARY).iter().collect::<Vec<_>>(), ["Cookie", "Accept-Language"]);
        headers.insert(VARY, HeaderValue::from_static("*"));
        vary_by("Cookie", &mut headers);
        assert_eq!(headers.get_all(VARY).iter().count(), 1);
    }
}
