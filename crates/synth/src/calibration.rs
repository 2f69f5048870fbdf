//! Published aggregates to which the invented persons are fitted; nowhere else in the project.

use crate::error::SynthError;
use crate::registered::{HEADER, Registered};
use chrono::NaiveDate;

const COUNTRIES: &str = include_str!("../calibration/landen.csv");
const CENTRES: &str = include_str!("../calibration/steunpunten.csv");
const ANSWERS: &str = include_str!("../calibration/antwoorden.csv");
const FREE: &str = include_str!("../calibration/vrije_antwoorden.csv");
const PERSONS: &str = include_str!("../calibration/personen.csv");

/// A country of origin: its persons by sex and how deliveries write it.
#[derive(Clone, Debug)]
pub struct Country {
    /// Printed name.
    pub name: String,
    /// Region of the name material.
    pub region: String,
    /// Women among the 733 persons.
    pub women: usize,
    /// Men among the 733 persons.
    pub men: usize,
    /// The nationality as the DMB writes it.
    pub nationality: String,
    /// Other spellings in deliveries, besides the printed name.
    pub spellings: Vec<String>,
}

/// A support centre: its size and months of stay.
#[derive(Clone, Debug)]
pub struct Centre {
    /// Printed name.
    pub name: String,
    /// Stem of its files.
    pub stem: String,
    /// Start of its project.
    pub start: NaiveDate,
    /// Persons found in the DMB.
    pub matched: usize,
    /// Sum of the completed months of the matched persons.
    pub months: i64,
    /// Sum of the squares of those months.
    pub squares: i64,
}

/// One coded answer of a questionnaire.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Questionnaire: steunpunt, gemeente, dtv or ind.
    pub questionnaire: String,
    /// Printed name of the centre.
    pub centre: String,
    /// Question code.
    pub question: String,
    /// Answer code or number.
    pub answer: String,
}

/// All calibration of the study.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// Countries in the order of Bijlage 2.
    pub countries: Vec<Country>,
    /// Centres in printed order.
    pub centres: Vec<Centre>,
    /// Answers in the order of Bijlagen 5 to 13, and the free ones that the search chose.
    pub answers: Vec<Answer>,
    /// The invented persons of one block, by centre.
    pub persons: Vec<Registered>,
}

impl Calibration {
    /// Reads the files that are built into the crate. Errors: [`SynthError::Calibration`] with file and line.
    pub fn load() -> Result<Self, SynthError> {
        Ok(Self {
            countries: rows("landen.csv", COUNTRIES, 6, country)?,
            centres: rows("steunpunten.csv", CENTRES, 6, centre)?,
            answers: {
                let mut answers = rows("antwoorden.csv", ANSWERS, 4, answer)?;
                answers.extend(rows("vrije_antwoorden.csv", FREE, 4, answer)?);
                answers
            },
            persons: rows("personen.csv", PERSONS, HEADER.len(), Registered::read)?,
        })
    }

    /// The index of a centre by its printed name.
    pub fn centre(&self, name: &str) -> Option<usize> {
        self.centres.iter().position(|centre| centre.name == name)
    }
}

type Record = csv::StringRecord;

fn rows<T>(
    file: &'static str,
    text: &str,
    width: usize,
    read: fn(&Record) -> Result<T, String>,
) -> Result<Vec<T>, SynthError> {
    let mut out = Vec::new();
    for (index, record) in csv::Reader::from_reader(text.as_bytes()).records().enumerate() {
        let fail = |problem: String| SynthError::Calibration { file, line: index + 2, problem };
        let record = record.map_err(|error| fail(error.to_string()))?;
        if record.len() != width {
            return Err(fail(format!("{} fields where {width} are needed", record.len())));
        }
        out.push(read(&record).map_err(fail)?);
    }
    Ok(out)
}

fn number<T: std::str::FromStr>(record: &Record, column: usize) -> Result<T, String> {
    record[column].parse().map_err(|_| format!("{:?} is not a whole number", &record[column]))
}

fn country(record: &Record) -> Result<Country, String> {
    Ok(Country {
        name: record[0].to_owned(),
        region: record[1].to_owned(),
        women: number(record, 2)?,
        men: number(record, 3)?,
        nationality: record[4].to_owned(),
        spellings: record[5].split('|').filter(|text| !text.is_empty()).map(str::to_owned).collect(),
    })
}

fn centre(record: &Record) -> Result<Centre, String> {
    Ok(Centre {
        name: record[0].to_owned(),
        stem: record[1].to_owned(),
        start: record[2].parse().map_err(|_| format!("{:?} is not a date", &record[2]))?,
        matched: number(record, 3)?,
        months: number(record, 4)?,
        squares: number(record, 5)?,
    })
}

fn answer(record: &Record) -> Result<Answer, String> {
    Ok(Answer {
        questionnaire: record[0].to_owned(),
        centre: record[1].to_owned(),
        question: record[2].to_owned(),
        answer: record[3].to_owned(),
    })
}
