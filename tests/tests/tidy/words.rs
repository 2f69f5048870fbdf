//! The engine knows no study.

use super::{lines, texts};

const WORDS: [&str; 6] = ["perspectief", "steunpunt", "amv", "bijlage", "v_nummer", "dmb"];

/// The word occurs; a short one only where no letter stands beside it, for it may be a part of an English word.
fn names_the_study(line: &str) -> bool {
    let line = line.to_lowercase();
    WORDS.iter().any(|word| {
        line.match_indices(word).any(|(at, _)| {
            let beside = [line[..at].chars().next_back(), line[at + word.len()..].chars().next()];
            word.len() > 3 || beside.into_iter().flatten().all(|c| !c.is_alphabetic())
        })
    })
}

#[test]
fn no_word_of_the_study_in_a_crate() {
    let mut texts = texts();
    // Tests of the command may read a workbook of the shipped deliveries; what is shipped in a crate may not know them.
    texts.retain(|(name, _)| {
        name.starts_with("crates/")
            && !name.starts_with("crates/synth/")
            && !name.starts_with("crates/cli/tests/")
    });
    assert!(texts.len() > 100);
    assert_eq!(lines(&texts, names_the_study), Vec::<String>::new());
}

#[test]
fn the_search_finds_words() {
    for line in ["the Bijlage", "bijlage_01", "ex-AMV's", "staging.dmb_persoon", "V_NUMMER", "Steunpunten"] {
        assert!(names_the_study(line), "{line}");
    }
    for line in ["ParamValues", "v nummer", "a support centre"] {
        assert!(!names_the_study(line), "{line}");
    }
}
