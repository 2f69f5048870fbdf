//! `PREPARE` and `EXECUTE`, taken apart.

use super::{Kind, kind, word};
use crate::frame::Fault;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

/// `PREPARE name [(type, ...)] AS query`.
pub(super) fn prepare(text: &str, words: &[&TokenWithSpan], at: &dyn Fn(Location) -> usize) -> Kind {
    let wrong = || Kind::Refused(Fault::new("42601", "not PREPARE name (types) AS query"));
    let [start, name, rest @ ..] = words else { return wrong() };
    let (types, rest) = match bracketed(rest) {
        Some((types, rest)) => (parts(types), rest),
        None => (Vec::new(), rest),
    };
    let [first, query @ ..] = rest else { return wrong() };
    let (Token::Word(_), "as", Some(begin)) = (&name.token, word(first).as_str(), query.first()) else {
        return wrong();
    };
    let begin = at(begin.span.start) - at(start.span.start);
    let said = |part: &[&TokenWithSpan]| {
        part.iter().map(|token| token.token.to_string()).collect::<Vec<_>>().join(" ")
    };
    match kind(&text[begin..], query, at) {
        Kind::Query => Kind::Prepare {
            name: word(name),
            types: types.into_iter().map(said).collect(),
            query: text[begin..].to_owned(),
        },
        refused @ Kind::Refused(_) => refused,
        _ => wrong(),
    }
}

/// `EXECUTE name [(value, ...)]`.
pub(super) fn execute(text: &str, words: &[&TokenWithSpan], at: &dyn Fn(Location) -> usize) -> Kind {
    let wrong = || Kind::Refused(Fault::new("42601", "not EXECUTE name (values)"));
    let [start, name, rest @ ..] = words else { return wrong() };
    let values = match (bracketed(rest), rest) {
        (None, []) => "",
        (Some((values, [])), [.., close]) if let Some(first) = values.first() => {
            let from = at(start.span.start);
            &text[at(first.span.start) - from..at(close.span.start) - from]
        }
        _ => return wrong(),
    };
    match &name.token {
        Token::Word(_) => Kind::Execute { name: word(name), values: values.trim_end().to_owned() },
        _ => wrong(),
    }
}

/// What stands between the bracket with which this begins and its counterpart, and what comes behind.
fn bracketed<'w, 't>(
    words: &'w [&'t TokenWithSpan],
) -> Option<(&'w [&'t TokenWithSpan], &'w [&'t TokenWithSpan])> {
    let mut depth = 0_usize;
    for (place, word) in words.iter().enumerate() {
        match word.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return (place > 0).then(|| (&words[1..place], &words[place + 1..]));
        }
    }
    None
}

/// Parts between commas that stand in no bracket.
fn parts<'w, 't>(words: &'w [&'t TokenWithSpan]) -> Vec<&'w [&'t TokenWithSpan]> {
    let mut depth = 0_usize;
    let split = words.split(|word| {
        match word.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && word.token == Token::Comma
    });
    split.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::statements;

    fn only(text: &str) -> Kind {
        let mut found = statements(text).unwrap();
        assert_eq!(found.len(), 1, "{text}");
        found.remove(0).kind
    }

    #[test]
    fn what_is_prepared_is_taken_apart() {
        let prepared = only("PREPARE \"Ä\" (int, numeric(10, 2),text[]) AS\n select '(', $1 from a");
        let types = ["int", "numeric ( 10 , 2 )", "text [ ]"].map(str::to_owned).to_vec();
        let query = "select '(', $1 from a".to_owned();
        assert_eq!(prepared, Kind::Prepare { name: "Ä".into(), types, query });
        for (text, values) in
            [("execute A", ""), ("EXECUTE a(1)", "1"), ("execute a ( ')é' , f(1, 2) ) ", "')é' , f(1, 2)")]
        {
            assert_eq!(only(text), Kind::Execute { name: "a".into(), values: values.into() }, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_refused() {
        for (text, code) in [
            ("prepare transaction 'a'", "0A000"),
            ("prepare a as delete from b", "25006"),
            ("prepare a as begin", "42601"),
            ("prepare a (int as select 1", "42601"),
            ("prepare a select 1", "42601"),
            ("execute a ()", "42601"),
            ("execute a (1) b", "42601"),
            ("execute a (1", "42601"),
            ("execute", "42601"),
        ] {
            let Kind::Refused(fault) = only(text) else { panic!("{text}") };
            assert_eq!(fault.code, code, "{text}");
        }
    }
}
