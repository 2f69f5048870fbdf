//! Result tables as Dutch printed tables: text, CSV, HTML, workbook, document, PDF; comparison with the print.
//!
//! The type that matters is [`PrintedTable`]: the result of a query together with its presentation,
//! with every text final. Numbers become text once, there and nowhere else, so the terminal
//! ([`text()`]), the files ([`csv()`]), the book ([`html`], [`docx`], [`pdf()`]) and the comparison with the print
//! ([`compare`]) cannot disagree about a digit; the workbook ([`xlsx`]) shows the same digits of numbers that keep all of theirs. Rounding works on decimal digits ([`Decimal`]), half
//! away from zero, never on binary fractions.
//!
//! This crate knows results and presentations. It does not know how results were made, reads no file but the published
//! tables of a study ([`verified`]), writes none, asks no clock, and gives equal bytes for equal input. Fixed Dutch words stand in one
//! module; titles, labels and notes come from the study.
//!
//! ```
//! use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
//! use std::sync::Arc;
//! use study::{ColumnPresentation, NumberFormat, Presentation, Separator};
//!
//! let column = |name: &str, format| ColumnPresentation { name: name.into(), label: name.into(), format, printed: true };
//! let spss = NumberFormat {
//!     decimals: 2,
//!     significant: None,
//!     separator: Separator::Point,
//!     leading_zero: false,
//!     suffix: String::new(),
//!     thousands: None,
//!     below: None,
//! };
//! let presentation = Presentation {
//!     number: 1,
//!     title: "Een tabel".into(),
//!     columns: vec![column("naam", None), column("mean", Some(spss))],
//!     spanning: vec![],
//!     row_headings: None,
//!     notes: vec![],
//!     markers: vec![],
//!     published: None,
//!     drawing: None,
//! };
//! let names: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
//! let means: ArrayRef = Arc::new(Float64Array::from(vec![0.125, 93.1]));
//! let batch = RecordBatch::try_from_iter([("naam", names), ("mean", means)])?;
//! let table = report::PrintedTable::new(&presentation, &[batch])?;
//! assert_eq!(table.rows[0].cells[1].text, ".13");
//! assert_eq!(report::csv(&table)?, b"naam,mean\na,.13\nb,93.10\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod book;
mod changes;
mod decimal;
mod delimited;
mod document;
mod drawing;
mod error;
mod format;
mod grid;
mod header;
mod labels;
mod markup;
mod night;
mod package;
mod pdf;
mod table;
mod text;
mod texts;
mod values;
mod verify;
mod waterfall;
mod workbook;

pub use book::{
    Book, BookTable, CellPlace, DRAWING_STYLE, Dress, Marks, Sign, SourceCount, html, table_html,
};
pub use changes::{ChangedCell, changed_cells};
pub use decimal::Decimal;
pub use delimited::{csv, csv_records, harmless};
pub use document::docx;
pub use drawing::{Drawings, DrawnTree};
pub use error::ReportError;
pub use format::{date_text, number_text};
pub use header::HeaderCell;
pub use markup::Markup;
pub use night::{
    ChangeState, CheckReport, InputReport, NightEnd, NightOutcome, NightReport, QuarantineCount, StepReport,
    TableReport, night_html,
};
pub use package::{PackagedFile, csv_package};
pub use pdf::pdf;
pub use table::{CellKind, PrintedCell, PrintedColumn, PrintedRow, PrintedTable};
pub use text::text;
pub use texts::TableTexts;
pub use verify::{
    Comparison, Difference, DifferenceKind, Explained, Finding, Known, KnownList, NotReached, ReachCounts,
    Reached, ReachedRow, Recomputed, RecomputedRow, RowStatus, StaleEntry, StaleReason, Summary, compare,
    compared, unreached, unreached_csv, verified,
};
pub use waterfall::{totals_text, waterfall_text};
pub use workbook::xlsx;
