//! Published nights on the Postgres wire.
