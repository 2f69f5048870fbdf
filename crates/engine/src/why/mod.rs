//! Why a cell or a row is what it is: the rows that it was made from, down to lines of delivered files.
//!
//! Lineage is followed backwards, step by step, as it was stored. Of the value in one column it says too much, so the query
//! of the asked cell is run again with row identities travelling along (crate `provenance`). What rounds and matchings
//! decided on the way is read from what they recorded. A row of a stored table is named by its place in the stored order.

mod again;
mod answer;
mod back;
mod kinds;
mod ledger;
mod lost;
mod missing;
mod named;
mod query;
mod record;
mod records;
mod replay;
mod search;
mod seen;
mod trace;
mod walk;

pub use lost::{Loss, LostTo};
pub use missing::{AskedMissing, End, Missing, Station};
pub use named::{Fit, Hit, Quarantined, Refusal};
pub use query::{AskedQuery, QueryOrder, WhyQuery};
pub use record::{Decided, Matched, Origin, Other};
pub use seen::Seen;
pub use trace::{Counted, Event as LifeEvent, Life, Lives, Numbers, Traced};

use crate::error::EngineError;
use crate::query::lease;
use crate::session::Resources;
use back::Back;
use query::Followed;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use study::Study;
use terms::{Manifest, TableName};
use walk::Walk;
use warehouse::{Lease, Warehouse};

/// What is asked about: a row of a table, or one cell of it.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The table.
    pub table: &'a TableName,
    /// Place of the row in the stored order, from 0.
    pub row: i64,
    /// The column, or none for the whole row.
    pub column: Option<&'a str>,
    /// Which delivered records and decisions are told.
    pub told: Told<'a>,
}

/// Which delivered records, and decisions that took part themselves, an answer tells; all are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Told<'a> {
    /// All.
    #[default]
    All,
    /// The first of each source, and the first decisions.
    First(usize),
    /// Of one source alone so many after those that are skipped, and as many of the first decisions.
    Page {
        /// Source.
        source: &'a str,
        /// Records of it before the first that is told.
        skipped: usize,
        /// Records at most.
        most: usize,
    },
}

impl Told<'_> {
    /// Decisions at most.
    fn decisions(self) -> usize {
        match self {
            Told::All => usize::MAX,
            Told::First(most) | Told::Page { most, .. } => most,
        }
    }

    /// Places of the told records among those of a source that were reached.
    fn of(self, source: &str) -> Range<usize> {
        match self {
            Told::All => 0..usize::MAX,
            Told::First(most) => 0..most,
            Told::Page { source: only, skipped, most } if only == source => {
                skipped..skipped.saturating_add(most)
            }
            Told::Page { .. } => 0..0,
        }
    }
}

/// The answer: what the cell or row was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The tables that it was made from directly.
    pub from: Vec<Share>,
    /// All tables of which rows took part, in the order of the way back; with [`Reached::from`] they are a tree whose
    /// branches may meet again.
    pub tables: Vec<Reached>,
    /// Decisions that took part themselves, as rows of `audit.decisions`; they were written down, not made from rows. As
    /// many as were to be told.
    pub decisions: Vec<Decided>,
    /// How many delivered records are at the end of the way, by source.
    pub delivered: Vec<Delivered>,
    /// The delivered records at the end of the way, by source, file and line; of each source as many as were to be told.
    pub records: Vec<Record>,
}

/// Delivered records of a source at the end of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// Source.
    pub source: String,
    /// How many.
    pub records: u64,
    /// How many of them a rule decided about on the way.
    pub decided: u64,
}

/// Rows of a table that something was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The table.
    pub table: TableName,
    /// How many rows of it.
    pub rows: u64,
}

/// A table of which rows took part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// The table.
    pub table: TableName,
    /// Rows of it that took part.
    pub rows: u64,
    /// Rows that it has.
    pub of: u64,
    /// What made it.
    pub made: Option<Made>,
    /// What the rows were made from directly.
    pub from: Vec<Share>,
    /// Of a round: what its rules decided about these records and those merged into them.
    pub decided: Vec<RuleCount>,
    /// Of a matching: which passes found these pairs.
    pub matched: Vec<PassCount>,
}

/// What made a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Kind of the step.
    pub by: MadeBy,
    /// File of the study: the query, or the contract of a source.
    pub file: Option<String>,
    /// What it is, in the words of the study.
    pub title: String,
}

/// A kind of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MadeBy {
    /// Deliveries of a source were read.
    Source,
    /// Rules of a round judged records.
    Round,
    /// Passes of a matching sought pairs.
    Matching,
    /// A query of a model.
    Model,
    /// A query of an appendix.
    Appendix,
    /// The engine wrote down what it did.
    Audit,
}

/// How many records a rule judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCount {
    /// Rule.
    pub rule: String,
    /// `merge`, `remove`, `move`, `add` or `update`.
    pub verb: String,
    /// `false`: a reviewer rejected it.
    pub applied: bool,
    /// Judged records.
    pub records: u64,
}

/// How many pairs a pass found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassCount {
    /// Pass.
    pub pass: String,
    /// Pairs.
    pub pairs: u64,
}

/// One delivered record, its way to what was asked, and what was decided about it there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Record {
    /// Where it stands.
    #[serde(flatten)]
    pub origin: Origin,
    /// The tables that it went through, in the order in which they are made.
    #[serde(serialize_with = "each", deserialize_with = "all")]
    pub through: Arc<[TableName]>,
    /// What rules decided about it on the way, in order.
    pub decisions: Vec<Decided>,
    /// The pairs that it is in on the way.
    pub matches: Vec<Matched>,
}

