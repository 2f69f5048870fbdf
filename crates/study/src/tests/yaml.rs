use super::Fixture;
use super::fixture::{spoilt, with_file};

#[test]
fn yaml_has_the_declared_shape() {
    let all: Vec<String> = [
        ("study: library", "study: library\nstudie: x"),
        ("study: library", "study: library\nstudy: library"),
        ("synthetic: true", "synthetic: yes"),
        ("title: \"Borrowings of a library\"", "title:"),
        ("title: \"Borrowings of a library\"\n", ""),
        ("title: \"Borrowings of a library\"", "title: Borrowings: all"),
        ("title: \"Borrowings of a library\"", "title: \"Borrowings"),
        ("title: \"Borrowings of a library\"", "title: !local Borrowings"),
        ("title: Typed twice", "titel: Typed twice"),
        ("severity: warn", "severity: warning"),
        (
            "sources:\n  - sources/borrowings.yaml\n  - sources/returns.yaml\n",
            "sources: sources/borrowings.yaml\n",
        ),
        ("data: ../deliveries", "data: [a, b]"),
        ("misprints: misprints.yaml}", "misprints: misprints.yaml}\n---\nx: 1"),
    ]
    .iter()
    .map(|(from, to)| spoilt("pipeline.yaml", from, to))
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [yaml] pipeline.yaml:2:1: unknown key: `studie`
      help: did you mean `study`? keys here are study, title, synthetic, data, parameters, sources, rounds, matching, models, appendices, checks, verify, codebook
    [yaml] pipeline.yaml:2:1: the key is written twice: `study`
      help: keep one of the two
    [yaml] pipeline.yaml:3:12: not a boolean: `yes`
      help: write `true` or `false`
    [yaml] pipeline.yaml:2:6: a text is missing: `:`
      help: write the text, in quotes if it could be read as something else
    [yaml] pipeline.yaml:30:1: the key `title` is missing
      help: add `title: …` to this mapping
    [yaml] pipeline.yaml:2:18: mapping values are not allowed in this context: `:`
      help: correct the YAML here or just before; quote texts that hold `: ` or ` #`, or that begin with a sign
    [yaml] pipeline.yaml:2:8: unclosed quote: `"Borrowings`
      help: correct the YAML here or just before; quote texts that hold `: ` or ` #`, or that begin with a sign
    [yaml] pipeline.yaml:2:15: tags are not read: `Borrowings`
      help: remove the tag
    [yaml] pipeline.yaml:14:5: unknown key: `titel`
      help: did you mean `title`? keys here are name, title, base, population, review, rules, checks
    [yaml] pipeline.yaml:30:42: not one of the words allowed here: `warning`
      help: allowed are error, warn
    [yaml] pipeline.yaml:9:10: a list is needed here: `sources/borrowings.yaml`
      help: write `[a, b]`, or one line `- a` for each
    [yaml] pipeline.yaml:4:7: a text is needed here: `[a`
      help: write one text; put it in quotes if it holds signs
    [yaml] pipeline.yaml:33:1: a second document in one file: `x`
      help: remove the line `---` and what follows it
    "#);
}

