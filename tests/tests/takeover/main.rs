//! A database, its keys and everything that was handed out move from Flask-Security to Portcullis, and back.

mod columns;
mod inherited;
mod live;
mod reference;
mod requests;
