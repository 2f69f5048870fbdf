//! Delivered records as people name them: by row id, by file and line, by pseudonym, or by a value that identifies.

use super::back::Back;
use super::record::Origin;
use crate::error::EngineError;
use crate::steps::source::SourceTables;
use crate::tables::Texts;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use study::Source;
use terms::{Column, Sensitivity, TableName, fold};

/// A record that was found, with its source and the place of its row in the source's tables.
pub(super) struct Named<'s> {
    pub(super) source: &'s Source,
    pub(super) place: i64,
    pub(super) origin: Origin,
}

/// A line of a delivery that broke its contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quarantined {
    /// Source.
    pub source: String,
    /// File, relative to the folder of its source.
    pub file: String,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Line, or row of the sheet, from 1.
    pub line: i64,
    /// What is wrong with it.
    pub faults: Vec<Refusal>,
}

/// One thing that is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Column, if it is one column's fault.
    pub column: Option<String>,
    /// Kind of fault.
    pub code: String,
    /// What is wrong and the way out; the value itself is in the quarantine.
    pub reason: String,
}

/// How well a record fits what was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// It is the row id, the file and line, a pseudonym or a value of the record.
    Exact,
    /// The same but for case, accents, blanks and signs; or words of several values.
    Normalised,
    /// A few characters differ.
    Near,
}

/// A record that fits what was looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The record.
    #[serde(flatten)]
    pub origin: Origin,
    /// How well it fits.
    pub fit: Fit,
    /// Columns whose values fit.
    pub columns: Vec<String>,
}

/// `file:line`, taken apart.
pub(super) fn file_and_line(text: &str) -> Option<(&str, i64)> {
    let (file, line) = text.rsplit_once(':')?;
    Some((file, line.parse().ok()?))
}

