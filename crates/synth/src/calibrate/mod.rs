//! The search that fits invented persons and centres to published tests; offline, its result is committed.
//!
//! Bijlagen 14 to 20 print which of 74 characteristics go together with four ways in which guidance stands. [`calibrate`]
//! looks for invented persons with whom the pipeline finds the same: first who leaves in which way at which centre, for
//! all characteristics of centres hang on that one table of 20 × 5 counts (`centres`), then answers that are not printed
//! per centre (`free`), then dates and answers of persons (`persons`).
//!
//! Each step is simulated annealing (Kirkpatrick, Gelatt & Vecchi, *Science* 220, 1983) over whole counts, with the root
//! split of CHAID in its objective (`split`). It stops after a number of steps, never after a time, so a seed gives the
//! same files on any machine.
//!
//! It fits invented data to published aggregates. It reconstructs nothing about real persons or centres, and cannot: very
//! many tables fit equally well.

mod centres;
mod cost;
mod free;
mod persons;
mod sexes;
mod split;
mod tables;
mod target;

use crate::calibration::Calibration;
use crate::chance::Chance;
use crate::error::SynthError;
use crate::registered;
use centres::{CENTRES, Problem, State};
use std::path::{Path, PathBuf};

/// Where a search reads and writes, and how long it looks.
#[derive(Clone, Debug)]
pub struct Search {
    /// Characteristics of the centres as the pipeline makes them, as CSV.
    pub features: PathBuf,
    /// List of characteristics, with labels and levels, as CSV.
    pub list: PathBuf,
    /// Folder of the published tables.
    pub published: PathBuf,
    /// Folder that gets the calibration.
    pub out: PathBuf,
    /// Seed of the search.
    pub seed: u64,
    /// Where the search over centres begins.
    pub start: Start,
    /// Steps of the search over centres, of the first cooling and of each warm-up.
    pub steps: u64,
    /// How often the table of centres is warmed up and cooled again; the best stays.
    pub warm_ups: u32,
    /// Steps of each search over persons.
    pub effort: u64,
}

/// Where a search over centres begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the table that is in the folder: the result is no worse.
    Committed,
    /// With a random table.
    Random,
}

/// Searches and writes the calibration; gives what was reached, in words.
///
/// Errors: [`SynthError`], when a file cannot be read or written.
pub fn calibrate(search: &Search) -> Result<String, SynthError> {
    let calibration = Calibration::load()?;
    let targets = target::read(&search.published)?;
    let problem = centres::load(&search.features, &search.list, &targets, &calibration.centres)?;
    let mut chance = Chance::new(search.seed, 0, "calibrate");
    let table = search.out.join("uitkomsten.csv");
    let mut state = match search.start {
        Start::Committed => read(&table, &problem)?,
        Start::Random => {
            let mut state = problem.start(TOTALS, &mut chance);
            problem.anneal(&mut state, search.steps, (2.8, 0.08), &mut chance);
            state
        }
    };
    for _ in 0..search.warm_ups {
        problem.anneal(&mut state, search.steps, (1.0, 0.06), &mut chance);
    }
    write(&table, &problem, &state)?;
    let mut said = problem.report(&state);
    let (answers, report) = free::answers(&state.ways, &problem.names, &targets, search.effort, &mut chance);
    said += &report;
    let answers = answers.into_iter().map(|a| [a.questionnaire, a.centre, a.question, a.answer]);
    tables::write(
        &search.out.join("vrije_antwoorden.csv"),
        &["vragenlijst", "steunpunt", "vraag", "antwoord"],
        answers,
    )?;
    let (persons, report) =
        persons::persons(&state, &calibration.centres, &targets, search.effort, &mut chance);
    said += &report;
    tables::write(
        &search.out.join("personen.csv"),
        &registered::HEADER,
        persons.iter().map(registered::Registered::line),
    )?;
    Ok(said)
}

/// Totals of the ways of leaving in a random table: permit, return, unknown destination, other. The first is one
/// of the few with which sex can test as printed; the others change on the way.
const TOTALS: [u32; 4] = [64, 22, 46, 17];

/// How much dearer a candidate may be and still be taken: temperature · −ln(u), u uniform in (0, 1].
fn accept(temperature: f64, chance: &mut Chance) -> f64 {
    const PARTS: usize = 1 << 30;
    -temperature * ((chance.below(PARTS) as f64 + 1.0) / PARTS as f64).ln()
}

/// The temperature at a step: from `hot` down to `ratio` of it, by the same factor at each step.
fn cooled(hot: f64, ratio: f64, step: u64, steps: u64) -> f64 {
    hot * ratio.powf(step as f64 / steps as f64)
}

const TABLE: [&str; 8] = [
    "steunpunt",
    "begeleiding",
    "verblijf",
    "terugkeer",
    "mob",
    "anders",
    "onvindbaar_huidig",
    "onvindbaar_uitstroom",
];

fn write(path: &Path, problem: &Problem, state: &State) -> Result<(), SynthError> {
    let rows = (0..CENTRES).map(|c| {
        let counts = state.ways[c].iter().copied().chain([state.lost_current[c], state.lost_left[c]]);
        std::iter::once(problem.names[c].clone()).chain(counts.map(|n| n.to_string())).collect::<Vec<_>>()
    });
    tables::write(path, &TABLE, rows)
}

fn read(path: &Path, problem: &Problem) -> Result<State, SynthError> {
    let mut state = State::default();
    for row in tables::read(path)? {
        let counts: Option<Vec<u32>> =
            TABLE[1..].iter().map(|column| row.get(*column)?.parse().ok()).collect();
        let centre = problem.names.iter().position(|name| Some(name) == row.get(TABLE[0]));
        let (Some(c), Some([ways @ .., current, left])) = (centre, counts.as_deref()) else {
            return Err(SynthError::Search(format!("{}: the line {row:?} cannot be used", path.display())));
        };
        state.ways[c].iter_mut().zip(ways).for_each(|(to, from)| *to = *from);
        (state.lost_current[c], state.lost_left[c]) = (*current, *left);
    }
    Ok(state)
}
