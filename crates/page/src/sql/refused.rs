//! Why a query was not answered, with the place in its text.

use crate::sheet::Sheet;
use crate::visit::Visit;
use serve::Refusal;
use std::ops::Range;

/// Writes what is wrong with a query, and the query with the place marked where that is known.
pub(crate) fn refusal(sheet: &mut Sheet, visit: &Visit, query: &str, refused: &Refusal) {
    let html = sheet.html();
    html.open("div", &[("role", "alert"), ("class", "refused")]).open("p", &[]);
    html.element("strong", &[], &refused.code)
        .text(" ")
        .element("span", &[("lang", "en")], said(refused))
        .close();
    if let Some(hint) = &refused.hint {
        html.open("p", &[]).text(visit.say("Wat helpt: ", "What helps: "));
        html.element("span", &[("lang", "en")], hint).close();
    }
    if let Some(at) = place(query, refused) {
        let line = query[..at.start].matches('\n').count() + 1;
        html.element("p", &[], &format!("{} {line}:", visit.say("In regel", "In line")));
        html.open("pre", &[("class", "query")]).open("code", &[]);
        html.text(&query[..at.start]).element("mark", &[], &query[at.clone()]).text(&query[at.end..]);
        html.close().close();
    }
    html.close().line();
}

/// The message, without a place that counts from the beginning of the statement, where it is shown in the text itself.
fn said(refused: &Refusal) -> &str {
    let message = refused.message.trim_matches('"');
    match message.rfind(" at Line: ") {
        Some(place) if refused.at.is_some() => &message[..place],
        _ => message,
    }
}

/// The word at which it went wrong: at the place that is told, or the only one that is the name in the message.
fn place(query: &str, refused: &Refusal) -> Option<Range<usize>> {
    if let Some(at) = refused.at {
        return Some(word(query, at.min(query.len())));
    }
    let name = match refused.code.as_str() {
        "42703" => {
            refused.message.split("No field named ").nth(1)?.split_whitespace().next()?.trim_end_matches('.')
        }
        "42P01" => refused.message.split('\'').nth(1)?,
        "42883" => refused.message.split('\'').nth(1)?,
        _ => return None,
    };
    let last = name.rsplit('.').next()?.trim_matches('"');
    if last.is_empty() {
        return None;
    }
    let lower = query.to_lowercase();
    // A text whose lower case is longer has other places.
    if lower.len() != query.len() {
        return None;
    }
    let is_whole = |at: &usize| {
        let before = query[..*at].chars().next_back();
        let after = query[at + last.len()..].chars().next();
        ![before, after].into_iter().flatten().any(is_part)
    };
    let wanted = last.to_lowercase();
    let mut found = lower.match_indices(&wanted).map(|(at, _)| at).filter(is_whole);
    let first = found.next()?;
    found.next().is_none().then(|| first..first + wanted.len())
}

/// The word that begins at a byte, or the sign there; at the end of the text the last sign.
fn word(text: &str, at: usize) -> Range<usize> {
    let length = |rest: &str| match rest.find(|c| !is_part(c)) {
        Some(0) => rest.chars().next().map_or(0, char::len_utf8),
        Some(length) => length,
        None => rest.len(),
    };
    match &text[at..] {
        "" => text.char_indices().next_back().map_or(at, |(last, _)| last)..at,
        rest => at..at + length(rest),
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked<'q>(query: &'q str, code: &str, message: &str, at: Option<usize>) -> Option<&'q str> {
        let refused = Refusal { code: code.to_owned(), message: message.to_owned(), hint: None, at };
        place(query, &refused).map(|at| &query[at])
    }

    #[test]
    fn the_place_is_a_word_of_the_query() {
        assert_eq!(marked("select é frm x", "42601", "", Some(10)), Some("frm"));
        assert_eq!(marked("select (", "42601", "", Some(8)), Some("("));
        assert_eq!(marked("", "42601", "", Some(0)), Some(""));
        let table = "table 'run_1.m.nothing' not found";
        assert_eq!(marked("select * from m.Nothing", "42P01", table, None), Some("Nothing"));
        let column = "No field named colour.\nValid fields are a, b.";
        assert_eq!(marked("select colour from t", "42703", column, None), Some("colour"));
    }

    #[test]
    fn a_name_that_occurs_more_than_once_is_not_marked() {
        let column = "No field named a.colour.";
        assert_eq!(marked("select colour from t where colour = 1", "42703", column, None), None);
        assert_eq!(marked("select colours from t", "42703", column, None), None);
        assert_eq!(marked("select 1", "22012", "division by zero", None), None);
    }
}
