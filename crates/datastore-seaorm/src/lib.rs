//! datastore-seaorm
