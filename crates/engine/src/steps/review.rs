//! Verdicts of reviewers on verdicts of rules.

use crate::cells::{cell, text};
use crate::error::EngineError;
use crate::night::Night;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use study::Round;

/// What a reviewer said of one verdict.
pub(crate) struct Review {
    pub(crate) word: String,
    pub(crate) reviewer: String,
    pub(crate) reason: Option<String>,
}

impl Review {
    /// The verdict of the rule is not applied.
    pub(crate) fn rejects(&self) -> bool {
        self.word == "reject"
    }
}

/// The reviews of a round, by rule and row.
pub(crate) struct Reviews {
    reviews: BTreeMap<(String, String), Review>,
    used: RefCell<BTreeSet<(String, String)>>,
    rules: BTreeSet<String>,
    table: String,
}

impl Reviews {
    /// Reads the review table of a round, if it has one.
    pub(crate) async fn load(night: &mut Night<'_>, round: &Round) -> Result<Self, EngineError> {
        let mut reviews = BTreeMap::new();
        let table = round.review.as_ref().map(ToString::to_string).unwrap_or_default();
        if let Some(name) = &round.review {
            // The staged row of a review has an identity of its own; the judged row's is in column `record`.
            let frame = night
                .table(name)
                .await?
                .select_columns(&["rule", "record", "verdict", "reviewer", "reason"])?;
            for batch in frame.collect().await? {
                let values = (0..5).map(|i| text(&batch, i)).collect::<Result<Vec<_>, _>>()?;
                for row in 0..batch.num_rows() {
                    let cell = |i: usize| cell(&values[i], row).map(str::to_owned);
                    let word = cell(2).unwrap_or_default();
                    if word != "confirm" && word != "reject" {
                        return Err(fault(&table, format!("verdict {word:?}"), "use confirm or reject"));
                    }
                    let key = (cell(0).unwrap_or_default(), cell(1).unwrap_or_default());
                    let review = Review { word, reviewer: cell(3).unwrap_or_default(), reason: cell(4) };
                    if let Some(earlier) = reviews.insert(key.clone(), review)
                        && reviews.get(&key).is_some_and(|later: &Review| later.word != earlier.word)
                    {
                        return Err(fault(
                            &table,
                            format!("row {} is both confirmed and rejected", key.1),
                            "keep one of the two",
                        ));
                    }
                }
            }
        }
        let rules = round.rules.iter().map(|rule| rule.name.clone()).collect();
        Ok(Self { reviews, used: RefCell::default(), rules, table })
    }

    /// The review of a rule's verdict on a row, if there is one.
    pub(crate) fn of(&self, rule: &str, row_id: &str) -> Option<&Review> {
        let key = (rule.to_owned(), row_id.to_owned());
        let review = self.reviews.get(&key);
        if review.is_some() {
            self.used.borrow_mut().insert(key);
        }
        review
    }

    /// Refuses a review of this round's rules that no verdict answers to: the rule or the data has changed since.
    pub(crate) fn all_used(&self) -> Result<(), EngineError> {
        let used = self.used.borrow();
        match self.reviews.keys().find(|key| self.rules.contains(&key.0) && !used.contains(*key)) {
            None => Ok(()),
            Some((rule, row)) => Err(fault(
                &self.table,
                format!("rule {rule} returned no verdict on row {row}"),
                "remove the line, or review again: rule or data have changed",
            )),
        }
    }
}

fn fault(table: &str, message: String, help: &str) -> EngineError {
    EngineError::Verdict { path: table.to_owned(), message, help: help.to_owned() }
}
