//! A text of statements and commands, taken apart: a statement ends at `;`, a command such as `\dt` with its line.

use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, TokenizerError};

/// What stands in a text, in order, and what is still open at its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'t> {
    pub(super) parts: Vec<Part<'t>>,
    /// Byte at which the unfinished rest begins; the length of the text if there is none.
    pub(super) rest: usize,
    pub(super) open: Open,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    Statement(Statement<'t>),
    /// A line that begins with a backslash, without it.
    Command(&'t str),
}

/// A statement without its semicolon, and the line and column, both from 1, of its first character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Statement<'t> {
    pub(super) text: &'t str,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// What the end of a text stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// Between statements.
    Nothing,
    /// In a statement that has no semicolon yet.
    Statement,
    /// In brackets.
    Bracket,
    /// In a text in single quotes.
    Text,
    /// In a name in double quotes or backticks.
    Name,
    /// In a text in dollar quotes.
    Dollar,
    /// In a comment.
    Comment,
}

/// Takes a text apart.
pub(super) fn parts(text: &str) -> Parts<'_> {
    let mut parts = Vec::new();
    let mut from = 0;
    loop {
        let scan = Scan::of(&text[from..]);
        parts.extend(scan.statements.iter().map(|&(start, end)| statement(text, from + start, from + end)));
        match scan.ended {
            Ended::Command(start) => {
                let line = text[from + start..].lines().next().unwrap_or_default();
                parts.push(Part::Command(line[1..].trim()));
                from += start + line.len();
            }
            Ended::Open(start, open) => return Parts { parts, rest: from + start, open },
        }
    }
}

/// Takes a text apart that has an end: its last statement needs no semicolon, and what is left open there is at fault.
pub(super) fn whole(text: &str) -> Vec<Part<'_>> {
    let Parts { mut parts, rest, open } = parts(text);
    if open != Open::Nothing {
        parts.push(statement(text, rest, text.len()));
    }
    parts
}

fn statement(text: &str, start: usize, end: usize) -> Part<'_> {
    let before = &text[..start];
    Part::Statement(Statement {
        text: text[start..end].trim_end(),
        line: before.matches('\n').count() + 1,
        column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
    })
}

/// The tokens of a text with their bytes, up to its end, or to where no token begins.
pub(super) fn tokens(text: &str) -> (Vec<(Token, std::ops::Range<usize>)>, Option<TokenizerError>) {
    let mut found: Vec<TokenWithSpan> = Vec::new();
    let ended = Tokenizer::new(&GenericDialect {}, text).tokenize_with_location_into_buf(&mut found);
    let mut cursor = Cursor { text, byte: 0, at: Location::of(1, 1) };
    let placed = |token: TokenWithSpan| {
        let start = cursor.byte_of(token.span.start);
        (token.token, start..cursor.byte_of(token.span.end))
    };
    (found.into_iter().map(placed).collect(), ended.err())
}

/// The statements at the beginning of a text, up to a command or the end.
struct Scan {
    statements: Vec<(usize, usize)>,
    ended: Ended,
}

enum Ended {
    /// At the backslash of a command.
    Command(usize),
    /// At the end of the text, within what begins here.
    Open(usize, Open),
}

impl Scan {
    fn of(text: &str) -> Self {
        let (tokens, error) = tokens(text);
        let (mut statements, mut begun, mut depth, mut seen) = (Vec::new(), None, 0_u32, 0);
        for (token, bytes) in tokens {
            match token {
                Token::Whitespace(_) => {}
                Token::Backslash if begun.is_none() => {
                    return Self { statements, ended: Ended::Command(bytes.start) };
                }
                Token::SemiColon => {
                    statements.extend(begun.take().map(|start| (start, bytes.start)));
                    depth = 0;
                }
                token => {
                    begun.get_or_insert(bytes.start);
                    match token {
                        Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
                        Token::RParen | Token::RBracket | Token::RBrace => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                }
            }
            seen = bytes.end;
        }
        let open = match (&error, begun) {
            (Some(error), _) => open_in(error),
            (None, None) => Some(Open::Nothing),
            (None, Some(_)) if depth > 0 => Some(Open::Bracket),
            (None, Some(_)) => Some(Open::Statement),
        };
        let Some(open) = open else {
            // What begins no token is at fault, and whoever plans it says so.
            statements.push((begun.unwrap_or(seen), text.len()));
            return Self { statements, ended: Ended::Open(text.len(), Open::Nothing) };
        };
        let start = match open {
            Open::Nothing => text.len(),
            _ => begun.unwrap_or(seen),
        };
        Self { statements, ended: Ended::Open(start, open) }
    }
}

/// What a text ends in, if more of it could make it whole.
fn open_in(error: &TokenizerError) -> Option<Open> {
    let message = error.message.as_str();
    let open = [
        ("multi-line comment", Open::Comment),
        ("ollar-quoted", Open::Dollar),
        ("Expected close delimiter '\"'", Open::Name),
        ("Expected close delimiter '`'", Open::Name),
        ("Unterminated", Open::Text),
    ];
    open.into_iter().find_map(|(said, open)| message.contains(said).then_some(open))
}

/// Goes through a text from place to place.
struct Cursor<'t> {
    text: &'t str,
    byte: usize,
    at: Location,
}

