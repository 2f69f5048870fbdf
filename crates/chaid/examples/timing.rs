//! How long counting, a screen and a tree take: `cargo run --release -p chaid --example timing -- ROWS PREDICTORS THREADS`.

#![allow(clippy::disallowed_methods, reason = "an example may look at the clock and its arguments")]
#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use chaid::{
    Codes, Data, Level, Options, Outcome, OutcomeColumn, Predictor, Result, Table, screen, tables, tree,
};
use std::time::{Duration, Instant};

fn main() -> Result<()> {
    let given: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let [rows, predictors, threads] =
        [(0, 1_000_000), (1, 60), (2, 2)].map(|(i, usual)| *given.get(i).unwrap_or(&usual));
    let columns: Vec<Vec<u8>> =
        (0..predictors).map(|seed| column(rows, seed as u64, 2 + seed as u64 % 9)).collect();
    let noise = column(rows, 1_000, 100);
    let chance =
        |row: usize| 40 + columns.iter().take(4).map(|codes| i64::from(codes[row] % 3) * 6 - 6).sum::<i64>();
    let y: Vec<u8> = (0..rows).map(|row| u8::from(i64::from(noise[row]) < chance(row))).collect();
    let named = columns.iter().enumerate();
    let declared: Vec<Predictor<'_>> = named
        .map(|(i, codes)| Predictor {
            name: format!("x{i}"),
            level: if i % 2 == 0 { Level::Nominal } else { Level::Ordinal },
            categories: 10,
            codes: Codes::U8(codes),
        })
        .collect();
    let outcome = OutcomeColumn::Classes { outcome: Outcome::Nominal, classes: 2, codes: Codes::U8(&y) };
    let data = Data { outcome, predictors: &declared, frequency: None, weight: None };
    let options = Options { threads, ..Options::default() };

    let counted: Vec<Table> = tables(&data, options.missing, threads)?;
    let count = best(|| tables(&data, options.missing, threads).map(drop))?;
    let merge = best(|| screen(&Outcome::Nominal, &counted, &options).map(drop))?;
    let grow = best(|| tree(&data, &options).map(drop))?;
    let nodes = tree(&data, &options)?.nodes.len();
    println!("{rows} rows, {predictors} predictors, {threads} threads, best of five:");
    println!("  count {count:?}, merge and test {merge:?}, tree of {nodes} nodes {grow:?}");
    Ok(())
}

fn best(run: impl Fn() -> Result<()>) -> Result<Duration> {
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        run()?;
        fastest = fastest.min(start.elapsed());
    }
    Ok(fastest)
}

/// A column of pseudo-random codes (splitmix64).
fn column(rows: usize, seed: u64, categories: u64) -> Vec<u8> {
    let draw = |row: usize| {
        let mut z = (row as u64 + 1).wrapping_add(seed << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % categories) as u8
    };
    (0..rows).map(draw).collect()
}
