//! CHAID.
