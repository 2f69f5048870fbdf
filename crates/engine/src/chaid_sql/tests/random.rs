//! Random tables: the screen and the tree in SQL against crate `chaid` on tables counted one row at a time.

use super::session_with;
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Float64Type, Int64Type};
use chaid::{
    Binning, Codes, Data, Intervals, Level, Missing, Options, Outcome, OutcomeColumn, Predictor, Table,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One row: outcome, text, number, fraction, frequency.
type Row = (Option<u8>, Option<u8>, Option<i8>, Option<i8>, u8);

fn batch(rows: &[Row]) -> RecordBatch {
    let word = |n: &Option<u8>| n.map(|n| ["north", "East", "south", "wést"][usize::from(n % 4)]);
    let columns: [(&str, ArrayRef); 5] = [
        ("y", Arc::new(rows.iter().map(|r| r.0.map(|n| i64::from(n % 3) - 1)).collect::<Int64Array>())),
        ("word", Arc::new(rows.iter().map(|r| word(&r.1)).collect::<StringArray>())),
        ("number", Arc::new(rows.iter().map(|r| r.2.map(|n| i64::from(n) * 40_000)).collect::<Int64Array>())),
        ("part", Arc::new(rows.iter().map(|r| r.3.map(|n| f64::from(n) / 7.0)).collect::<Float64Array>())),
        ("cases", Arc::new(rows.iter().map(|r| Some(i64::from(r.4 % 3))).collect::<Int64Array>())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}

/// One predictor counted row by row; a scale cut into intervals of its values as they are.
fn naive(rows: &[Row], level: Level, value: impl Fn(&Row) -> Option<f64>) -> Table {
    let counted: Vec<&Row> = rows.iter().filter(|r| r.0.is_some() && r.4 % 3 > 0).collect();
    let classes: BTreeSet<u8> = counted.iter().filter_map(|r| r.0).map(|n| n % 3).collect();
    let values: Vec<f64> = counted.iter().map(|r| value(r).unwrap_or(f64::NAN)).collect();
    let cases: Vec<u32> = counted.iter().map(|r| u32::from(r.4 % 3)).collect();
    let upper = if level == Level::Scale {
        Intervals::of("x", &values, Some(&cases), Binning::Spss { intervals: 10 }).unwrap().upper
    } else {
        let mut distinct: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        distinct.sort_by(f64::total_cmp);
        distinct.dedup();
        distinct
    };
    let width = classes.len().max(1);
    let (mut counts, mut missing) = (vec![0_u64; upper.len() * width], vec![0_u64; width]);
    for ((row, value), cases) in counted.iter().zip(&values).zip(&cases) {
        let class = classes.iter().position(|class| Some(*class) == row.0.map(|n| n % 3)).unwrap();
        match upper.iter().position(|upper| value <= upper) {
            Some(category) => counts[category * width + class] += u64::from(*cases),
            None => missing[class] += u64::from(*cases),
        }
    }
    let table = Table::of_counts("x", level, width, &counts).unwrap();
    table.with_missing(&missing, None).unwrap()
}

fn column_of<'a>(batch: &'a RecordBatch, name: &str) -> &'a ArrayRef {
    batch.column_by_name(name).unwrap()
}

async fn rows_of(partitions: usize, rows: &[Row], parts: usize, sql: &str) -> RecordBatch {
    let context = session_with(partitions, &batch(rows), parts);
    let batches = context.sql(sql).await.unwrap().collect().await.unwrap();
    arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap()
}

const CALL: &str = "(select * from given.rows), outcome => y, nominal => [word], ordinal => [number], scale => [part], \
                    frequency => cases, min_parent => 0, min_child => 0";

fn check_screen(found: &RecordBatch, rows: &[Row], missing: Missing) {
    let order = ["East", "north", "south", "wést"];
    let word = |r: &Row| {
        let word = ["north", "East", "south", "wést"][usize::from(r.1? % 4)];
        order.iter().position(|known| *known == word).map(|place| place as f64)
    };
    let tables: [Table; 3] = [
        naive(rows, Level::Nominal, word),
        naive(rows, Level::Ordinal, |r| r.2.map(f64::from)),
        naive(rows, Level::Scale, |r| r.3.map(f64::from)),
    ];
    let options = Options { missing, min_parent: 0, min_child: 0, ..Options::default() };
    for (place, table) in tables.iter().enumerate() {
        let expected = chaid::finding(&Outcome::Nominal, table, &options).unwrap();
        let count = |name: &str| column_of(found, name).as_primitive::<Int64Type>().value(place) as u64;
        assert_eq!(
            (count("n"), count("missing"), count("categories"), count("groups"), count("df")),
            (expected.n, expected.missing, expected.categories as u64, expected.r() as u64, expected.test.df)
        );
        assert_eq!(column_of(found, "status").as_string::<i32>().value(place), expected.status.words());
        let p = column_of(found, "ln_p").as_primitive::<Float64Type>();
        assert_eq!(
            p.is_valid(place).then(|| p.value(place)),
            expected.tested().then_some(expected.ln_p_adjusted)
        );
    }
}

/// Weights of tenths, as SQL computes them below.
fn weight(row: &Row) -> f64 {
    f64::from(row.4 % 3) * 0.1 + 0.05
}

/// The screens and the root of the tree of columns of codes, by crate `chaid`, against those of SQL.
fn check_weighted(screen: &RecordBatch, tree: &RecordBatch, rows: &[Row], level: &str) {
    let code = |value: Option<i64>, lowest: i64| value.map_or(u8::MAX, |value| (value - lowest) as u8);
    let word: Vec<u8> =
        rows.iter().map(|r| code(r.1.map(|n| i64::from([1, 0, 2, 3][usize::from(n % 4)])), 0)).collect();
    let number: Vec<u8> = rows.iter().map(|r| code(r.2.map(i64::from), -3)).collect();
    let classes: Vec<u8> = rows.iter().map(|r| code(r.0.map(|n| i64::from(n % 3)), 0)).collect();
    let amounts: Vec<f64> = rows.iter().map(|r| r.0.map_or(f64::NAN, |n| f64::from(n % 3) - 1.0)).collect();
    let weights: Vec<f64> = rows.iter().map(weight).collect();
    let predictor =
        |name: &str, level, categories, codes| Predictor { name: name.into(), level, categories, codes };
    let predictors = [
        predictor("word", Level::Nominal, 4, Codes::U8(&word)),
        predictor("number", Level::Ordinal, 6, Codes::U8(&number)),
    ];
    let present: BTreeSet<u8> = classes.iter().copied().filter(|class| *class != u8::MAX).collect();
    let dense: Vec<u8> = classes
        .iter()
        .map(|class| present.iter().position(|p| p == class).map_or(u8::MAX, |p| p as u8))
        .collect();
    let outcome = if level == "scale" { Outcome::Scale } else { Outcome::Ordinal { scores: None } };
    let column = match level {
        "scale" => OutcomeColumn::Scale(&amounts),
        _ => OutcomeColumn::Classes {
            outcome: outcome.clone(),
            classes: present.len(),
            codes: Codes::U8(&dense),
        },
    };
    let data = Data { outcome: column, predictors: &predictors, frequency: None, weight: Some(&weights) };
    let options = Options {
        missing: Missing::Dropped,
        min_parent: 0,
        min_child: 0,
        max_depth: 1,
        ..Options::default()
    };
    let Ok(tables) = chaid::tables(&data, Missing::Dropped, 1) else { return };
    let real = |batch: &RecordBatch, name: &str, place: usize| {
        let values = column_of(batch, name).as_primitive::<Float64Type>();
        values.is_valid(place).then(|| values.value(place))
    };
    let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => a == b || (a - b).abs() <= 1e-6 * (1.0 + a.abs()),
        (a, b) => a == b,
    };
    for (place, table) in tables.iter().enumerate() {
        let expected = chaid::finding(&outcome, table, &options).unwrap();
        let (found, expected) =
            (real(screen, "ln_p", place), expected.tested().then_some(expected.ln_p_adjusted));
        assert!(near(found, expected), "{level}, predictor {place}: {found:?}, {expected:?}");
    }
    if let Ok(grown) = chaid::tree(&data, &options) {
        let best = grown.nodes[0].best.map(|best| grown.nodes[0].candidates[best].ln_p_adjusted);
        assert_eq!(tree.num_rows(), grown.nodes.len());
        assert!(near(real(tree, "ln_p", 0), best), "{level}, tree: {:?}, {best:?}", real(tree, "ln_p", 0));
    }
}

