//! What users and visitors can do: one file per feature, all of them methods of [`Security`](crate::Security).
//!
//! Whoever gets in, gets in through [`sign_in`]: it alone makes a [`Proven`](sign_in::Proven), and nothing else
//! opens a session.

mod activation;
pub mod authenticate;
pub mod change_password;
pub mod confirm_email;
pub mod passwordless;
pub mod register;
pub mod reset_password;
pub mod sign_in;
pub mod sign_out;
mod throttle;
pub mod verify;
pub mod way;
