//! `chaid_count` and `chaid_test` against the screen of the same rows.

use super::{members, table};

/// The columns that both functions give.
const COLUMNS: [&str; 18] = [
    "n",
    "missing",
    "categories",
    "groups",
    "grouping",
    "statistic",
    "chi",
    "df",
    "df_within",
    "p_raw",
    "ln_p_raw",
    "multiplier",
    "p",
    "ln_p",
    "significant",
    "status",
    "tie",
    "converged",
];

#[tokio::test]
async fn a_test_of_counts_is_the_screen_of_the_rows() {
    for (level, column, outcome, options, of_test) in [
        ("nominal", "branch", "left_early", "", ""),
        ("ordinal", "visits", "left_early", ", min_child => 10", ", {min_child: 10}"),
        (
            "scale",
            "age",
            "left_early",
            ", missing => 'dropped', intervals => 4",
            ", {missing: 'dropped', intervals: 4}",
        ),
        (
            "nominal",
            "branch",
            "visits",
            ", outcome_level => 'ordinal', scores => [1, 2, 5, 9], alpha_merge => 1.0",
            ", {outcome_level: 'ordinal', scores: [1, 2, 5, 9], alpha_merge: 1.0}",
        ),
        ("nominal", "branch", "visits", ", outcome_level => 'scale'", ", {outcome_level: 'scale'}"),
        ("nominal", "branch", "branch_again", "", ""),
    ] {
        let input = "(select *, branch as branch_again from derived.member)";
        let parts = COLUMNS.map(|name| format!("test['{name}'] as {name}")).join(", ");
        let screen = format!(
            "select {} from chaid_screen({input}, outcome => {outcome}, {level} => [{column}]{options})",
            COLUMNS.join(", ")
        );
        let test = format!(
            "select {parts} from (select chaid_test(chaid_count({column}, {outcome}), '{level}'{of_test}) as test from {input})"
        );
        for partitions in [1, 3] {
            assert_eq!(table(partitions, &test).await, table(partitions, &screen).await, "{test}");
        }
    }
}

#[tokio::test]
async fn a_long_table_is_tested_by_group() {
    let long = "(select 'branch' as name, branch as value, left_early from derived.member \
                 union all select 'visits', cast(visits as varchar), left_early from derived.member)";
    let test = format!(
        "select name, chaid_test(chaid_count(value, left_early), 'nominal')['p'] as p from {long} group by name order by name"
    );
    let screen = "select predictor as name, p from chaid_screen((select left_early, branch, visits from derived.member), \
                  outcome => left_early, nominal => [branch, visits]) order by predictor";
    for partitions in [1, 3] {
        assert_eq!(table(partitions, &test).await, table(partitions, screen).await);
    }
}

#[tokio::test]
async fn counts_are_in_order_and_leave_out_rows_without_outcome() {
    let sql = "select count['category'] as category, count['class'] as class, count['n'] as n from (
                   select unnest(chaid_count(visits, branch, age % 2) filter (where branch <> 'c')) as count
                   from (select age, visits, case when age % 7 > 0 then branch end as branch from derived.member))";
    let counts = table(1, sql).await;
    assert_eq!(table(3, sql).await, counts);
    insta::assert_snapshot!(counts, @r"
    +----------+-------+---+
    | category | class | n |
    +----------+-------+---+
    | 1        | a     | 9 |
    | 1        | b     | 9 |
    | 2        | a     | 9 |
    | 2        | b     | 8 |
    | 3        | a     | 9 |
    | 3        | b     | 8 |
    | 4        | a     | 8 |
    | 4        | b     | 9 |
    |          | a     | 8 |
    |          | b     | 9 |
    +----------+-------+---+
    ");
}

#[tokio::test]
async fn faults_name_what_is_wrong_and_the_way_out() {
    for (call, message) in [
        ("chaid_test('a', 'nominal')", "the first argument is what chaid_count(predictor, outcome) gives"),
        (
            "chaid_test(chaid_count(branch, age), 'interval')",
            "'interval' is none of 'nominal', 'ordinal', 'scale'",
        ),
        ("chaid_test(chaid_count(branch, age), 1)", "the second argument is a level"),
        ("chaid_test(chaid_count(branch, age), 'nominal', 'dropped')", "the third argument holds options"),
        (
            "chaid_test(chaid_count(branch, age), 'nominal', {mising: 'dropped'})",
            "no option mising; there are",
        ),
        (
            "chaid_test(chaid_count(branch, age), 'nominal', {min_child: 'x'})",
            "option min_child: 'x' is not a number",
        ),
        ("chaid_test(chaid_count(branch, age), 'scale')", "a scale predictor is text"),
        ("chaid_test(chaid_count(age, branch), 'scale', {outcome_level: 'scale'})", "the outcome is Utf8"),
        ("chaid_count(distinct branch, age)", "leave out DISTINCT"),
        ("chaid_count([branch], age)", "the predictor is List"),
        ("chaid_count(branch, age, left_early)", "the frequency is Utf8"),
        ("chaid_count(branch, age, age - 7)", "column frequency is -7 in a row"),
        ("chaid_count(branch, age, visits)", "column frequency is NULL in a row"),
    ] {
        let sql = format!("select {call} from derived.member");
        let fault = match members(2).sql(&sql).await {
            Ok(frame) => frame.collect().await.map(drop).unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(fault.contains(message), "{call}: {fault}");
    }
    let none = "select chaid_test(null, 'nominal') is null as a, chaid_test(chaid_count(age, branch), null) is null as b, \
                chaid_test(chaid_count(age, branch) filter (where age < 0), 'scale')['status'] as c from derived.member";
    assert!(
        table(2, none).await.contains("| true | true | no case has a category |"),
        "{}",
        table(2, none).await
    );
}
