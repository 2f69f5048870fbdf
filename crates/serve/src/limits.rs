//! How large a query may be before anything recursive looks at it, and how much it may use.

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};
use std::time::Duration;

/// Bytes of the longest text of a query.
pub(crate) const TEXT: usize = 16 << 10;
/// Terms of the largest query: operators, opening brackets, and words that join or nest.
pub(crate) const TERMS: usize = 500;
/// Brackets that may be open at once; sqlparser itself stops at 50 levels.
pub(crate) const DEPTH: usize = 48;
/// Bytes of the longest message of a client, with the values of parameters.
pub(crate) const MESSAGE: usize = 1 << 20;
/// Prepared statements that a connection may have at once.
pub(crate) const PREPARED: usize = 1_000;
/// How long a portal or cursor may wait for its client to fetch more.
pub(crate) const IDLE: Duration = Duration::from_secs(300);
/// How long a client may take to log in.
pub(crate) const LOG_IN: Duration = Duration::from_secs(20);

/// What one query, and all together, may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time from the request for rows to the last of them.
    pub time: Duration,
    /// Memory of the process that answers, in bytes.
    pub memory: usize,
    /// Rows of a result.
    pub rows: u64,
    /// Connections at once.
    pub connections: usize,
    /// Connections of one user.
    pub user_connections: usize,
    /// Queries that are answered at once; further ones wait.
    pub workers: usize,
    /// Queries of one user that are answered at once.
    pub user_queries: usize,
}

impl Limits {
    /// Portals and cursors that one connection may have open: one process is for others.
    pub(crate) fn open(&self) -> usize {
        self.user_queries.min(self.workers.saturating_sub(1)).max(1)
    }
}

/// Why a text is not looked at further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMuch {
    #[error("the query has {0} bytes; {TEXT} are allowed")]
    Text(usize),
    #[error("the query has more than {TERMS} operators, brackets, joins and subqueries together")]
    Terms,
    #[error("the query nests more than {DEPTH} brackets in one another")]
    Depth,
    #[error("{0}")]
    NoTokens(String),
}

/// The tokens of a text that is small enough.
pub(crate) fn tokens(text: &str) -> Result<Vec<TokenWithSpan>, TooMuch> {
    if text.len() > TEXT {
        return Err(TooMuch::Text(text.len()));
    }
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, text)
        .tokenize_with_location()
        .map_err(|error| TooMuch::NoTokens(error.to_string()))?;
    let (mut terms, mut depth) = (0, 0_usize);
    for token in tokens.iter().map(|token| &token.token) {
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
            Token::RParen | Token::RBracket | Token::RBrace => depth = depth.saturating_sub(1),
            _ => {}
        }
        terms += usize::from(is_term(token));
        if depth > DEPTH {
            return Err(TooMuch::Depth);
        }
        if terms > TERMS {
            return Err(TooMuch::Terms);
        }
    }
    Ok(tokens)
}

/// Whether a token makes the tree of the query deeper or wider by a node.
fn is_term(token: &Token) -> bool {
    match token {
        Token::Word(word) => matches!(
            word.keyword,
            Keyword::AND
                | Keyword::OR
                | Keyword::NOT
                | Keyword::IS
                | Keyword::IN
                | Keyword::LIKE
                | Keyword::ILIKE
                | Keyword::SIMILAR
                | Keyword::BETWEEN
                | Keyword::CASE
                | Keyword::WHEN
                | Keyword::COLLATE
                | Keyword::SELECT
                | Keyword::VALUES
                | Keyword::WITH
                | Keyword::JOIN
                | Keyword::UNION
                | Keyword::INTERSECT
                | Keyword::EXCEPT
                | Keyword::ESCAPE
                | Keyword::AT
        ),
        Token::Whitespace(_)
        | Token::Number(..)
        | Token::Comma
        | Token::Period
        | Token::SemiColon
        | Token::Colon
        | Token::RParen
        | Token::RBracket
        | Token::RBrace
        | Token::Placeholder(_)
        | Token::EOF => false,
        // Literals of all kinds hold text; whatever else there is, is an operator or an opening bracket.
        other => !is_literal(other),
    }
}

fn is_literal(token: &Token) -> bool {
    matches!(
        token,
        Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::DollarQuotedString(_)
            | Token::NationalStringLiteral(_)
            | Token::EscapedStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
            | Token::HexStringLiteral(_)
            | Token::Char(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_may_be_so_large_and_no_larger() {
        let ands = |n: usize| format!("select 1 where true{}", " and true".repeat(n));
        // `select` is a term too.
        assert!(tokens(&ands(TERMS - 1)).is_ok());
        assert_eq!(tokens(&ands(TERMS)), Err(TooMuch::Terms));
        let brackets = |n: usize| format!("select {}1{}", "(".repeat(n), ")".repeat(n));
        assert!(tokens(&brackets(DEPTH)).is_ok());
        assert_eq!(tokens(&brackets(DEPTH + 1)), Err(TooMuch::Depth));
        assert_eq!(tokens(&" ".repeat(TEXT + 1)), Err(TooMuch::Text(TEXT + 1)));
        for chain in [" || 'a'", " + 1", " :: text", " union select 1", " collate \"C\"", " - -1"] {
            let text = format!("select 1{}", chain.repeat(TERMS));
            assert!(tokens(&text).is_err(), "{chain}");
        }
    }

    #[test]
    fn lists_and_texts_are_no_terms() {
        let list = (0..2_000).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
        assert!(tokens(&format!("select * from t where a in ({list})")).is_ok());
        assert!(tokens(&format!("select '{}'", "and (".repeat(2_000))).is_ok());
        assert!(matches!(tokens("select 'unfinished"), Err(TooMuch::NoTokens(_))));
    }
}
