//! Unit tests of queries: given rows in tables in memory, expected rows out, and how the two differ.

mod compare;
mod given;

pub use compare::{Difference, DifferingRow, RowIs};

use crate::error::EngineError;
use crate::examples::{empty_again, provide};
use crate::plan::{Planned, Planner};
use crate::sql;
use arrow::array::RecordBatch;
use datafusion::catalog::MemTable;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::{Parameter, SqlFile, Study, StudyError, UnitParameter, UnitTest, nearest};

/// What the unit tests of a study gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnitReport {
    /// What was planned on the way.
    #[serde(skip)]
    pub planned: Planned,
    /// Each test, in the order in which its query comes.
    pub tests: Vec<UnitResult>,
}

/// What one unit test gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnitResult {
    /// File of the test, relative to the study folder.
    pub file: String,
    /// Line of its name, from 1.
    pub line: u32,
    /// Its name.
    pub name: String,
    /// The SQL file that is tested.
    pub query: String,
    /// How the returned rows differ from the expected ones; none if the test holds.
    pub difference: Option<Difference>,
    #[serde(skip)]
    fault: Option<StudyError>,
}

impl UnitReport {
    /// The tests that do not hold, each as a fault at its place that shows the difference.
    pub fn faults(&self) -> Vec<StudyError> {
        self.tests.iter().filter_map(|test| test.fault.clone()).collect()
    }
}

/// Plans a study and runs its unit tests on tables in memory, without reading any data.
///
/// # Errors
/// All faults of the study that are found without data, those of tests that cannot be run among them. A test that does not
/// hold is no error, but in the report.
pub async fn unit_tests(study: &Study) -> Result<UnitReport, EngineError> {
    let mut planner = Planner::new(study)?;
    planner.units = Some(Vec::new());
    planner.all().await?;
    let tests = planner.units.take().unwrap_or_default();
    let planned = planner.planned;
    if planner.faults.is_empty() {
        Ok(UnitReport { planned, tests })
    } else {
        Err(EngineError::Study(planner.faults))
    }
}

/// Runs the tests of a query where all tables that it reads are known; those of a query that several places use, once.
pub(crate) async fn run(planner: &mut Planner<'_>, sql: &SqlFile) -> Result<(), EngineError> {
    let path = sql.path.to_string_lossy();
    if planner.units.iter().flatten().any(|done| done.query == path) {
        return Ok(());
    }
    let study = planner.study;
    for test in study.tests.iter().filter(|test| test.sql == sql.path) {
        match hold(planner, sql, test).await {
            Ok(difference) => {
                let fault = difference.as_ref().map(|difference| difference.fault(test));
                let result = UnitResult {
                    file: test.spot.path().to_owned(),
                    line: test.spot.line(),
                    name: test.name.clone(),
                    query: path.clone().into_owned(),
                    difference,
                    fault,
                };
                planner.units.iter_mut().for_each(|done| done.push(result.clone()));
            }
            Err(EngineError::Study(faults)) => planner.faults.extend(faults),
            Err(error) => return Err(error),
        }
        empty_again(planner, test.given.iter().map(|table| table.name.as_str()))?;
    }
    Ok(())
}

/// Runs one test.
async fn hold(
    planner: &Planner<'_>,
    sql: &SqlFile,
    test: &UnitTest,
) -> Result<Option<Difference>, EngineError> {
    for table in &test.given {
        let known = planner.schemas.get(&table.name);
        let Some(schema) = known.filter(|_| sql.reads.iter().any(|read| read.table == table.name)) else {
            let help = among(&table.name, sql.reads.iter().map(|read| read.table.as_str()));
            return Err(fault(table.spot.fault("the query does not read this table", help)));
        };
        let rows = given::batch(table, schema)?;
        provide(planner, &table.name, Arc::new(MemTable::try_new(rows.schema(), vec![vec![rows]])?))?;
    }
    let parameters = parameters(planner, sql, test)?;
    let frame = sql::query(&planner.context, sql, &parameters).await?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let rows = frame.collect().await.map_err(|error| {
        let why = error.find_root().to_string();
        let why = why.lines().next().unwrap_or_default().to_owned();
        fault(test.spot.fault(
            format!("the query stops at the rows of the test: {why}"),
            "correct the query, or the rows",
        ))
    })?;
    let rows: RecordBatch = arrow::compute::concat_batches(&schema, &rows)?;
    compare::difference(test, &rows)
}

/// The study's parameters with the values of the test.
fn parameters(
    planner: &Planner<'_>,
    sql: &SqlFile,
    test: &UnitTest,
) -> Result<BTreeMap<String, Parameter>, EngineError> {
    let mut parameters = planner.study.parameters.clone();
    for (name, UnitParameter { value, spot }) in &test.parameters {
        let declared = parameters.get(name).filter(|_| sql.parameters.contains(name));
        let Some(declared) = declared else {
            let help = among(name, sql.parameters.iter().map(String::as_str));
            return Err(fault(spot.fault("the query has no such parameter", help)));
        };
        if declared.what() != value.what() {
            let message =
                format!("the value is {}, but in pipeline.yaml it is {}", value.what(), declared.what());
            return Err(fault(spot.fault(message, "write a value of the same kind")));
        }
        parameters.insert(name.clone(), value.clone());
    }
    Ok(parameters)
}

/// The names that come nearest, or all names.
fn among<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let known: BTreeSet<&str> = known.collect();
    if known.is_empty() { "there is none".to_owned() } else { nearest(name, known, "there are") }
}

fn fault(fault: Box<study::Fault>) -> EngineError {
    EngineError::Study(vec![StudyError::UnitTest(fault)])
}
