use super::Fixture;
use super::fixture::{spoilt, with_file};

#[test]
fn a_code_list_is_two_columns_of_unlike_spellings() {
    let all: Vec<String> = [
        "spelling;code\nNorth;north\n",
        "spelling,code\n",
        "",
        "spelling,code\nNorth,north\nNórth ,south\n",
        "spelling,code\nNorth,north,1\nEast\n",
        "spelling,code\n,north\nNorth,\n",
    ]
    .iter()
    .map(|list| with_file("codes/branches.csv", list))
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [code_list] codes/branches.csv:1:1: not the header of a code list: `spelling;code`
      help: the first line is `spelling,code`, then one line for each accepted spelling
    [code_list] codes/branches.csv:2:1: not two fields: `North;north`
      help: write `spelling,code`; put a text with a comma in double quotes
    [code_list] codes/branches.csv:1:1: the code list is empty
      help: the first line is `spelling,code`, then one line for each accepted spelling
    [code_list] codes/branches.csv:1:1: the code list is empty
      help: the first line is `spelling,code`, then one line for each accepted spelling
    [code_list] codes/branches.csv:3:1: the same spelling as `North` (codes/branches.csv:2), which has the code `north`: `Nórth ,south`
      help: spellings are compared without case, accents and repeated blanks: remove one of the two
    [code_list] codes/branches.csv:2:1: not two fields: `North,north,1`
      help: write `spelling,code`; put a text with a comma in double quotes
    [code_list] codes/branches.csv:3:1: not two fields: `East`
      help: write `spelling,code`; put a text with a comma in double quotes
    [code_list] codes/branches.csv:2:1: a spelling or a code is empty: `,north`
      help: an empty cell is a missing value and needs no code
    [code_list] codes/branches.csv:3:1: a spelling or a code is empty: `North,`
      help: an empty cell is a missing value and needs no code
    "#);
    Fixture::new().write("codes/branches.csv", "spelling,code\r\nNorth,north\r\nNORTH,north\r\n").load();
}

#[test]
fn the_faults_of_a_code_list_that_several_columns_have_are_told_once() {
    let fixture = Fixture::new();
    let second = "type: code, codes: codes/branches.csv}";
    fixture.replace("sources/borrowings.yaml", "type: date}", second).load();
    let faults = fixture.write("codes/branches.csv", "spelling,code\nNorth\n").faults();
    assert_eq!(faults.matches("not two fields").count(), 1, "{faults}");
}

#[test]
fn a_contract_says_each_thing_once() {
    let source = "sources/borrowings.yaml";
    let all: Vec<String> = [
        (source, "codes: codes/branches.csv", "codes: codes/branch.csv"),
        (source, ", codes: codes/branches.csv", ""),
        (source, "type: date", "type: date, codes: codes/branches.csv"),
        (source, "name: lent", "name: book"),
        (source, "name: lent", "name: branch"),
        (source, "name: lent", "name: row_id"),
        (source, "name: lent", "name: Lent on"),
        (source, "header: Lent", "header: \" book\""),
        (source, "header: Lent", "header: []"),
        (source, "sensitivity: identifying, ", ""),
        (source, "[0-9]{6}", "[0-9"),
        (source, "borrowings/*.{csv,xlsx}", "/data/*.csv"),
        (source, "borrowings/*.{csv,xlsx}", "a/../../*.csv"),
        (source, "borrowings/*.{csv,xlsx}", "{a"),
        (source, "type: date}", "type: code, codes: codes/branches.csv, missing: [NORTH]}"),
        ("sources/returns.yaml", "columns_from: borrowings", "columns_from: borowings"),
        ("sources/returns.yaml", "columns_from: borrowings", "columns: []"),
        ("sources/returns.yaml", "columns_from: borrowings", "columns_from: borrowings\ncolumns: []"),
    ]
    .iter()
    .map(|(path, from, to)| spoilt(path, from, to))
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [file] sources/borrowings.yaml:4:48: there is no such file or folder: `codes/branch.csv`
      help: the path is relative to the study folder; create `codes/branch.csv` or correct its name
    [yaml] sources/borrowings.yaml:4:35: a column of codes without its code list: `code`
      help: add `codes: FILE.csv`
    [yaml] sources/borrowings.yaml:9:51: a code list for a column that has another type: `codes/branches.csv`
      help: write `type: code`, or remove `codes`
    [yaml] sources/borrowings.yaml:9:12: the column `book` is declared twice: `book`
      help: rename one of the two
    [yaml] sources/borrowings.yaml:9:12: the column `branch` is declared twice: `branch`
      help: rename one of the two
    [yaml] sources/borrowings.yaml:9:12: the name `row_id` is taken: `row_id`
      help: every table has a column row_id already; choose another name
    [yaml] sources/borrowings.yaml:9:12: not a name: `Lent on`
      help: use lower-case letters, digits and underscores, beginning with a letter
    [yaml] sources/borrowings.yaml:9:26: the header ` book` also belongs to the column at sources/borrowings.yaml:8: `" book"`
      help: keep one of the two
    [yaml] sources/borrowings.yaml:9:26: the column has no header: `[`
      help: write the header as printed in the deliveries
    [yaml] sources/borrowings.yaml:7:107: only an identifying column has a pseudonym: `card_ref`
      help: add `sensitivity: identifying`
    [yaml] sources/borrowings.yaml:7:84: not a regular expression: unclosed character class: `"[0-9"`
      help: the syntax is that of the Rust crate regex
    [yaml] sources/borrowings.yaml:3:8: the files lie outside the source's root: `"/data/*.csv"`
      help: write a glob relative to it, with `/` between parts
    [yaml] sources/borrowings.yaml:3:8: the files lie outside the source's root: `"a/../../*.csv"`
      help: write a glob relative to it, with `/` between parts
    [yaml] sources/borrowings.yaml:3:8: not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?): `"{a"`
      help: use `*`, `?`, `[…]`, `{a,b}` and `**`
    [yaml] sources/borrowings.yaml:9:12: `North` is in the code list and also means "missing": `lent`
      help: give the column a list `missing` of its own without it, `[]` for none
    [yaml] sources/returns.yaml:5:15: there is no such source with columns of its own: `borowings`
      help: did you mean `borrowings`?
    [yaml] sources/returns.yaml:1:9: the source has no columns: `returns`
      help: write `columns`, or `columns_from` with another source
    [yaml] sources/returns.yaml:5:15: both `columns` and `columns_from`: `borrowings`
      help: keep one of the two
    "#);
}
