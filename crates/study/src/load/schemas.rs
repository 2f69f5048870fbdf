use crate::yaml::{RawAppendix, RawMisprints, RawPipeline, RawSource};
use schemars::{Schema, schema_for};
use std::collections::BTreeMap;

/// JSON Schemas of the study's YAML files, for completion in editors: `pipeline`, `source`, `appendix`, `misprints`.
pub fn json_schemas() -> BTreeMap<&'static str, Schema> {
    BTreeMap::from([
        ("appendix", schema_for!(RawAppendix)),
        ("misprints", schema_for!(RawMisprints)),
        ("pipeline", schema_for!(RawPipeline)),
        ("source", schema_for!(RawSource)),
    ])
}
