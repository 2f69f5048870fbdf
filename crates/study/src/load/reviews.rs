//! Tables of reviews: that they have the columns by which a review is found, and that somebody can answer what is asked.

use super::Reading;
use super::reading::stem;
use crate::yaml::{At, RawMatching, RawRound};
use crate::{ReviewNeed, Source, nearest};
use terms::{Sensitivity, TableName};

/// Columns of every table of reviews.
pub(crate) const COLUMNS: [&str; 5] = ["rule", "record", "verdict", "reviewer", "reason"];
/// Column with the right row of a pair; empty where a review is about a record of a round.
pub(crate) const OTHER: &str = "other";

/// Notes tables of reviews that cannot be read as such, and questions that nobody can answer.
pub(crate) fn check(
    reading: &mut Reading<'_>,
    rounds: &[RawRound],
    matchings: &[RawMatching],
    sources: &[Source],
) {
    for round in rounds {
        match &round.review {
            Some(review) => columns(reading, review, &COLUMNS, sources),
            None => unanswerable(reading, round),
        }
    }
    for (index, matching) in matchings.iter().enumerate() {
        if let Some(review) = &matching.review {
            columns(reading, review, &[&COLUMNS[..], &[OTHER]].concat(), sources);
            passes(reading, matching, &matchings[..index]);
        }
    }
}

fn columns(reading: &mut Reading<'_>, review: &At<String>, needed: &[&str], sources: &[Source]) {
    let Ok(table) = TableName::parse(&review.value) else { return };
    let place = review.place(&reading.pipeline);
    if table.schema() != "staging" {
        let help = "name `staging.SOURCE`: reviews are read from a file, as delivered";
        reading.yaml(&place, "reviews are a staged table", help);
        return;
    }
    let Some(source) = sources.iter().find(|source| source.contract.name == table.table()) else { return };
    let staged = source.contract.columns.iter().filter(|c| c.sensitivity != Sensitivity::Identifying);
    let names: Vec<&str> = staged.map(|column| column.name.as_str()).collect();
    for column in needed.iter().filter(|column| !names.contains(column)) {
        let file = source.file.display();
        let help = match *column {
            OTHER => format!(
                "a review of a pair names its right row there: add the column `other` to {file}, and to its files"
            ),
            _ => format!("add it to {file}; {}", nearest(column, names.iter().copied(), "columns there are")),
        };
        reading.yaml(&place, format!("reviews need a column `{column}` that is staged"), help);
    }
}

/// Rules that want a review where the round has none.
fn unanswerable(reading: &mut Reading<'_>, round: &RawRound) {
    let wanted = round.rules.iter().filter_map(|rule| rule.review.as_ref());
    for review in wanted.filter(|review| review.value == ReviewNeed::Wanted) {
        let place = review.place(&reading.pipeline);
        reading.yaml(
            &place,
            "a review is wanted, but the round has no reviews",
            "add `review: staging.SOURCE` to the round: the staged table of reviewers' verdicts",
        );
    }
}

/// Passes whose reviews could be meant for another matching.
fn passes(reading: &mut Reading<'_>, matching: &RawMatching, earlier: &[RawMatching]) {
    let shared = earlier.iter().filter(|other| other.review == matching.review);
    let taken: Vec<&str> = shared.flat_map(|other| &other.passes).map(|pass| stem(&pass.value)).collect();
    for pass in matching.passes.iter().filter(|pass| taken.contains(&stem(&pass.value))) {
        let place = pass.place(&reading.pipeline);
        reading.yaml(
            &place,
            "an earlier matching with the same reviews has a pass of this name",
            "rename the file, or give the matchings a table of reviews each: a review names its pass only",
        );
    }
}
