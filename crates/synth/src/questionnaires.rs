//! Writes the coded questionnaires: the printed answers, and invented ones where nothing is printed per centre.

use crate::calibration::{Answer, Calibration};
use crate::cell::Cell;
use crate::chance::Chance;
use crate::error::SynthError;
use crate::manner::{Encoding, Format};
use crate::write::Tables;

/// Invented answers: questionnaire, question, answer codes to draw from.
const INVENTED: [(&str, &str, &[&str]); 7] = [
    ("dtv", "Sd1-DT&V", &["0", "1", "1", "1"]),
    ("dtv", "Sd5-DT&V", &["2", "3", "4", "4", "5"]),
    ("dtv", "Sd6-DT&V", &["0", "1"]),
    ("ind", "Si1-IND", &["0", "1", "1", "1"]),
    ("ind", "Si4-IND", &["1", "2", "3"]),
    ("ind", "Si5-IND", &["2", "3", "4", "4", "5"]),
    ("ind", "Si6-IND", &["0", "1"]),
];

/// Writes the four questionnaires to `questionnaires/`; they do not grow with the scale.
pub fn write(calibration: &Calibration, seed: u64, tables: &mut Tables) -> Result<(), SynthError> {
    let mut chance = Chance::new(seed, 0, "questionnaires");
    let mut answers = calibration.answers.clone();
    for (questionnaire, question, codes) in INVENTED {
        for centre in &calibration.centres {
            answers.push(Answer {
                questionnaire: questionnaire.to_owned(),
                centre: centre.name.clone(),
                question: question.to_owned(),
                answer: chance.pick(codes).to_owned(),
            });
        }
    }
    answers.sort_by_key(|answer| calibration.centre(&answer.centre));
    for answer in &answers {
        let (path, format) = file(&answer.questionnaire);
        let header = ["Steunpunt", "Vraag", "Antwoord"].map(str::to_owned);
        let value = match answer.answer.parse() {
            Ok(number) => Cell::Number(number),
            Err(_) => Cell::text(answer.answer.clone()),
        };
        tables.row(
            path,
            format,
            &header,
            &[Cell::text(answer.centre.clone()), Cell::text(answer.question.clone()), value],
        )?;
    }
    Ok(())
}

fn file(questionnaire: &str) -> (&'static str, Format) {
    let text = |delimiter, encoding, crlf| Format::Text { delimiter, encoding, crlf };
    match questionnaire {
        "gemeente" => ("questionnaires/gemeenten.xlsx", Format::Workbook),
        "dtv" => ("questionnaires/dtv.csv", text(b';', Encoding::Windows1252, true)),
        "ind" => ("questionnaires/ind.csv", text(b'\t', Encoding::Utf8Bom, false)),
        _ => ("questionnaires/steunpunten.csv", text(b',', Encoding::Utf8, false)),
    }
}