impl Cursor<'_> {
    /// The byte at a place that is not before the last one.
    fn byte_of(&mut self, place: Location) -> usize {
        for c in self.text[self.byte..].chars() {
            if (self.at.line, self.at.column) >= (place.line, place.column) {
                break;
            }
            self.byte += c.len_utf8();
            self.at = match c {
                '\n' => Location::of(self.at.line + 1, 1),
                _ => Location::of(self.at.line, self.at.column + 1),
            };
        }
        self.byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Statements as `line:column text`, commands with their backslash, then what is open and the rest.
    fn shown(text: &str) -> String {
        let found = parts(text);
        let mut lines: Vec<String> = found
            .parts
            .iter()
            .map(|part| match part {
                Part::Statement(Statement { text, line, column }) => format!("{line}:{column} {text}"),
                Part::Command(line) => format!("\\{line}"),
            })
            .collect();
        if found.open != Open::Nothing {
            lines.push(format!("{:?} {}", found.open, &text[found.rest..]));
        } else {
            assert_eq!(text[found.rest..].trim(), "", "nothing is lost");
        }
        lines.join(" | ")
    }

    #[test]
    fn texts_come_apart() {
        for (text, expected) in [
            ("", ""),
            (" \n ;; ;", ""),
            ("select 1;", "1:1 select 1"),
            ("select 1; select 2 ;", "1:1 select 1 | 1:11 select 2"),
            ("select 1;\n  select\n 2;", "1:1 select 1 | 2:3 select\n 2"),
            ("select ';';", "1:1 select ';'"),
            ("select 'it''s; not';", "1:1 select 'it''s; not'"),
            ("select \"a;b\" from t;", "1:1 select \"a;b\" from t"),
            ("select $$a;b$$;", "1:1 select $$a;b$$"),
            ("select $x$a;$$;b$x$;", "1:1 select $x$a;$$;b$x$"),
            ("select $reference_date;", "1:1 select $reference_date"),
            ("-- one; two\nselect 1;", "2:1 select 1"),
            ("/* one; */ select 1; -- end", "1:12 select 1"),
            ("/* a /* b */ ; */ select 1;", "1:19 select 1"),
            ("select 1 -- no;\n;", "1:1 select 1 -- no;"),
            ("select 'é'; select 2;", "1:1 select 'é' | 1:13 select 2"),
            ("select 1", "Statement select 1"),
            ("select 1; select", "1:1 select 1 | Statement select"),
            ("select (1", "Bracket select (1"),
            ("select [1, {a: 2}", "Bracket select [1, {a: 2}"),
            ("select 'a;", "Text select 'a;"),
            ("select \"a;", "Name select \"a;"),
            ("select `a;", "Name select `a;"),
            ("select $$a;", "Dollar select $$a;"),
            ("select $q$a;$$", "Dollar select $q$a;$$"),
            ("select 1 /* ;", "Comment select 1 /* ;"),
            ("/* ;", "Comment /* ;"),
            ("\\dt", "\\dt"),
            ("\\i it's.sql\nselect 1;", "\\i it's.sql | 2:1 select 1"),
            ("select 1; \\dt audit.* \n\\q", "1:1 select 1 | \\dt audit.* | \\q"),
            ("select 1 \\x", "Statement select 1 \\x"),
            ("select\n1;\n\\d t;\nselect 'x", "1:1 select\n1 | \\d t; | Text select 'x"),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_last_statement_needs_no_semicolon() {
        let texts = |text| whole(text).iter().map(|part| format!("{part:?}")).collect::<Vec<_>>().join(" ");
        assert_eq!(texts("select 1;\nselect 2\n"), texts("select 1;\nselect 2;"));
        assert_eq!(texts("select 'a"), "Statement(Statement { text: \"select 'a\", line: 1, column: 1 })");
        assert_eq!(texts("select 1; -- end"), texts("select 1;"));
    }

    proptest! {
        /// However a text is cut in two, reading it in two goes gives the statements of reading it at once.
        #[test]
        fn lines_may_come_one_by_one(lines in prop::collection::vec("[a-c '\"$;(/*)\\-]{0,8}", 0..6)) {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            let texts = |parts: &[Part<'_>]| -> Vec<String> {
                parts.iter().map(|part| match part {
                    Part::Statement(statement) => statement.text.to_owned(),
                    Part::Command(line) => format!("\\{line}"),
                }).collect()
            };
            let (mut pending, mut found) = (String::new(), Vec::new());
            for line in &lines {
                pending.push_str(&format!("{line}\n"));
                let read = parts(&pending);
                found.extend(texts(&read.parts));
                pending = pending[read.rest..].to_owned();
            }
            let whole = parts(&text);
            prop_assert_eq!(found, texts(&whole.parts));
            prop_assert_eq!(pending.trim(), text[whole.rest..].trim());
        }
    }
}
