//! What a client's text asks for, as far as the server itself needs to know: queries go to a worker, settings and
//! transactions are answered here, all else is refused.

mod prepared;

use crate::frame::Fault;
use crate::limits::{TooMuch, tokens};
use prepared::{execute, prepare};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

/// One statement of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Its text, without the semicolon.
    pub(crate) text: String,
    /// Its first byte in the text that it was read from.
    pub(crate) at: usize,
    pub(crate) kind: Kind,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For a worker, who looks closer.
    Query,
    Begin,
    /// Both ends of a transaction do the same here, for nothing was changed; the word is what the client reads.
    End(&'static str),
    Savepoint,
    Release,
    RollbackTo,
    Set {
        name: String,
        value: String,
    },
    /// A setting, or all.
    Reset(Option<String>),
    /// A setting, or all.
    Show(Option<String>),
    /// Says something of transactions that is so anyway.
    SetTransaction,
    /// A query under a name, with the types of its parameters.
    Prepare {
        name: String,
        types: Vec<String>,
        query: String,
    },
    /// A query that was prepared, with the text of its values.
    Execute {
        name: String,
        values: String,
    },
    /// A prepared statement, or all.
    Deallocate(Option<String>),
    Discard,
    Declare {
        name: String,
        query: String,
        holds: Hold,
    },
    /// So many rows of a cursor; none: all.
    Fetch {
        count: Option<usize>,
        name: String,
    },
    /// A cursor, or all.
    Close(Option<String>),
    Refused(Fault),
}

/// Whether a cursor outlives its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    Yes,
    No,
}

/// The statements of a text, in order; none if it holds nothing but blanks and semicolons.
///
/// # Errors
/// A text that is too large, or that cannot be told apart into words.
pub(crate) fn statements(text: &str) -> Result<Vec<Statement>, Fault> {
    let tokens = tokens(text).map_err(|error| match error {
        TooMuch::NoTokens(_) => Fault::new("42601", error.to_string()),
        _ => Fault::new("54001", error.to_string()),
    })?;
    let starts = line_starts(text);
    let at = |location: Location| offset(text, &starts, location);
    let mut found = Vec::new();
    for part in tokens.split(|token| token.token == Token::SemiColon) {
        let words: Vec<&TokenWithSpan> =
            part.iter().filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF)).collect();
        if let (Some(first), Some(last)) = (words.first(), words.last()) {
            let begin = at(first.span.start);
            let text = &text[begin..at(last.span.end).max(begin)];
            found.push(Statement { text: text.to_owned(), at: begin, kind: kind(text, &words, &at) });
        }
    }
    Ok(found)
}

