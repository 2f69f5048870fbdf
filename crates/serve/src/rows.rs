//! The rows of one query, from its worker to the client's format.

use crate::frame::{Ask, Fault, Frame, Reply, Request};
use crate::log::{Entry, QueryLog};
use crate::numbers;
use crate::pool::Borrowed;
use crate::server::Server;
use crate::session::{Session, locked};
use crate::stop::Stop;
use crate::wire::error;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow_pg::row_encoder::RowEncoder;
use pgwire::api::results::FieldInfo;
use pgwire::error::PgWireResult;
use pgwire::messages::data::DataRow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use tokio::time::Instant;

/// What a client gives for the parameters of a query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    /// The values in one row; none where there are no parameters.
    pub(crate) row: Option<RecordBatch>,
    /// Those whose types were told, by their number from 1, each as SQL has it.
    pub(crate) declared: BTreeMap<usize, String>,
    /// The values as an EXECUTE has them, in place of a row.
    pub(crate) values: Option<String>,
}

/// What a worker says of a query without running it.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    /// A field for each parameter, of type null where nothing is known.
    pub(crate) parameters: SchemaRef,
    pub(crate) columns: SchemaRef,
}

/// A query whose rows are being read.
pub(crate) struct Rows {
    worker: Borrowed,
    stop: Arc<Stop>,
    columns: SchemaRef,
    fields: Arc<Vec<FieldInfo>>,
    /// Rows that came and were not sent, and the encoder that is at them.
    batch: Option<(RecordBatch, usize)>,
    encoder: Option<RowEncoder>,
    written: Written,
    is_over: bool,
}

/// The entry of a query in the log, written when the query is over.
struct Written {
    log: Arc<QueryLog>,
    entry: Entry,
    begun: Instant,
}

impl Drop for Written {
    fn drop(&mut self) {
        self.entry.millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.log.write(&self.entry);
    }
}

impl Rows {
    /// Asks a worker for the rows of a query.
    ///
    /// # Errors
    /// The query is at fault, or was stopped; the log has it.
    pub(crate) async fn ask(
        server: &Server,
        session: &Session,
        sql: &str,
        parameters: &Parameters,
    ) -> Result<Self, Fault> {
        let mut written = written(server, session, &with_values(sql, parameters))?;
        let asked = Self::asked(server, session, sql, parameters).await;
        match asked {
            Ok((worker, stop, run, columns)) => {
                written.entry.run = Some(run);
                let (fields, batch, encoder) = (Arc::default(), None, None);
                Ok(Self { worker, stop, columns, fields, batch, encoder, written, is_over: false })
            }
            Err(fault) => {
                written.entry.outcome.clone_from(&fault.code);
                Err(fault)
            }
        }
    }

    async fn asked(
        server: &Server,
        session: &Session,
        sql: &str,
        parameters: &Parameters,
    ) -> Result<(Borrowed, Arc<Stop>, u64, SchemaRef), Fault> {
        let (mut worker, stop, frame) = first(server, session, Ask::Rows, sql, parameters).await?;
        let Reply::Columns { run } = frame.header else { return Err(out_of_turn()) };
        let columns = frame.table(0).map_err(|error| Fault::new("XX000", error.to_string()))?.schema();
        if stop.fault().is_some() {
            return Err(worker.hear().await.err().unwrap_or_else(out_of_turn));
        }
        session.pin(run);
        Ok((worker, stop, run, columns))
    }

    /// The columns of the rows.
    pub(crate) fn columns(&self) -> &SchemaRef {
        &self.columns
    }

    /// Number of the run that is read.
    pub(crate) fn run(&self) -> Option<u64> {
        self.written.entry.run
    }

    /// The next rows as a table, of at most so many; none at the end.
    pub(crate) async fn table(&mut self, most: usize) -> Result<Option<RecordBatch>, Fault> {
        while !self.is_over {
            match self.heard().await {
                Ok(Some(batch)) => {
                    let batch = batch.slice(0, batch.num_rows().min(most));
                    self.written.entry.rows += u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
                    return Ok(Some(batch));
                }
                Ok(None) => {}
                Err(fault) => {
                    self.end();
                    self.written.entry.outcome.clone_from(&fault.code);
                    return Err(fault);
                }
            }
        }
        Ok(None)
    }

    /// From the next row on, rows are written in the formats of these fields.
    pub(crate) fn write_as(&mut self, fields: Arc<Vec<FieldInfo>>) {
        self.fields = fields;
        if let Some((batch, sent)) = self.batch.take() {
            let rest = batch.slice(sent, batch.num_rows() - sent);
            self.encoder = Some(RowEncoder::new(numbers::written(&rest, &self.fields), self.fields.clone()));
            self.batch = Some((rest, 0));
        }
    }

    /// The next row.
    pub(crate) async fn next(&mut self) -> Option<PgWireResult<DataRow>> {
        loop {
            if let (Some(encoder), Some((_, sent))) = (&mut self.encoder, &mut self.batch) {
                if let Some(row) = encoder.next_row() {
                    *sent += 1;
                    self.written.entry.rows += 1;
                    return Some(row);
                }
                (self.encoder, self.batch) = (None, None);
            }
            if self.is_over {
                return None;
            }
            match self.more().await {
                Ok(()) => {}
                Err(fault) => {
                    self.end();
                    self.written.entry.outcome.clone_from(&fault.code);
                    return Some(Err(error(fault)));
                }
            }
        }
    }

