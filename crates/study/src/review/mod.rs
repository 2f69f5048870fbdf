//! A reviewer's verdict, written into the study's own file of reviews.
//!
//! The file is an input like any other: what is written counts from the next run on. So a verdict is only written if that
//! run will read it as it was given, and the file is either the old one or the new one, whoever looks when.

mod file;
mod place;
mod row;

use crate::Study;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a reviewer judges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reviewable {
    /// A rule's verdict on a record of a round.
    Verdict {
        /// Round.
        round: String,
        /// Rule of the round.
        rule: String,
        /// Row id of the judged record.
        record: String,
    },
    /// A pair that a pass of a matching proposed.
    Pair {
        /// Matching.
        matching: String,
        /// Pass of the matching.
        pass: String,
        /// Row id of the left row.
        left: String,
        /// Row id of the right row.
        right: String,
    },
}

impl Reviewable {
    /// Rule or pass, record or left row, right row of a pair: what a line of the file says of it.
    fn key(&self) -> (&str, &str, Option<&str>) {
        match self {
            Self::Verdict { rule, record, .. } => (rule, record, None),
            Self::Pair { pass, left, right, .. } => (pass, left, Some(right)),
        }
    }
}

/// What a reviewer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewWord {
    /// The verdict is applied, the pair matched.
    Confirm,
    /// The verdict is not applied, the pair not matched.
    Reject,
}

impl ReviewWord {
    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reject => "reject",
        }
    }

    /// The word with this text, if it is one.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Confirm, Self::Reject].into_iter().find(|known| known.as_str() == word)
    }
}

/// A verdict of a reviewer, to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReview {
    /// What is judged.
    pub of: Reviewable,
    /// The verdict.
    pub word: ReviewWord,
    /// Who judged.
    pub reviewer: String,
    /// When, RFC 3339, UTC, such as `2026-11-30T13:39:22Z`.
    pub time: String,
    /// Why, for those who read it later. Blanks and line ends become one blank each, as in every delivered text.
    pub reason: String,
}

/// A verdict that is in the study's file of reviews.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenReview {
    /// The verdict.
    pub word: ReviewWord,
    /// Who said it.
    pub reviewer: String,
    /// When, as it stands in the file; none where it does not say.
    pub time: Option<String>,
    /// Why.
    pub reason: String,
}

/// How a verdict was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewAdded {
    /// It is a new line of the file.
    Written,
    /// The file had the same verdict on the same thing, from whomever; nothing was written.
    AlreadyThere,
}

/// Why a verdict was not written.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// Nothing of this name can be reviewed.
    #[error("{message}; {help}")]
    NotReviewed {
        /// What is wrong.
        message: String,
        /// The way out.
        help: String,
    },
    /// The study's reviews are in no file to which a line can be added.
    #[error("{path}: {message}; {help}")]
    NotWritable {
        /// File of the study at fault: its contract or the file of reviews, relative to the study folder.
        path: String,
        /// What is wrong.
        message: String,
        /// The way out.
        help: String,
    },
    /// A text would not be read as it was given.
    #[error("{field}: {message}; {help}")]
    Text {
        /// Column of the reviews.
        field: &'static str,
        /// What is wrong.
        message: String,
        /// The way out.
        help: String,
    },
    /// The other verdict on the same thing is there.
    #[error(
        "{path}:{line}: {reviewer} has said {word} of the same; take that line away first if it is to be judged anew", word = word.as_str()
    )]
    Contradicts {
        /// The file of reviews, relative to the study folder.
        path: String,
        /// Its line, from 1.
        line: u64,
        /// Who said it.
        reviewer: String,
        /// What was said.
        word: ReviewWord,
    },
    /// A row has one partner, and another pair of it is confirmed.
    #[error(
        "{path}:{line}: {reviewer} has confirmed another pair of row {row}; take that line away first if it is wrong"
    )]
    Taken {
        /// The file of reviews, relative to the study folder.
        path: String,
        /// Its line, from 1.
        line: u64,
        /// Who said it.
        reviewer: String,
        /// The row that both pairs have.
        row: String,
    },
    /// The file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file or its folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Study {
    /// Adds a reviewer's verdict to the study's file of reviews: that of the round or the matching that it is about.
    ///
    /// The bytes that the file has stay; a line is added in the order of its header, with the columns that are not known here
    /// left empty. The file is replaced as a whole, under an exclusive lock (`flock`) on its folder, and keeps its mode;
    /// the new one is on disk before it takes the name. A text is written as it was given, also one that a spreadsheet would
    /// calculate: the file is read by runs, and what is exported from them is made harmless there.
    ///
    /// Blocks on files, and on another who is writing.
    ///
    /// # Errors
    /// [`ReviewError`]; nothing is written then.
    pub fn add_review(&self, review: &NewReview) -> Result<ReviewAdded, ReviewError> {
        let source = place::source(self, &review.of)?;
        let path = place::path(self, source)?;
        let row = row::Row::of(source, review)?;
        let passes = place::passes(self, &review.of);
        file::add(&path, source, &row, &passes)
    }

    /// The verdicts that the study's files of reviews have on these by now, whether or not a run has read them.
    ///
    /// Blocks on files, of which each is read once.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn given_reviews(&self, of: &[Reviewable]) -> Result<Vec<Option<GivenReview>>, ReviewError> {
        let mut files = BTreeMap::new();
        let mut found = Vec::new();
        for one in of {
            let source = place::source(self, one)?;
            let name = source.contract.name.as_str();
            if !files.contains_key(name) {
                files.insert(name, file::given(&place::path(self, source)?, source)?);
            }
            let (rule, record, other) = one.key();
            let key = (rule.to_owned(), record.to_owned(), other.map(str::to_owned));
            found.push(files.get(name).and_then(|given| given.get(&key)).cloned());
        }
        Ok(found)
    }
}