#[test]
fn a_merge_key_is_refused() {
    insta::assert_snapshot!(spoilt("sources/borrowings.yaml", "type: date}", "type: date, <<: {required: true}}"), @r#"
    [yaml] sources/borrowings.yaml:9:44: merge keys are not read: `<<`
      help: write the keys out
    "#);
}

#[test]
fn values_are_possible() {
    let all: Vec<String> = [
        ("study: library", "study: Library 1"),
        ("closing_day: 2024-12-31", "closing_day: 2023-02-29"),
        ("closing_day: 2024-12-31", "closing_day:"),
        ("  town: Delft", "  Town: Delft"),
        ("initial: out", "initial: in"),
        (", initial: out", ""),
        ("[out, back]", "[out, out]"),
        ("    population: {column: state, values: [out, back], initial: out}\n", ""),
        ("    rules: []", "    population: {column: state, values: [out]}\n    rules: []"),
        ("rule: clean/twice.sql", "rule: clean/twice.md"),
        ("rules: []", "rules: [{rule: clean/twice.sql}, {rule: clean/twice.sql}]"),
        (
            "- {check: checks/future.sql, severity: warn}",
            "- {check: checks/future.sql, severity: warn}\n  - {check: checks/future.sql, severity: error}",
        ),
        ("passes: [matching/card.sql]", "passes: [matching/card.sql, matching/card.sql]"),
    ]
    .iter()
    .map(|(from, to)| spoilt("pipeline.yaml", from, to))
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [yaml] pipeline.yaml:1:8: not a name: `Library 1`
      help: use lower-case letters, digits and underscores, beginning with a letter
    [yaml] pipeline.yaml:6:16: no such date: `2023-02-29`
      help: write a date of the calendar as year-month-day
    [yaml] pipeline.yaml:6:14: the parameter has no value
      help: write a date, an integer or a text
    [yaml] pipeline.yaml:8:3: not a name: `Town`
      help: use lower-case letters, digits and underscores, beginning with a letter
    [yaml] pipeline.yaml:16:63: there is no such population: `in`
      help: there are out, back
    [yaml] pipeline.yaml:16:17: the population has no initial value: `{`
      help: a staged base has no population yet: add `initial`, one of the values
    [yaml] pipeline.yaml:16:47: a value is listed twice: `out`
      help: remove one of the two
    [yaml] pipeline.yaml:13:11: the round has no population: `clean`
      help: add `population` with column, values and initial
    [yaml] pipeline.yaml:20:11: not an earlier round: `cleaning.clean`
      help: a round starts from `staging.SOURCE` or from a round declared above it
    [yaml] pipeline.yaml:19:11: another population than that of the round it is based on: `final`
      help: remove `population`: it is that of clean
    [yaml] pipeline.yaml:18:16: not a SQL file: `clean/twice.md`
      help: name a file that ends in .sql
    [yaml] pipeline.yaml:22:45: a second rule of this name in the round: `clean/twice.sql`
      help: rename the file: decisions name their rule
    [yaml] pipeline.yaml:31:13: a second check of this name: `checks/future.sql`
      help: rename the file: reports name their check
    [yaml] pipeline.yaml:24:95: a second pass of this name in the matching: `matching/card.sql`
      help: rename the file: pairs name their pass
    "#);
}

#[test]
fn the_shape_of_a_parameter_is_its_type() {
    let fixture = Fixture::new();
    fixture.replace(
        "pipeline.yaml",
        "  town: Delft",
        "  town: Delft\n  rate: 0.10\n  quoted: \"12\"\n  flag: true\n  leap: 2024-02-29\n  negative: -3",
    );
    let study = fixture.load();
    let shown: Vec<String> =
        study.parameters.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    closing_day=Date { year: 2024, month: 12, day: 31 }
    days=Integer(21)
    flag=Text("true")
    leap=Date { year: 2024, month: 2, day: 29 }
    negative=Integer(-3)
    quoted=Text("12")
    rate=Text("0.10")
    town=Text("Delft")
    "#);
}

#[test]
fn a_presentation_fits_its_columns() {
    let appendix = "appendices/table_1.yaml";
    let all: Vec<String> = [
        ("number: 1", "number: one"),
        ("to: n}", "to: m}"),
        ("from: book, to: n", "from: n, to: book"),
        ("column: n, text", "column: pages, text"),
        ("key: book", "key: row"),
        ("{count: n}", "{count: m}"),
        ("pages: not delivered", "pages: \"\""),
        ("file: table_1.csv", "file: table_2.csv"),
        ("file: table_1.csv", "file: ../misprints.yaml"),
        ("decimals: 1", "decimals: 19"),
        ("separator: comma", "separator: comma, thousands: comma"),
        ("{name: book, label: Book}", "{name: n, label: Book}"),
        ("markers:", "row_headings: shelf\nmarkers:"),
    ]
    .iter()
    .map(|(from, to)| spoilt(appendix, from, to))
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [yaml] appendices/table_1.yaml:1:9: not a whole number from 0 on: `one`
      help: write digits only
    [yaml] appendices/table_1.yaml:6:42: there is no such column: `m`
      help: did you mean `n`?
    [yaml] appendices/table_1.yaml:6:39: the last column comes before the first: `book`
      help: swap `from` and `to`
    [yaml] appendices/table_1.yaml:7:31: there is no such column: `pages`
      help: there are book, n
    [yaml] appendices/table_1.yaml:8:37: there is no such column: `row`
      help: there are book, n
    [yaml] appendices/table_1.yaml:8:60: there is no such column: `m`
      help: did you mean `n`?
    [yaml] appendices/table_1.yaml:8:80: a column is ignored without a reason: `""`
      help: say why it is not compared
    [file] appendices/table_1.yaml:8:19: there is no such file or folder (published/table_2.csv): `table_2.csv`
      help: the path is relative to the study folder; create `published/table_2.csv` or correct its name
    [file] appendices/table_1.yaml:8:19: the path leaves the study folder (published/../misprints.yaml): `../misprints.yaml`
      help: write a path inside the study folder, relative to it, with `/`
    [yaml] appendices/table_1.yaml:5:44: more decimals than a number has: `19`
      help: write 0 to 18
    [yaml] appendices/table_1.yaml:5:76: the same sign for decimals and thousands: `comma`
      help: choose the other sign
    [yaml] appendices/table_1.yaml:5:12: the column is listed twice: `n`
      help: remove one of the two
    [yaml] appendices/table_1.yaml:6:32: there is no such column: `book`
      help: there are n, n
    [yaml] appendices/table_1.yaml:8:37: there is no such column: `book`
      help: there are n, n
    [yaml] appendices/table_1.yaml:7:15: there is no such column: `shelf`
      help: there are book, n
    "#);
}

/// A drawing of trees, to stand below the columns of the fixture's appendix.
const TREE: &str = "\
drawing:
  tree:
    from: features.book
    section: shelf
    title: name
    node: {name: node, label: Node}
    parent: {name: parent, label: Under}
    group: {name: part, label: Part}
    classes: [{name: lent, label: Lent}, {name: kept, label: Kept}]
    share: {decimals: 1, separator: comma, suffix: \"%\"}
    predictor: {name: by, label: Split by}
    statistics: [{name: p, label: p, format: {decimals: 3, separator: comma}}, {name: chi, label: chi}]
    stop: {name: stop, label: Why not}
";

fn drawn(from: &str, to: &str) -> Fixture {
    let fixture = Fixture::new();
    assert!(TREE.contains(from), "{from}");
    fixture.replace(
        "appendices/table_1.yaml",
        "markers:",
        &format!("{}markers:", TREE.replacen(from, to, 1)),
    );
    fixture
}

#[test]
fn a_drawing_names_a_table_and_the_parts_of_a_tree() {
    let study = drawn("", "").load();
    let drawing = study.appendices[0].presentation.drawing.as_ref().expect("a drawing");
    assert_eq!(drawing.from().to_string(), "features.book");
    let columns = "shelf name node parent part lent kept by p chi stop";
    assert_eq!(drawing.columns().join(" "), columns);
    let made = study.steps().iter().find(|step| step.name == "appendix.table_1").expect("the step");
    assert!(made.reads.contains(drawing.from()), "the drawn table is made first");
}

#[test]
fn a_drawing_is_refused_with_its_place() {
    let all: Vec<String> = [
        ("features.book", "features.bok"),
        ("features.book", "book"),
        ("features.book", "identity.final"),
        ("features.book", "appendix.table_1"),
        ("[{name: lent, label: Lent}, {name: kept, label: Kept}]", "[]"),
        ("name: kept", "name: lent"),
        ("decimals: 1", "decimals: 20"),
        ("    stop: {name: stop, label: Why not}\n", ""),
        ("tree:", "flow:"),
    ]
    .iter()
    .map(|(from, to)| drawn(from, to).faults())
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [table] appendices/table_1.yaml:9:11: there is no such table: `features.bok`
      help: did you mean `features.book`?
    [yaml] appendices/table_1.yaml:9:11: not a table name: `book`
      help: write `schema.table` in lower-case letters, digits and underscores
    [table] appendices/table_1.yaml:9:11: schema identity may not be read here: `identity.final`
      help: rules, passes and models declared with `identity: true` may; read the pseudonym in the staging table instead
    [table] appendices/table_1.yaml:9:11: a table is made from itself: appendix.table_1 reads appendix.table_1 (appendices/table_1.yaml:9): `appendix.table_1`
      help: break the circle at one of these places
    [yaml] appendices/table_1.yaml:15:14: the nodes have no classes: `[`
      help: list under `classes` the columns with the cases of each class
    [yaml] appendices/table_1.yaml:15:49: the column is listed twice: `lent`
      help: remove one of the two
    [yaml] appendices/table_1.yaml:16:23: more decimals than a number has: `20`
      help: write 0 to 18
    [yaml] appendices/table_1.yaml:18:5: the key `stop` is missing
      help: add `stop: …` to this mapping
    [yaml] appendices/table_1.yaml:8:3: not one of the words allowed here: `flow`
      help: allowed are tree
    "#);
}

#[test]
fn an_appendix_is_a_query_and_a_presentation() {
    insta::assert_snapshot!(with_file("appendices/table_2.sql", "select 1 as a order by a"), @r#"
    [file] appendices/table_2.sql:1:1: an appendix without its presentation
      help: add `appendices/table_2.yaml` beside it
    "#);
    insta::assert_snapshot!(with_file("appendices/table_2.yaml", "number: 2\ntitle: T\ncolumns: []\n"), @r#"
    [file] appendices/table_2.yaml:1:1: a presentation without its query
      help: add `appendices/table_2.sql` beside it
    "#);
    let fixture = Fixture::new();
    fixture.write("appendices/table_2.sql", "select 1 as a order by a");
    fixture.write("appendices/table_2.yaml", "number: 1\ntitle: T\ncolumns: [{name: a, label: A}]\n");
    insta::assert_snapshot!(fixture.faults(), @r#"
    [yaml] appendices/table_2.yaml:1:9: appendix.table_1 has this number: `1`
      help: give each appendix its own number
    "#);
    insta::assert_snapshot!(spoilt("pipeline.yaml", "verify: {published: published, misprints: misprints.yaml}\n", ""), @r#"
    [yaml] appendices/table_1.yaml:8:19: there is no folder of published tables: `table_1.csv`
      help: add `verify` to pipeline.yaml
    "#);
}

#[test]
fn a_misprint_names_a_cell_once() {
    let all: Vec<String> = [
        ("appendix: table_1", "appendix: table_9"),
        ("column: n", "column: m"),
        ("explanation: Adds up to more.", "explanation: \"\""),
        ("- {", "- {appendix: table_1, row: \"12\", column: n, printed: a, produced: b, kind: k, explanation: e}\n- {"),
        ("kind: arithmetic, ", ""),
    ]
    .iter()
    .map(|(from, to)| spoilt("misprints.yaml", from, to))
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [yaml] misprints.yaml:1:14: there is no such appendix: `table_9`
      help: did you mean `table_1`?
    [yaml] misprints.yaml:1:40: there is no such column in this appendix: `m`
      help: did you mean `n`?
    [yaml] misprints.yaml:1:107: a misprint without an explanation: `""`
      help: say why the print is wrong
    [yaml] misprints.yaml:2:14: the same cell as in line 1: `table_1`
      help: one entry for each cell
    [yaml] misprints.yaml:1:76: the key `kind` is missing
      help: add `kind: …` to this mapping
    "#);
}
