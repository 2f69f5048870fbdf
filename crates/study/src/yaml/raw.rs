//! The YAML files as written. Descriptions here become those of the JSON Schemas.

mod appendix;
mod pipeline;
mod source;

pub(crate) use appendix::*;
pub(crate) use pipeline::*;
pub(crate) use source::*;
