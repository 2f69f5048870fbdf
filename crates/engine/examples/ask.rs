//! Asks every number of a table of the last run why it is what it is, and says how long the answers took.
//!
//! ```sh
//! cargo run --release -p engine --example ask -- STUDY WAREHOUSE TABLE [TIMES]
//! ```
//!
//! One line of CSV for each number that is not NULL: row and column, delivered records behind it, milliseconds of the first
//! answer, and the median of `TIMES` more (9) from the same auditor. Nothing was read before the first line.

use arrow::array::Array;
use engine::{Asked, Auditor, Resources};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use study::Study;
use terms::TableName;
use warehouse::Warehouse;

/// Records of each source that are told in full, as on a page.
const TOLD: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, root, table, times) = match arguments.as_slice() {
        [folder, root, table] => (folder, root, table, 9),
        [folder, root, table, times] => (folder, root, table, times.parse()?),
        _ => return Err("usage: ask STUDY WAREHOUSE TABLE [TIMES]".into()),
    };
    let study = Study::load(Path::new(folder)).map_err(|faults| faults[0].to_string())?;
    let warehouse = Arc::new(Warehouse::open(root)?);
    let run = warehouse.last_manifest()?.ok_or("the warehouse has no run")?;
    let table = TableName::parse(table)?;
    let record = run.tables().find(|record| record.table == table).ok_or("the run has no such table")?;
    let auditor = Auditor::of(&study, &warehouse, &run, Resources::default())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;

    let mut first = 0;
    let mut out = std::io::stdout().lock();
    writeln!(out, "row,column,records,first_ms,median_ms")?;
    for batch in engine::read_table(&warehouse, record)? {
        for (field, values) in batch.schema().fields().iter().zip(batch.columns()) {
            if !field.data_type().is_numeric() {
                continue;
            }
            for (row, _) in (first..).zip(0..values.len()).filter(|(_, place)| values.is_valid(*place)) {
                let asked =
                    Asked { table: &table, row, column: Some(field.name()), told: engine::Told::First(TOLD) };
                let timed = || -> Result<_, engine::EngineError> {
                    let start = Instant::now();
                    let why = runtime.block_on(auditor.why(&asked))?;
                    let records: u64 = why.delivered.iter().map(|delivered| delivered.records).sum();
                    Ok((start.elapsed().as_secs_f64() * 1e3, records))
                };
                let (once, records) = timed()?;
                let mut again =
                    (0..times).map(|_| Ok(timed()?.0)).collect::<Result<Vec<f64>, engine::EngineError>>()?;
                again.sort_by(f64::total_cmp);
                let median = again.get(again.len() / 2).copied().unwrap_or(once);
                writeln!(out, "{row},{},{records},{once:.2},{median:.2}", field.name())?;
            }
        }
        first += i64::try_from(batch.num_rows())?;
    }
    Ok(())
}
