//! A query says in its first lines what it is, what it reads, what a row is, and where it comes from.

use super::texts;

/// The four parts; the first may have no word before it, and each may go on over further comment lines.
const PARTS: [[&str; 2]; 4] =
    [["what:", ""], ["input:", "invoer:"], ["one row is:", "een rij is:"], ["source:", "bron:"]];

/// The part that is missing, empty or out of place.
fn missing(sql: &str) -> Option<&'static str> {
    let comment: Vec<&str> = sql.lines().map_while(|line| line.strip_prefix("--")).map(str::trim).collect();
    let mut from = 0;
    for words in PARTS {
        let place = comment[from..].iter().position(|line| {
            words.iter().any(|word| line.strip_prefix(word).is_some_and(|rest| rest.trim().len() > 1))
        });
        match place {
            Some(place) if from > 0 || place == 0 => from += place + 1,
            _ => return Some(words[0]),
        }
    }
    None
}

#[test]
fn every_query_has_its_header() {
    let texts = texts();
    let queries: Vec<_> = texts.iter().filter(|(name, _)| name.ends_with(".sql")).collect();
    assert!(queries.len() > 60);
    let bad =
        queries.iter().filter_map(|(name, sql)| Some(format!("{name}: no line `-- {}`", missing(sql)?)));
    assert_eq!(bad.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn the_search_finds_bad_headers() {
    let good = "-- what: members\n-- input: records\n-- one row is: a member\n-- source: Table 1\nselect 1";
    assert_eq!(missing(good), None);
    assert_eq!(missing(&good.replace("-- what: members", "-- Leden,\n-- een voor een")), None);
    assert_eq!(missing(&good.replace("-- source: Table 1\n", "")), Some("source:"));
    assert_eq!(missing(&good.replace("input: records", "input:")), Some("input:"));
    assert_eq!(missing("select 1"), Some("what:"));
    assert_eq!(missing(&format!("select 0\n{good}")), Some("what:"));
}
