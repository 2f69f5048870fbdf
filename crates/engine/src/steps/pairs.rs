//! The pairs that a pass proposed, judged: what a reviewer said of them goes first, then that a row has one partner.

use crate::error::EngineError;
use crate::steps::review::{Review, Reviews};
use std::collections::BTreeMap;

/// A pair that a pass proposed.
pub(crate) struct Candidate {
    pub(crate) left: String,
    pub(crate) right: String,
    pub(crate) reason: String,
    pub(crate) evidence: String,
}

/// What became of a proposed pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its rows are partners: a reviewer confirmed it, or neither is in another pair of the pass that counts.
    Matched,
    /// One of its rows is in another pair of the pass that counts.
    Ambiguous,
    /// A reviewer rejected it; it does not count.
    Rejected,
    /// One of its rows is in a pair of the pass that a reviewer confirmed; it does not count.
    Superseded,
}

impl Outcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Ambiguous => "ambiguous",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
        }
    }
}

/// A judged candidate.
pub(crate) struct Judged {
    /// Place of the pass, from 0.
    pub(crate) pass: usize,
    pub(crate) candidate: Candidate,
    pub(crate) outcome: Outcome,
    /// What a reviewer said of it; none where the pass decides.
    pub(crate) review: Option<Review>,
}

impl Judged {
    pub(crate) fn is_matched(&self) -> bool {
        self.outcome == Outcome::Matched
    }
}

/// How often each row of a side is in a pair.
type Sides<'a> = (BTreeMap<&'a str, usize>, BTreeMap<&'a str, usize>);

/// Judges the pairs of a pass: confirmed ones are matched, and of those that a reviewer neither rejected nor decided by
/// confirming another, each of which neither row is in another.
///
/// # Errors
/// Two confirmed pairs that share a row.
pub(crate) fn judge(
    (pass, name): (usize, &str),
    candidates: Vec<Candidate>,
    reviews: &Reviews,
) -> Result<Vec<Judged>, EngineError> {
    let said: Vec<Option<&Review>> =
        candidates.iter().map(|c| reviews.of_pair(name, &c.left, &c.right)).collect();
    let confirmed = rows(candidates.iter().zip(&said).filter(|(_, said)| said.is_some_and(|r| !r.rejects())));
    let twice = |side: &BTreeMap<&str, usize>| {
        side.iter().find(|(_, pairs)| **pairs > 1).map(|(row, _)| (*row).to_owned())
    };
    if let Some(row) = twice(&confirmed.0).or_else(|| twice(&confirmed.1)) {
        return Err(reviews.fault(
            format!("pass {name}: row {row} is in two confirmed pairs, and a row has one partner"),
            "keep the one of the two that is right, and reject the other",
        ));
    }
    let taken = |c: &Candidate| {
        confirmed.0.contains_key(c.left.as_str()) || confirmed.1.contains_key(c.right.as_str())
    };
    let counts = |(c, said): &(&Candidate, &Option<&Review>)| said.is_none() && !taken(c);
    let counted = rows(candidates.iter().zip(&said).filter(counts));
    let outcome = |(c, said): (&Candidate, &Option<&Review>)| match said {
        Some(review) if review.rejects() => Outcome::Rejected,
        Some(_) => Outcome::Matched,
        None if taken(c) => Outcome::Superseded,
        None => match (counted.0.get(c.left.as_str()), counted.1.get(c.right.as_str())) {
            (Some(1), Some(1)) => Outcome::Matched,
            _ => Outcome::Ambiguous,
        },
    };
    let outcomes: Vec<Outcome> = candidates.iter().zip(&said).map(outcome).collect();
    let said: Vec<Option<Review>> = said.into_iter().map(|review| review.cloned()).collect();
    let judged = candidates.into_iter().zip(outcomes).zip(said);
    Ok(judged.map(|((candidate, outcome), review)| Judged { pass, candidate, outcome, review }).collect())
}

fn rows<'a, 'r: 'a>(pairs: impl Iterator<Item = (&'a Candidate, &'a Option<&'r Review>)>) -> Sides<'a> {
    let mut sides = Sides::default();
    for (pair, _) in pairs {
        *sides.0.entry(&pair.left).or_default() += 1;
        *sides.1.entry(&pair.right).or_default() += 1;
    }
    sides
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    /// Distinct pairs, each with what a reviewer says of it, if anything.
    fn pairs() -> impl Strategy<Value = BTreeMap<(String, String), Option<&'static str>>> {
        let row = || (0..5).prop_map(|row: i32| row.to_string());
        let word = prop::sample::select(vec![None, None, Some("confirm"), Some("reject")]);
        prop::collection::btree_map((row(), row()), word, 0..10)
    }

    fn share(a: &(String, String), b: &(String, String)) -> bool {
        a != b && (a.0 == b.0 || a.1 == b.1)
    }

    proptest! {
        /// What is judged by counting is what comparing each pair with each other gives.
        #[test]
        fn a_pair_is_what_the_pairs_that_share_a_row_with_it_make_of_it(pairs in pairs()) {
            let said = pairs.iter().filter_map(|((l, r), word)| Some((l.as_str(), r.as_str(), (*word)?)));
            let reviews = Reviews::of_pass("card", said);
            let candidate = |(left, right): &(String, String)| {
                let (left, right) = (left.clone(), right.clone());
                Candidate { left, right, reason: String::new(), evidence: String::new() }
            };
            let judged = judge((0, "card"), pairs.keys().map(candidate).collect(), &reviews);
            let confirmed: Vec<_> = pairs.iter().filter(|(_, w)| **w == Some("confirm")).map(|(p, _)| p).collect();
            if confirmed.iter().any(|a| confirmed.iter().any(|b| share(a, b))) {
                prop_assert!(judged.is_err());
                return Ok(());
            }
            let beaten = |pair: &(String, String)| confirmed.iter().any(|other| share(pair, other));
            let counts = |(pair, word): &(&(String, String), &Option<&str>)| word.is_none() && !beaten(pair);
            for (judged, (pair, word)) in judged.unwrap().iter().zip(&pairs) {
                let rivals = pairs.iter().filter(counts).filter(|(other, _)| share(pair, other)).count();
                let expected = match word {
                    Some("confirm") => Outcome::Matched,
                    Some(_) => Outcome::Rejected,
                    None if beaten(pair) => Outcome::Superseded,
                    None if rivals == 0 => Outcome::Matched,
                    None => Outcome::Ambiguous,
                };
                prop_assert_eq!(judged.outcome, expected, "{:?} of {:?}", pair, pairs);
                prop_assert_eq!(judged.review.is_some(), word.is_some());
            }
        }
    }
}
