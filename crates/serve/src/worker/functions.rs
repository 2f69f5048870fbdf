//! What sessions know besides the functions of herkomst: those of Postgres that clients call on their own.

use super::databases::Listed;
use crate::settings::VERSION;
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::SessionContext;
use datafusion_pg_catalog::pg_catalog::PgCatalogSchemaProvider;
use datafusion_pg_catalog::pg_catalog::PgCatalogTable;
use datafusion_pg_catalog::pg_catalog::context::EmptyContextProvider;
use datafusion_pg_catalog::setup_pg_catalog;
use engine::Seat;
use futures::StreamExt;
use std::sync::Arc;

/// Teaches the session that all others are made like.
pub(super) fn teach(context: &SessionContext) -> Result<()> {
    let state = context.state();
    let database = state.config_options().catalog.default_catalog.clone();
    setup_pg_catalog(context, &database, EmptyContextProvider).map_err(|error| *error)
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
        context.register_udf(says(name, value));
    }
}

/// Has the catalogue give each schema and table its number.
pub(super) async fn number(catalogue: &PgCatalogSchemaProvider<Listed, EmptyContextProvider>) -> Result<()> {
    if let Some(PgCatalogTable::Dynamic(tables)) = catalogue.build_table_by_name("pg_class")? {
        let mut rows = tables.execute(Arc::default());
        while let Some(batch) = rows.next().await {
            batch?;
        }
    }
    Ok(())
}

/// A function without arguments that always says the same.
fn says(name: &str, value: &str) -> ScalarUDF {
    let value = value.to_owned();
    let function = move |_: &[ColumnarValue]| {
        Ok(ColumnarValue::Scalar(ScalarValue::Utf8(Some(value.clone()))))
    };
    create_udf(name, vec![], DataType::Utf8, Volatility::Stable, Arc::new(function))
}
