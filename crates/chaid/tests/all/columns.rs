//! Columns: every way of writing the same cases gives the same tables.

use chaid::{
    Codes, Data, Level, Missing, Options, Outcome, OutcomeColumn, Predictor, Summary, Table, screen, tables,
};

const ROWS: usize = 1_003;

fn codes() -> (Vec<u8>, Vec<u8>) {
    let x = (0..ROWS).map(|row| if row % 11 == 0 { u8::MAX } else { (row * row % 7) as u8 }).collect();
    let y =
        (0..ROWS).map(|row| if row % 97 == 5 { u8::MAX } else { (row * row % 7 > row % 5) as u8 }).collect();
    (x, y)
}

fn data<'a>(y: Codes<'a>, predictors: &'a [Predictor<'a>]) -> Data<'a> {
    let outcome = OutcomeColumn::Classes { outcome: Outcome::Nominal, classes: 2, codes: y };
    Data { outcome, predictors, frequency: None, weight: None }
}

fn predictor(codes: Codes<'_>) -> Predictor<'_> {
    Predictor { name: "x".into(), level: Level::Ordinal, categories: 7, codes }
}

fn count(data: &Data<'_>) -> Table {
    tables(data, Missing::Floating, 1).unwrap().remove(0)
}

#[test]
fn a_table_is_what_counting_by_hand_gives() {
    let (x, y) = codes();
    let (mut cells, mut missing) = (vec![0; 14], vec![0; 2]);
    for (x, y) in x.iter().zip(&y).filter(|(x, y)| **y != u8::MAX && **x != u8::MAX) {
        cells[usize::from(*x) * 2 + usize::from(*y)] += 1;
    }
    // One predictor only: where it is missing no predictor is known, and the case does not count.
    let expected = Table::of_counts("x", Level::Ordinal, 2, &cells).unwrap();
    let predictors = [predictor(Codes::U8(&x))];
    assert_eq!(count(&data(Codes::U8(&y), &predictors)), expected);
    for (_, y) in x.iter().zip(&y).filter(|(x, y)| **y != u8::MAX && **x == u8::MAX) {
        missing[usize::from(*y)] += 1;
    }
    let all = tables(&data(Codes::U8(&y), &predictors), Missing::Category, 1).unwrap().remove(0);
    assert_eq!(all, expected.with_missing(&missing, None).unwrap());
}

#[test]
fn the_width_of_codes_is_irrelevant() {
    let (x, y) = codes();
    let wide16 =
        |codes: &[u8]| codes.iter().map(|c| if *c == 255 { u16::MAX } else { u16::from(*c) }).collect();
    let wide32 =
        |codes: &[u8]| codes.iter().map(|c| if *c == 255 { u32::MAX } else { u32::from(*c) }).collect();
    let (x16, y16, x32, y32): (Vec<u16>, Vec<u16>, Vec<u32>, Vec<u32>) =
        (wide16(&x), wide16(&y), wide32(&x), wide32(&y));
    let narrow = count(&data(Codes::U8(&y), &[predictor(Codes::U8(&x))]));
    assert_eq!(count(&data(Codes::U16(&y16), &[predictor(Codes::U16(&x16))])), narrow);
    assert_eq!(count(&data(Codes::U32(&y32), &[predictor(Codes::U32(&x32))])), narrow);
}

#[test]
fn frequencies_are_repeated_rows() {
    let (x, y) = codes();
    let frequency: Vec<u32> = (0..ROWS as u32).map(|row| row % 4).collect();
    let repeat = |codes: &[u8]| -> Vec<u8> {
        codes.iter().zip(&frequency).flat_map(|(code, n)| std::iter::repeat_n(*code, *n as usize)).collect()
    };
    let predictors = [predictor(Codes::U8(&x))];
    let short = Data { frequency: Some(&frequency), ..data(Codes::U8(&y), &predictors) };
    let (x, y) = (repeat(&x), repeat(&y));
    assert_eq!(count(&short), count(&data(Codes::U8(&y), &[predictor(Codes::U8(&x))])));
}

#[test]
fn weights_sum_per_cell() {
    let (x, y) = codes();
    let weight: Vec<f64> = (0..ROWS).map(|row| (row % 3) as f64 * 0.5).collect();
    let predictors = [predictor(Codes::U8(&x))];
    let counted = count(&Data { weight: Some(&weight), ..data(Codes::U8(&y), &predictors) });
    let rows = || (0..ROWS).filter(|row| x[*row] == 2 && y[*row] == 1 && weight[*row] > 0.0);
    let Summary::Counts { n, weight: Some(sum) } = &counted.categories[2] else {
        panic!("counts with weights")
    };
    assert!(rows().count() > 20);
    assert_eq!(n[1], rows().count() as u64);
    assert_eq!(sum[1], rows().map(|row| weight[row]).sum::<f64>());
}

/// Bytes name 255 categories at most; more may be declared, and none of them has the missing cases.
#[test]
fn more_categories_than_bytes() {
    let (x, y) = ([0, 254, 255, 254], [0, 1, 1, 1]);
    for categories in [255, 256, 257, 1_000] {
        let predictors = [Predictor { categories, ..predictor(Codes::U8(&x)) }];
        let counted = tables(&data(Codes::U8(&y), &predictors), Missing::Category, 1).unwrap().remove(0);
        let n: Vec<u64> = counted.categories.iter().map(Summary::n).collect();
        assert_eq!((n.len(), n[0], n[254], n.iter().sum::<u64>()), (categories, 1, 2, 3));
        assert_eq!(counted.missing.map(|missing| missing.n()), Some(1));
    }
}

/// The same with so many classes that keys are no bytes; this once put missing cases into category 255.
#[test]
fn more_categories_than_bytes_and_many_classes() {
    let (x, y) = ([0, 254, 255, 254, 7], [0, 1, 69, 1, 3]);
    let predictors = [Predictor { categories: 300, ..predictor(Codes::U8(&x)) }];
    let outcome = OutcomeColumn::Classes { outcome: Outcome::Nominal, classes: 70, codes: Codes::U8(&y) };
    let data = Data { outcome, predictors: &predictors, frequency: None, weight: None };
    let counted = tables(&data, Missing::Category, 1).unwrap().remove(0);
    let n: Vec<u64> = counted.categories.iter().map(Summary::n).collect();
    assert_eq!((n[0], n[7], n[254], n[255], n.iter().sum::<u64>()), (1, 1, 2, 0, 4));
    assert_eq!(counted.missing.map(|missing| missing.n()), Some(1));
}

/// A scale outcome far from 0 with little spread: moments agree with two passes over the values.
#[test]
fn moments_do_not_cancel() {
    let (x, _) = codes();
    let value: Vec<f64> = (0..ROWS).map(|row| 1e9 + (row % 10) as f64 * 1e-3).collect();
    let predictors = [predictor(Codes::U8(&x))];
    let data = Data {
        outcome: OutcomeColumn::Scale(&value),
        predictors: &predictors,
        frequency: None,
        weight: None,
    };
    let Summary::Moments(found) = count(&data).categories[2] else { panic!("moments") };
    let own: Vec<f64> = (0..ROWS).filter(|row| x[*row] == 2).map(|row| value[row]).collect();
    let mean = own.iter().map(|v| v - 1e9).sum::<f64>() / own.len() as f64;
    let squares: f64 = own.iter().map(|v| (v - 1e9 - mean).powi(2)).sum();
    assert_eq!(found.n, own.len() as u64);
    assert!((found.mean - 1e9 - mean).abs() < 1e-6);
    assert!((found.squares / squares - 1.0).abs() < 1e-6, "{} and {squares}", found.squares);
}

/// Categories of one value each: rounding of weighted sums once made their means differ, and so F infinite.
#[test]
fn categories_of_one_value_have_no_spread_and_that_value() {
    let x = [0, 0, 0, 1, 2, 2, 3];
    let value = [-1.0, 0.0, -1.0, 0.0, 0.0, -0.0, 1.0];
    let weight = [0.15, 0.15, 0.15, 0.05, 0.25, 0.3, 0.05];
    let predictors = [predictor(Codes::U8(&x))];
    let outcome = OutcomeColumn::Scale(&value);
    let data = Data { outcome, predictors: &predictors, frequency: None, weight: Some(&weight) };
    let table = count(&data);
    for (category, value) in [(1, 0.0), (2, 0.0), (3, 1.0)] {
        let Summary::Moments(found) = table.categories[category] else { panic!("moments") };
        assert_eq!((found.mean.to_bits(), found.squares), (f64::to_bits(value), 0.0), "{category}");
    }
    let alike = chaid::test(&Outcome::Scale, &table.categories[1..3], &Options::default()).unwrap();
    assert_eq!((alike.value, alike.ln_p), (0.0, 0.0));
}

#[test]
fn threads_do_not_show() {
    let (x, y) = codes();
    let predictors: Vec<Predictor<'_>> = (0..7).map(|_| predictor(Codes::U8(&x))).collect();
    let data = data(Codes::U8(&y), &predictors);
    let alone = tables(&data, Missing::Floating, 1).unwrap();
    for threads in [2, 3, 7, 50] {
        assert_eq!(tables(&data, Missing::Floating, threads).unwrap(), alone);
    }
    let found = screen(&Outcome::Nominal, &alone, &Options::default()).unwrap();
    assert_eq!(found.findings.len(), 7);
}