fn row() -> impl Strategy<Value = Row> {
    let narrow = |values: std::ops::Range<i8>| proptest::option::weighted(0.9, values);
    (
        proptest::option::weighted(0.9, 0..6_u8),
        proptest::option::weighted(0.8, 0..4_u8),
        narrow(-3..3),
        narrow(-60..60),
        0..3_u8,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn a_screen_is_what_counting_by_hand_gives(
        rows in proptest::collection::vec(row(), 1..120),
        partitions in 1..4_usize,
        parts in 1..6_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for (word, missing) in [("dropped", Missing::Dropped), ("floating", Missing::Floating), ("category", Missing::Category)] {
            let sql = format!("select * from chaid_screen({CALL}, missing => '{word}')");
            check_screen(&runtime.block_on(rows_of(partitions, &rows, parts, &sql)), &rows, missing);
        }
    }

    #[test]
    fn weights_and_other_outcomes_are_what_columns_of_codes_give(
        rows in proptest::collection::vec(row(), 1..120),
        partitions in 1..4_usize,
        parts in 1..6_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for level in ["ordinal", "scale"] {
            let call = format!(
                "(select *, cases * 0.1 + 0.05 as weight from given.rows), outcome => y, nominal => [word], ordinal => [number], \
                 weight => weight, outcome_level => '{level}', missing => 'dropped', min_parent => 0, min_child => 0"
            );
            let screen = format!("select * from chaid_screen({call})");
            let screen = runtime.block_on(rows_of(partitions, &rows, parts, &screen));
            let tree = format!("select * from chaid({call}, max_depth => 1)");
            let tree = runtime.block_on(rows_of(partitions, &rows, parts, &tree));
            check_weighted(&screen, &tree, &rows, level);
        }
    }

    #[test]
    fn neither_order_nor_parts_matter(
        rows in proptest::collection::vec(row(), 1..150),
        rotated in 0..150_usize,
        partitions in 1..4_usize,
        parts in 1..6_usize,
    ) {
        let mut other = rows.clone();
        other.rotate_left(rotated % rows.len());
        other.reverse();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let by_weight = CALL.replace("frequency => cases", "weight => weight")
            .replace("select *", "select *, cases * 0.1 + 0.05 as weight");
        let scale = by_weight.replace("outcome => y", "outcome => part, outcome_level => 'scale'").replace(", scale => [part]", "");
        for sql in [
            format!("select * from chaid_screen({CALL})"),
            format!("select * from chaid({CALL}, max_depth => 2)"),
            format!("select * from chaid_screen({by_weight}, outcome_level => 'ordinal')"),
            format!("select * from chaid({by_weight}, max_depth => 2)"),
            format!("select * from chaid_screen({scale})"),
            format!("select * from chaid({scale}, max_depth => 2)"),
        ] {
            let one = runtime.block_on(rows_of(1, &rows, 1, &sql));
            let many = runtime.block_on(rows_of(partitions, &other, parts, &sql));
            prop_assert_eq!(one, many, "{}", sql);
        }
    }
}
