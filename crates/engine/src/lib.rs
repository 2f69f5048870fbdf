//! Plans a run of a study, executes it on DataFusion, and publishes it.
//!
//! [`plan`] checks every query of a [`study::Study`] without data, [`unit_tests`] runs its tests of queries,
//! [`forecast()`] tells what a run would do, [`run`] executes the study's steps into a
//! [`warehouse::Warehouse`] and publishes the result, [`Reader`] answers SQL over a run. The engine knows how;
//! what is done is in the study: rules return verdicts, the engine validates, applies and records them, and
//! refuses to publish a round whose rows do not balance.
//!
//! Borders: no terminal, no HTTP, no clock (times enter as arguments), no word of any study. Results depend on
//! inputs, study and engine alone: equal inputs give equal object hashes, whatever the number of threads.
//!
//! ```no_run
//! # async fn night() -> Result<(), Box<dyn std::error::Error>> {
//! let study = study::Study::load(std::path::Path::new("pipelines/library")).map_err(|faults| faults[0].clone())?;
//! let planned = engine::plan(&study).await?;
//! println!("{} queries are sound", planned.queries);
//! # Ok(()) }
//! ```

mod abreast;
mod accounts;
mod agenda;
mod cells;
mod chaid_sql;
mod columns;
mod definition;
mod delivered;
mod deliveries;
mod diff;
mod earlier;
mod encode;
mod error;
mod examples;
mod fingerprint;
mod forecast;
mod foresight;
mod functions;
mod held;
mod history;
mod lineage;
mod night;
mod objects;
mod package;
mod places;
mod plan;
mod query;
mod reading;
mod run;
mod session;
mod site;
mod so_far;
mod spool;
mod sql;
mod steps;
mod tables;
mod under_way;
mod unit;
mod why;

pub use columns::{LeftOut, StudyColumns, column_lineage, is_definition_of, stored_columns};
pub use delivered::{DeliveredLines, delivered_lines};
pub use deliveries::unfinished;
pub use diff::{
    Because, Causes, Changed, DecisionChange, Diff, DiffOptions, Explainer, HIDDEN, Place, PlacedRecord,
    QuarantineChange, RecordChange, Root, RowDiff, TableDiff, Verdict, diff,
};
pub use error::EngineError;
pub use forecast::{CheckForecast, Expected, Forecast, Outlook, Reason, StepForecast, forecast};
pub use lineage::{Capture, Lineage, Replay, ReplayQuery, Rows};
pub use objects::{read_table, stored_schema};
pub use plan::{Planned, plan};
pub use query::{Answer, Callable, NamedPlan, Readable, Reader};
pub use reading::{Access, Desk, NotAQuery, ReadingRoom, Seat};
pub use run::{Event, Reuse, RunOptions, RunReport, run};
pub use session::Resources;
pub use unit::{Difference, DifferingRow, RowIs, UnitReport, UnitResult, unit_tests};
pub use why::{
    Asked, AskedMissing, AskedQuery, Auditor, Counted, Decided, Delivered, End, Fit, Hit, Life, LifeEvent,
    Lives, Loss, LostTo, Made, MadeBy, Matched, Missing, Numbers, Origin, Other, PassCount, Quarantined,
    QueryOrder, Reached, Record, Refusal, RuleCount, Seen, Share, Station, Told, Traced, Why, WhyQuery,
};
