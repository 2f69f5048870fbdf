//! What sessions know besides the functions of herkomst: those of Postgres that clients call on their own.

use crate::settings::{Settings, VERSION};
use arrow::array::{ArrayRef, AsArray, Int32Array};
use arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility,
    create_udf,
};
use datafusion::prelude::SessionContext;
use datafusion_pg_catalog::pg_catalog::PgCatalogStaticTables;
use datafusion_pg_catalog::pg_catalog::context::EmptyContextProvider;
use datafusion_pg_catalog::setup_pg_catalog;
use engine::Seat;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Functions that tell of what no run has, comments, indexes, views, sequences, functions, or of what is not told, sizes. Each
/// says NULL.
const NOTHING: [&str; 17] = [
    "col_description",
    "obj_description",
    "shobj_description",
    "pg_get_indexdef",
    "pg_get_viewdef",
    "pg_get_serial_sequence",
    "pg_get_functiondef",
    "pg_get_triggerdef",
    "pg_get_ruledef",
    "pg_get_function_arguments",
    "pg_get_function_identity_arguments",
    "pg_get_function_result",
    "pg_size_pretty",
    "pg_table_size",
    "pg_relation_size",
    "pg_total_relation_size",
    "pg_database_size",
];

/// Teaches the session that all others are made like.
pub(super) fn teach(context: &SessionContext, catalogue: &PgCatalogStaticTables) -> Result<()> {
    let state = context.state();
    let database = state.config_options().catalog.default_catalog.clone();
    setup_pg_catalog(context, &database, EmptyContextProvider).map_err(|error| *error)?;
    for name in NOTHING {
        context.register_udf(says(name, ScalarValue::Utf8(None)));
    }
    for (name, value) in [
        ("pg_function_is_visible", true),
        ("pg_type_is_visible", true),
        ("pg_collation_is_visible", true),
        ("pg_is_in_recovery", false),
        ("pg_relation_is_updatable", false),
    ] {
        context.register_udf(says(name, ScalarValue::Boolean(Some(value))));
    }
    context.register_udf(numbered("to_regtype", types(catalogue)));
    context.register_udf(current_setting());
    Ok(())
}

/// Tells a session where it sits and who sits there.
pub(super) fn introduce(context: &SessionContext, seat: &Seat, user: &str) {
    let version = format!("PostgreSQL {VERSION} (herkomst {})", env!("CARGO_PKG_VERSION"));
    for (name, value) in [
        ("version", version.as_str()),
        ("current_database", &seat.database),
        ("current_catalog", &seat.database),
        ("current_schema", &seat.schema),
        ("current_user", user),
        ("session_user", user),
    ] {
        context.register_udf(says(name, ScalarValue::Utf8(Some(value.to_owned()))));
    }
}

/// Numbers of types by their names.
fn types(catalogue: &PgCatalogStaticTables) -> BTreeMap<String, i32> {
    let mut types = BTreeMap::new();
    for batch in catalogue.pg_type.data() {
        let numbers = batch.column_by_name("oid").and_then(|oid| oid.as_primitive_opt::<Int32Type>());
        let names = batch.column_by_name("typname").and_then(|name| name.as_string_opt::<i32>());
        if let (Some(numbers), Some(names)) = (numbers, names) {
            let rows = names.iter().zip(numbers.iter());
            types.extend(rows.filter_map(|(name, number)| Some((name?.to_owned(), number?))));
        }
    }
    types
}

/// A function from a name to its number; NULL for an unknown one.
fn numbered(name: &str, numbers: BTreeMap<String, i32>) -> ScalarUDF {
    let function = move |arguments: &[ColumnarValue]| {
        let names = ColumnarValue::values_to_arrays(arguments)?.remove(0);
        let found: Int32Array =
            names.as_string::<i32>().iter().map(|name| numbers.get(name?).copied()).collect();
        Ok(ColumnarValue::Array(Arc::new(found) as ArrayRef))
    };
    create_udf(name, vec![DataType::Utf8], DataType::Int32, Volatility::Stable, Arc::new(function))
}

/// The values that settings have at first; the process that answers does not know what a client set since.
fn current_setting() -> ScalarUDF {
    let settings = Settings::default();
    let function = move |arguments: &[ColumnarValue]| {
        let names = ColumnarValue::values_to_arrays(arguments)?.remove(0);
        let values = names.as_string::<i32>().iter().map(|name| settings.get(name?).ok());
        let values: arrow::array::StringArray = values.collect();
        Ok(ColumnarValue::Array(Arc::new(values) as ArrayRef))
    };
    create_udf(
        "current_setting",
        vec![DataType::Utf8],
        DataType::Utf8,
        Volatility::Stable,
        Arc::new(function),
    )
}

/// A function that always says the same, whatever it is asked.
fn says(name: &str, value: ScalarValue) -> ScalarUDF {
    let any = Signature::one_of(vec![TypeSignature::Nullary, TypeSignature::VariadicAny], Volatility::Stable);
    ScalarUDF::from(Says { name: name.to_owned(), value, signature: any })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Says {
    name: String,
    value: ScalarValue,
    signature: Signature,
}

impl ScalarUDFImpl for Says {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.value.data_type())
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Ok(ColumnarValue::Scalar(self.value.clone()))
    }
}
