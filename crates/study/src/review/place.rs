//! Where a study keeps its reviews.

use super::{ReviewError, Reviewable};
use crate::folder::Folder;
use crate::{Root, Source, Study, nearest};
use std::path::PathBuf;
use terms::TableName;

/// The file of reviews: as the study names it, and where it lies, behind all links.
pub(super) struct ReviewFile {
    pub(super) name: String,
    pub(super) real: PathBuf,
}

/// The source that holds the reviews of this.
pub(super) fn source<'s>(study: &'s Study, of: &Reviewable) -> Result<&'s Source, ReviewError> {
    let table = match of {
        Reviewable::Verdict { round, rule, .. } => {
            let names = study.rounds.iter().map(|round| round.name.as_str());
            let found = study.rounds.iter().find(|known| known.name == *round);
            let found = found.ok_or_else(|| unknown("round", round, names))?;
            let rules = || found.rules.iter().map(|rule| rule.name.as_str());
            if !rules().any(|known| known == rule) {
                return Err(unknown("rule", rule, rules()));
            }
            found.review.as_ref().ok_or_else(|| unreviewed("round", round))?
        }
        Reviewable::Pair { matching, pass, .. } => {
            let names = study.matchings.iter().map(|matching| matching.name.as_str());
            let found = study.matchings.iter().find(|known| known.name == *matching);
            let found = found.ok_or_else(|| unknown("matching", matching, names))?;
            let passes = || found.passes.iter().map(|pass| pass.name.as_str());
            if !passes().any(|known| known == pass) {
                return Err(unknown("pass", pass, passes()));
            }
            found.review.as_ref().ok_or_else(|| unreviewed("matching", matching))?
        }
    };
    let is_it = |source: &&Source| is_table_of(table, source);
    study.sources.iter().find(is_it).ok_or_else(|| ReviewError::NotWritable {
        path: "pipeline.yaml".into(),
        message: format!("{table} is the table of no source"),
        help: "name `staging.SOURCE` as the reviews".into(),
    })
}

/// The passes of the matching that a pair is of; none of a verdict.
pub(super) fn passes<'s>(study: &'s Study, of: &Reviewable) -> Vec<&'s str> {
    let Reviewable::Pair { matching, .. } = of else { return Vec::new() };
    let found = study.matchings.iter().filter(|known| known.name == *matching);
    found.flat_map(|matching| &matching.passes).map(|pass| pass.name.as_str()).collect()
}

fn is_table_of(table: &TableName, source: &Source) -> bool {
    table.schema() == "staging" && table.table() == source.contract.name
}

/// The one file of a source, which lies in the study folder.
pub(super) fn path(study: &Study, source: &Source) -> Result<ReviewFile, ReviewError> {
    let name = source.contract.files.clone();
    let contract = |message: String, help: &str| ReviewError::NotWritable {
        path: source.file.display().to_string(),
        message,
        help: help.to_owned(),
    };
    if source.root != Root::Study {
        let help = "add `root: study` and move the file there: deliveries are not written";
        return Err(contract("the reviews are delivered from the data folder".into(), help));
    }
    if name.contains(['*', '?', '[', ']', '{', '}', '\\']) {
        let help = "name one file, so that it is known which one gets the line";
        return Err(contract(format!("`{name}` can be several files"), help));
    }
    if !name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("csv")) {
        let help = "keep reviews in a file that ends in .csv";
        return Err(contract(format!("`{name}` is no CSV file"), help));
    }
    let real = Folder::open(&study.folder).and_then(|folder| folder.real(&name));
    let real = real.map_err(|error| ReviewError::NotWritable {
        path: name.clone(),
        message: error.fault().message.clone(),
        help: error.fault().help.clone(),
    })?;
    Ok(ReviewFile { name, real })
}

fn unknown<'n>(what: &str, name: &str, names: impl Iterator<Item = &'n str>) -> ReviewError {
    let names: Vec<&str> = names.collect();
    let help = match names.is_empty() {
        true => "there is none".to_owned(),
        false => nearest(name, names, "there are"),
    };
    ReviewError::NotReviewed { message: format!("there is no {what} `{name}`"), help }
}

fn unreviewed(what: &str, name: &str) -> ReviewError {
    ReviewError::NotReviewed {
        message: format!("the {what} {name} has no reviews"),
        help: format!("add `review: staging.SOURCE` to the {what} in pipeline.yaml"),
    }
}
