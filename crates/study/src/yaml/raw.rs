//! The YAML files as written. Descriptions here become those of the JSON Schemas.

mod appendix;
mod check;
mod codebook;
mod pipeline;
mod source;
mod test;

pub(crate) use appendix::*;
pub(crate) use check::*;
pub(crate) use codebook::*;
pub(crate) use pipeline::*;
pub(crate) use source::*;
pub(crate) use test::*;
