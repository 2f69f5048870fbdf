//! What server and worker say to each other: a header in JSON and tables as Arrow, each with its length before it.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use engine::Access;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes of the largest part of a frame; a batch of rows has thousands of rows at most.
const LARGEST: u32 = 1 << 30;

/// What a worker is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// To answer.
    Answer(Box<Request>),
    /// That nobody wants further rows; it still says its last word, if it has not yet.
    Stop,
}

/// What a worker is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) ask: Ask,
    /// Name of the database.
    pub(crate) database: String,
    /// Run that a transaction has read already.
    pub(crate) pinned: Option<u64>,
    /// Schema of tables that are named without one.
    pub(crate) schema: String,
    pub(crate) user: String,
    pub(crate) access: Access,
    pub(crate) sql: String,
    /// Parameters whose type is told, by their number from 1, each as SQL has it: lists, of which no operator tells that they
    /// are, and what PREPARE declares.
    pub(crate) declared: BTreeMap<usize, String>,
    /// Values of the parameters as an EXECUTE has them; none: they are in a table, if there are any.
    pub(crate) values: Option<String>,
    /// Rows that a result may have.
    pub(crate) rows: u64,
}

/// What is wanted of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ask {
    /// The types of its parameters, and its columns: [`Reply::Described`].
    Description,
    /// Its rows for parameters in one row of a table: [`Reply::Columns`], [`Reply::Rows`]…, [`Reply::Done`].
    Rows,
}

/// What a worker answers. One that wants rest with its last word is to be replaced: it holds much memory, or a query is still
/// at its threads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reply")]
pub(crate) enum Reply {
    /// It can be asked.
    Ready,
    /// With two tables without rows: a column for each parameter (of type null where nothing is known), and the columns.
    Described { run: u64, wants_rest: bool },
    /// With a table without rows.
    Columns { run: u64 },
    /// With a table.
    Rows,
    /// All rows are sent.
    Done { wants_rest: bool },
    /// Nothing more comes.
    Failed { fault: Fault, wants_rest: bool },
}

/// Why there is no answer, in the words of Postgres.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fault {
    /// SQLSTATE.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl Fault {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), hint: None }
    }

    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }
}

/// A frame as it was read.
#[derive(Debug)]
pub(crate) struct Frame<H> {
    pub(crate) header: H,
    tables: Vec<Vec<u8>>,
}

/// The tables of a frame, as they go over the pipe.
#[derive(Debug)]
pub(crate) struct Tables(Vec<Vec<u8>>);

impl<H: Serialize> Frame<H> {
    /// A frame with these tables.
    pub(crate) fn new(header: H, tables: &[&RecordBatch]) -> Result<Self, ArrowError> {
        let tables = tables.iter().map(|table| written(table)).collect::<Result<_, _>>()?;
        Ok(Self { header, tables })
    }

    /// The bytes of a frame.
    pub(crate) fn bytes(&self) -> io::Result<Vec<u8>> {
        let header = serde_json::to_vec(&self.header)?;
        let mut bytes = Vec::new();
        let parts = std::iter::once(&header).chain(&self.tables);
        bytes.extend(length(self.tables.len() + 1)?);
        for part in parts {
            bytes.extend(length(part.len())?);
            bytes.extend_from_slice(part);
        }
        Ok(bytes)
    }

    /// Writes a frame and flushes it.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.bytes()?)?;
        out.flush()
    }
}

impl<H: DeserializeOwned> Frame<H> {
    /// Reads a frame; none at the end.
    pub(crate) fn read(source: &mut impl Read) -> io::Result<Option<Self>> {
        let mut word = [0; 4];
        match source.read_exact(&mut word) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let mut parts = Vec::new();
        for _ in 0..sized(word)? {
            source.read_exact(&mut word)?;
            let mut part = vec![0; sized(word)?];
            source.read_exact(&mut part)?;
            parts.push(part);
        }
        Self::of(parts).map(Some)
    }

