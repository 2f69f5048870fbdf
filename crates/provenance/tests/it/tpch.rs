//! All 22 TPC-H queries.

use crate::harness::{by_id, findings, planned, session};
use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::compute::concat_batches;
use arrow::csv::ReaderBuilder;
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::optimizer::Optimizer;
use datafusion::prelude::{SessionConfig, SessionContext};
use provenance::{apply_once, capture};
use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;
use tpchgen::csv::{
    CustomerCsv, LineItemCsv, NationCsv, OrderCsv, PartCsv, PartSuppCsv, RegionCsv, SupplierCsv,
};
use tpchgen::generators::{
    CustomerGenerator, LineItemGenerator, NationGenerator, OrderGenerator, PartGenerator, PartSuppGenerator,
    RegionGenerator, SupplierGenerator,
};
use tpchgen::q_and_a::queries::query;

const SCALE: f64 = 0.005;

/// Types by what a column's name ends in; text otherwise.
fn kind(column: &str) -> DataType {
    let ends = |words: &[&str]| words.iter().any(|word| column.ends_with(word));
    if ends(&["key", "_size", "_linenumber", "_availqty", "_shippriority"]) {
        DataType::Int64
    } else if ends(&["price", "_acctbal", "_supplycost", "_quantity", "_discount", "_tax"]) {
        DataType::Decimal128(15, 2)
    } else if ends(&["date"]) {
        DataType::Date32
    } else {
        DataType::Utf8
    }
}

fn register(context: &SessionContext, table: &str, header: &str, rows: impl Iterator<Item = impl Display>) {
    let fields: Vec<Field> = header.split(',').map(|name| Field::new(name, kind(name), false)).collect();
    let schema = Arc::new(Schema::new(fields));
    let text: String = rows.map(|row| format!("{row}\n")).collect();
    let reader = ReaderBuilder::new(schema.clone()).build(text.as_bytes()).unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    let batch = concat_batches(&schema, &batches).unwrap();
    let mut fields: Vec<Arc<Field>> = schema.fields().to_vec();
    fields.push(Arc::new(Field::new("id", DataType::Int64, false)));
    let ids = Int64Array::from_iter_values((0..).take(batch.num_rows()));
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    columns.push(Arc::new(ids));
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
    context.register_batch(table, batch).unwrap();
}

fn tpch() -> SessionContext {
    let context = session();
    let all = (SCALE, 1, 1);
    register(&context, "nation", NationCsv::header(), NationGenerator::default().iter().map(NationCsv::new));
    register(&context, "region", RegionCsv::header(), RegionGenerator::default().iter().map(RegionCsv::new));
    let (scale, part, parts) = all;
    let rows = PartGenerator::new(scale, part, parts);
    register(&context, "part", PartCsv::header(), rows.iter().map(PartCsv::new));
    let rows = SupplierGenerator::new(scale, part, parts);
    register(&context, "supplier", SupplierCsv::header(), rows.iter().map(SupplierCsv::new));
    let rows = CustomerGenerator::new(scale, part, parts);
    register(&context, "customer", CustomerCsv::header(), rows.iter().map(CustomerCsv::new));
    let rows = PartSuppGenerator::new(scale, part, parts);
    register(&context, "partsupp", PartSuppCsv::header(), rows.iter().map(PartSuppCsv::new));
    let rows = OrderGenerator::new(scale, part, parts);
    register(&context, "orders", OrderCsv::header(), rows.iter().map(OrderCsv::new));
    let rows = LineItemGenerator::new(scale, part, parts);
    register(&context, "lineitem", LineItemCsv::header(), rows.iter().map(LineItemCsv::new));
    context
}

