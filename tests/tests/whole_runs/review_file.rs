//! What is written into a file of reviews is what a run reads there, whatever was typed.

use super::open_reviews::{FILE, Reviewed};
use arrow::array::AsArray;
use ingest::Limits;
use proptest::prelude::*;
use study::{NewReview, ReviewAdded, ReviewError, ReviewWord, Reviewable, Study};
use terms::{IdentityKey, fold, fold_blanks, is_spreadsheet_error};

/// Any text, and what most easily goes wrong: quotes, delimiters, line ends, formulas, marks.
fn texts() -> impl Strategy<Value = String> {
    let sign = prop::sample::select(vec![
        "\"", "\"\"", ",", ";", "\t", "\n", "\r\n", "\r", "'", "=1+1", "+", "-", "@", "\\", "é", "e\u{301}",
        "\u{feff}", "\u{85}", "\u{a0}", "\u{2028}", "\u{202e}", "💶", "sep=;", "#", " ", "word", "\0",
        "\u{1b}", "\u{fffd}",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(sign, 0..12).prop_map(|signs| signs.concat()),
        Just("#N/A".to_owned()),
    ]
}

/// Whether a text may be refused: a run would not read it as it was given.
fn is_refusable(text: &str) -> bool {
    let is_steering = |c: char| c == '\u{fffd}' || (c.is_control() && !c.is_whitespace());
    let clean = fold_blanks(&text.replace('\u{feff}', ""));
    text.chars().any(is_steering)
        || is_spreadsheet_error(&clean)
        || (!clean.is_empty() && fold(&clean).is_empty())
}

fn review(record: &str, reviewer: &str, reason: &str) -> NewReview {
    NewReview {
        of: Reviewable::Verdict { round: "merged".into(), rule: "same_card".into(), record: record.into() },
        word: ReviewWord::Reject,
        reviewer: reviewer.into(),
        time: "2011-03-02T09:00:00Z".into(),
        reason: reason.into(),
    }
}

/// Record, reviewer and reason of each line as a run reads them; no line may be in quarantine.
fn read(study: &Study) -> Vec<[Option<String>; 3]> {
    let source = study.sources.iter().find(|source| source.contract.name == "reviews").unwrap();
    let files = ingest::discover(study.root(source), &source.contract).unwrap();
    let key = IdentityKey::demonstration();
    let mut lines = Vec::new();
    for chunk in ingest::open(&source.contract, &key, &files[0], &Limits::default()).unwrap() {
        let chunk = chunk.unwrap();
        assert_eq!(chunk.quarantine.num_rows(), 0, "{:?}", chunk.quarantine);
        let column = |name: &str| chunk.staged.column_by_name(name).unwrap().as_string::<i32>();
        let columns = ["record", "reviewer", "reason"].map(column);
        lines.extend(
            (0..chunk.staged.num_rows())
                .map(|row| columns.map(|values| values.iter().nth(row).flatten().map(str::to_owned))),
        );
    }
    lines
}

/// Equal as texts; where Unicode has several spellings, as words.
fn same(read: &Option<String>, given: &str) -> bool {
    let clean = fold_blanks(&given.replace('\u{feff}', ""));
    match read {
        None => clean.is_empty(),
        Some(read) if clean.chars().all(|c| c < '\u{300}') => *read == clean,
        Some(read) => fold(read) == fold(&clean),
    }
}

#[test]
fn any_text_is_read_as_it_was_written_or_refused() {
    let fixture = Reviewed::new();
    let (study, empty) = (fixture.said(), fixture.copy.read(FILE));
    proptest!(ProptestConfig::with_cases(128), |(reviewer in texts(), reason in texts())| {
        fixture.copy.write(FILE, &empty);
        prop_assert_eq!(study.add_review(&review("first", "Mees", "")).unwrap(), ReviewAdded::Written);
        let added = study.add_review(&review("row", &reviewer, &reason));
        let is_nobody = fold_blanks(&reviewer.replace('\u{feff}', "")).is_empty();
        match &added {
            Ok(ReviewAdded::Written) => prop_assert!(!is_refusable(&reviewer) && !is_refusable(&reason)),
            Err(ReviewError::Text { .. }) => {
                prop_assert!(is_refusable(&reviewer) || is_refusable(&reason) || is_nobody);
            }
            other => prop_assert!(false, "{:?}", other),
        }
        study.add_review(&review("last", "Noor", "after it")).unwrap();
        let lines = read(&study);
        prop_assert_eq!(lines.len(), if added.is_ok() { 3 } else { 2 });
        prop_assert_eq!(&lines[lines.len() - 1][2], &Some("after it".to_owned()));
        if added.is_ok() {
            let [record, who, why] = &lines[1];
            prop_assert_eq!(record, &Some("row".to_owned()));
            prop_assert!(same(who, &reviewer), "{:?} was read as {:?}", reviewer, who);
            prop_assert!(same(why, &reason), "{:?} was read as {:?}", reason, why);
        }
    });
}