    /// Reads a frame as it comes.
    pub(crate) async fn receive(source: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut parts = Vec::new();
        for _ in 0..sized(source.read_u32().await?.to_be_bytes())? {
            let mut part = vec![0; sized(source.read_u32().await?.to_be_bytes())?];
            source.read_exact(&mut part).await?;
            parts.push(part);
        }
        Self::of(parts)
    }

    fn of(parts: Vec<Vec<u8>>) -> io::Result<Self> {
        let mut parts = parts.into_iter();
        let header = parts.next().ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { header: serde_json::from_slice(&header)?, tables: parts.collect() })
    }
}

impl<H> Frame<H> {
    /// What the header says, and the tables.
    pub(crate) fn parts(self) -> (H, Tables) {
        (self.header, Tables(self.tables))
    }

    /// A frame of tables that came with another header.
    pub(crate) fn with(header: H, tables: Tables) -> Self {
        Self { header, tables: tables.0 }
    }

    /// A table of the frame; with no rows if the sender had none.
    pub(crate) fn table(&self, at: usize) -> Result<RecordBatch, ArrowError> {
        let missing = || ArrowError::IpcError("a frame lacks a table".to_owned());
        let bytes = self.tables.get(at).ok_or_else(missing)?;
        let mut reader = StreamReader::try_new(bytes.as_slice(), None)?;
        let schema = reader.schema();
        reader.next().unwrap_or_else(|| Ok(RecordBatch::new_empty(schema)))
    }

    /// How many tables the frame has.
    pub(crate) fn tables(&self) -> usize {
        self.tables.len()
    }
}

/// A table that says which columns there are.
pub(crate) fn columns(schema: &SchemaRef) -> RecordBatch {
    RecordBatch::new_empty(schema.clone())
}

fn written(table: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let mut writer = StreamWriter::try_new(Vec::new(), table.schema_ref())?;
    if table.num_rows() > 0 {
        writer.write(table)?;
    }
    writer.finish()?;
    writer.into_inner()
}

fn length(bytes: usize) -> io::Result<[u8; 4]> {
    match u32::try_from(bytes) {
        Ok(length) if length < LARGEST => Ok(length.to_be_bytes()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "a part of a frame is too large")),
    }
}

fn sized(word: [u8; 4]) -> io::Result<usize> {
    let size = u32::from_be_bytes(word);
    if size >= LARGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a part of a frame is too large"));
    }
    usize::try_from(size).map_err(|_| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Int64Array};
    use std::sync::Arc;

    #[test]
    fn frames_come_back_as_they_were_sent() {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
        let table = RecordBatch::try_from_iter([("n", column)]).unwrap();
        let mut bytes = Vec::new();
        let sent = Frame::new(Reply::Columns { run: 7 }, &[&columns(&table.schema()), &table]).unwrap();
        sent.write(&mut bytes).unwrap();
        sent.write(&mut bytes).unwrap();
        let mut source = bytes.as_slice();
        for _ in 0..2 {
            let read = Frame::<Reply>::read(&mut source).unwrap().unwrap();
            assert_eq!((read.header, read.tables.len()), (Reply::Columns { run: 7 }, 2));
        }
        assert!(Frame::<Reply>::read(&mut source).unwrap().is_none());
        let read = Frame::<Reply>::read(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!(read.table(1).unwrap(), table);
        assert_eq!(read.table(0).unwrap().num_rows(), 0);
        assert!(read.table(2).is_err());
        let cut = Frame::<Reply>::read(&mut &bytes[..bytes.len() - 1][bytes.len() / 2..]);
        assert!(cut.is_err());
    }

    #[test]
    fn a_length_that_cannot_be_is_refused() {
        let mut bytes = vec![0, 0, 0, 1];
        bytes.extend([0xff; 4]);
        assert!(Frame::<Reply>::read(&mut bytes.as_slice()).is_err());
    }
}
