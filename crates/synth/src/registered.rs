//! The invented persons of the calibration: one line each, without name, number or birth date.

use crate::person::{Aim, Entrance, Held, Known, Past, Way};
use chrono::NaiveDate;
use csv::StringRecord;

/// Header of the file.
pub const HEADER: [&str; 23] = [
    "steunpunt",
    "uitkomst",
    "stand",
    "sekse",
    "leeftijd_aankomst",
    "aankomst",
    "instroom",
    "uitstroom",
    "kinderen",
    "diagnose",
    "klachten",
    "traject",
    "contacten",
    "asiel",
    "regulier",
    "buiten_schuld",
    "ac",
    "ar",
    "vk",
    "bewaring",
    "bewaring_dagen",
    "eerste_beslissing",
    "vastgelopen",
];

const WAYS: [(&str, Way); 5] = [
    ("in begeleiding", Way::Guidance),
    ("verblijf", Way::Permit),
    ("terugkeer", Way::Return),
    ("mob", Way::Unknown),
    ("anders", Way::Other),
];
const KNOWN: [(&str, Known); 3] = [("nee", Known::No), ("ja", Known::Yes), ("onbekend", Known::Unknown)];
const AIMS: [(&str, Aim); 4] =
    [("verblijf", Aim::Stay), ("terugkeer", Aim::Return), ("beide", Aim::Both), ("onbekend", Aim::Unknown)];
const HELD: [(&str, Held); 3] = [("nooit", Held::Never), ("voor", Held::Before), ("na", Held::Since)];

/// What an invented person registers; names, numbers and birth dates are drawn for each block of persons.
#[derive(Clone, Debug, PartialEq)]
pub struct Registered {
    /// Printed name of the centre.
    pub centre: String,
    /// How the guidance stands.
    pub way: Way,
    /// When the person enters the registrations.
    pub entrance: Entrance,
    /// Whether the DMB knows the person under a findable key.
    pub matched: bool,
    /// Whether she is a woman.
    pub woman: bool,
    /// Completed months of age on arrival.
    pub age: i64,
    /// First registration in the Netherlands (v8b).
    pub arrival: NaiveDate,
    /// Inflow at the centre (C10).
    pub inflow: NaiveDate,
    /// Outflow (C14).
    pub outflow: Option<NaiveDate>,
    /// Children (C7); none is missing.
    pub children: Option<u32>,
    /// Psychiatric diagnosis (C8).
    pub diagnosis: Known,
    /// Physical complaints (C9).
    pub complaints: Known,
    /// Aim of the trajectory (C11).
    pub aim: Aim,
    /// Contacts in total (C12); none is missing.
    pub contacts: Option<u32>,
    /// What the DMB holds.
    pub past: Past,
}

fn word<T: Copy>(words: &[(&'static str, T)], text: &str) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("{text:?} is none of {}", known.join(", "))
    })
}

fn worded<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> String {
    words.iter().find(|(_, other)| other == value).map_or("", |(word, _)| word).to_owned()
}

fn number<T: std::str::FromStr>(record: &StringRecord, column: usize) -> Result<T, String> {
    record[column]
        .parse()
        .map_err(|_| format!("{:?} in {} is not a whole number", &record[column], HEADER[column]))
}

fn optional<T>(
    record: &StringRecord,
    column: usize,
    read: fn(&StringRecord, usize) -> Result<T, String>,
) -> Result<Option<T>, String> {
    if record[column].is_empty() { Ok(None) } else { read(record, column).map(Some) }
}

fn day(record: &StringRecord, column: usize) -> Result<NaiveDate, String> {
    record[column].parse().map_err(|_| format!("{:?} in {} is not a date", &record[column], HEADER[column]))
}

impl Registered {
    /// Reads a line. Errors: the field that cannot be read, in words.
    pub fn read(record: &StringRecord) -> Result<Self, String> {
        let way = word(&WAYS, &record[1])?;
        let (entrance, matched) = match (&record[2], way) {
            ("bekend", Way::Guidance) => (Entrance::Current, true),
            ("bekend", _) => (Entrance::Left, true),
            ("onbekend", Way::Guidance) => (Entrance::Current, false),
            ("onbekend", _) => (Entrance::Left, false),
            ("laat", Way::Guidance) => (Entrance::LateAdded, false),
            ("laat", _) => (Entrance::LateLeft, false),
            (other, _) => return Err(format!("{other:?} is none of bekend, onbekend, laat")),
        };
        Ok(Self {
            centre: record[0].to_owned(),
            way,
            entrance,
            matched,
            woman: word(&[("vrouw", true), ("man", false)], &record[3])?,
            age: number(record, 4)?,
            arrival: day(record, 5)?,
            inflow: day(record, 6)?,
            outflow: optional(record, 7, day)?,
            children: optional(record, 8, number)?,
            diagnosis: word(&KNOWN, &record[9])?,
            complaints: word(&KNOWN, &record[10])?,
            aim: word(&AIMS, &record[11])?,
            contacts: optional(record, 12, number)?,
            past: Past {
                asylum: number(record, 13)?,
                regular: number(record, 14)?,
                no_fault: number(record, 15)?,
                ac: number(record, 16)?,
                ar: number(record, 17)?,
                vk: number(record, 18)?,
                held: word(&HELD, &record[19])?,
                days: number(record, 20)?,
                decided: number(record, 21)?,
                stuck: word(&[("ja", true), ("nee", false)], &record[22])?,
            },
        })
    }

    /// The line that [`Registered::read`] reads.
    pub fn line(&self) -> [String; 23] {
        let standing = match (self.matched, self.entrance) {
            (true, _) => "bekend",
            (false, Entrance::LateAdded | Entrance::LateLeft) => "laat",
            (false, _) => "onbekend",
        };
        let optional = |value: Option<u32>| value.map(|value| value.to_string()).unwrap_or_default();
        let past = &self.past;
        [
            self.centre.clone(),
            worded(&WAYS, &self.way),
            standing.to_owned(),
            if self.woman { "vrouw" } else { "man" }.to_owned(),
            self.age.to_string(),
            self.arrival.to_string(),
            self.inflow.to_string(),
            self.outflow.map(|day| day.to_string()).unwrap_or_default(),
            optional(self.children),
            worded(&KNOWN, &self.diagnosis),
            worded(&KNOWN, &self.complaints),
            worded(&AIMS, &self.aim),
            optional(self.contacts),
            past.asylum.to_string(),
            past.regular.to_string(),
            past.no_fault.to_string(),
            past.ac.to_string(),
            past.ar.to_string(),
            past.vk.to_string(),
            worded(&HELD, &past.held),
            past.days.to_string(),
            past.decided.to_string(),
            if past.stuck { "ja" } else { "nee" }.to_owned(),
        ]
    }
}
