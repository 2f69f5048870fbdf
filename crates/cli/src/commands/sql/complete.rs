//! What may come next: commands, keywords, schemas, tables, columns of the tables that the statement names, functions.

mod keywords;

use super::command::{self, Behind, COMMANDS};
use super::statements::{Open, parts, tokens};
use keywords::KEYWORDS;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Whitespace, Word};

/// What there is to choose from.
pub(super) struct Words {
    /// Tables by schema and name, sorted.
    pub(super) tables: Vec<(String, String)>,
    pub(super) functions: Vec<String>,
    pub(super) runs: Vec<u64>,
    /// Parameters of the run.
    pub(super) parameters: Vec<String>,
    /// The columns of a table.
    pub(super) columns: Box<ColumnsOf>,
}

/// The columns of the table of this schema and name; none if there is no such table.
type ColumnsOf = dyn Fn(&str, &str) -> Vec<String>;

/// Where the word at the cursor begins, and what it may become.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Completion {
    pub(super) start: usize,
    pub(super) texts: Vec<String>,
    /// The word names a file.
    pub(super) is_file: bool,
}

/// Completes the word before byte `at` of a line; `before` are the lines of the statement above it.
pub(super) fn complete(words: &Words, before: &str, line: &str, at: usize) -> Completion {
    let typed = &line[..at];
    let is_between = matches!(parts(before).open, Open::Nothing | Open::Statement | Open::Bracket);
    if is_between && typed.trim_start().starts_with('\\') {
        return of_command(words, typed);
    }
    let above = format!("{before}{typed}");
    let read = parts(&above);
    if matches!(read.open, Open::Text | Open::Comment | Open::Dollar) || is_in_a_comment(&above) {
        return Completion::default();
    }
    let start = typed
        .rfind(|c: char| !(c.is_alphanumeric() || "_.\"".contains(c)))
        .map_or(0, |place| place + typed[place..].chars().next().map_or(1, char::len_utf8));
    let path: Vec<&str> = typed[start..].split('.').collect();
    let (last, qualifiers) = path.split_last().unwrap_or((&"", &[]));
    // A number is not a word.
    if typed[start..].starts_with(|c: char| c.is_ascii_digit()) {
        return Completion::default();
    }
    let word = above.len() - (at - start);
    let ahead = &above[read.rest.min(word)..word];
    // The word itself may be half a name, and is no table yet.
    let statement = format!("{ahead} {}", line[at..].split(';').next().unwrap_or_default());
    let named = named(words, &statement);
    let texts = match qualifiers {
        [] => beginnings(words, &named, ahead, last),
        [one] => {
            let one = bare(one);
            let of_table = named
                .iter()
                .filter(|named| named.called == one)
                .flat_map(|named| (words.columns)(&named.schema, &named.table));
            let of_schema =
                words.tables.iter().filter(|(schema, _)| *schema == one).map(|(_, table)| table.clone());
            fitting(of_table.map(|column| quoted(&column)).chain(of_schema.map(|table| quoted(&table))), last)
        }
        [schema, table] => {
            fitting((words.columns)(&bare(schema), &bare(table)).iter().map(|column| quoted(column)), last)
        }
        _ => Vec::new(),
    };
    Completion { start: at - last.len(), texts, is_file: false }
}

/// Whether a text ends in a comment that its line ends.
fn is_in_a_comment(text: &str) -> bool {
    let (tokens, _) = tokens(text);
    matches!(
        tokens.last(),
        Some((Token::Whitespace(Whitespace::SingleLineComment { comment, .. }), _)) if !comment.ends_with('\n')
    )
}

/// What a word without a point may become.
fn beginnings(words: &Words, named: &[Named], ahead: &str, word: &str) -> Vec<String> {
    let mut schemas: Vec<String> = words.tables.iter().map(|(schema, _)| format!("{schema}.")).collect();
    schemas.dedup();
    if awaits_a_table(ahead) {
        let found = fitting(schemas.into_iter(), word);
        // A table whose schema one does not know is found by its name.
        let by_name = || {
            let fits = |(_, table): &&(String, String)| begins(table, word);
            words.tables.iter().filter(fits).map(|(schema, table)| format!("{schema}.{table}")).collect()
        };
        return if found.is_empty() { by_name() } else { found };
    }
    let columns = named.iter().flat_map(|named| (words.columns)(&named.schema, &named.table));
    let called = named.iter().map(|named| named.called.clone());
    let functions = words.functions.iter().map(|name| format!("{name}("));
    let names = columns.map(|column| quoted(&column)).chain(called).chain(functions).chain(schemas);
    let mut found = fitting(names, word);
    let upper = word.starts_with(|c: char| c.is_uppercase());
    let keyword = |keyword: &str| if upper { keyword.to_uppercase() } else { keyword.to_owned() };
    if word.starts_with('"') {
        return found;
    }
    found.extend(KEYWORDS.iter().filter(|keyword| begins(keyword, word)).map(|found| keyword(found)));
    found.sort();
    found.dedup();
    found
}

