//! The characteristics of centres, as the pipeline makes them.

use super::{CENTRES, Categories, Characteristic, Problem, Shape};
use crate::calibrate::free::QUESTIONS;
use crate::calibrate::split::Scale;
use crate::calibrate::tables;
use crate::calibrate::target::Targets;
use crate::calibration::Centre;
use crate::error::SynthError;
use std::path::Path;

/// Reads the characteristics of centres (`features`) that the list says to be of centres and printed per centre.
///
/// Errors: [`SynthError`], when a file cannot be read, or a characteristic is not in the published tables.
pub(in crate::calibrate) fn load(
    features: &Path,
    list: &Path,
    targets: &Targets,
    centres: &[Centre],
) -> Result<Problem, SynthError> {
    let table = tables::read(features)?;
    let names: Vec<String> = centres.iter().map(|centre| centre.name.clone()).collect();
    let column = |name: &str| -> Vec<String> {
        let of = |centre: &String| table.iter().find(|row| row.get("steunpunt") == Some(centre));
        names.iter().map(|c| of(c).and_then(|row| row.get(name).cloned()).unwrap_or_default()).collect()
    };
    let mut characteristics = Vec::new();
    for row in tables::read(list)? {
        let field = |name: &str| row.get(name).cloned().unwrap_or_default();
        let label = field("label_nl").to_lowercase();
        if field("tabel") != "steunpunt" || QUESTIONS.iter().any(|question| question.label == label) {
            continue;
        }
        let targets = *targets
            .get(&label)
            .ok_or_else(|| SynthError::Search(format!("{label} is not in the published tables")))?;
        let (scale, shape) = shape(&field("naam"), &field("meetniveau"), &column);
        characteristics.push(Characteristic { name: field("naam"), scale, shape, targets });
    }
    let matched = std::array::from_fn(|c| centres.get(c).map_or(0, |centre| centre.matched as u32));
    Ok(Problem { characteristics, matched, names })
}

fn shape(name: &str, level: &str, column: &dyn Fn(&str) -> Vec<String>) -> (Scale, Shape) {
    let staff = || numbers(&column("aantal_vaste_medewerkers"));
    match (name, level) {
        ("uren_per_client", _) => {
            (Scale::Ordinal, Shape::PerClient(numbers(&column("uren_vaste_medewerkers"))))
        }
        ("caseload_per_vaste_medewerker", _) => (Scale::Ordinal, Shape::ClientsPer(staff())),
        ("caseload_per_medewerker", _) => {
            let (staff, helpers) = (staff(), numbers(&column("aantal_vrijwilligers")));
            let both = std::array::from_fn(|c| staff[c].zip(helpers[c]).map(|(a, b)| a + b));
            (Scale::Ordinal, Shape::ClientsPer(both))
        }
        (_, "scale") => (Scale::Ordinal, Shape::Ranked(numbers(&column(name)))),
        (_, "ordinal") => (Scale::Ordinal, Shape::Fixed(codes(&column(name)))),
        _ => (Scale::Nominal, Shape::Fixed(codes(&column(name)))),
    }
}

/// A number, or the digits of a date.
fn number(text: &str) -> Option<f64> {
    text.parse().or_else(|_| text.replace('-', "").parse()).ok()
}

fn numbers(column: &[String]) -> [Option<f64>; CENTRES] {
    std::array::from_fn(|c| number(&column[c]))
}

/// Codes in the order of the values; numbers by size; empty is missing.
fn codes(values: &[String]) -> Categories {
    let mut known: Vec<&String> = values.iter().filter(|value| !value.is_empty()).collect();
    known.sort_by(|a, b| match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    });
    known.dedup();
    std::array::from_fn(|c| known.iter().position(|value| **value == values[c]).map(|place| place as u8))
}
