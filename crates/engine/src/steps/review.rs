//! Verdicts of reviewers on verdicts of rules.

use crate::cells::{cell, text};
use crate::error::EngineError;
use crate::night::Night;

use datafusion::prelude::{ident, lit};
use std::collections::{BTreeMap, BTreeSet};
use study::Round;
use terms::TableName;

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
        Ok(Self { reviews, table })
    }

    /// The review of a rule's verdict on a row, if there is one.
    pub(crate) fn of(&self, rule: &str, row_id: &str) -> Option<&Review> {
        self.reviews.get(&(rule.to_owned(), row_id.to_owned()))
    }
}

/// Refuses reviews that no verdict answers to: their rule or their row is gone, and somebody should look again.
pub(crate) async fn all_answered(night: &mut Night<'_>) -> Result<(), EngineError> {
    let mut answered = BTreeSet::new();
    let decisions = TableName::new("audit", "decisions")?;
    let reviewed = night.table(&decisions).await?.filter(ident("decided_by").eq(lit("reviewer")))?;
    for batch in reviewed.select_columns(&["rule", "row_id"])?.collect().await? {
        let (rules, rows) = (text(&batch, 0)?, text(&batch, 1)?);
        answered.extend((0..batch.num_rows()).map(|i| (rules.value(i).to_owned(), rows.value(i).to_owned())));
    }
    let study = night.study;
    for round in &study.rounds {
        let reviews = Reviews::load(night, round).await?;
        if let Some((rule, row)) = reviews.reviews.keys().find(|key| !answered.contains(*key)) {
            return Err(fault(
                &reviews.table,
                format!("rule {rule} returned no verdict on row {row}"),
                "remove the line, or review again: rule or data have changed",
            ));
        }
    }
    Ok(())
}

fn fault(table: &str, message: String, help: &str) -> EngineError {
    EngineError::Verdict { path: table.to_owned(), message, help: help.to_owned() }
}
