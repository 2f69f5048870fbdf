use super::Fixture;
use super::fixture::{spoilt, with_file};
use crate::load::document_of;

#[test]
fn a_document_follows_its_form() {
    let document = "clean/twice.md";
    let all: Vec<String> = [
        (document, "# Typed twice", "Typed twice"),
        (document, "## Example: same book", "## Example:"),
        (document, "## Example: same book", "## Same book"),
        (document, "`records`", "records"),
        (document, "`records`", "`recs`"),
        (document, "`verdicts`", "`identities`"),
        (document, "| b | merge | a |", "| b | drop | a |"),
        (document, "| b | merge | a |", "| b | merge |"),
        (document, "| row_id | verb | survivor_id |", "| row_id | verb | verb |"),
        (document, "| row_id | verb | survivor_id |", "| row_id | act | survivor_id |"),
        (document, "| row_id | book |\n|---|---|", "| row_id | book |"),
        (document, "| row_id | book |\n|---|---|\n| a | 12 |\n| b | 12 |\n| c | |\n", ""),
        (document, "`verdicts`", "`records`\n| row_id |\n|---|\n\n`verdicts`"),
    ]
    .iter()
    .map(|(path, from, to)| spoilt(path, from, to))
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [document] clean/twice.md:1:1: the document has no title
      help: begin with a line `# title`
    [document] clean/twice.md:5:1: the example has no name: `## Example:`
      help: write `## Example: name`
    [document] clean/twice.md:1:1: the document has no example
      help: add `## Example: name` with input tables and `verdicts`
    [document] clean/twice.md:7:1: a table without a name: `| row_id | book |`
      help: write the table's name in backticks on the line above it, alone
    [document] clean/twice.md:6:2: not a table of an example: `recs`
      help: write `records`, `identities`, `schema.table` or `verdicts`
    [document] clean/twice.md:5:1: the example expects nothing: `## Example: same book`
      help: end it with a table `verdicts`; one with a header only expects no verdict
    [document] clean/twice.md:16:1: a verdict without a known verb: `| b | drop | a |`
      help: the verbs are merge, remove, move, add, update; a row that is kept has no verdict
    [document] clean/twice.md:16:1: 2 cells under 3 columns: `| b | merge |`
      help: write one cell for each column; an empty cell is NULL, `\|` a bar
    [document] clean/twice.md:14:1: the column `verb` is given twice: `| row_id | verb | verb |`
      help: remove one of the two
    [document] clean/twice.md:14:1: the verdicts have no column `verb`: `| row_id | act | survivor_id |`
      help: verdicts have at least `row_id` and `verb`
    [document] clean/twice.md:8:1: not the rule below a header: `| a | 12 |`
      help: write `|---|`, once for each column
    [document] clean/twice.md:6:2: a table name without its table: `records`
      help: write the table below it: header, rule `|---|`, rows
    [document] clean/twice.md:13:2: the table is given twice: `records`
      help: put all its rows in one table
    "#);
    insta::assert_snapshot!(with_file(document, "# T\n\n## Example: x\n`verdicts`\n| row_id | verb |\n|---|---|\n\n`records`\n| row_id |\n|---|\n"), @r#"
    [document] clean/twice.md:8:2: an input after the verdicts: `records`
      help: move `verdicts` to the end of the example
    "#);
}

#[test]
fn a_rule_has_a_document() {
    insta::assert_snapshot!(Fixture::new().remove("clean/twice.md").faults(), @r#"
    [file] pipeline.yaml:18:16: there is no such file or folder (clean/twice.md): `clean/twice.sql`
      help: the path is relative to the study folder; create `clean/twice.md` or correct its name
    "#);
}

#[test]
fn cells_may_hold_bars_and_documents_code() {
    let text = "# T\n\n```\n## Example: not one\n```\n\n## Voorbeeld: leeg\nUitleg.\n\n`staging.x`\n\n| row_id | a |\n| :-- | --: |\n| r | x \\| y |\n\n`verdicts`\n| row_id | verb |\n|---|---|\n\n## Sources\nA letter.\n";
    let document = document_of(text).unwrap();
    assert_eq!(document.examples.len(), 1);
    let input = &document.examples[0].inputs[0];
    assert_eq!(input.rows, [[Some("r".to_owned()), Some("x | y".to_owned())]]);
    assert_eq!((input.line, input.line_of_row(0)), (10, 14));
    assert!(document.examples[0].verdicts.rows.is_empty());
    assert!(document.prose.ends_with("## Sources\nA letter."));
}
