//! Accounts: the user record, roles with their permissions, and the identities a user is known by.

pub mod identity;
mod role;
mod user;

pub use role::{NewRole, Role, RoleId};
pub use user::{NewUser, User, UserId};
