//! How long counting, merging and a tree take, and how much memory: `cargo run --release -p chaid --example timing --
//! ROWS PREDICTORS THREADS REPEATS CLASSES`. `tests/bench/chaid.py` of the repository calls it beside a peer.
//!
//! One line per step: name, shortest and median wall time in milliseconds, processor time of one run, peak of
//! resident memory above the columns in bytes per cell (processor time and memory on Linux only). Then the tree, so that
//! another program can be seen to have grown the same.

#![allow(clippy::disallowed_methods, reason = "an example may look at the clock, its arguments and itself")]
#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use chaid::{
    Adjustment, Codes, Data, Level, Options, Outcome, OutcomeColumn, Predictor, Result, Tree, screen, tables,
    tree,
};
use std::time::Instant;

fn main() -> Result<()> {
    let given: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let usual = [1_000_000, 60, 2, 7, 2];
    let [rows, predictors, threads, repeats, classes] =
        [0, 1, 2, 3, 4].map(|i| *given.get(i).unwrap_or(&usual[i]));
    let columns: Vec<Vec<u8>> =
        (0..predictors).map(|seed| column(rows, seed as u64, 2 + seed as u64 % 9)).collect();
    let y = outcome(rows, &columns, classes as u8);
    let declared: Vec<Predictor<'_>> = columns
        .iter()
        .enumerate()
        .map(|(i, codes)| Predictor {
            name: format!("x{i}"),
            level: if i % 2 == 0 { Level::Nominal } else { Level::Ordinal },
            categories: 10,
            codes: Codes::U8(codes),
        })
        .collect();
    let outcome = OutcomeColumn::Classes { outcome: Outcome::Nominal, classes, codes: Codes::U8(&y) };
    let data = Data { outcome, predictors: &declared, frequency: None, weight: None };
    let options = Options { threads, adjustment: Adjustment::None, ..Options::default() };

    let cells = (rows * (predictors + 1)) as f64;
    let counted = tables(&data, options.missing, threads)?;
    measure("count", repeats, cells, || tables(&data, options.missing, threads).map(drop))?;
    measure("merge", repeats, cells, || screen(&Outcome::Nominal, &counted, &options).map(drop))?;
    measure("tree", repeats, cells, || tree(&data, &options).map(drop))?;
    show(&tree(&data, &options)?);
    Ok(())
}

/// Four columns push the outcome up or down, a little of it by chance.
fn outcome(rows: usize, columns: &[Vec<u8>], classes: u8) -> Vec<u8> {
    let noise = column(rows, 1_000, 100);
    let push =
        |row: usize| columns.iter().take(4).map(|codes| i64::from(codes[row] % 3) * 6 - 6).sum::<i64>();
    let class = |row: usize| u8::from(i64::from(noise[row]) < 40 + push(row)) + noise[row] % (classes - 1);
    (0..rows).map(class).collect()
}

fn measure(name: &str, repeats: usize, cells: f64, run: impl Fn() -> Result<()>) -> Result<()> {
    let (before, resident) = (processor_ms(), reset_peak());
    let mut times = Vec::new();
    for _ in 0..repeats.max(1) {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let used = processor_ms().zip(before).map(|(after, before)| (after - before) / times.len() as f64);
    let memory = status("VmHWM").zip(resident).map(|(peak, resident)| (peak - resident) * 1024.0 / cells);
    let shown =
        |value: Option<f64>, decimals: usize| value.map_or("-".to_owned(), |v| format!("{v:.decimals$}"));
    println!("{name},{:.2},{:.2},{},{}", times[0], times[times.len() / 2], shown(used, 1), shown(memory, 3));
    Ok(())
}

/// One line per split: depth, cases, predictor, number of groups, chi-square.
fn show(tree: &Tree) {
    println!("nodes,{}", tree.nodes.len());
    for (node, split) in tree.splits() {
        println!("split,{},{},{},{},{:.6}", node.depth, node.n(), split.name, split.r(), split.test.value);
    }
}

/// Processor time of all threads so far, in ms.
fn processor_ms() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<f64> =
        stat.rsplit(')').next()?.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    // The state is no number; user and system time follow ten numbers, in hundredths of a second.
    Some((fields.get(10)? + fields.get(11)?) * 10.0)
}

/// Forgets the peak of resident memory; what is resident now, in KiB.
fn reset_peak() -> Option<f64> {
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    status("VmRSS")
}

fn status(key: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    line.split_whitespace().nth(1)?.parse().ok()
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
