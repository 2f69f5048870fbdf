//! Verdicts of reviewers on verdicts of rules, and on pairs of matchings.

use crate::cells::{cell, text};
use crate::error::EngineError;
use crate::night::Night;
use crate::steps::pairs::Judged;
use datafusion::prelude::{ident, lit};
use std::collections::{BTreeMap, BTreeSet};
use study::{Matching, ReviewNeed, Round, Rule, Study};
use terms::{MatchingReviews, ReviewsAsked, RoundReviews, TableName};

/// What a reviewer said of one verdict or pair.
#[derive(Clone, Debug)]
pub(crate) struct Review {
    pub(crate) word: String,
    pub(crate) reviewer: String,
    pub(crate) reason: Option<String>,
}

impl Review {
    /// The verdict of the rule is not applied, the pair not matched.
    pub(crate) fn rejects(&self) -> bool {
        self.word == "reject"
    }
}

/// Rule or pass, judged row or left row, and of a pair the right row.
type Key = (String, String, Option<String>);

/// The reviews of a round or a matching, by what they are about.
pub(crate) struct Reviews {
    reviews: BTreeMap<Key, Review>,
    table: String,
}

/// Column with the right row of a pair; a table of rounds' reviews need not have it.
pub(crate) const OTHER: &str = "other";
/// The other columns of reviews that are read.
pub(crate) const COLUMNS: [&str; 5] = ["rule", "record", "verdict", "reviewer", "reason"];

impl Reviews {
    /// Reads the review table of a round or a matching, if it has one.
    pub(crate) async fn load(night: &mut Night<'_>, review: Option<&TableName>) -> Result<Self, EngineError> {
        let mut reviews = BTreeMap::<Key, Review>::new();
        let table = review.map(ToString::to_string).unwrap_or_default();
        if let Some(name) = review {
            // The staged row of a review has an identity of its own; the judged row's is in column `record`.
            let frame = night.table(name).await?;
            let has_other = frame.schema().has_column_with_unqualified_name(OTHER);
            let columns = [&COLUMNS[..], if has_other { &[OTHER] } else { &[] }].concat();
            for batch in frame.select_columns(&columns)?.collect().await? {
                let values = (0..columns.len()).map(|i| text(&batch, i)).collect::<Result<Vec<_>, _>>()?;
                for row in 0..batch.num_rows() {
                    let cell = |i: usize| values.get(i).and_then(|v| cell(v, row)).map(str::to_owned);
                    let word = cell(2).unwrap_or_default();
                    if word != "confirm" && word != "reject" {
                        return Err(fault(&table, format!("verdict {word:?}"), "use confirm or reject"));
                    }
                    let key = (cell(0).unwrap_or_default(), cell(1).unwrap_or_default(), cell(5));
                    let review = Review { word, reviewer: cell(3).unwrap_or_default(), reason: cell(4) };
                    if let Some(earlier) = reviews.insert(key.clone(), review)
                        && reviews.get(&key).is_some_and(|later: &Review| later.word != earlier.word)
                    {
                        let told = format!("{} is both confirmed and rejected", what(&key));
                        return Err(fault(&table, told, "keep one of the two"));
                    }
                }
            }
        }
        Ok(Self { reviews, table })
    }

    /// The review of a rule's verdict on a row, if there is one.
    pub(crate) fn of(&self, rule: &str, row_id: &str) -> Option<&Review> {
        self.find(rule, row_id, None)
    }

    /// The review of a pair that a pass proposed, if there is one.
    pub(crate) fn of_pair(&self, pass: &str, left: &str, right: &str) -> Option<&Review> {
        self.find(pass, left, Some(right))
    }

    fn find(&self, name: &str, row: &str, other: Option<&str>) -> Option<&Review> {
        if self.reviews.is_empty() {
            return None;
        }
        self.reviews.get(&(name.to_owned(), row.to_owned(), other.map(str::to_owned)))
    }

    /// Refuses reviews of pairs of this matching's passes that are not among the judged pairs, unless an earlier pass settled
    /// the pair as the review says.
    pub(crate) fn pairs_answered(&self, matching: &Matching, judged: &[Judged]) -> Result<(), EngineError> {
        let reviewed = judged.iter().filter(|j| j.review.is_some());
        let answered: BTreeSet<(usize, &str, &str)> =
            reviewed.map(|j| (j.pass, j.candidate.left.as_str(), j.candidate.right.as_str())).collect();
        let (mut of_left, mut of_right) = (BTreeMap::new(), BTreeMap::new());
        for pair in judged.iter().filter(|j| j.is_matched()) {
            of_left.insert(pair.candidate.left.as_str(), pair);
            of_right.insert(pair.candidate.right.as_str(), pair);
        }
        for ((name, left, right), review) in &self.reviews {
            let Some(right) = right else { continue };
            let Some(pass) = matching.passes.iter().position(|own| own.name == *name) else { continue };
            if answered.contains(&(pass, left, right)) {
                continue;
            }
            let partners = [of_left.get(left.as_str()), of_right.get(right.as_str())];
            let mut earlier = partners.into_iter().flatten().filter(|pair| pair.pass < pass).peekable();
            let is_settled = earlier.peek().is_some();
            let is_this = earlier.any(|pair| pair.candidate.left == *left && pair.candidate.right == *right);
            if !is_settled || is_this == review.rejects() {
                return Err(self.stale(format!("pass {name} proposed no pair of {left} and {right}")));
            }
        }
        Ok(())
    }

