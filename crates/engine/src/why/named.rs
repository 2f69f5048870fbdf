//! Delivered records as people name them: by row id, by file and line, or by pseudonym.

use super::back::Back;
use super::record::Origin;
use crate::error::EngineError;
use crate::steps::source::SourceTables;
use crate::tables::Texts;
use provenance::RowSet;
use serde::Serialize;
use study::Source;
use terms::TableName;

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
        let place = file_and_line(text);
        let (mut found, mut pseudonymous) = (Vec::new(), Vec::new());
        for source in &self.study.sources {
            let origin = SourceTables::of(source)?.origin;
            let mut places: RowSet = self.tables.find(&origin, "row_id")?.places(text).collect();
            if let Some((file, line)) = place {
                let lines = self.tables.scan(&origin, "line", &line.to_string())?;
                let named = self.tables.some(&origin, &lines, ["file"])?;
                let in_file =
                    |[name]: &[Option<String>; 1]| name.as_ref().is_some_and(|name| is_file(name, file));
                places.union(
                    &named.iter().filter(|(_, name)| in_file(name)).map(|(place, _)| *place).collect(),
                );
            }
            found.extend(self.at(source, &places)?);
        }
        // No row id is a pseudonym as well.
        for source in self.study.sources.iter().filter(|_| found.is_empty()) {
            pseudonymous.extend(self.at(source, &self.by_pseudonym(source, text)?)?);
        }
        found.append(&mut pseudonymous);
        // A file named in full is that file, whatever others end alike.
        if let Some((file, _)) = place
            && found.iter().any(|named| named.origin.file == file)
        {
            found.retain(|named| named.origin.file == file);
        }
        Ok(found)
    }

    /// The records at these places of a source.
    fn at<'s>(&'s self, source: &'s Source, places: &RowSet) -> Result<Vec<Named<'s>>, EngineError> {
        let rows = self.records.at(source, places)?;
        Ok(rows.into_iter().map(|(place, origin)| Named { source, place, origin }).collect())
    }

    fn by_pseudonym(&self, source: &Source, text: &str) -> Result<RowSet, EngineError> {
        let mut rows = RowSet::new();
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(rows);
        }
        let staging = SourceTables::of(source)?.staging;
        for column in source.contract.columns.iter().filter_map(|column| column.pseudonym.as_ref()) {
            rows.union(&self.tables.scan(&staging, column, text)?);
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
}

/// Whether a file is named: in full, or by the last parts of its path.
fn is_file(file: &str, named: &str) -> bool {
    file == named || file.strip_suffix(named).is_some_and(|before| before.ends_with('/'))
}
