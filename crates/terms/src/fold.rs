use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// `text` without case, accents, outer blanks and repeated blanks; equal results mean "the same word".
///
/// Headers, code spellings and words for "missing" are compared so, when a contract is read and when a delivery is.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return fold_blanks(text).to_ascii_lowercase();
    }
    let bare: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && *c != '\u{feff}')
        .flat_map(char::to_lowercase)
        .filter(|c| !is_combining_mark(*c))
        .collect();
    fold_blanks(&bare)
}

/// `text` without outer blanks, and with inner runs of blanks and line ends as one blank.
pub fn fold_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// A spreadsheet's error as it is saved in delimited text, in English and in Dutch; or what it shows in place of a number
/// in a column that is too narrow.
pub fn is_spreadsheet_error(text: &str) -> bool {
    const ERRORS: [&str; 14] = [
        "#N/A", "#N/B", "#REF!", "#VERW!", "#VALUE!", "#WAARDE!", "#DIV/0!", "#DEEL/0!", "#NAME?", "#NAAM?",
        "#NUM!", "#GETAL!", "#NULL!", "#LEEG!",
    ];
    let text = text.trim();
    text.starts_with('#')
        && (ERRORS.contains(&text) || (text.len() > 2 && text.bytes().all(|byte| byte == b'#')))
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
}
