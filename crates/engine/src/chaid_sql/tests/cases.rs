//! What SQL users bring: one line each, the query and what it must answer.

use crate::session::{Resources, session};
use arrow::array::{ArrayRef, DictionaryArray, Int64Array, LargeStringArray, RecordBatch, StringViewArray};
use arrow::datatypes::Int32Type;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::catalog::MemTable;
use datafusion::prelude::SessionContext;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// 240 rows in four partitions, made by SQL from a row number, so that each column can be read here.
const T: &str = "
    create table t as select
        i,
        case when i % 3 = 0 or i % 7 = 0 then 'yes' else 'no' end as y,
        i % 4 as grade,
        case when i % 5 = 0 then null else i % 5 end as holes,
        i % 3 as third,
        cast(null as bigint) as nothing,
        'same' as constant,
        i % 2 = 0 as even,
        date '2009-10-01' + cast(i % 6 as int) as day,
        to_timestamp_seconds(i % 6 * 3600) as moment,
        cast(i % 8 as decimal(10, 2)) / 4 as price,
        case i % 4 when 0 then cast('NaN' as double) when 1 then -0.0 when 2 then 0.0
            else cast('inf' as double) end as wild,
        -(i % 30) as thirty,
        i % 1200 as far,
        i * 1.5 as amount,
        'a' || (i % 3) as \"Upper Case\",
        i % 4 as n,
        cast(i % 4 as double) / 2 as w
    from (select unnest(generate_series(0, 239)) as i)";

async fn context(partitions: usize) -> SessionContext {
    let resources = Resources { partitions: NonZeroUsize::new(partitions).unwrap(), memory: 1 << 28 };
    let context = session(resources, &std::env::temp_dir()).unwrap();
    context.sql(T).await.unwrap().collect().await.unwrap();
    let big = "create table big as select i, i % 1001 as k, i % 2 as y, i % 30 as thirty, i % 7 as z \
               from (select unnest(generate_series(0, 19999)) as i)";
    context.sql(big).await.unwrap().collect().await.unwrap();
    let words = || (0..240).map(|i| (i % 11 > 0).then(|| format!("word {}", i % 3)));
    let views: ArrayRef = Arc::new(words().collect::<StringViewArray>());
    let large: ArrayRef = Arc::new(words().collect::<LargeStringArray>());
    let words: Vec<Option<String>> = words().collect();
    let entries: DictionaryArray<Int32Type> = words.iter().map(Option::as_deref).collect();
    let outcome: ArrayRef = Arc::new((0..240).map(|i| Some(i64::from(i % 4 == 0))).collect::<Int64Array>());
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("y", outcome, true),
        ("views", views, true),
        ("large", large, true),
        ("entries", Arc::new(entries) as ArrayRef, true),
    ])
    .unwrap();
    let parts = (0..4).map(|part| vec![batch.slice(part * 60, 60)]).collect();
    context.register_table("texts", Arc::new(MemTable::try_new(batch.schema(), parts).unwrap())).unwrap();
    context
}

/// The rows of a query, one a line and cells divided by bars, or its error.
async fn answer(context: &SessionContext, sql: &str) -> String {
    let result = match context.sql(sql).await {
        Ok(frame) => frame.collect().await,
        Err(error) => Err(error),
    };
    let batches = match result {
        Ok(batches) => batches,
        Err(error) => return format!("error: {}", error.find_root()),
    };
    let options = FormatOptions::new().with_null("-");
    let mut lines = Vec::new();
    for batch in &batches {
        let shown: Vec<_> =
            batch.columns().iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &options).unwrap()).collect();
        for row in 0..batch.num_rows() {
            lines.push(shown.iter().map(|c| c.value(row).to_string()).collect::<Vec<_>>().join(" | "));
        }
    }
    lines.join("\n")
}

/// Records of `cases.slt` are divided by blank lines: remarks, a query, a line of dashes, and the answer to it.
#[tokio::test]
async fn every_case_has_its_answer() {
    for partitions in [1, 2, 5] {
        let context = context(partitions).await;
        let mut faults = Vec::new();
        for record in include_str!("cases.slt").split("\n\n") {
            let query: Vec<&str> = record.lines().filter(|line| !line.starts_with('#')).collect();
            let query = query.join("\n");
            let (sql, expected) = query.split_once("\n----\n").expect("a query and its answer");
            let found = answer(&context, sql).await;
            if found.trim() != expected.trim() {
                faults.push(format!("{sql}\n---- expected\n{expected}\n---- found\n{found}"));
            }
        }
        assert!(faults.is_empty(), "{partitions} partitions:\n{}", faults.join("\n\n"));
    }
}
