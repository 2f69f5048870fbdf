//! Laws that hold for any columns.

use super::close;
use super::laws::options;
use chaid::{Codes, Data, Finding, Level, Options, Outcome, OutcomeColumn, Predictor, tree};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any codes, weights and options: a result or an error, never a panic; and the order of rows is irrelevant.
    #[test]
    fn trees_of_anything(
        rows in prop::collection::vec((any::<u8>(), any::<u8>(), 0_u8..4, 0_u32..4, -3..30_i32), 0..120),
        mut options in options(), categories in 0_usize..6, classes in 0_usize..4, weighted in any::<bool>(), scale in any::<bool>(),
    ) {
        options.min_parent = 5;
        options.min_child = 2;
        options.alpha_split = 0.9;
        let narrow = |code: u8, n: usize| if code > 250 { code } else { (code as usize % n.max(1)) as u8 };
        let grow = |rows: &[(u8, u8, u8, u32, i32)]| {
            let y: Vec<u8> = rows.iter().map(|row| narrow(row.0, classes)).collect();
            let value: Vec<f64> = rows.iter().map(|row| if row.0 > 250 { f64::NAN } else { f64::from(row.0 / 16) }).collect();
            let (a, b): (Vec<u8>, Vec<u8>) = rows.iter().map(|row| (narrow(row.1, categories), row.2)).unzip();
            let frequency: Vec<u32> = rows.iter().map(|row| row.3).collect();
            let weight: Vec<f64> = rows.iter().map(|row| f64::from(row.4) / 8.0).collect();
            let columns = [(&a, Level::Nominal, categories), (&b, Level::Ordinal, 4)];
            let predictors = columns.map(|(codes, level, categories)| Predictor { name: "x".into(), level, categories, codes: Codes::U8(codes) });
            let codes = Codes::U8(&y);
            let outcome = if scale { OutcomeColumn::Scale(&value) } else { OutcomeColumn::Classes { outcome: Outcome::Nominal, classes, codes } };
            let data = Data { outcome, predictors: &predictors, frequency: Some(&frequency), weight: Some(&weight).filter(|_| weighted).map(|w| &w[..]) };
            tree(&data, &options)
        };
        let plain = grow(&rows);
        let back: Vec<_> = rows.iter().rev().copied().collect();
        let other = grow(&back);
        prop_assert_eq!(plain.is_ok(), other.is_ok());
        let (Ok(plain), Ok(other)) = (plain, other) else { return Ok(()) };
        if weighted || scale { return Ok(()) }
        let turned: Vec<u32> = other.node_of_row.iter().rev().copied().collect();
        prop_assert_eq!(&plain.nodes, &other.nodes);
        prop_assert_eq!(plain.node_of_row, turned);
    }
    /// A tree of frequencies is the tree of repeated rows, whatever the number of threads; twice the frequencies, twice
    /// the chi-square.
    #[test]
    fn frequencies_are_repeated_rows(
        rows in prop::collection::vec((0_u8..3, prop::collection::vec(0_u8..5, 4), 0_u32..5), 1..150), threads in 2_usize..6,
    ) {
        let options = Options { min_parent: 10, min_child: 3, alpha_split: 0.7, alpha_merge: 0.4, ..Options::default() };
        let grow = |rows: &[(u8, Vec<u8>, u32)], threads| {
            let y: Vec<u8> = rows.iter().map(|row| row.0).collect();
            let x: Vec<Vec<u8>> = (0..4).map(|i| rows.iter().map(|row| if row.1[i] == 4 { u8::MAX } else { row.1[i] }).collect()).collect();
            let levels = [Level::Nominal, Level::Ordinal, Level::Nominal, Level::Ordinal];
            let predictors: Vec<Predictor<'_>> = x.iter().zip(levels).map(|(codes, level)| Predictor { name: "x".into(), level, categories: 4, codes: Codes::U8(codes) }).collect();
            let frequency: Vec<u32> = rows.iter().map(|row| row.2).collect();
            let outcome = OutcomeColumn::Classes { outcome: Outcome::Nominal, classes: 3, codes: Codes::U8(&y) };
            let data = Data { outcome, predictors: &predictors, frequency: Some(&frequency), weight: None };
            tree(&data, &Options { threads, ..options.clone() }).ok().map(|tree| tree.nodes)
        };
        let repeated: Vec<_> = rows.iter().flat_map(|row| vec![(row.0, row.1.clone(), 1); row.2 as usize]).collect();
        let plain = grow(&rows, 1);
        prop_assert_eq!(&plain, &grow(&repeated, 1));
        prop_assert_eq!(&plain, &grow(&rows, threads));
        let twice: Vec<_> = rows.iter().map(|row| (row.0, row.1.clone(), row.2 * 2)).collect();
        let (Some(plain), Some(twice)) = (plain, grow(&twice, 1)) else { return Ok(()) };
        for (one, two) in plain[0].candidates.iter().zip(&twice[0].candidates) {
            let groups = |finding: &Finding| finding.groups.iter().map(|group| (group.categories.clone(), group.missing)).collect::<Vec<_>>();
            if groups(one) == groups(two) {
                close(two.test.value, 2.0 * one.test.value, 1e-12, "twice");
            }
        }
    }
}
