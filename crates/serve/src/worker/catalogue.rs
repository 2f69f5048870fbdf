//! `pg_catalog` of one desk: that of datafusion-pg-catalog, of which some tables are told otherwise, so that they say what is so
//! here: numbers that stay, lists that are lists, the settings that there are, no functions of the user's own.

use super::databases::Listed;
use super::numbers::{Numbered, numbers};
use crate::settings::Settings;
use arrow::array::{
    Array, ArrayRef, AsArray, Int16Array, Int32Array, RecordBatch, StringArray, new_null_array,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Int16Type, Int32Type, Schema, SchemaRef};
use arrow_pg::datatypes::into_pg_type;
use async_trait::async_trait;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::Result;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion_pg_catalog::pg_catalog::context::EmptyContextProvider;
use datafusion_pg_catalog::pg_catalog::{PgCatalogSchemaProvider, PgCatalogStaticTables, PgCatalogTable};
use futures::TryStreamExt;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The number of the schema `pg_catalog`, which static tables of the catalogue name.
const PG_CATALOG: i32 = 11;

/// Tables that are told otherwise than the inner catalogue does.
const TOLD: [&str; 6] = ["pg_database", "pg_namespace", "pg_class", "pg_attribute", "pg_settings", "pg_proc"];
/// Columns that the inner catalogue lacks in `pg_class`.
const LACKING: [&str; 2] = ["relacl", "reloptions"];

/// The catalogue over what a desk has.
#[derive(Debug)]
pub(super) struct Catalogue(Arc<Telling>);

#[derive(Debug)]
struct Telling {
    inner: PgCatalogSchemaProvider<Listed, EmptyContextProvider>,
    listed: Listed,
    told: OnceCell<Told>,
}

/// What is told in place of what the inner catalogue says.
#[derive(Debug)]
struct Told {
    /// Numbers, by those of the inner catalogue.
    numbers: BTreeMap<i32, i32>,
    /// Tables by the numbers of the inner catalogue.
    tables: BTreeMap<i32, (String, String)>,
}

/// One of the tables that are told otherwise. It is made when its rows are asked for: the catalogue describes itself, too.
#[derive(Debug)]
struct ToldTable {
    telling: Arc<Telling>,
    name: String,
    schema: SchemaRef,
}

impl Catalogue {
    pub(super) fn new(listed: Listed, tables: Arc<PgCatalogStaticTables>) -> Result<Self> {
        let inner = PgCatalogSchemaProvider::try_new(listed.clone(), tables, EmptyContextProvider)?;
        Ok(Self(Arc::new(Telling { inner, listed, told: OnceCell::new() })))
    }
}

impl Telling {
    async fn told(&self) -> Result<&Told> {
        self.told.get_or_try_init(|| self.tell()).await
    }

    /// Has the inner catalogue number everything, and gives each its own number.
    async fn tell(&self) -> Result<Told> {
        let (databases, schemas, relations) =
            (self.rows("pg_database").await?, self.rows("pg_namespace").await?, self.rows("pg_class").await?);
        let schemas: BTreeMap<i32, String> = named(&schemas, "oid", "nspname").collect();
        let mut things: BTreeMap<i32, Numbered> = named(&databases, "oid", "datname")
            .map(|(number, name)| (number, Numbered::Database(name)))
            .collect();
        things.extend(schemas.iter().map(|(number, name)| (*number, Numbered::Schema(name.clone()))));
        let within = integers(&relations, "relnamespace");
        let mut tables = BTreeMap::new();
        for ((number, name), schema) in named(&relations, "oid", "relname").zip(within) {
            if let Some(schema) = schemas.get(&schema) {
                tables.insert(number, (schema.clone(), name.clone()));
                things.insert(number, Numbered::Table(schema.clone(), name));
            }
        }
        let own = numbers(things.values().cloned().collect::<BTreeSet<_>>());
        let mut numbers: BTreeMap<i32, i32> =
            things.iter().filter_map(|(inner, thing)| Some((*inner, *own.get(thing)?))).collect();
        numbers.insert(PG_CATALOG, PG_CATALOG);
        Ok(Told { numbers, tables })
    }

    /// The rows of a table of the inner catalogue that is made when it is asked.
    async fn rows(&self, name: &str) -> Result<RecordBatch> {
        let Some(PgCatalogTable::Dynamic(table)) = self.inner.build_table_by_name(name)? else {
            return Ok(RecordBatch::new_empty(Arc::new(Schema::empty())));
        };
        let batches: Vec<RecordBatch> = table.execute(Arc::default()).try_collect().await?;
        Ok(concat_batches(table.schema(), &batches)?)
    }

