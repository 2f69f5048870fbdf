//! Bad input: an error with the way out, never a panic.

use chaid::{
    Codes, Data, Error, Level, Method, Missing, Moments, Options, Outcome, OutcomeColumn, Predictor, Summary,
    Table, screen, tables, tree,
};

fn nominal(counts: &[u64]) -> Table {
    Table::of_counts("x", Level::Nominal, 2, counts).unwrap()
}

fn refuse(outcome: Outcome, given: &[Table]) -> Error {
    screen(&outcome, given, &Options::default()).unwrap_err()
}

fn classes<'a>(codes: &'a [u8], predictors: &'a [Predictor<'a>]) -> Data<'a> {
    let outcome = OutcomeColumn::Classes { outcome: Outcome::Nominal, classes: 2, codes: Codes::U8(codes) };
    Data { outcome, predictors, frequency: None, weight: None }
}

fn predictor(codes: &[u8]) -> Predictor<'_> {
    Predictor { name: "x".into(), level: Level::Nominal, categories: 3, codes: Codes::U8(codes) }
}

#[test]
fn tables_that_no_count_gives() {
    assert_eq!(refuse(Outcome::Nominal, &[]), Error::NoCases);
    assert_eq!(refuse(Outcome::Nominal, &[nominal(&[0, 0])]), Error::NoCases);
    assert!(matches!(refuse(Outcome::Nominal, &[nominal(&[0, 3, 0, 9])]), Error::OutcomeConstant { .. }));
    assert!(matches!(Table::of_counts("x", Level::Nominal, 2, &[1, 2, 3]), Err(Error::Length { .. })));
    assert!(matches!(Table::of_counts("x", Level::Nominal, 0, &[]), Err(Error::Length { .. })));
    assert!(matches!(nominal(&[1, 2]).with_missing(&[1], None), Err(Error::Length { .. })));
    assert!(matches!(nominal(&[1, 2]).with_weights(&[1.0]), Err(Error::Length { .. })));
    let huge = nominal(&[u64::MAX, 1, 5, u64::MAX]);
    assert!(matches!(refuse(Outcome::Nominal, &[huge]), Error::Overflow { .. }));
    assert!(matches!(
        refuse(Outcome::Nominal, &[nominal(&vec![1; 2_002])]),
        Error::Categories { found: 1_001, .. }
    ));
    assert!(matches!(refuse(Outcome::Scale, &[nominal(&[1, 2])]), Error::Outcome { .. }));
    let moments = Table::of_moments("y", Level::Nominal, &[Moments::of(&[1.0, 2.0])]);
    assert!(matches!(refuse(Outcome::Nominal, std::slice::from_ref(&moments)), Error::Outcome { .. }));
    assert!(matches!(refuse(Outcome::Nominal, &[nominal(&[1, 2]), moments]), Error::Outcome { .. }));
    let bad = Moments { n: 2, weight: 2.0, mean: f64::NAN, squares: 1.0 };
    assert!(matches!(
        refuse(Outcome::Scale, &[Table::of_moments("y", Level::Nominal, &[bad])]),
        Error::Outcome { .. }
    ));
    let ragged = Table { categories: vec![row(&[1, 2]), row(&[1, 2, 3])], ..nominal(&[]) };
    assert!(matches!(refuse(Outcome::Nominal, &[ragged]), Error::Outcome { .. }));
    let short = Outcome::Ordinal { scores: Some(vec![1.0]) };
    assert!(matches!(refuse(short, &[nominal(&[1, 2, 3, 4])]), Error::Length { .. }));
    for scores in [vec![1.0, f64::NAN], vec![2.0, 2.0]] {
        let outcome = Outcome::Ordinal { scores: Some(scores) };
        assert!(matches!(refuse(outcome, &[nominal(&[1, 2, 3, 4])]), Error::Option { .. }));
    }
}

fn row(n: &[u64]) -> Summary {
    Summary::Counts { n: n.to_vec(), weight: None }
}

#[test]
fn weights_that_are_none() {
    for weight in [-1.0, f64::NAN, f64::INFINITY, 0.0] {
        let table = nominal(&[3, 4, 5, 6]).with_weights(&[1.0, weight, 2.0, 3.0]).unwrap();
        assert!(matches!(refuse(Outcome::Nominal, &[table]), Error::Weight { .. }), "{weight}");
    }
    let some = nominal(&[3, 4]).with_weights(&[3.0, 4.0]).unwrap().with_missing(&[1, 1], None).unwrap();
    assert!(matches!(refuse(Outcome::Nominal, &[some]), Error::Outcome { .. }));
    let (y, x) = ([0, 1, 1], [0, 1, 2]);
    let predictors = [predictor(&x)];
    for weight in [[1.0, -2.0, 1.0], [1.0, f64::NAN, 1.0]] {
        let data = Data { weight: Some(&weight), ..classes(&y, &predictors) };
        let refused = tree(&data, &Options::default()).unwrap_err();
        assert!(matches!(refused, Error::Weight { ref place, .. } if place == "row 1"), "{refused}");
    }
}

