//! How alike two printed texts are.

use super::published::fold;
use crate::decimal::Decimal;

/// How alike a printed and a produced text are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The same text.
    Equal,
    /// The same number at the printed number of decimals, or the same letters with other blanks.
    Format,
    /// Anything else.
    Different,
}

/// Compares two folded texts.
pub(super) fn likeness(printed: &str, produced: &str) -> Likeness {
    if printed == produced {
        return Likeness::Equal;
    }
    let same_letters = without_blanks(printed) == without_blanks(produced);
    let same_number = match (number_in(printed), number_in(produced)) {
        (Some(a), Some(b)) => {
            a.before == b.before && a.number.same_value(&b.number.rounded(a.number.decimals()))
        }
        _ => false,
    };
    if same_letters || same_number { Likeness::Format } else { Likeness::Different }
}

/// The number that a text is, whatever sign (`%`, a marker) stands behind it.
pub(super) fn number(text: &str) -> Option<Decimal> {
    number_in(text).filter(|found| found.before.is_empty()).map(|found| found.number)
}

/// The only number in a text, and what stands before it without blanks (`<` makes another statement;
/// a suffix or a marker behind the number does not).
struct NumberIn {
    before: String,
    number: Decimal,
}

fn number_in(text: &str) -> Option<NumberIn> {
    let digits_at = text.find(|c: char| c.is_ascii_digit())?;
    let sign = |c: char| matches!(c, '-' | '\u{2212}' | '.' | ',');
    let start = text[..digits_at].trim_end_matches(sign).len();
    let end = text[digits_at..]
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','))
        .map_or(text.len(), |length| digits_at + length);
    let (before, behind) = (&text[..start], &text[end..]);
    // Letters around a number make it a text: `1 dag` and `1 dagdeel` are not one number.
    let worded = |part: &str| part.chars().any(|c| c.is_alphanumeric());
    if worded(before) || worded(behind) {
        return None;
    }
    let number = Decimal::parse(&text[start..end])?;
    Some(NumberIn { before: without_blanks(before), number })
}

fn without_blanks(text: &str) -> String {
    fold(text).replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(printed: &str, produced: &str, expected: Likeness) {
        assert_eq!(likeness(printed, produced), expected, "{printed:?} and {produced:?}");
    }

    #[test]
    fn the_same_written_otherwise_is_a_format_difference() {
        for (printed, produced) in [
            ("21,1", "21.1"),
            (".8", "0.8"),
            ("12%", "12"),
            ("12%", "12 %"),
            ("586 **", "586"),
            ("733***", "733 ***"),
            ("<0,005", "< 0,005"),
            ("< 0,005", "< 0.005"),
            ("1.1", "1.14"),
            ("1.10", "1.1"),
            ("-3,5", "-3.5"),
            ("n. v. t.", "n.v.t."),
        ] {
            check(printed, produced, Likeness::Format);
        }
    }

    #[test]
    fn another_number_or_statement_is_a_difference() {
        for (printed, produced) in [
            ("155", "154"),
            ("1.1", "1.15"),
            ("1.14", "1.1"),
            ("-3", "3"),
            ("< 0,005", "0,005"),
            ("< 0,005", "> 0,005"),
            ("1 dag", "1 dagdeel"),
            ("0", ""),
            ("n.v.t.", "Nee"),
            ("Goed", "goed"),
            ("1.2.3", "1.2"),
            ("1 2", "12 3"),
        ] {
            check(printed, produced, Likeness::Different);
        }
    }

    proptest! {
        #[test]
        fn only_equal_texts_are_equal(a in ".{0,12}", b in ".{0,12}") {
            prop_assert_eq!(likeness(&a, &b) == Likeness::Equal, a == b);
            prop_assert_eq!(likeness(&a, &a), Likeness::Equal);
        }
    }
}
