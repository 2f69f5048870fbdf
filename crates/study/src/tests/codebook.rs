use super::Fixture;
use super::fixture::spoilt;

const TITLE: &str = "title: \"Borrowings of a library\"";

/// Places, messages and ways out for a codebook.
fn faults(codebook: &str) -> String {
    spoilt("pipeline.yaml", TITLE, &format!("{TITLE}\ncodebook: {codebook}"))
}

#[test]
fn a_codebook_names_lists_of_the_study() {
    let codebook = "codebook: {lists: [{source: returns, code: card, text: book}],
  answers: {source: returns, question: book, code: book, label: lent, missing: [\"9\"]},
  dictionary: {source: returns, name: book, label: lent, unit: book}}";
    let fixture = Fixture::new();
    let study = fixture.replace("pipeline.yaml", TITLE, &format!("{TITLE}\n{codebook}")).load();
    let codebook = study.codebook.unwrap();
    assert_eq!(codebook.sources(), ["returns"]);
    assert_eq!(codebook.answers.unwrap().missing, ["9"]);
}

#[test]
fn lists_and_columns_that_are_not_there_are_faults() {
    let all = [
        "{lists: [{source: borrowings, code: book, text: lent}]}",
        "{lists: [{source: returns, code: boek, text: lent}]}",
        "{answers: {source: returns, question: book, code: book, label: page}}",
        "{dictionary: {source: returns, name: book, label: lent, unit: pages}}",
        "{lists: [{source: returns, code: book}]}",
    ];
    insta::assert_snapshot!(all.map(faults).join("\n"), @r#"
[yaml] pipeline.yaml:3:20: `borrowings` is no source with `root: study`: `{`
  help: sources with `root: study` are returns
[yaml] pipeline.yaml:3:20: source returns has no column `boek`: `{`
  help: did you mean `book`?
[yaml] pipeline.yaml:3:21: source returns has no column `page`: `{`
  help: its columns are card, book, lent
[yaml] pipeline.yaml:3:24: source returns has no column `pages`: `{`
  help: its columns are card, book, lent
[yaml] pipeline.yaml:3:38: the key `text` is missing
  help: add `text: …` to this mapping
"#);
}
