//! One row per option: its field, its type, its name and its default. Everything else is made from that.

use super::value::{Codec, Expected, Input};

/// A part of the configuration that reads its own options.
pub(super) trait Section: Default {
    /// The heading in the reference documentation.
    const TITLE: &'static str;

    /// Its options, in the order of the documentation.
    fn rows() -> Vec<Row<Self>>;
}

/// One option of a section.
pub(super) struct Row<S> {
    /// The full name.
    pub(super) name: &'static str,
    /// What it is for.
    pub(super) summary: &'static str,
    /// The type, in words.
    pub(super) kind: fn() -> String,
    /// The default, as a file would hold it.
    pub(super) default: fn() -> serde_json::Value,
    /// How it relates to the reference.
    pub(super) standing: Standing,
    /// Reads a value into the section.
    pub(super) update: fn(&mut S, Input<'_>) -> Result<(), Expected>,
}

/// How an option relates to the reference, Flask-Security 5.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Same name, same meaning, same default.
    Same,
    /// Same name and meaning, another default: a safer one, or our own wording.
    Changed,
    /// Only here.
    Ours,
}

/// Declares a section: the struct with documented fields, its defaults, and the table of its options.
///
/// ```text
/// section! {
///     /// What the section is about.
///     pub struct TokenConfig "Authentication tokens" {
///         /// What the option is for.
///         max_age: Duration, "SECURITY_TOKEN_MAX_AGE" = "15 minutes";
///     }
/// }
/// ```
///
/// After the type may stand `as` and a [`Codec`](super::value::Codec), after the default a comma and a
/// [`Standing`]. Two kinds of blocks may follow: `in field: Type { … }` for options that fill the parts of
/// one field, and `plus { field: Type = value; }` for fields no option names.
macro_rules! section {
    (
        $(#[$attribute:meta])+
        pub struct $section:ident $title:literal {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty $(as $codec:ty)?, $name:literal = $default:tt $(, $standing:ident)?;
            )*
        }
        $(
            $(#[doc = $part_doc:literal])+
            in $part:ident: $part_type:ty {
                $(
                    $(#[doc = $sub_doc:literal])+
                    $sub:ident: $sub_type:ty $(as $sub_codec:ty)?,
                    $sub_name:literal = $sub_default:tt $(, $sub_standing:ident)?;
                )*
            }
        )*
        $(plus {
            $(
                $(#[doc = $plus_doc:literal])+
                $plus:ident: $plus_type:ty = $plus_value:expr;
            )+
        })?
    ) => {
        $(#[$attribute])+
        #[derive(Debug, Clone)]
        pub struct $section {
            $(
                $(#[doc = $doc])+
                #[doc = concat!("\n\n`", $name, "`, default `", stringify!($default), "`.")]
                pub $field: $type,
            )*
            $(
                $(#[doc = $part_doc])+
                $(#[doc = concat!("\n* `", $sub_name, "`, default `", stringify!($sub_default), "`")])*
                pub $part: $part_type,
            )*
            $($(
                $(#[doc = $plus_doc])+
                pub $plus: $plus_type,
            )+)?
        }

        impl Default for $section {
            fn default() -> Self {
                #[allow(unused_mut, reason = "a section without parts has nothing to change")]
                let mut section = Self {
                    $($field: $crate::config::section::default_of::<$type, section!(@codec $($codec)?)>(
                        &serde_json::json!($default),
                    ),)*
                    $($part: <$part_type>::default(),)*
                    $($($plus: $plus_value,)+)?
                };
                $($(
                    section.$part.$sub = $crate::config::section::default_of::<
                        $sub_type, section!(@codec $($sub_codec)?)
                    >(&serde_json::json!($sub_default));
                )*)*
                section
            }
        }

        impl $crate::config::section::Section for $section {
            const TITLE: &'static str = $title;

            fn rows() -> Vec<$crate::config::section::Row<Self>> {
                vec![
                    $(section!(@row [$field] $type, section!(@codec $($codec)?), $name, $default,
                        concat!($($doc),+), section!(@standing $($standing)?)),)*
                    $($(section!(@row [$part.$sub] $sub_type, section!(@codec $($sub_codec)?), $sub_name,
                        $sub_default, concat!($($sub_doc),+), section!(@standing $($sub_standing)?)),)*)*
                ]
            }
        }
    };
    (@row [$($place:ident).+] $type:ty, $codec:ty, $name:literal, $default:tt, $doc:expr, $standing:expr) => {
        $crate::config::section::Row {
            name: $name,
            summary: $doc.trim_ascii(),
            kind: <$codec as $crate::config::value::Codec<$type>>::kind,
            default: || serde_json::json!($default),
            standing: $standing,
            update: |section, input| {
                let before = &section.$($place).+;
                let value = <$codec as $crate::config::value::Codec<$type>>::read(Some(before), input)?;
                section.$($place).+ = value;
                Ok(())
            },
        }
    };
    (@codec) => { $crate::config::value::Plain };
    (@codec $codec:ty) => { $codec };
    (@standing) => { $crate::config::section::Standing::Same };
    (@standing changed) => { $crate::config::section::Standing::Changed };
    (@standing ours) => { $crate::config::section::Standing::Ours };
}

pub(super) use section;

/// The default of a row, read like any other value.
pub(super) fn default_of<T, C: Codec<T>>(default: &serde_json::Value) -> T {
    C::read(None, Input::Typed(default)).expect("the default in a table has the type of its option")
}
