//! Values of parameters, from the client's bytes to a row of a table.

use super::error;
use crate::frame::Fault;
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow_pg::datatypes::df::deserialize_parameters_with_server_types;
use arrow_pg::datatypes::field_into_pg_type;
use datafusion::common::ParamValues;
use pgwire::api::Type;
use pgwire::api::portal::Portal;
use pgwire::error::PgWireResult;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The type that a client is told of each parameter; text where nothing is known.
pub(super) fn types(parameters: &SchemaRef) -> PgWireResult<Vec<Type>> {
    let told = |field: &Arc<Field>| match field.data_type() {
        DataType::Null => Ok(Type::TEXT),
        _ => field_into_pg_type(field),
    };
    parameters.fields().iter().map(told).collect()
}

/// Those of the declared types that are lists, by the number of the parameter, each as SQL has it.
pub(super) fn lists(declared: &[Option<Type>]) -> BTreeMap<usize, String> {
    let list = |kind: &Option<Type>| match *kind.as_ref()? {
        Type::BOOL_ARRAY => Some("BOOLEAN[]"),
        Type::INT2_ARRAY | Type::INT4_ARRAY | Type::INT8_ARRAY => Some("BIGINT[]"),
        Type::FLOAT4_ARRAY | Type::FLOAT8_ARRAY => Some("DOUBLE[]"),
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY => Some("VARCHAR[]"),
        _ => None,
    };
    let numbered = (1..).zip(declared);
    numbered.filter_map(|(at, kind)| Some((at, list(kind)?.to_owned()))).collect()
}

/// The values of a portal as one row; none if it has no parameters.
pub(super) fn row<S: Clone>(portal: &Portal<S>, parameters: &SchemaRef) -> PgWireResult<Option<RecordBatch>> {
    if portal.parameter_len() == 0 {
        return Ok(None);
    }
    let told = types(parameters)?;
    let declared = |at: usize| portal.statement.parameter_types.get(at).and_then(Option::as_ref);
    let inferred = |at: usize| parameters.fields().get(at).map(|field| field.data_type());
    // A declared type is what the value is; only among integers the query's own width is better. The planner casts the rest.
    let target = |at: usize| match (declared(at), inferred(at)) {
        (_, Some(DataType::Null) | None) => None,
        (None, kind) => kind,
        (Some(&(Type::INT2 | Type::INT4 | Type::INT8)), Some(kind)) if kind.is_integer() => Some(kind),
        _ => None,
    };
    let places = 0..portal.parameter_len();
    let targets: Vec<Option<&DataType>> = places.clone().map(target).collect();
    let told: Vec<Option<&Type>> = places.map(|at| told.get(at)).collect();
    let values = match deserialize_parameters_with_server_types(portal, &targets, &told)? {
        ParamValues::List(values) => values,
        ParamValues::Map(_) => return Err(error(Fault::new("08P01", "parameters have numbers"))),
    };
    let columns = values
        .iter()
        .map(|value| value.value().to_array())
        .collect::<Result<Vec<ArrayRef>, _>>()
        .map_err(|wrong| error(Fault::new("22023", wrong.strip_backtrace())))?;
    let fields = columns
        .iter()
        .zip(1..)
        .map(|(column, at)| Field::new(format!("${at}"), column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let row = RecordBatch::try_new(schema, columns);
    row.map(Some).map_err(|wrong| error(Fault::new("22023", wrong.to_string())))
}
