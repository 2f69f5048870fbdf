use super::*;

fn words() -> Words {
    let tables = [
        ("appendix", "table_1"),
        ("audit", "decisions"),
        ("audit", "runs"),
        ("features", "member"),
        ("features", "visit"),
    ];
    Words {
        tables: tables.map(|(schema, table)| (schema.to_owned(), table.to_owned())).to_vec(),
        functions: ["avg", "bit_and", "count", "fold_name"].map(str::to_owned).to_vec(),
        runs: vec![1, 2, 12],
        parameters: vec!["adult_age".into(), "reference_date".into()],
        columns: Box::new(|schema, table| {
            let columns: &[&str] = match (schema, table) {
                ("appendix", "table_1") => &["branch", "books", "Share %"],
                ("features", "member") => &["row_id", "branch", "fee"],
                ("features", "visit") => &["row_id", "day"],
                _ => &[],
            };
            columns.iter().map(|column| (*column).to_owned()).collect()
        }),
    }
}

/// The cursor is at `^`; the word that is replaced, then what it may become.
fn shown(text: &str) -> String {
    let (before, line) = text.rsplit_once('\n').map_or(("", text), |(before, line)| (before, line));
    let before = if before.is_empty() { String::new() } else { format!("{before}\n") };
    let at = line.find('^').unwrap();
    let line = line.replace('^', "");
    let found = complete(&words(), &before, &line, at);
    if found.is_file {
        return format!("{} a file", &line[found.start..at]);
    }
    format!("{}: {}", if found.texts.is_empty() { "" } else { &line[found.start..at] }, found.texts.join(" "))
}

#[test]
fn a_word_may_become() {
    for (text, expected) in [
        // Keywords in the case that they are begun in.
        ("sel^", "sel: select"),
        ("SEL^", "SEL: SELECT"),
        ("select * from features.member wh^", "wh: when where"),
        // Tables.
        ("select * from ^", ": appendix. audit. features."),
        ("select * from f^", "f: features."),
        ("select * from features.^", ": member visit"),
        ("select * from features.M^", "M: member"),
        ("select * from tab^", "tab: appendix.table_1"),
        ("select * from features.member, a^", "a: appendix. audit."),
        ("select * from features.member m join f^", "f: features."),
        ("select * from (select 1), f^", "f: features."),
        ("describe au^", "au: audit."),
        ("show columns from audit.r^", "r: runs"),
        ("select a, f^", "f: false features. filter first fold_name( following from full join"),
        // Columns of the tables that are named, before or after the cursor, above it too.
        ("select bo^ from appendix.table_1", "bo: books boolean"),
        ("select br^", ": "),
        ("select fe^ from features.member", "fe: features. fee"),
        ("select m.^ from features.member m", ": branch fee row_id"),
        ("select m.f^ from features.member as m", "f: fee"),
        ("select member.f^ from features.member", "f: fee"),
        ("select v.^ from features.member m, features.visit v", ": day row_id"),
        ("select features.visit.^", ": day row_id"),
        ("select *\nfrom features.visit\nwhere da^", "da: date day"),
        ("select s^ from appendix.table_1", "s: \"Share %\" select semi join show columns from similar to"),
        ("select \"S^ from appendix.table_1", "\"S: \"Share %\""),
        ("select t.\"^ from appendix.table_1 t", "\": \"Share %\" books branch"),
        // The statement at the cursor only.
        ("select * from features.visit; select da^", "da: date"),
        ("select da^; select * from features.visit", "da: date"),
        // Functions.
        ("select cou^", "cou: count("),
        ("select fold^", "fold: fold_name("),
        // Nothing in texts, comments and numbers.
        ("select 'sel^", ": "),
        ("select 1 -- sel^", ": "),
        ("select /* sel^", ": "),
        ("select 1e^", ": "),
        // Commands.
        (
            "\\^",
            "\\: \\d \\dt \\dn \\df \\run \\set \\why \\format \\x \\o \\i \\e \\timing \\pager \\? \\h \\q",
        ),
        ("\\d^", "\\d: \\d \\dt \\dn \\df"),
        ("\\d au^", "au: audit."),
        ("\\d audit.^", "audit.: audit.decisions audit.runs"),
        ("\\d mem^", "mem: features.member"),
        ("\\dn f^", "f: features"),
        ("\\h f^", "f: fold_name"),
        ("\\run 1^", "1: 1 12"),
        ("\\format j^", "j: json jsonl"),
        ("\\timing o^", "o: off on"),
        ("\\why 1^", ": "),
        ("select branch\n\\d mem^", "mem: features.member"),
        ("select 'branch\n\\d mem^", ": "),
        ("\\i que^", "que a file"),
        ("\\nonsense a^", ": "),
    ] {
        assert_eq!(shown(text), expected, "{text:?}");
    }
}

#[test]
fn keywords_are_sorted_and_each_once() {
    let mut sorted = KEYWORDS.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted, KEYWORDS);
}
