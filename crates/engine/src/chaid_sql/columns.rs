//! Result columns, one after the other.

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, Int64Builder, ListBuilder, RecordBatch, StringArray,
    StringBuilder, StructArray,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::error::Result;
use std::sync::Arc;

/// Columns of a result, in order, each with a value for every row.
#[derive(Default)]
pub(super) struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    pub(super) fn number(&mut self, name: &str, values: impl Iterator<Item = Option<u64>>) {
        let values = values.map(|value| value.and_then(|value| i64::try_from(value).ok()));
        self.add(name, Arc::new(values.collect::<Int64Array>()));
    }

    pub(super) fn real(&mut self, name: &str, values: impl Iterator<Item = Option<f64>>) {
        self.add(name, Arc::new(values.collect::<Float64Array>()));
    }

    pub(super) fn text<S: AsRef<str>>(&mut self, name: &str, values: impl Iterator<Item = Option<S>>) {
        self.add(name, Arc::new(values.collect::<StringArray>()));
    }

    pub(super) fn flag(&mut self, name: &str, values: impl Iterator<Item = Option<bool>>) {
        self.add(name, Arc::new(values.collect::<BooleanArray>()));
    }

    pub(super) fn texts<S: AsRef<str>>(&mut self, name: &str, values: impl Iterator<Item = Option<Vec<S>>>) {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for value in values {
            lists.append_option(value.map(|texts| texts.into_iter().map(Some)));
        }
        self.add(name, Arc::new(lists.finish()));
    }

    pub(super) fn numbers(&mut self, name: &str, values: impl Iterator<Item = Option<Vec<u64>>>) {
        let mut lists = ListBuilder::new(Int64Builder::new());
        for value in values {
            lists.append_option(value.map(|list| list.into_iter().map(|n| i64::try_from(n).ok())));
        }
        self.add(name, Arc::new(lists.finish()));
    }

    fn add(&mut self, name: &str, values: ArrayRef) {
        self.fields.push(Field::new(name, values.data_type().clone(), true));
        self.arrays.push(values);
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(self.fields.clone()))
    }

    pub(super) fn into_struct(self, nulls: NullBuffer) -> StructArray {
        StructArray::new(self.fields.into(), self.arrays, Some(nulls))
    }

    pub(super) fn batch(self) -> Result<RecordBatch> {
        Ok(RecordBatch::try_new(self.schema(), self.arrays)?)
    }
}