/// The parameters of the specification's validation runs; other brands and nations where the tables are too
/// small for those to give rows.
const PARAMETERS: [&[&str]; 22] = [
    &["90"],
    &["15", "BRASS", "EUROPE"],
    &["BUILDING", "1995-03-15"],
    &["1993-07-01"],
    &["ASIA", "1994-01-01"],
    &["1994-01-01", "0.06", "24"],
    &["FRANCE", "GERMANY"],
    &["BRAZIL", "AMERICA", "ECONOMY ANODIZED STEEL"],
    &["green"],
    &["1993-10-01"],
    &["GERMANY", "0.0001"],
    &["MAIL", "SHIP", "1994-01-01"],
    &["special", "requests"],
    &["1995-09-01"],
    &["1996-01-01"],
    &["Brand#45", "MEDIUM POLISHED", "49", "14", "23", "45", "19", "3", "36", "9"],
    &["Brand#41", "MED BOX"],
    &["300"],
    &["Brand#12", "Brand#23", "Brand#34", "1", "10", "20"],
    &["f", "1994-01-01", "CANADA"],
    &["EGYPT"],
    &["13", "31", "23", "29", "30", "18", "17"],
];

/// The numbers of rows that the specification asks of five of the queries.
const LIMITS: [(usize, usize); 5] = [(2, 100), (3, 10), (10, 20), (18, 100), (21, 100)];

/// A query with its parameters; the view of query 15 as a CTE.
fn sql(number: usize) -> String {
    let mut text = query(i32::try_from(number).unwrap()).unwrap().replace("day (3)", "day");
    for (place, value) in PARAMETERS[number - 1].iter().enumerate().rev() {
        text = text.replace(&format!(":{}", place + 1), value);
    }
    if number == 15 {
        let (view, rest) = text.split_once(';').unwrap();
        let view = view.trim().strip_prefix("create view").unwrap();
        let (head, body) = view.split_once(" as").unwrap();
        let (rest, _drop) = rest.split_once(';').unwrap();
        text = format!("with {head} as ({body}) {rest}").replace("revenue:s", "revenue");
    }
    let text = text.trim().trim_end_matches(';');
    match LIMITS.iter().find(|(query, _)| *query == number) {
        Some((_, rows)) => format!("{text} limit {rows}"),
        None => text.to_owned(),
    }
}

#[tokio::test]
async fn all_queries_are_made_again_from_their_lineage() {
    let context = tpch();
    let [mut by_input, mut by_table, mut empty, mut warned] = [const { BTreeSet::new() }; 4];
    for number in 1..=22 {
        let found = findings(&context, &sql(number)).await;
        for (fault, queries) in [
            (found.edges == 0, &mut empty),
            (!found.caveats.is_empty(), &mut warned),
            (!found.insufficient_by_input.is_empty(), &mut by_input),
            (!found.insufficient_by_table.is_empty(), &mut by_table),
        ] {
            if fault {
                queries.insert(number);
            }
        }
    }
    assert_eq!(empty, BTreeSet::from([]), "queries without rows show nothing");
    assert_eq!(by_input, BTreeSet::from([]));
    assert_eq!(by_table, BTreeSet::from([22]));
    assert_eq!(warned, BTreeSet::from([2, 3, 10, 13, 16, 17, 18, 21]));
}

#[tokio::test]
async fn rules_applied_once_are_one_pass_of_the_optimizer() {
    let context = tpch();
    let rules = Optimizer::new().rules;
    // A state of its own for each, as names of intermediate columns are numbered in it.
    let state = || {
        let config = SessionConfig::new().set_usize("datafusion.optimizer.max_passes", 1);
        SessionContext::new_with_config(config).state()
    };
    for number in 1..=22 {
        let captured = capture(&planned(&context, &sql(number)).await, &by_id).unwrap().plan().clone();
        let theirs = Optimizer::new().optimize(captured.clone(), &state(), |_, _| {}).unwrap();
        let ours = apply_once(&rules, captured.clone(), &state()).unwrap();
        assert_ne!(ours, captured, "query {number}: the rules found nothing to do");
        assert_eq!(
            ours.display_indent_schema().to_string(),
            theirs.display_indent_schema().to_string(),
            "{number}"
        );
        assert_eq!(ours, theirs, "query {number}");
    }
}