    async fn more(&mut self) -> Result<(), Fault> {
        let Some(batch) = self.heard().await? else { return Ok(()) };
        if batch.num_columns() != self.fields.len() {
            return Err(out_of_turn());
        }
        self.encoder = Some(RowEncoder::new(numbers::written(&batch, &self.fields), self.fields.clone()));
        self.batch = Some((batch, 0));
        Ok(())
    }

    /// The next thing that the worker says; none if it was the last.
    async fn heard(&mut self) -> Result<Option<RecordBatch>, Fault> {
        let frame = self.worker.hear().await?;
        match frame.header {
            Reply::Done { wants_rest } => {
                self.worker.give_back(wants_rest);
                self.end();
                Ok(None)
            }
            Reply::Rows => frame.table(0).map(Some).map_err(|error| Fault::new("XX000", error.to_string())),
            _ => Err(out_of_turn()),
        }
    }

    fn end(&mut self) {
        self.is_over = true;
        self.stop.over();
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        // One that nobody reads further ended well; one that was stopped did not.
        if let Some(fault) = self.stop.fault().filter(|_| !self.is_over) {
            self.written.entry.outcome = fault.code;
        }
        self.stop.over();
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// Asks a worker for the types of a query.
///
/// # Errors
/// The query is at fault, or was stopped; the log has it.
pub(crate) async fn describe(
    server: &Server,
    session: &Session,
    sql: &str,
    declared: &BTreeMap<usize, String>,
) -> Result<Description, Fault> {
    let described = described(server, session, sql, declared).await;
    if let Err(fault) = &described {
        refuse(server, session, sql, fault)?;
    }
    described
}

async fn described(
    server: &Server,
    session: &Session,
    sql: &str,
    declared: &BTreeMap<usize, String>,
) -> Result<Description, Fault> {
    let parameters = Parameters { row: None, declared: declared.clone(), values: None };
    let (mut worker, stop, frame) = first(server, session, Ask::Description, sql, &parameters).await?;
    let table = |at| frame.table(at).map_err(|error| Fault::new("XX000", error.to_string()));
    let description = Description { parameters: table(0)?.schema(), columns: table(1)?.schema() };
    let Reply::Described { run, wants_rest } = frame.header else { return Err(out_of_turn()) };
    worker.give_back(wants_rest);
    stop.over();
    session.pin(run);
    Ok(description)
}

/// Writes down a text that is not answered.
///
/// # Errors
/// It cannot be written down.
pub(crate) fn refuse(server: &Server, session: &Session, sql: &str, fault: &Fault) -> Result<(), Fault> {
    written(server, session, sql)?.entry.outcome.clone_from(&fault.code);
    Ok(())
}

/// Borrows a worker, asks it, and waits for the first thing that it says.
async fn first(
    server: &Server,
    session: &Session,
    ask: Ask,
    sql: &str,
    parameters: &Parameters,
) -> Result<(Borrowed, Arc<Stop>, Frame<Reply>), Fault> {
    let login = session.login()?;
    let (schema, time) = {
        let settings = locked(&session.settings);
        (settings.schema(), settings.time())
    };
    let stop = Stop::within(time.map_or(server.limits.time, |time| time.min(server.limits.time)));
    session.begins(&stop, server.limits.open())?;
    let watched = stop.clone();
    tokio::spawn(async move { watched.watch().await });
    let request = Request {
        ask,
        database: login.database.clone(),
        pinned: session.pinned(),
        schema,
        user: login.user.clone(),
        access: login.role.access(),
        sql: sql.to_owned(),
        declared: parameters.declared.clone(),
        values: parameters.values.clone(),
        rows: server.limits.rows,
    };
    let tables: Vec<&RecordBatch> = parameters.row.iter().collect();
    let heard = async {
        let mut worker = server.pool.borrow(&login.user, &stop).await?;
        if time.is_none() {
            // What it waited does not count; a client's own limit counts from the question.
            stop.allow(server.limits.time);
        }
        worker.ask(request, &tables).await?;
        let reply = worker.hear().await?;
        Ok((worker, reply))
    };
    match heard.await {
        Ok((worker, reply)) => Ok((worker, stop, reply)),
        Err(fault) => {
            stop.over();
            Err(fault)
        }
    }
}

fn written(server: &Server, session: &Session, sql: &str) -> Result<Written, Fault> {
    if let Err(error) = server.log.ready() {
        tracing::error!(%error, "queries cannot be written down");
        return Err(Fault::new("58030", "queries cannot be written down now, so none is answered"));
    }
    let login = session.login()?;
    let application = locked(&session.settings).get("application_name").unwrap_or_default();
    let entry = Entry {
        asked: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        user: login.user.clone(),
        role: login.role,
        client: session.client.ip().to_string(),
        application,
        database: login.database.clone(),
        run: None,
        text: sql.to_owned(),
        rows: 0,
        millis: 0,
        outcome: "00000".to_owned(),
    };
    Ok(Written { log: server.log.clone(), entry, begun: Instant::now() })
}

/// What is written down of a query: with the values of an EXECUTE.
fn with_values(sql: &str, parameters: &Parameters) -> String {
    match parameters.values.as_deref() {
        None | Some("") => sql.to_owned(),
        Some(values) => format!("{sql} -- EXECUTE ({values})"),
    }
}

fn out_of_turn() -> Fault {
    Fault::new("XX000", "the process that answered the query spoke out of turn")
}
