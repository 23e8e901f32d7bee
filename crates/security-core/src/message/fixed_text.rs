//! Texts that are said as they are, with the names that translations know them by.

/// Declares an enum of texts from one table: variant, identifier, variables, English text.
macro_rules! fixed_texts {
    (
        $(#[$attribute:meta])+
        $name:ident;
        $($variant:ident $id:literal [$($variable:literal),*] $text:literal;)+
    ) => {
        $(#[$attribute])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = $text]
                $variant,
            )+
        }

        impl $name {
            /// Every text.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in translations.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }

            /// The text in English, with `%(name)s` for variables.
            #[must_use]
            pub const fn english(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The variables the text may use.
            #[must_use]
            pub const fn variables(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($variable),*]),+ }
            }

            /// The text of this name in translations, if there is one.
            #[must_use]
            pub fn from_id(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|text| text.id() == id)
            }

            /// The text with this wording, as templates ask for it.
            #[must_use]
            pub fn from_english(english: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|text| text.english() == english)
            }
        }
    };
}

pub(super) use fixed_texts;
