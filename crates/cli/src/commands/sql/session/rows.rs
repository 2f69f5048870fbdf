//! A query and its rows. It runs in a task of its own, from which rows come as they are made and are written before the next
//! are taken, so no result is held; and whatever the task does, Ctrl-C is heard.

use super::{Session, Stop};
use crate::commands::sql::interrupt::Interrupt;
use crate::commands::sql::refused;
use crate::commands::sql::statements::Statement;
use crate::failure::Failure;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use engine::{EngineError, Reader};
use std::collections::BTreeMap;
use std::future::Future;
use study::Parameter;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinHandle;

/// Pieces that may wait to be written.
const WAITING: usize = 2;

enum Piece {
    Columns(SchemaRef),
    Rows(RecordBatch),
}

impl Session<'_> {
    /// Asks a query and writes its rows.
    pub(super) fn query(&mut self, path: &str, statement: &Statement<'_>) -> Result<(), Stop> {
        let (give, mut take) = channel(WAITING);
        let (reader, path, text) = (self.reader.clone(), path.to_owned(), placed(statement));
        let parameters = self.parameters_of(&text)?;
        let asked = async move { ask(&reader, &path, &text, &parameters, &give).await };
        let task = Task(self.runtime.spawn(asked));
        let (handle, interrupt) = (self.runtime.handle().clone(), self.interrupt.clone());
        let Some(Piece::Columns(schema)) = waited(&handle, &interrupt, take.recv())? else {
            return task.ended(&handle);
        };
        let mut answering = self.answering()?;
        let output = answering.output();
        output.begin(&schema)?;
        while let Some(piece) = waited(&handle, &interrupt, take.recv())? {
            if let Piece::Rows(batch) = piece {
                output.rows(&batch)?;
            }
        }
        task.ended(&handle)?;
        output.end()?;
        answering.finish()
    }

    /// Writes rows that are there.
    pub(super) fn listed(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        let mut answering = self.answering()?;
        let output = answering.output();
        output.begin(&batch.schema())?;
        output.rows(batch)?;
        output.end()?;
        answering.finish()
    }

    /// Waits for something that is not a query, or for Ctrl-C.
    pub(super) fn interruptible<T>(&self, what: impl Future<Output = T>) -> Result<T, Stop> {
        waited(self.runtime.handle(), &self.interrupt, what)
    }
}

fn waited<T>(handle: &Handle, interrupt: &Interrupt, what: impl Future<Output = T>) -> Result<T, Stop> {
    handle.block_on(async {
        tokio::select! {
            biased;
            () = interrupt.pressed() => Err(Stop::Cancelled),
            done = what => Ok(done),
        }
    })
}

/// Gives the columns, then the rows; ends early when nobody takes them.
async fn ask(
    reader: &Reader,
    path: &str,
    text: &str,
    parameters: &BTreeMap<String, Parameter>,
    give: &Sender<Piece>,
) -> Result<(), EngineError> {
    let mut answer = reader.answer(path, text, parameters).await?;
    if give.send(Piece::Columns(answer.schema())).await.is_err() {
        return Ok(());
    }
    while let Some(batch) = answer.next().await? {
        if give.send(Piece::Rows(batch)).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// The text of a statement at its own line and column, so that faults are placed where it was written.
fn placed(statement: &Statement<'_>) -> String {
    let lines = "\n".repeat(statement.line - 1);
    format!("{lines}{}{}", " ".repeat(statement.column - 1), statement.text)
}

/// A query that runs; it ends with this.
struct Task(JoinHandle<Result<(), EngineError>>);

impl Task {
    fn ended(mut self, handle: &Handle) -> Result<(), Stop> {
        match handle.block_on(&mut self.0) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(refused(error).into()),
            Err(_) => Err(Failure::Defect.into()),
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
