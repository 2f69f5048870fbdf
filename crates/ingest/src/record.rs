use crate::cell::Cell;
use crate::reason::Complaint;

/// Where a record starts in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Line or row, from 1.
    pub(crate) line: u64,
    /// First byte and number of bytes, line end included; none in a sheet.
    pub(crate) bytes: Option<(u64, u64)>,
}

/// One record of a file, not yet typed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) place: Place,
    /// As delivered; empty in a sheet, whose cells say it all.
    pub(crate) raw: String,
    /// Its cells, or why it could not be cut into cells; cells that a sheet's row ends before are left out.
    pub(crate) cells: Result<Vec<Cell>, Complaint>,
}

impl Record {
    /// The record as delivered, without its line end and at most `limit` characters long.
    pub(crate) fn evidence(&self, limit: usize) -> String {
        match &self.cells {
            Ok(cells) if self.raw.is_empty() => {
                let shown: Vec<String> = cells.iter().map(Cell::shown).collect();
                bounded(shown.join("\t").trim_end_matches('\t'), limit)
            }
            _ => bounded(self.raw.trim_end_matches(['\r', '\n']), limit),
        }
    }

    /// Rough size in memory, in bytes.
    pub(crate) fn weight(&self) -> usize {
        let text = |cell: &Cell| match cell {
            Cell::Text(text) | Cell::Error(text) => text.len(),
            _ => 0,
        };
        self.raw.len() + self.cells.iter().flatten().map(text).sum::<usize>()
    }
}

/// `text`, cut after `limit` characters with a sign that it was cut.
pub(crate) fn bounded(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
