//! Hints: what a text was probably meant to be.

use terms::fold;

/// The candidate most like `text`, if any is like it at all.
pub(crate) fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Beyond this length the comparison costs more than the hint is worth.
    const LONGEST: usize = 200;
    if text.len() > LONGEST {
        return None;
    }
    let text = fold(text);
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let likeness = strsim::normalized_damerau_levenshtein(&text, &fold(candidate));
        if likeness >= 0.5 && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_candidate_must_resemble() {
        assert_eq!(nearest("Borower", ["Book", "Borrower"]), Some("Borrower"));
        assert_eq!(nearest("xyz", ["Book", "Borrower"]), None);
        assert_eq!(nearest("", []), None);
    }
}
