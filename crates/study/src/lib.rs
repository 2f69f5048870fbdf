//! Reads a study folder (YAML and SQL files) into a validated [`Study`] with source positions.
//!
//! A study is a folder whose `pipeline.yaml` names everything else: contracts of sources, cleaning rounds
//! of rules, matchings, models, appendices, checks and unit tests. The types that matter are [`Study`], what was
//! declared; [`Step`], what is made from what, in order; and [`StudyError`], a fault of the study's author
//! with its place and the way out. [`Study::load`] reports every fault that it can find, not only the first.
//!
//! It is the only crate that parses YAML, and it opens no file outside the study folder. SQL is parsed here
//! for what can be known without data: that a file holds one query, which tables and parameters it reads,
//! and that its rows come in a declared order. Types, columns and whether that order is total are known
//! only to the engine, which plans the query. Nothing is executed here. One file of a study is written:
//! [`Study::add_review`] adds a reviewer's verdict to its reviews.
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! # let write = |path: &str, text: &str| {
//! #     let path = folder.path().join(path);
//! #     path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text))
//! # };
//! write("pipeline.yaml", "
//! study: library
//! title: Borrowings of a library
//! data: ../deliveries
//! sources: [borrowings.yaml]
//! models: [{schema: features, folder: features}]
//! ")?;
//! write("borrowings.yaml", "
//! source: borrowings
//! title: Borrowings
//! files: '*.csv'
//! columns: [{name: book, header: Book, type: integer}]
//! ")?;
//! write("features/book.sql", "select book, count(*) as n from staging.borrowings group by book order by book")?;
//! let study = study::Study::load(folder.path()).map_err(|faults| faults[0].clone())?;
//! let steps: Vec<&str> = study.steps().iter().map(|step| step.name.as_str()).collect();
//! assert_eq!(steps, ["borrowings", "audit", "features.book"]);
//!
//! write("features/book.sql", "select book from staging.borowings order by book")?;
//! let faults = study::Study::load(folder.path()).err().unwrap_or_default();
//! assert_eq!(
//!     faults[0].to_string(),
//!     "features/book.sql:1:18: there is no such table: `staging.borowings`\n  help: did you mean `staging.borrowings`?"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod codebook;
mod error;
mod folder;
mod graph;
mod load;
mod model;
mod presentation;
mod review;
mod round;
mod set;
mod sql;
mod study;
mod tables;
mod text;
mod unit;
mod without;
mod yaml;

pub use check::{
    Bound, Check, CheckRule, Declared, FileDate, Literal, Named, PREVIOUS_RUN, RowBounds, THIS_RUN, Tolerance,
};
pub use codebook::{AnswerList, Codebook, Dictionary, QuestionList};
pub use error::{Fault, Spot, StudyError};
pub use graph::{Step, StepKind};
pub use load::json_schemas;
pub use model::{Appendix, Matching, Misprint, Model, Pass, Unreached, UnreachedList, Verify};
pub use presentation::{
    Below, ColumnPresentation, Drawing, Marker, NumberFormat, Presentation, PublishedTable, Reach, Recompute,
    Separator, Spanning, TreePresentation,
};
pub use review::{GivenReview, NewReview, ReviewAdded, ReviewError, ReviewWord, Reviewable};
pub use round::{Example, ExampleTable, Population, ReviewNeed, Round, Rule, RuleDocument};
pub use set::{AS_OF, ParameterRefused};
pub use sql::{SqlFile, TableRead};
pub use study::{GoneFiles, Parameter, Root, Source, Study};
pub use text::nearest;
pub use unit::{UnitCell, UnitOrder, UnitParameter, UnitTable, UnitTest};
pub use without::UnknownRule;

#[cfg(test)]
mod tests;
