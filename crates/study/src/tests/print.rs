use super::Fixture;
use super::fixture::spoilt;

const REACH: &str = "reach: {verdict: book, statistic: n, reason: Fitted to totals.}";

/// The valid study with more said about its published table, and a list of what is not reached.
fn with(published: &str, list: &str) -> Fixture {
    let fixture = Fixture::new();
    fixture
        .replace("appendices/table_1.yaml", "key: book", &format!("key: book, {published}"))
        .replace(
            "pipeline.yaml",
            "misprints: misprints.yaml",
            "misprints: misprints.yaml, unreached: unreached.csv",
        )
        .write("unreached.csv", list);
    fixture
}

const HEADER: &str = "appendix,row,column,printed,produced,distance,reason\n";

#[test]
fn small_numbers_and_significant_digits() {
    let study = {
        let fixture = Fixture::new();
        let format = "decimals: 3, significant: 1, below: {limit: 0.0005, text: \"< 0,005\"}";
        fixture.replace("appendices/table_1.yaml", "decimals: 1", format).load()
    };
    let format = study.appendices[0].presentation.columns[1].format.clone().unwrap();
    let below = format.below.unwrap();
    assert_eq!((format.decimals, format.significant), (3, Some(1)));
    assert_eq!((below.limit.as_str(), below.text.as_str()), ("0.0005", "< 0,005"));

    let all: Vec<String> = [
        "decimals: 3, significant: 0",
        "decimals: 3, below: {limit: \"0,005\", text: small}",
        "decimals: 3, below: {limit: \".5\", text: small}",
    ]
    .iter()
    .map(|format| spoilt("appendices/table_1.yaml", "decimals: 1", format))
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [yaml] appendices/table_1.yaml:5:60: not a number of significant digits: `0`
      help: write 1 to 18
    [yaml] appendices/table_1.yaml:5:62: the limit is not a number: `"0,005"`
      help: write digits with at most one decimal point, such as 0.001
    [yaml] appendices/table_1.yaml:5:62: the limit is not a number: `".5"`
      help: write digits with at most one decimal point, such as 0.001
    "#);
}

#[test]
fn what_is_not_reached_is_read() {
    let list =
        format!("{HEADER}table_1,12,n,\"2,0\",\"3,0\",+1.0,\r\ntable_1,13,book,a,b,,Too few books.\r\n");
    let study = with(REACH, &list).load();
    let published = study.appendices[0].presentation.published.clone().unwrap();
    assert_eq!(published.reach.unwrap().columns().collect::<Vec<_>>(), ["book", "n"]);
    let list = study.verify.unwrap().unreached.unwrap();
    assert_eq!(list.file.to_str(), Some("unreached.csv"));
    let told = list.entries.iter().map(|e| (e.line, e.row.as_str(), e.distance.as_str(), e.reason.as_str()));
    assert_eq!(told.collect::<Vec<_>>(), [(2, "12", "+1.0", ""), (3, "13", "", "Too few books.")]);
}

#[test]
fn faults_of_the_list_are_told_line_by_line() {
    let all: Vec<String> = [
        "appendix,row\n".to_owned(),
        format!("{HEADER}table_1,12,n,2\n"),
        format!("{HEADER}table_1,12,n,2,3,+1,a\ntable_1,13,n,2,3,+1,a\ntable_1,12,n,2,3,+1,b\n"),
    ]
    .iter()
    .map(|list| with(REACH, list).faults())
    .collect();
    insta::assert_snapshot!(all.join("\n"), @"
    [code_list] unreached.csv:1:1: not the header of such a list: `appendix,row`
      help: the first line is `appendix,row,column,printed,produced,distance,reason`
    [code_list] unreached.csv:2:1: 4 fields, not 7: `table_1,12,n,2`
      help: the command that compares with the print writes this file
    [code_list] unreached.csv:4:1: the same cell as in line 2: `table_1,12,n,2,3,+1,b`
      help: one entry for each cell
    ");
    // Only the columns that the appendix declares may be listed; an unknown appendix is for the comparison to tell.
    let entry = format!("{HEADER}table_1,12,n,2,3,+1,\ntable_9,12,n,2,3,+1,\n");
    insta::assert_snapshot!(with("reach: {verdict: book, reason: Fitted.}", &entry).faults(), @"
    [code_list] unreached.csv:2:1: the appendix does not say that this column may be out of reach: `table_1,12,n,2,3,+1,`
      help: remove the entry, or name the column under `published.reach` of the appendix
    ");
    assert_eq!(with(REACH, &entry).load().verify.unwrap().unreached.unwrap().entries.len(), 2);
}

#[test]
fn only_synthetic_data_may_fail_to_reach_the_print() {
    let fixture = with(REACH, HEADER);
    fixture.replace("pipeline.yaml", "synthetic: true\n", "");
    insta::assert_snapshot!(fixture.faults(), @"
    [yaml] appendices/table_1.yaml:8:50: the data of this study is not synthetic: `{`
      help: remove `reach`: what registered data does not reach is a difference
    ");
}

#[test]
fn columns_of_tests_are_columns_of_the_appendix() {
    let all: Vec<String> = [
        "reach: {verdict: bok, df: m, reason: \" \"}",
        "recompute: {statistic: n, df: n, p: m, level: anything, categories: anything}",
    ]
    .iter()
    .map(|published| with(published, HEADER).faults())
    .collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [yaml] appendices/table_1.yaml:8:60: there is no such column: `bok`
      help: did you mean `book`?
    [yaml] appendices/table_1.yaml:8:69: there is no such column: `m`
      help: did you mean `n`?
    [yaml] appendices/table_1.yaml:8:80: cells may differ without a reason: `" "`
      help: say why the data may fail to reach them
    [yaml] appendices/table_1.yaml:8:79: there is no such column: `m`
      help: did you mean `n`?
    "#);
    let study =
        with("recompute: {statistic: n, df: n, p: n, level: hidden, categories: other}", HEADER).load();
    let published = study.appendices[0].presentation.published.clone().unwrap();
    assert_eq!(published.recompute.unwrap().level, "hidden");
}