    /// Columns of tables with the types that they have, where these are others than the inner catalogue knows of.
    async fn attributes(&self, told: &Told) -> Result<RecordBatch> {
        let rows = self.rows("pg_attribute").await?;
        let (relations, places) = (integers(&rows, "attrelid"), rows.column_by_name("attnum"));
        let places = places.and_then(|places| places.as_primitive_opt::<Int16Type>());
        let mut kinds = integers(&rows, "atttypid");
        let mut dimensions = integers(&rows, "attndims");
        let mut schemas: BTreeMap<i32, Option<SchemaRef>> = BTreeMap::new();
        for (at, relation) in relations.iter().enumerate() {
            if !schemas.contains_key(relation) {
                let schema = match told.tables.get(relation) {
                    Some((schema, table)) => self.listed.own_schema(schema, table).await?,
                    None => None,
                };
                schemas.insert(*relation, schema);
            }
            let place = places.map_or(0, |places: &Int16Array| places.value(at));
            let field = schemas
                .get(relation)
                .and_then(Option::as_ref)
                .and_then(|schema| schema.fields().get(usize::try_from(place).ok()?.checked_sub(1)?));
            if let Some(kind) = field.filter(|field| field.data_type().is_list())
                && let Ok(told) = into_pg_type(kind.data_type())
            {
                (kinds[at], dimensions[at]) = (i32::try_from(told.oid()).unwrap_or(kinds[at]), 1);
            }
        }
        let rows = with(&rows, "atttypid", Arc::new(Int32Array::from(kinds)))?;
        let rows = with(&rows, "attndims", Arc::new(Int32Array::from(dimensions)))?;
        told.renumbered(&rows, &["attrelid"])
    }

    /// The columns of a table that is told otherwise; none if there is no such table.
    fn columns(&self, name: &str) -> Result<Option<SchemaRef>> {
        if !TOLD.contains(&name) {
            return Ok(None);
        }
        let schema = self.inner.build_table_by_name(name)?.map(|table| table.schema());
        Ok(schema.map(|schema| if name == "pg_class" { with_fields(&schema, &LACKING) } else { schema }))
    }

    /// The rows of a table that is told otherwise.
    async fn own(&self, name: &str, schema: &SchemaRef) -> Result<RecordBatch> {
        match name {
            "pg_attribute" => self.attributes(self.told().await?).await,
            "pg_settings" => settings(schema),
            "pg_proc" => Ok(RecordBatch::new_empty(schema.clone())),
            "pg_class" => {
                let numbers = ["oid", "relnamespace", "relfilenode"];
                let rows = self.told().await?.renumbered(&self.rows(name).await?, &numbers)?;
                let mut columns = rows.columns().to_vec();
                columns.resize(schema.fields().len(), new_null_array(&DataType::Utf8, rows.num_rows()));
                Ok(RecordBatch::try_new(schema.clone(), columns)?)
            }
            name => self.told().await?.renumbered(&self.rows(name).await?, &["oid"]),
        }
    }
}

impl PartitionStream for ToldTable {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (telling, name, schema) = (self.telling.clone(), self.name.clone(), self.schema.clone());
        let rows = futures::stream::once(async move { telling.own(&name, &schema).await });
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), rows))
    }
}

#[async_trait]
impl SchemaProvider for Catalogue {
    fn table_names(&self) -> Vec<String> {
        self.0.inner.table_names()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        match self.0.columns(name)? {
            Some(schema) => {
                let told =
                    ToldTable { telling: self.0.clone(), name: name.to_owned(), schema: schema.clone() };
                Ok(Some(Arc::new(StreamingTable::try_new(schema, vec![Arc::new(told)])?)))
            }
            None => self.0.inner.table(name).await,
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.0.inner.table_exist(name)
    }
}

impl Told {
    /// The rows with our numbers in these columns.
    fn renumbered(&self, rows: &RecordBatch, columns: &[&str]) -> Result<RecordBatch> {
        columns.iter().try_fold(rows.clone(), |rows, name| {
            let own = integers(&rows, name).into_iter().map(|number| self.numbers.get(&number).copied());
            let own = own.map(|number| number.unwrap_or_default()).collect::<Vec<_>>();
            with(&rows, name, Arc::new(Int32Array::from(own)))
        })
    }
}

/// All settings, with the values that they have before a client sets them.
fn settings(schema: &SchemaRef) -> Result<RecordBatch> {
    let (names, values): (Vec<String>, Vec<String>) = Settings::default().all().into_iter().unzip();
    let (names, values) = (StringArray::from(names), StringArray::from(values));
    let rows = names.len();
    let columns = schema.fields().iter().map(|field| match field.name().as_str() {
        "name" => Arc::new(names.clone()) as ArrayRef,
        "setting" | "reset_val" => Arc::new(values.clone()),
        _ => new_null_array(field.data_type(), rows),
    });
    Ok(RecordBatch::try_new(schema.clone(), columns.collect())?)
}

/// The values of a column of numbers; none if there is no such column.
fn integers(rows: &RecordBatch, name: &str) -> Vec<i32> {
    let column = rows.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int32Type>());
    column.map(|column| column.iter().map(Option::unwrap_or_default).collect()).unwrap_or_default()
}

/// Numbers with names.
fn named<'r>(rows: &'r RecordBatch, number: &str, name: &str) -> impl Iterator<Item = (i32, String)> + 'r {
    let names = rows.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    let texts =
        names.into_iter().flat_map(|names| names.iter().map(|name| name.unwrap_or_default().to_owned()));
    integers(rows, number).into_iter().zip(texts)
}

/// The rows with another column in place of one.
fn with(rows: &RecordBatch, name: &str, column: ArrayRef) -> Result<RecordBatch> {
    let place = rows.schema().index_of(name)?;
    let mut columns = rows.columns().to_vec();
    columns[place] = column;
    Ok(RecordBatch::try_new(rows.schema(), columns)?)
}

/// The columns with texts behind them.
fn with_fields(schema: &SchemaRef, names: &[&str]) -> SchemaRef {
    let texts = names.iter().map(|name| Arc::new(Field::new(*name, DataType::Utf8, true)));
    let fields: Vec<Arc<Field>> = schema.fields().iter().cloned().chain(texts).collect();
    Arc::new(Schema::new(fields))
}
