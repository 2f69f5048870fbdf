//! Facets, each with the version of its published schema.

use serde_json::{Map, Value, json};

/// Who made events and facets: a name, as the project has no address of its own.
pub(super) const PRODUCER: &str = concat!("urn:herkomst:", env!("CARGO_PKG_VERSION"));

/// The published schema of a facet.
#[derive(Clone, Copy)]
pub(super) struct Facet {
    schema: &'static str,
    version: &'static str,
}

/// A facet with its contents, which are an object.
impl Facet {
    pub(super) fn of(self, contents: Value) -> Value {
        let Facet { schema, version } = self;
        let url = format!("https://openlineage.io/spec/facets/{version}/{schema}.json#/$defs/{schema}");
        let mut facet = Map::from_iter([
            ("_producer".to_owned(), json!(PRODUCER)),
            ("_schemaURL".to_owned(), json!(url)),
        ]);
        if let Value::Object(contents) = contents {
            facet.extend(contents);
        }
        Value::Object(facet)
    }
}

const fn facet(schema: &'static str, version: &'static str) -> Facet {
    Facet { schema, version }
}

pub(super) const ASSERTIONS: Facet = facet("DataQualityAssertionsDatasetFacet", "1-1-0");
pub(super) const COLUMN_LINEAGE: Facet = facet("ColumnLineageDatasetFacet", "1-2-0");
pub(super) const DATASET_TAGS: Facet = facet("TagsDatasetFacet", "1-0-0");
pub(super) const DOCUMENTATION: Facet = facet("DocumentationJobFacet", "1-1-0");
pub(super) const ENGINE: Facet = facet("ProcessingEngineRunFacet", "1-1-1");
pub(super) const ERROR: Facet = facet("ErrorMessageRunFacet", "1-0-1");
pub(super) const INPUT_STATISTICS: Facet = facet("InputStatisticsInputDatasetFacet", "1-0-0");
pub(super) const JOB_TYPE: Facet = facet("JobTypeJobFacet", "2-0-3");
pub(super) const OUTPUT_STATISTICS: Facet = facet("OutputStatisticsOutputDatasetFacet", "1-0-2");
pub(super) const PARAMETERS: Facet = facet("ExecutionParametersRunFacet", "1-0-0");
pub(super) const PARENT: Facet = facet("ParentRunFacet", "1-1-0");
pub(super) const RUN_TAGS: Facet = facet("TagsRunFacet", "1-0-0");
pub(super) const SCHEMA: Facet = facet("SchemaDatasetFacet", "1-2-0");
pub(super) const SOURCE_CODE: Facet = facet("SourceCodeJobFacet", "1-0-1");
pub(super) const SQL: Facet = facet("SQLJobFacet", "1-1-0");
pub(super) const VERSION: Facet = facet("DatasetVersionDatasetFacet", "1-0-1");

/// The contents of a facet of tags.
pub(super) fn tags<'t>(tags: impl IntoIterator<Item = (&'t str, String)>) -> Value {
    let tag = |(key, value): (&str, String)| json!({"key": key, "value": value, "source": "HERKOMST"});
    json!({"tags": tags.into_iter().map(tag).collect::<Vec<_>>()})
}