/// Whether a table comes next: behind FROM or JOIN, or behind a comma of a FROM.
fn awaits_a_table(ahead: &str) -> bool {
    let (tokens, _) = tokens(ahead);
    let mut last =
        tokens.iter().rev().map(|(token, _)| token).filter(|token| !matches!(token, Token::Whitespace(_)));
    match last.next() {
        Some(Token::Word(word)) => is_before_tables(word),
        Some(Token::Comma) => {
            let clauses = [
                Keyword::SELECT,
                Keyword::FROM,
                Keyword::JOIN,
                Keyword::WHERE,
                Keyword::ON,
                Keyword::BY,
                Keyword::HAVING,
                Keyword::VALUES,
                Keyword::USING,
            ];
            let mut depth = 0;
            let clause = last.find(|token| {
                depth += match token {
                    Token::RParen => 1,
                    Token::LParen => -1,
                    _ => 0,
                };
                depth < 0
                    || depth == 0 && matches!(token, Token::Word(word) if clauses.contains(&word.keyword))
            });
            matches!(clause, Some(Token::Word(word)) if is_before_tables(word))
        }
        _ => false,
    }
}

fn is_before_tables(word: &Word) -> bool {
    [Keyword::FROM, Keyword::JOIN, Keyword::DESCRIBE, Keyword::DESC, Keyword::TABLE].contains(&word.keyword)
        // DESC is a direction, too.
        && word.keyword != Keyword::DESC
}

/// A table that a statement names, and what its columns are called by.
struct Named {
    schema: String,
    table: String,
    called: String,
}

fn named(words: &Words, statement: &str) -> Vec<Named> {
    let (tokens, _) = tokens(statement);
    let tokens: Vec<&Token> = tokens
        .iter()
        .map(|(token, _)| token)
        .filter(|token| !matches!(token, Token::Whitespace(_)))
        .collect();
    let mut named = Vec::new();
    for (place, three) in tokens.windows(3).enumerate() {
        let [Token::Word(schema), Token::Period, Token::Word(table)] = three else { continue };
        let (schema, table) = (schema.value.clone(), table.value.clone());
        if words.tables.binary_search(&(schema.clone(), table.clone())).is_err() {
            continue;
        }
        let alias = match (tokens.get(place + 3), tokens.get(place + 4)) {
            (Some(Token::Word(word)), Some(Token::Word(alias))) if word.keyword == Keyword::AS => Some(alias),
            (Some(Token::Word(alias)), _) if alias.keyword == Keyword::NoKeyword => Some(alias),
            _ => None,
        };
        let called = alias.map_or_else(|| table.clone(), |alias| alias.value.clone());
        named.push(Named { schema, table, called });
    }
    named
}

fn of_command(words: &Words, typed: &str) -> Completion {
    let start = typed.rfind(char::is_whitespace).map_or(0, |place| place + 1);
    let word = &typed[start..];
    if let Some(name) = word.strip_prefix('\\').filter(|_| typed.trim_start() == word) {
        let names = COMMANDS.iter().filter(|known| known.name.starts_with(name));
        return Completion {
            start,
            texts: names.map(|known| format!("\\{}", known.name)).collect(),
            is_file: false,
        };
    }
    let name = typed.trim_start()[1..].split_whitespace().next().unwrap_or_default();
    let behind =
        COMMANDS.iter().find(|known| known.name == name).map_or(Behind::Nothing, |known| known.behind);
    let mut schemas: Vec<String> = words.tables.iter().map(|(schema, _)| schema.clone()).collect();
    schemas.dedup();
    let texts = match behind {
        Behind::Nothing | Behind::Row => Vec::new(),
        Behind::Table if word.contains('.') => {
            fitting(words.tables.iter().map(|(schema, table)| format!("{schema}.{table}")), word)
        }
        Behind::Table => {
            let found = fitting(schemas.into_iter().map(|schema| format!("{schema}.")), word);
            let fits = |(_, table): &&(String, String)| begins(table, word);
            let by_name = words.tables.iter().filter(fits).map(|(schema, table)| format!("{schema}.{table}"));
            if found.is_empty() { by_name.collect() } else { found }
        }
        Behind::Schema => fitting(schemas.into_iter(), word),
        Behind::Function => fitting(words.functions.iter().cloned(), word),
        Behind::Run => fitting(words.runs.iter().map(u64::to_string), word),
        Behind::Parameter => fitting(words.parameters.iter().cloned(), word),
        Behind::Form => fitting(command::forms().into_iter(), word),
        Behind::Switch => fitting(["off", "on"].into_iter().map(str::to_owned), word),
        Behind::File => return Completion { start, texts: Vec::new(), is_file: true },
    };
    Completion { start, texts, is_file: false }
}

/// Those that begin as the word does, sorted, each once.
fn fitting(texts: impl Iterator<Item = String>, word: &str) -> Vec<String> {
    let mut found: Vec<String> = texts.filter(|text| begins(text, word)).collect();
    found.sort();
    found.dedup();
    found
}

/// Upper and lower case are alike, and a name may be typed without its quotes.
fn begins(text: &str, word: &str) -> bool {
    let start = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    let (text, word) = (start(text), start(word));
    text.starts_with(&word) || text.trim_start_matches('"').starts_with(word.trim_start_matches('"'))
}

/// A name as SQL wants it: in quotes if it is not all lower case letters, digits and underscores.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    match name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty() {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

fn bare(name: &str) -> String {
    name.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests;