    /// Reviews of the pairs of a pass.
    #[cfg(test)]
    pub(crate) fn of_pass<'r>(
        pass: &str,
        said: impl IntoIterator<Item = (&'r str, &'r str, &'r str)>,
    ) -> Self {
        let review = |(left, right, word): (&str, &str, &str)| {
            let review = Review { word: word.to_owned(), reviewer: "Mees".to_owned(), reason: None };
            ((pass.to_owned(), left.to_owned(), Some(right.to_owned())), review)
        };
        Self { reviews: said.into_iter().map(review).collect(), table: "staging.reviews".to_owned() }
    }

    /// A fault of this table.
    pub(crate) fn fault(&self, message: String, help: &str) -> EngineError {
        fault(&self.table, message, help)
    }

    fn stale(&self, message: String) -> EngineError {
        self.fault(message, "remove the line, or review again: rule or data have changed")
    }
}

/// Refuses reviews that no verdict answers to: their rule or their row is gone, and somebody should look again. Of
/// reviews of pairs, those of a pass that no matching has: a matching answers for the pairs of its own passes.
pub(crate) async fn all_answered(night: &mut Night<'_>) -> Result<(), EngineError> {
    let study = night.study;
    if study.rounds.iter().all(|round| round.review.is_none())
        && study.matchings.iter().all(|matching| matching.review.is_none())
    {
        return Ok(());
    }
    let mut answered = BTreeSet::new();
    let decisions = TableName::new("audit", "decisions")?;
    let reviewed = night.table(&decisions).await?.filter(ident("decided_by").eq(lit("reviewer")))?;
    for batch in reviewed.select_columns(&["rule", "row_id"])?.collect().await? {
        let (rules, rows) = (text(&batch, 0)?, text(&batch, 1)?);
        answered.extend((0..batch.num_rows()).map(|i| (rules.value(i).to_owned(), rows.value(i).to_owned())));
    }
    for table in tables(study) {
        let reviews = Reviews::load(night, Some(table)).await?;
        for (rule, row, other) in reviews.reviews.keys() {
            let stale = match other {
                None if answered.contains(&(rule.clone(), row.clone())) => continue,
                None => format!("rule {rule} returned no verdict on row {row}"),
                Some(_) if has_pass(study, table, rule) => continue,
                Some(other) => {
                    format!("no matching with these reviews has a pass {rule} for the pair {row} and {other}")
                }
            };
            return Err(reviews.stale(stale));
        }
    }
    Ok(())
}

/// The tables of reviews, each once.
pub(crate) fn tables(study: &Study) -> BTreeSet<&TableName> {
    let rounds = study.rounds.iter().filter_map(|round| round.review.as_ref());
    rounds.chain(study.matchings.iter().filter_map(|matching| matching.review.as_ref())).collect()
}

/// What a study asks reviewers to judge: verdicts of the rules that want it, and ambiguous pairs where there are reviews.
pub(crate) fn asked(study: &Study) -> ReviewsAsked {
    let wanted = |round: &Round| -> Vec<String> {
        let rules = round.rules.iter().filter(|rule| rule.review == ReviewNeed::Wanted);
        rules.map(|rule| rule.name.clone()).collect()
    };
    let adds = |rule: &Rule| Some((rule.name.clone(), rule.adds_from.clone()?));
    let of_round = |round: &Round| RoundReviews {
        round: round.name.clone(),
        rules: wanted(round),
        base: round.base.clone(),
        adds_from: round.rules.iter().filter_map(adds).collect(),
    };
    let of_matching = |matching: &Matching| MatchingReviews {
        matching: matching.name.clone(),
        left: matching.left.clone(),
        right: matching.right.clone(),
    };
    let rounds = study.rounds.iter().filter(|round| round.review.is_some()).map(of_round);
    let matchings = study.matchings.iter().filter(|matching| matching.review.is_some());
    ReviewsAsked {
        rounds: rounds.filter(|round| !round.rules.is_empty()).collect(),
        matchings: matchings.map(of_matching).collect(),
    }
}

fn has_pass(study: &Study, table: &TableName, name: &str) -> bool {
    let mine = study.matchings.iter().filter(|matching| matching.review.as_ref() == Some(table));
    mine.flat_map(|matching| &matching.passes).any(|pass| pass.name == name)
}

fn what((_, row, other): &Key) -> String {
    match other {
        None => format!("row {row}"),
        Some(other) => format!("the pair {row} and {other}"),
    }
}

fn fault(table: &str, message: String, help: &str) -> EngineError {
    EngineError::Verdict { path: table.to_owned(), message, help: help.to_owned() }
}
