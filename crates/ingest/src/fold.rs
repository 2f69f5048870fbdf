//! Texts as people compare them: without case, accents and repeated blanks.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// `text` without case, accents, outer blanks and repeated blanks; equal results mean "the same word".
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return blanks(text).to_ascii_lowercase();
    }
    let bare: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && *c != '\u{feff}')
        .flat_map(char::to_lowercase)
        .filter(|c| !is_combining_mark(*c))
        .collect();
    blanks(&bare)
}

/// `text` without outer blanks, and with inner runs of blanks and line ends as one blank.
pub(crate) fn blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

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

    fn check(input: &str, expected: &str) {
        assert_eq!(fold(input), expected, "fold({input:?})");
        assert_eq!(fold(&fold(input)), expected, "folding twice changes {input:?}");
    }

    #[test]
    fn case_accents_and_blanks_do_not_count() {
        check("  Title  of\tthe book ", "title of the book");
        check("Één été", "een ete");
        check("e\u{301}e\u{301}n", "een");
        check("\u{feff}Title", "title");
        check("İstanbul", "istanbul");
        check("Due\u{a0}date", "due date");
        check("", "");
    }

    #[test]
    fn the_nearest_candidate_must_resemble() {
        assert_eq!(nearest("Borower", ["Book", "Borrower"]), Some("Borrower"));
        assert_eq!(nearest("xyz", ["Book", "Borrower"]), None);
        assert_eq!(nearest("", []), None);
    }
}
