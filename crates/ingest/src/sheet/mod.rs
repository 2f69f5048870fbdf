//! XLSX workbooks, read cell by cell.
//!
//! One sheet is read: the one whose first row with values is the agreed header. Two such sheets are an
//! error, for nothing says which one counts; sheets with another first row are named in the notes.
//! The shared texts of a workbook are held in memory, within [`Limits::unpacked_bytes`].

mod merged;
mod package;
mod rows;

use crate::cell::{Cell, Epoch};
use crate::fault::Refusal;
use crate::hash::{changed, hash, opened};
use crate::header::{Agreed, Fit, fit};
use crate::reason::{Complaint, ReasonCode};
use crate::record::{Place, Record};
use crate::{FileFault, IngestError, InputFile, Limits};
use calamine::{Reader as _, SheetType, SheetVisible, Xlsx};
use merged::Merged;
use rows::{Row, each_row};
use std::fs::File;
use std::io::{BufReader, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use terms::{Column, ObjectHash};

type Workbook = Xlsx<BufReader<File>>;
/// Rows on their way from the thread that reads the workbook, or what is wrong with it.
type Batch = Result<Vec<Row>, Refusal>;

/// Rows that one message carries.
const BATCH: usize = 256;
/// Messages that may wait.
const WAITING: usize = 4;

/// An open sheet.
pub(crate) struct Sheet {
    file: String,
    pub(crate) sheet: String,
    pub(crate) notes: Vec<String>,
    handle: File,
    limit: u64,
    sha256: ObjectHash,
    messages: Receiver<Batch>,
    worker: Option<JoinHandle<()>>,
    rows: std::vec::IntoIter<Row>,
    /// Last row that was read, the header at first.
    last: u64,
    blank: u64,
    named: usize,
}

/// A sheet with values, and its first row that has any.
struct Head {
    sheet: String,
    visible: SheetVisible,
    row: Row,
}

impl Sheet {
    /// Opens a workbook and finds the sheet to read.
    pub(crate) fn open(
        input: &InputFile,
        columns: &[Column],
        limits: &Limits,
    ) -> Result<(Self, Fit), IngestError> {
        let name = &input.name;
        let io = |error| IngestError::io(name, error);
        let mut handle = opened(input)?;
        let (sha256, _) = hash(&mut handle, name, limits.file_bytes, |_| ())?;
        package::inspect(&handle, name, limits)?;
        handle.rewind().map_err(io)?;
        let (file, own) = (handle.try_clone().map_err(io)?, *limits);
        // Should the workbook reader panic on a malformed file, only the file is lost; nothing else has seen what it was at.
        let survey = catch_unwind(AssertUnwindSafe(|| survey(file, &own)));
        let (book, heads) = survey
            .unwrap_or_else(|_| Err(package::damaged(&"its parts contradict each other")))
            .map_err(|refusal| IngestError::refused(name, refusal))?;
        let (head, fit, notes) = choose(name, heads, columns, limits)?;
        let (sender, messages) = sync_channel(WAITING);
        let sheet = head.sheet.clone();
        let after = head.row.number;
        let named = fit.named;
        let worker = std::thread::spawn(move || stream(book, &sheet, after, named, &own, &sender));
        let open = Self {
            file: name.clone(),
            sheet: head.sheet,
            notes,
            handle,
            limit: limits.file_bytes,
            sha256,
            messages,
            worker: Some(worker),
            rows: Vec::new().into_iter(),
            last: after,
            blank: after - 1,
            named,
        };
        Ok((open, fit))
    }

    /// The next record; none at the end of the sheet.
    pub(crate) fn next(&mut self) -> Result<Option<Record>, IngestError> {
        while let Some(row) = self.row()? {
            self.blank += row.number - self.last - 1;
            self.last = row.number;
            if row.is_blank() {
                self.blank += 1;
            } else {
                return Ok(Some(self.record(row)));
            }
        }
        Ok(None)
    }

    pub(crate) fn blank(&self) -> u64 {
        self.blank
    }

    /// Hash and size; fails if rows are unaccounted for, or if the file changed while it was read.
    pub(crate) fn close(&mut self, records: u64) -> Result<(ObjectHash, u64), IngestError> {
        if self.blank + records + 1 != self.last {
            let problem = format!(
                "{} blank rows, {records} records and a header are not {} rows",
                self.blank, self.last
            );
            return Err(IngestError::bug(&self.file, problem));
        }
        self.handle.rewind().map_err(|error| IngestError::io(&self.file, error))?;
        let (sha256, bytes) = hash(&mut self.handle, &self.file, self.limit, |_| ())?;
        if sha256 == self.sha256 { Ok((sha256, bytes)) } else { Err(changed(&self.file)) }
    }

    fn row(&mut self) -> Result<Option<Row>, IngestError> {
        loop {
            if let Some(row) = self.rows.next() {
                return Ok(Some(row));
            }
            match self.messages.recv() {
                Ok(Ok(rows)) => self.rows = rows.into_iter(),
                Ok(Err(refusal)) => return Err(IngestError::refused(&self.file, refusal)),
                Err(_) => {
                    // The thread is done; had it panicked, rows would be missing.
                    let sound = self.worker.take().is_none_or(|worker| worker.join().is_ok());
                    let refusal = package::damaged(&"its sheet cannot be read to the end");
                    return if sound { Ok(None) } else { Err(IngestError::refused(&self.file, refusal)) };
                }
            }
        }
    }

    fn record(&self, row: Row) -> Record {
        let place = Place { line: row.number, bytes: None };
        let cells = row.cells;
        let outside_of_them = row.beyond || cells.iter().skip(self.named).any(|cell| !cell.is_blank());
        let complaint = outside_of_them.then(outside).or_else(|| row.merged.then(merged_cell));
        let Some(complaint) = complaint else {
            return Record { place, raw: String::new(), cells: Ok(cells) };
        };
        let shown: Vec<String> = cells.iter().map(Cell::shown).collect();
        Record { place, raw: shown.join("\t"), cells: Err(complaint) }
    }
}

/// A value that no header speaks for.
pub(crate) fn outside() -> Complaint {
    Complaint::new(
        ReasonCode::RaggedRow,
        "a value stands outside the headed columns; give its column a header, or clear the cell",
    )
}

/// A value that seems to stand for several cells, and is in the first of them only.
fn merged_cell() -> Complaint {
    Complaint::new(
        ReasonCode::MergedCell,
        "a merged cell reaches over this record, so nothing says whose value it is; unmerge it and fill in each cell",
    )
}

/// The first row with values of every sheet that has one.
fn survey(file: File, limits: &Limits) -> Result<(Workbook, Vec<Head>), Refusal> {
    let mut book: Workbook = Xlsx::new(BufReader::new(file)).map_err(|error| package::damaged(&error))?;
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let sheets: Vec<(String, SheetVisible)> =
        sheets.map(|sheet| (sheet.name.clone(), sheet.visible)).collect();
    let epoch = epoch(&book);
    let mut heads = Vec::new();
    for (sheet, visible) in sheets {
        let mut first = None;
        let mut cells = book.worksheet_cells_reader(&sheet).map_err(|error| package::damaged(&error))?;
        each_row(&mut cells, epoch, limits, |row| {
            if !row.is_blank() {
                first = Some(row);
            }
            first.is_none()
        })?;
        heads.extend(first.map(|row| Head { sheet, visible, row }));
    }
    Ok((book, heads))
}

/// The one sheet with the agreed header.
fn choose(
    name: &str,
    heads: Vec<Head>,
    columns: &[Column],
    limits: &Limits,
) -> Result<(Head, Fit, Vec<String>), IngestError> {
    let agreed = Agreed::new(columns);
    let mut fitting: Vec<(Head, Fit)> = Vec::new();
    let mut others: Vec<(usize, Head, String)> = Vec::new();
    for head in heads {
        let headers: Vec<String> = head.row.cells.iter().map(Cell::shown).collect();
        let fitted = if head.row.beyond {
            Err(format!("more than {} columns; take the superfluous ones out", limits.columns))
        } else {
            fit(&agreed, &headers)
        };
        match fitted {
            Ok(fit) => fitting.push((head, fit)),
            Err(problem) => others.push((agreed.known(&headers), head, problem)),
        }
    }
    if fitting.len() > 1 {
        let sheets: Vec<String> = fitting.iter().map(|(head, _)| format!("`{}`", head.sheet)).collect();
        let sheets = sheets.join(" and ");
        let problem = format!(
            "sheets {sheets} have the agreed headers, and nothing says which one counts; deliver one of them"
        );
        return Err(IngestError::file(name, FileFault::SeveralSheets, problem));
    }
    if let Some((head, fit)) = fitting.pop() {
        let note = |(_, other, _): &(usize, Head, String)| {
            format!("sheet `{}` was not read: its first row is not the agreed header", other.sheet)
        };
        let hidden = (head.visible != SheetVisible::Visible)
            .then(|| format!("sheet `{}` is hidden, and was read", head.sheet));
        let notes = others.iter().map(note).chain(hidden).collect();
        return Ok((head, fit, notes));
    }
    // The sheet that comes nearest is the one the deliverer meant; the first of equals.
    others.sort_by_key(|(known, _, _)| std::cmp::Reverse(*known));
    Err(match others.into_iter().next() {
        None => {
            let problem = "the workbook has only empty sheets; deliver it again, or take it away";
            IngestError::file(name, FileFault::Blank, problem)
        }
        Some((_, head, problem)) => {
            let place = format!("sheet `{}`, row {}", head.sheet, head.row.number);
            IngestError::Header { file: name.to_owned(), place, problem }
        }
    })
}

/// Sends the rows after the header, until nobody listens.
fn stream(
    mut book: Workbook,
    sheet: &str,
    header: u64,
    named: usize,
    limits: &Limits,
    sender: &SyncSender<Batch>,
) {
    let epoch = epoch(&book);
    let mut merged = match book.merge_cells_by_sheet_name(sheet) {
        Ok(cells) => Merged::new(&cells, named),
        Err(error) => {
            // If this fails nobody listens any more.
            let _ = sender.send(Err(package::damaged(&error)));
            return;
        }
    };
    let mut batch = Vec::with_capacity(BATCH);
    let read =
        book.worksheet_cells_reader(sheet).map_err(|error| package::damaged(&error)).and_then(|mut cells| {
            each_row(&mut cells, epoch, limits, |mut row| {
                row.merged = merged.reaches(row.number);
                if row.number > header {
                    batch.push(row);
                }
                batch.len() < BATCH || sender.send(Ok(std::mem::take(&mut batch))).is_ok()
            })
        });
    // If this fails the reader was dropped, and nobody misses these rows.
    let _ = sender.send(Ok(batch));
    if let Err(problem) = read {
        let _ = sender.send(Err(problem));
    }
}

fn epoch(book: &Workbook) -> Epoch {
    if book.has_1904_epoch() { Epoch::Y1904 } else { Epoch::Y1900 }
}