/// Offsets of the beginnings of lines.
pub(crate) fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// The offset of a place that counts lines and characters from 1.
pub(crate) fn offset(text: &str, starts: &[usize], place: Location) -> usize {
    let line = usize::try_from(place.line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(place.column).unwrap_or(1).saturating_sub(1);
    let start = starts.get(line).copied().unwrap_or(text.len());
    text[start..].char_indices().nth(column).map_or(text.len(), |(at, _)| start + at)
}

/// The word of a token in lower case; a name in quotes as it is.
fn word(token: &TokenWithSpan) -> String {
    match &token.token {
        Token::Word(word) if word.quote_style.is_some() => word.value.clone(),
        Token::Word(word) => word.value.to_lowercase(),
        Token::SingleQuotedString(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Words that change something, with what Postgres says of them in a transaction that may only read.
const WRITING: [&str; 24] = [
    "insert", "update", "delete", "merge", "create", "drop", "alter", "truncate", "copy", "grant", "revoke",
    "comment", "vacuum", "analyze", "reindex", "cluster", "refresh", "import", "call", "do", "load", "lock",
    "security", "reassign",
];

/// Words that Postgres knows and nobody needs to read.
const UNSUPPORTED: [&str; 6] = ["listen", "notify", "unlisten", "move", "checkpoint", "install"];

fn kind(text: &str, words: &[&TokenWithSpan], at: &dyn Fn(Location) -> usize) -> Kind {
    let named: Vec<String> = words.iter().map(|token| word(token)).collect();
    let said: Vec<&str> = named.iter().map(String::as_str).collect();
    match said.as_slice() {
        ["select" | "with" | "values" | "table" | "explain" | "describe" | "desc" | "(" | "from", ..] => {
            Kind::Query
        }
        ["begin", rest @ ..] => begin(rest),
        ["start", "transaction", rest @ ..] => begin(rest),
        ["commit", ..] | ["end", ..] => Kind::End("COMMIT"),
        ["rollback", "to", ..] | ["rollback", "transaction" | "work", "to", ..] => Kind::RollbackTo,
        ["rollback", ..] | ["abort", ..] => Kind::End("ROLLBACK"),
        ["savepoint", _] => Kind::Savepoint,
        ["release", ..] => Kind::Release,
        ["set", rest @ ..] => set(rest),
        ["reset", "all"] => Kind::Reset(None),
        ["reset", name] => Kind::Reset(Some((*name).to_owned())),
        ["show", "all"] => Kind::Show(None),
        ["show", "transaction", "isolation", "level"] => Kind::Show(Some("transaction_isolation".to_owned())),
        ["show", "time", "zone"] => Kind::Show(Some("timezone".to_owned())),
        ["show", name] => Kind::Show(Some((*name).to_owned())),
        ["prepare", "transaction", ..] | ["execute", "immediate", ..] => {
            Kind::Refused(Fault::new("0A000", "this is not supported here"))
        }
        ["prepare", ..] => prepare(text, words, at),
        ["execute", ..] => execute(text, words, at),
        ["deallocate", "all"] | ["deallocate", "prepare", "all"] => Kind::Deallocate(None),
        ["deallocate", "prepare", name] | ["deallocate", name] => Kind::Deallocate(Some((*name).to_owned())),
        ["discard", "all" | "plans" | "sequences" | "temp" | "temporary"] => Kind::Discard,
        ["declare", name, rest @ ..] => declare(name, rest, text, words, at),
        ["fetch", rest @ ..] => fetch(rest),
        ["close", "all"] => Kind::Close(None),
        ["close", name] => Kind::Close(Some((*name).to_owned())),
        [first, ..] if WRITING.contains(first) => Kind::Refused(Fault::new(
            "25006",
            format!("cannot execute {}: {READ_ONLY}", first.to_uppercase()),
        )),
        [first, ..] if UNSUPPORTED.contains(first) => {
            Kind::Refused(Fault::new("0A000", format!("{} is not supported here", first.to_uppercase())))
        }
        _ => Kind::Refused(Fault::new("42601", "this is no query, and no statement that is known here")),
    }
}

/// Why nothing is written.
pub(crate) const READ_ONLY: &str = "published runs are read only";

fn begin(modes: &[&str]) -> Kind {
    if asks_to_write(modes) { cannot_write() } else { Kind::Begin }
}

fn asks_to_write(modes: &[&str]) -> bool {
    modes.windows(2).any(|pair| pair == ["read", "write"])
}

fn cannot_write() -> Kind {
    Kind::Refused(Fault::new("25006", format!("cannot set transaction read-write mode: {READ_ONLY}")))
}

fn set(said: &[&str]) -> Kind {
    let said = match said {
        ["session" | "local", rest @ ..] if rest.first() != Some(&"authorization") => rest,
        all => all,
    };
    match said {
        ["transaction", modes @ ..] | ["characteristics", "as", "transaction", modes @ ..] => {
            if asks_to_write(modes) { cannot_write() } else { Kind::SetTransaction }
        }
        ["time", "zone", value @ ..] => Kind::Set { name: "timezone".to_owned(), value: value.concat() },
        ["names", value] => Kind::Set { name: "client_encoding".to_owned(), value: (*value).to_owned() },
        ["role", ..] | ["session", "authorization", ..] => {
            Kind::Refused(Fault::new("42501", "permission denied to act as another role"))
        }
        [name, "to" | "=", value @ ..] if !value.is_empty() => {
            Kind::Set { name: (*name).to_owned(), value: value.concat() }
        }
        _ => Kind::Refused(Fault::new("42601", "not SET name TO value")),
    }
}

fn declare(
    name: &str,
    options: &[&str],
    text: &str,
    words: &[&TokenWithSpan],
    at: &dyn Fn(Location) -> usize,
) -> Kind {
    let Some(place) = options.iter().position(|word| *word == "for") else {
        return Kind::Refused(Fault::new("42601", "not DECLARE name CURSOR FOR query"));
    };
    let said = &options[..place];
    let Some(first) = words.get(place + 3) else {
        return Kind::Refused(Fault::new("42601", "DECLARE without a query"));
    };
    if said.contains(&"scroll") && !said.windows(2).any(|pair| pair == ["no", "scroll"]) {
        return Kind::Refused(Fault::new("0A000", "a cursor goes forward only"));
    }
    let holds = if said.windows(2).any(|pair| pair == ["with", "hold"]) { Hold::Yes } else { Hold::No };
    let start = at(first.span.start) - at(words[0].span.start);
    Kind::Declare { name: name.to_owned(), query: text[start..].to_owned(), holds }
}

fn fetch(said: &[&str]) -> Kind {
    let said = match said {
        [rest @ .., "from" | "in", name] => (rest, *name),
        [rest @ .., name] => (rest, *name),
        [] => return Kind::Refused(Fault::new("42601", "FETCH without a cursor")),
    };
    let count = match said.0 {
        [] | ["next"] | ["forward"] => Some(1),
        ["all"] | ["forward", "all"] => None,
        ["forward", count] | [count] if count.parse::<usize>().is_ok() => count.parse().ok(),
        _ => return Kind::Refused(Fault::new("0A000", "a cursor goes forward only")),
    };
    Kind::Fetch { count, name: said.1.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        statements(text).unwrap().into_iter().map(|statement| statement.kind).collect()
    }

    fn only(text: &str) -> Kind {
        let mut found = kinds(text);
        assert_eq!(found.len(), 1, "{text}");
        found.remove(0)
    }

    fn code(text: &str) -> String {
        match only(text) {
            Kind::Refused(fault) => fault.code,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_text_is_cut_at_its_semicolons_and_nowhere_else() {
        let texts = |text: &str| -> Vec<String> {
            statements(text).unwrap().into_iter().map(|statement| statement.text).collect()
        };
        assert_eq!(texts("select 'é;';\n  select $$;$$ ;; -- ;\n"), ["select 'é;'", "select $$;$$"]);
        assert_eq!(texts("select\n 1 as \"ü;\"\n,2"), ["select\n 1 as \"ü;\"\n,2"]);
        assert!(texts(" ;; /* ; */ ").is_empty());
    }

    #[test]
    fn queries_go_on_and_writes_stop() {
        for query in
            ["select 1", "WITH a AS (select 1) table a", "(select 1)", "explain select 1", "values (1)"]
        {
            assert_eq!(only(query), Kind::Query, "{query}");
        }
        for write in [
            "insert into a values (1)",
            "Create external table a stored as csv location '/etc/passwd'",
            "COPY (select 1) TO '/tmp/a'",
            "drop table a",
            "set transaction read write",
            "begin read write",
            "start transaction isolation level serializable, read write",
            "set session characteristics as transaction read write",
        ] {
            assert_eq!(code(write), "25006", "{write}");
        }
        for (other, expected) in [
            ("listen a", "0A000"),
            ("set role auditor", "42501"),
            ("set session authorization anna", "42501"),
            ("frobnicate", "42601"),
            ("fetch prior from a", "0A000"),
        ] {
            assert_eq!(code(other), expected, "{other}");
        }
    }

    #[test]
    fn transactions_and_settings_are_known() {
        let set = |name: &str, value: &str| Kind::Set { name: name.into(), value: value.into() };
        for (text, kind) in [
            ("BEGIN", Kind::Begin),
            ("begin isolation level repeatable read read only", Kind::Begin),
            ("start transaction", Kind::Begin),
            ("commit", Kind::End("COMMIT")),
            ("end", Kind::End("COMMIT")),
            ("rollback work", Kind::End("ROLLBACK")),
            ("rollback to savepoint a", Kind::RollbackTo),
            ("set transaction read only", Kind::SetTransaction),
            ("set session characteristics as transaction read only", Kind::SetTransaction),
            ("set local DateStyle = 'ISO, DMY'", set("datestyle", "ISO, DMY")),
            ("set search_path to appendix, public", set("search_path", "appendix,public")),
            ("set extra_float_digits = -1", set("extra_float_digits", "-1")),
            ("set time zone 'UTC'", set("timezone", "UTC")),
            ("show Transaction isolation level", Kind::Show(Some("transaction_isolation".into()))),
            ("show all", Kind::Show(None)),
            ("deallocate all", Kind::Deallocate(None)),
            ("deallocate \"S_1\"", Kind::Deallocate(Some("S_1".into()))),
            ("discard all", Kind::Discard),
        ] {
            assert_eq!(only(text), kind, "{text}");
        }
    }

    #[test]
    fn cursors_are_taken_apart() {
        let declare = only("DECLARE \"é c\" NO SCROLL CURSOR WITH HOLD FOR\nselect 'for' from a");
        let expected =
            Kind::Declare { name: "é c".into(), query: "select 'for' from a".into(), holds: Hold::Yes };
        assert_eq!(declare, expected);
        for (text, count) in [
            ("fetch c", Some(1)),
            ("FETCH FORWARD 100 FROM c", Some(100)),
            ("fetch 5 in c", Some(5)),
            ("fetch forward all from c", None),
        ] {
            assert_eq!(only(text), Kind::Fetch { count, name: "c".into() }, "{text}");
        }
        assert_eq!(code("declare c scroll cursor for select 1"), "0A000");
    }
}