fn each<S: serde::Serializer>(tables: &Arc<[TableName]>, to: S) -> Result<S::Ok, S::Error> {
    tables.as_ref().serialize(to)
}

fn all<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Arc<[TableName]>, D::Error> {
    Ok(Vec::deserialize(from)?.into())
}

/// Answers questions about a run. What it read for one question it keeps for the next. While it answers one it holds a lease of the
/// warehouse, so nothing of the run is collected meanwhile.
///
/// The study must be the one that the run ran: a model whose query has changed since gives other rows.
pub struct Auditor<'a> {
    back: Back<'a>,
    /// The way back from what was asked last: of many records a page at a time is asked for.
    last: Mutex<Option<(AskedOf, Arc<Walk>)>>,
    /// The same of a row of a query.
    last_query: Mutex<Option<(QueryOf, Arc<Followed>)>>,
}

/// Query, row and column of a question.
type QueryOf = (String, usize, Option<String>);

/// Table, row and column of a question.
type AskedOf = (TableName, i64, Option<String>);

impl<'a> Auditor<'a> {
    /// An auditor of a run; nothing is read yet.
    ///
    /// # Errors
    /// Resources that cannot be had.
    pub fn of(
        study: &'a Study,
        warehouse: &Arc<Warehouse>,
        run: &Manifest,
        resources: Resources,
    ) -> Result<Self, EngineError> {
        let back = Back::new(study, warehouse, run, resources)?;
        Ok(Self { back, last: Mutex::default(), last_query: Mutex::default() })
    }

    /// Bytes of what was read and is kept for the next question.
    pub fn bytes(&self) -> usize {
        self.back.tables.bytes() + self.back.lineage.bytes() + self.back.records.bytes()
    }

    /// Forgets what was read; the next question reads again what it needs.
    pub fn forget(&self) {
        self.back.tables.forget();
        self.back.lineage.forget();
        self.back.records.forget();
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.last_query.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Reads what questions begin with, by answering one: about the first record of the first source that has any.
    ///
    /// # Errors
    /// What [`trace`](Self::trace) may meet.
    pub async fn warm(&self, numbers: &Numbers) -> Result<(), EngineError> {
        for source in &self.back.study.sources {
            let first = self.back.records.at(source, &std::iter::once(0).collect())?;
            if let Some((_, origin)) = first.first() {
                self.trace_with(&origin.row_id, numbers).await?;
                break;
            }
        }
        Ok(())
    }

    /// What keeps collections away while a question is answered.
    fn lease(&self) -> Result<Lease, EngineError> {
        lease(&self.back.warehouse, [self.back.run.run])
    }

    /// Follows a cell or a row back to the delivered records.
    ///
    /// # Errors
    /// A table that the run does not have, a query whose lineage cannot be followed (with its place in the SQL), a damaged
    /// object.
    pub async fn why(&self, asked: &Asked<'_>) -> Result<Why, EngineError> {
        let _lease = self.lease()?;
        let walk = self.walk(asked).await?;
        let mut why = answer::answer(&self.back, &walk, Vec::new(), asked.told)?;
        // The asked row itself is no row that it was made from.
        why.from = why.tables.remove(0).from;
        Ok(why)
    }

    /// The way back from a cell or a row.
    async fn walk(&self, asked: &Asked<'_>) -> Result<Arc<Walk>, EngineError> {
        let of = (asked.table.clone(), asked.row, asked.column.map(str::to_owned));
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, walk)) = last().as_ref().filter(|(known, _)| *known == of) {
            return Ok(walk.clone());
        }
        let mut walk = Walk::default();
        walk.start(asked.table, std::iter::once(asked.row).collect());
        walk.back(&self.back, asked.column.map(|column| (asked.table, column))).await?;
        let walk = Arc::new(walk);
        *last() = Some((of, walk.clone()));
        Ok(walk)
    }

    /// Follows a row of a query of the asker's own back to the delivered records.
    ///
    /// # Errors
    /// A query at fault or whose lineage cannot be followed, with its place in the SQL; a row or column that it does not
    /// have ([`EngineError::Asked`]).
    pub async fn why_query(&self, asked: &AskedQuery<'_>) -> Result<WhyQuery, EngineError> {
        let _lease = self.lease()?;
        let of = (asked.sql.to_owned(), asked.row, asked.column.map(str::to_owned));
        let last = || self.last_query.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last().as_ref().filter(|(known, _)| *known == of).map(|(_, followed)| followed.clone());
        let followed = match known {
            Some(followed) => followed,
            None => Arc::new(query::follow(&self.back, asked).await?),
        };
        *last() = Some((of, followed.clone()));
        followed.answer(&self.back, asked.told)
    }

    /// Follows a delivered record towards a table, and says where it got lost.
    ///
    /// # Errors
    /// A text that names several records ([`EngineError::Asked`]), and what [`why`](Self::why) may meet.
    pub async fn why_missing(&self, asked: &AskedMissing<'_>) -> Result<Missing, EngineError> {
        let _lease = self.lease()?;
        missing::why_missing(&self.back, asked).await
    }

    /// Finds a record and tells its life. `text` is a row id, `file:line`, a pseudonym, or a value of an identifying
    /// column.
    ///
    /// # Errors
    /// What [`why`](Self::why) may meet.
    pub async fn trace(&self, text: &str) -> Result<Traced, EngineError> {
        self.trace_with(text, &Numbers::All).await
    }

    /// The same, telling some of the numbers that the record is counted in.
    ///
    /// # Errors
    /// What [`why`](Self::why) may meet.
    pub async fn trace_with(&self, text: &str, numbers: &Numbers) -> Result<Traced, EngineError> {
        let _lease = self.lease()?;
        trace::trace(&self.back, text, numbers).await
    }
}
