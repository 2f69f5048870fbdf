use crate::yaml::{RawAppendix, RawMisprints, RawModel, RawPipeline, RawSource, RawTests};
use schemars::{Schema, schema_for};
use std::collections::BTreeMap;

/// JSON Schemas of the study's YAML files, for completion in editors: `pipeline`, `source`, `model`, `appendix`, `test`,
/// `misprints`.
pub fn json_schemas() -> BTreeMap<&'static str, Schema> {
    BTreeMap::from([
        ("appendix", schema_for!(RawAppendix)),
        ("misprints", schema_for!(RawMisprints)),
        ("model", schema_for!(RawModel)),
        ("pipeline", schema_for!(RawPipeline)),
        ("source", schema_for!(RawSource)),
        ("test", schema_for!(RawTests)),
    ])
}