impl Back<'_> {
    /// The records that a text names as row id, as file and line, or as pseudonym.
    pub(super) fn named(&self, text: &str) -> Result<Vec<Named<'_>>, EngineError> {
        let records = &self.records;
        let place = file_and_line(text);
        let mut found = Vec::new();
        for source in &self.study.sources {
            let origin = SourceTables::of(source)?.origin;
            let mut places = self.by_pseudonym(source, text)?;
            places.extend(self.tables.find(&origin, "row_id")?.places(text));
            if let Some((file, line)) = place {
                let (lines, files) =
                    (self.tables.find(&origin, "line")?, self.tables.texts(&origin, "file")?);
                let in_file = |place: &i64| files.get(*place).is_some_and(|name| is_file(name, file));
                places.extend(lines.places(&line.to_string()).filter(in_file));
            }
            let rows = records.at(source, places.into_iter())?;
            found.extend(rows.into_iter().map(|(place, origin)| Named { source, place, origin }));
        }
        // A file named in full is that file, whatever others end alike.
        if let Some((file, _)) = place
            && found.iter().any(|named| named.origin.file == file)
        {
            found.retain(|named| named.origin.file == file);
        }
        Ok(found)
    }

    fn by_pseudonym(&self, source: &Source, text: &str) -> Result<BTreeSet<i64>, EngineError> {
        let mut rows = BTreeSet::new();
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(rows);
        }
        let staging = SourceTables::of(source)?.staging;
        for column in source.contract.columns.iter().filter_map(|column| column.pseudonym.as_ref()) {
            rows.extend(self.tables.find(&staging, column)?.places(text));
        }
        Ok(rows)
    }

    /// What the quarantine says of a line.
    pub(super) fn quarantined(&self, text: &str) -> Result<Vec<Quarantined>, EngineError> {
        let Some((file, line)) = file_and_line(text) else { return Ok(Vec::new()) };
        let columns = ["source", "file", "sheet", "column", "reason_code", "reason"];
        let mut found = Vec::<Quarantined>::new();
        let quarantine = TableName::new("audit", "quarantine")?;
        let [source, name, sheet, column, code, reason] = self.tables.columns(&quarantine, columns)?;
        for place in self.tables.find(&quarantine, "line")?.places(&line.to_string()) {
            let own = |texts: &Texts| texts.get(place).map(str::to_owned);
            let (name, sheet) = (own(&name).unwrap_or_default(), own(&sheet));
            if !is_file(&name, file) {
                continue;
            }
            let (code, reason) = (own(&code).unwrap_or_default(), own(&reason).unwrap_or_default());
            let refusal = Refusal { column: own(&column), code, reason };
            match found.iter_mut().find(|known| known.file == name && known.sheet == sheet) {
                Some(known) => known.faults.push(refusal),
                None => found.push(Quarantined {
                    source: own(&source).unwrap_or_default(),
                    file: name,
                    sheet,
                    line,
                    faults: vec![refusal],
                }),
            }
        }
        Ok(found)
    }

    /// Why nothing was found under this name.
    pub(super) fn never_delivered(&self, text: &str) -> Result<String, EngineError> {
        let Some((file, line)) = file_and_line(text) else {
            return Ok(format!("no delivered record goes by {text}"));
        };
        for source in &self.study.sources {
            let files = SourceTables::of(source)?.files;
            let [names, records] = self.tables.columns(&files, ["file", "records"])?;
            for (name, records) in names.iter().zip(records.iter()) {
                let name = name.unwrap_or_default();
                if is_file(name, file) {
                    let records = records.unwrap_or_default();
                    return Ok(format!(
                        "{name} was delivered with {records} records, but none begins at line {line}"
                    ));
                }
            }
        }
        Ok(format!("no source delivered a file {file}"))
    }

    /// Records with a value that identifies and fits: exactly if some do, else normalised, else nearly.
    pub(super) fn search(&self, text: &str) -> Result<Vec<Hit>, EngineError> {
        let mut hits = Vec::new();
        for source in &self.study.sources {
            let Some(identity) = SourceTables::of(source)?.identity else { continue };
            let contract = source.contract.file_column.iter().chain(&source.contract.columns);
            let columns: Vec<&Column> =
                contract.filter(|column| column.sensitivity == Sensitivity::Identifying).collect();
            let mut fits = BTreeMap::<i64, (Fit, Vec<String>)>::new();
            let mut words = BTreeMap::<i64, Vec<(String, String)>>::new();
            for column in columns {
                for (row, value) in (0..).zip(self.tables.texts(&identity, &column.name)?.iter()) {
                    let Some(value) = value else { continue };
                    if let Some(fit) = fit(text, value) {
                        let best = fits.entry(row).or_insert((fit, Vec::new()));
                        best.0 = best.0.min(fit);
                        best.1.push(column.name.clone());
                    }
                    let own = fold(value);
                    let own = own.split(' ').map(|word| (word.to_owned(), column.name.clone()));
                    words.entry(row).or_default().extend(own);
                }
            }
            // `first last`: each word in one of the values.
            let asked: Vec<String> = fold(text).split(' ').map(str::to_owned).collect();
            for (row, words) in words.into_iter().filter(|_| asked.len() > 1) {
                let columns = |same: &dyn Fn(&str, &str) -> bool| -> Option<Vec<String>> {
                    let fits = |word: &String| words.iter().find(|(known, _)| same(word, known));
                    let found: Option<BTreeSet<_>> =
                        asked.iter().map(|word| Some(fits(word)?.1.clone())).collect();
                    found.map(|columns| columns.into_iter().collect())
                };
                if let Some(columns) = columns(&|word, known| word == known) {
                    fits.entry(row).or_insert((Fit::Normalised, columns));
                } else if let Some(columns) = columns(&|word, known| word == known || is_near(word, known)) {
                    fits.entry(row).or_insert((Fit::Near, columns));
                }
            }
            let records = &self.records;
            let found = records.at(source, fits.keys().copied())?;
            for ((_, origin), (fit, columns)) in found.into_iter().zip(fits.into_values()) {
                hits.push(Hit { origin, fit, columns });
            }
        }
        let best = hits.iter().map(|hit| hit.fit).min();
        hits.retain(|hit| Some(hit.fit) == best);
        Ok(hits)
    }
}

fn fit(asked: &str, value: &str) -> Option<Fit> {
    let bare = |text: &str| fold(text).chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    if asked == value {
        Some(Fit::Exact)
    } else if bare(asked) == bare(value) {
        Some(Fit::Normalised)
    } else if is_near(&bare(asked), &bare(value)) {
        Some(Fit::Near)
    } else {
        None
    }
}

/// One character in five may differ.
fn is_near(asked: &str, known: &str) -> bool {
    let length = asked.chars().count();
    length > 3
        && length.abs_diff(known.chars().count()) <= length / 5
        && strsim::osa_distance(asked, known) <= (length / 5).max(1)
}

/// Whether a file is named: in full, or by the last parts of its path.
fn is_file(file: &str, named: &str) -> bool {
    file == named || file.strip_suffix(named).is_some_and(|before| before.ends_with('/'))
}