#[test]
fn columns_that_do_not_fit() {
    let (y, short, wild) = ([0_u8, 1, 1], [0_u8, 1], [0_u8, 1, 3]);
    let refused = |data: &Data<'_>| tree(data, &Options::default()).unwrap_err();
    assert!(matches!(
        refused(&classes(&y, &[predictor(&short)])),
        Error::Length { found: 2, expected: 3, .. }
    ));
    let error = refused(&classes(&y, &[predictor(&wild)]));
    assert!(matches!(error, Error::Code { row: 2, code: 3, categories: 3, .. }), "{error}");
    assert!(matches!(refused(&classes(&[0, 2, 1], &[])), Error::Code { row: 1, code: 2, categories: 2, .. }));
    assert!(matches!(refused(&classes(&[255; 3], &[predictor(&y)])), Error::OutcomeMissing { rows: 3 }));
    assert!(matches!(refused(&classes(&[1; 3], &[predictor(&y)])), Error::OutcomeConstant { .. }));
    assert!(matches!(refused(&classes(&[], &[])), Error::NoCases));
    // Floating: a case without any known predictor does not count; as a category of its own it does.
    let missing = [predictor(&[255; 3])];
    assert!(matches!(refused(&classes(&y, &missing)), Error::NoCases));
    let category = Options { missing: Missing::Category, ..Options::default() };
    assert!(tree(&classes(&y, &missing), &category).is_ok());
    let zero = Data { frequency: Some(&[0, 0, 0]), ..classes(&y, &missing) };
    assert!(matches!(tree(&zero, &category).unwrap_err(), Error::NoCases));
    let frequency = Data { frequency: Some(&[1]), ..classes(&y, &missing) };
    assert!(matches!(refused(&frequency), Error::Length { .. }));
    let values = [1.0, f64::INFINITY, 2.0];
    let scale = Data { outcome: OutcomeColumn::Scale(&values), ..classes(&y, &missing) };
    assert!(matches!(refused(&scale), Error::OutcomeValue { row: 1, .. }));
    let codes = Codes::U8(&y);
    let wrong = OutcomeColumn::Classes { outcome: Outcome::Scale, classes: 2, codes };
    assert!(matches!(refused(&Data { outcome: wrong, ..classes(&y, &missing) }), Error::Outcome { .. }));
    let many = [Predictor { categories: 1_001, ..predictor(&y) }];
    assert!(matches!(tables(&classes(&y, &many), Missing::Floating, 1), Err(Error::Categories { .. })));
}

#[test]
fn options_outside_their_range() {
    let table = || vec![nominal(&[3, 4, 5, 6])];
    let plain = Options::default;
    let wrong = [
        Options { alpha_merge: 0.0, ..plain() },
        Options { alpha_merge: 1.01, ..plain() },
        Options { alpha_split: f64::NAN, ..plain() },
        Options { resplit: Some(-0.1), ..plain() },
        Options { resplit: Some(0.05), method: Method::Exhaustive, ..plain() },
        Options { convergence: 0.0, ..plain() },
        Options { max_iterations: 0, ..plain() },
        Options { threads: 0, ..plain() },
    ];
    for options in wrong {
        let refused = screen(&Outcome::Nominal, &table(), &options);
        assert!(matches!(refused, Err(Error::Option { .. })), "{options:?}");
    }
}

/// What a reader of an error sees.
#[test]
fn errors_say_the_way_out() {
    let (y, wild) = ([0_u8, 1, 1], [0_u8, 1, 3]);
    let code = tree(&classes(&y, &[predictor(&wild)]), &Options::default()).unwrap_err();
    insta::assert_snapshot!(code, @"predictor x holds the code 3 in row 2 but says to have 3 categories: codes run from 0 to 3 − 1, and the largest value of the integer type stands for missing");
    let constant = refuse(Outcome::Nominal, &[nominal(&[0, 3, 0, 9])]);
    insta::assert_snapshot!(constant, @"the outcome is class 1 in every case, so nothing can explain it: name an outcome that varies, or widen the selection of cases");
}
