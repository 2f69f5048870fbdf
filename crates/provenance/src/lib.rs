//! Row and column lineage of SQL queries, by rewriting DataFusion plans.
//!
//! Give it the logical plan of a query and the name of the column that tells the rows of each table apart; it gives
//! back a plan that computes the same result and, beside every row, the identities of the input rows that the row was
//! made from. It knows nothing of files, runs or studies, and needs no annotation in the SQL.
//!
//! * [`capture`]: lineage of whole rows; [`capture_column`]: of the values in one column (a printed cell);
//!   [`capture_with`]: with operators of the caller's own. All give a [`LineagePlan`], the type that matters: run its
//!   plan in place of the query and [`split`](LineagePlan::split) the rows into the result and its edges.
//! * [`columns`]: which columns of the tables each column of the result comes from; [`columns_with`]: with operators of
//!   the caller's own.
//! * [`why_not`]: the operator at which a row of a table gets lost.
//! * [`apply_once`]: what the optimizer does to a plan that these have made, without what it does for others.
//!
//! ```
//! use datafusion::prelude::SessionContext;
//! use provenance::{Grain, RowIdColumn, capture};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let context = SessionContext::new();
//! context.sql("create table person as values (1, 'Assen'), (2, 'Venlo'), (3, 'Assen')").await?.collect().await?;
//! let sql = "select column2 as town, count(*) as persons from person group by column2 order by town";
//! let query = context.state().create_logical_plan(sql).await?;
//!
//! let lineage = capture(&query, &|_| Some(RowIdColumn::Column("column1".into())))?;
//! let rows = context.execute_logical_plan(lineage.plan().clone()).await?.collect().await?;
//! let split = lineage.split(&rows[0], Grain::Table)?;
//!
//! let edges = arrow::util::pretty::pretty_format_batches(&[split.edges(0)?])?.to_string();
//! assert_eq!(edges, "
//! +------------+--------+-----------+
//! | output_row | source | input_row |
//! +------------+--------+-----------+
//! | 0          | 0      | 1         |
//! | 0          | 0      | 3         |
//! | 1          | 0      | 2         |
//! +------------+--------+-----------+".trim_start());
//! assert_eq!(split.result.num_columns(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What lineage is
//!
//! The lineage of an output row is a set of input rows, kept apart for each *input*, that is for each place where the
//! query reads a table. It is defined operator by operator (after Cui and Widom 2000; "which" or *lineage* provenance in
//! Green et al. 2007) as in this table. Subqueries are joins here, made by DataFusion's own decorrelation; DISTINCT is a
//! GROUP BY; INTERSECT and EXCEPT are a semi and an anti join under a DISTINCT.
//!
//! | operator | behind its row stand |
//! |---|---|
//! | table | the row itself |
//! | filter, projection, sort, unnest | the row it was before |
//! | inner, left, right, full, cross and lateral join | both rows of the pair; where an outer join missed, only the one that is there |
//! | semi join, IN, EXISTS, INTERSECT, `= any` | the row and *all* its matches |
//! | anti join, NOT IN, NOT EXISTS, EXCEPT, `all` | the row; nothing of the other side, as what counts is what is not there |
//! | IN or EXISTS under OR or NOT (mark join) | the row and all its matches, if any |
//! | scalar subquery | the outer row and all rows behind the subquery's value |
//! | aggregate, DISTINCT, DISTINCT ON | all rows of the group: also those that FILTER leaves out, duplicates that DISTINCT skips, and rows that were only compared (`min`, DISTINCT ON) |
//! | grouping sets, ROLLUP, CUBE | the same, for each set |
//! | window function | all rows of the partitions of all its windows, whatever the frame |
//! | UNION, UNION ALL | the row in its branch; of UNION, all equal rows in all branches |
//! | LIMIT after ORDER BY | the row; not those before it |
//! | VALUES, no table | nothing |
//! | operators of the caller's own | what [`Follow`] says |
//!
//! Refused, with the place in the SQL ([`ProvenanceError::Unsupported`]): LIMIT without ORDER BY, recursive queries, a
//! subquery that DataFusion does not turn into a join (in a join condition, say), operators nobody speaks for. If ORDER
//! BY before a LIMIT is not total, lineage is that of the rows which this run kept.
//!
//! [`Subject::Column`] narrows this to what a value was computed from: no side of a join that gives no value, no row that
//! the aggregate passes over.
//!
//! # What it is good for: sufficiency
//!
//! Run the query again with each input cut down to the rows behind one output row
//! ([`restricted`](LineagePlan::restricted)), and that output row comes out again. This holds for every query without
//! [`caveats`](LineagePlan::caveats). They are read off the plan, with the operator and its place, and none is left out:
//!
//! | caveat | example | why |
//! |---|---|---|
//! | [`Offset`](CaveatReason::Offset) | `limit 1 offset 1` | without the rows before it, the row is the first |
//! | [`RowOfNothing`](CaveatReason::RowOfNothing) | `not exists (select 1 from (select count(*) as n from b) as t where t.n < 3)` | the other side is empty, and an aggregate without GROUP BY makes a row of that |
//! | [`OtherRows`](CaveatReason::OtherRows) | groups of groups of pairs: `select c, count(*) from (select l.x + r.x, count(*) as c from l, r group by 1) group by c`; a count of pairs that NOT EXISTS lets through; a window over a ROLLUP | pairs of rows from different groups are there again, and make a part of a third group; the rows of one grouping set make parts of the groups of another |
//!
//! A caveat is a possibility: most such queries do give their rows again.
//!
//! Where each *table* is cut down to the rows behind all its inputs, one thing more can go wrong: a query that reads a
//! table twice, and looks for rows that are not there (NOT EXISTS, NOT IN, EXCEPT, an outer join). A row that was kept out
//! at one input comes in again if the other input names it, and what kept it out is not there.
//!
//! TPC-H, where every one of the 22 queries is captured:
//!
//! | query | caveats | by input | by table |
//! |---|---|---|---|
//! | 1, 4–9, 11, 12, 14, 15, 19, 20 | none | every row | every row |
//! | 2, 3, 10, 13, 16, 17, 18, 21 | [`OtherRows`](CaveatReason::OtherRows): limits and groups of groups of joined rows | every row | every row |
//! | 22 | none | every row | no: NOT EXISTS keeps customers with orders out; its subquery reads the same customers, so without the orders they come in |
//!
//! Tests keep these tables honest, random nested queries among them, and the result of a query with lineage equal to the one without.
//!
//! # Why hidden columns and sets
//!
//! Perm and GProM give an output row once for each combination of its input rows, so a join of two groups of a thousand
//! has a million; ProvSQL needs types and operators of its own; Smoke writes indexes inside operators that DataFusion does
//! not let one reach. A hidden column for each input stays a plain number through filters and joins, as cheap as one more
//! column, and becomes a set only where rows are gathered: a join of two groups of a thousand has two sets of a
//! thousand. Sets are runs of consecutive numbers ([`RowSet`]), so all rows of a table behind each row of an analysis, or
//! behind a window over the whole table, are a few bytes, not `n²` edges. All is plain DataFusion with one aggregate and
//! one function more, so plans still optimise, spill and run distributed, and one run gives both the result and its
//! lineage. The price: identities are numbers, best the places of the rows in their table, and sets of rows far apart
//! still take a byte or two for each row.

mod carry;
mod caveats;
mod columns;
mod edges;
mod error;
mod extensions;
mod gather;
mod groups;
mod joins;
mod lineage;
mod need;
mod once;
mod only_row;
mod prepare;
mod row_set;
mod rows;
mod scan;
mod trail;
mod why_not;

pub use caveats::{Caveat, CaveatReason};
pub use columns::{ColumnLineage, FollowColumns, SourceColumn, columns, columns_with};
pub use edges::RowSets;
pub use error::{Place, ProvenanceError};
pub use extensions::Follow;
pub use lineage::{Grain, LineagePlan, Split, Subject, capture, capture_column, capture_with};
pub use once::apply_once;
pub use row_set::RowSet;
pub use scan::RowIdColumn;
pub use why_not::{Fate, WhyNot, why_not};
