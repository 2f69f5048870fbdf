//! What a statement does, in either protocol.

use super::{Connection, error};
use crate::frame::Fault;
use crate::limits::IDLE;
use crate::rows::{Parameters, Rows, refuse};
use crate::session::{Cursor, locked};
use crate::settings::REPORTED;
use crate::statement::{Hold, Kind, Statement};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow_pg::datatypes::arrow_schema_to_pg_fields;
use futures::{Sink, SinkExt};
use pgwire::api::portal::Format;
use pgwire::api::results::{DataRowEncoder, FieldInfo, QueryResponse, Response, Tag};
use pgwire::api::store::PortalStore;
use pgwire::api::{ClientInfo, ClientPortalStore, Type};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::response::TransactionStatus;
use pgwire::messages::startup::ParameterStatus;
use std::sync::Arc;

impl Connection {
    /// Refuses all but the end of a transaction that failed.
    pub(super) fn goes_on<C: ClientInfo>(&self, client: &C, kind: &Kind) -> Result<(), Fault> {
        let is_failed = client.transaction_status() == TransactionStatus::Error;
        if is_failed && !matches!(kind, Kind::End(_) | Kind::RollbackTo) {
            let said = "current transaction is aborted, commands ignored until end of transaction block";
            return Err(Fault::new("25P02", said));
        }
        Ok(())
    }

    /// Does what a statement asks.
    pub(super) async fn respond<C>(
        &self,
        client: &mut C,
        statement: &Statement,
        format: &Format,
        parameters: &Parameters,
    ) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        self.goes_on(client, &statement.kind).map_err(error)?;
        match &statement.kind {
            Kind::Query => {
                let rows = self.rows(client, &statement.text, parameters).await?;
                all(rows, format)
            }
            Kind::Refused(fault) => {
                refuse(&self.server, &self.session, &statement.text, fault).map_err(error)?;
                Err(error(fault.clone()))
            }
            Kind::Begin => {
                client.set_transaction_status(TransactionStatus::Transaction);
                done("BEGIN")
            }
            Kind::End(word) => {
                let was_failed = client.transaction_status() == TransactionStatus::Error;
                self.end(client);
                done(if was_failed { "ROLLBACK" } else { word })
            }
            Kind::Savepoint => done("SAVEPOINT"),
            Kind::Release => done("RELEASE"),
            Kind::RollbackTo => {
                client.set_transaction_status(TransactionStatus::Transaction);
                done("ROLLBACK")
            }
            Kind::Declare { name, query, holds } => {
                self.declare(client, name, query, *holds, parameters).await.and(done("DECLARE CURSOR"))
            }
            Kind::Fetch { count, name } => self.fetch(name, *count, format).await,
            Kind::Prepare { name, types, query } => {
                self.prepare_as(client, name, types, query).await.and(done("PREPARE"))
            }
            Kind::Execute { name, values } => {
                let (prepared, parameters) = self.executed(name, values).map_err(error)?;
                let rows = self.rows(client, &prepared.statement.text, &parameters).await?;
                let response = all(rows, format)?;
                prepared.still_gives(&response, format)?;
                Ok(response)
            }
            Kind::Close(name) => self.close(name.as_deref()).map_err(error).and(done("CLOSE CURSOR")),
            setting => self.set(client, setting).await,
        }
    }

    async fn rows<C: ClientInfo>(
        &self,
        client: &C,
        query: &str,
        parameters: &Parameters,
    ) -> PgWireResult<Rows> {
        let rows = Rows::ask(&self.server, &self.session, query, parameters).await.map_err(error);
        if client.transaction_status() == TransactionStatus::Idle {
            self.session.unpin();
        }
        rows
    }

    /// Ends a transaction.
    fn end<C>(&self, client: &mut C)
    where
        C: ClientInfo + ClientPortalStore,
        C::PortalStore: PortalStore,
    {
        client.set_transaction_status(TransactionStatus::Idle);
        client.portal_store().clear_portals();
        self.session.unpin();
    }

    async fn declare<C: ClientInfo>(
        &self,
        client: &C,
        name: &str,
        query: &str,
        holds: Hold,
        parameters: &Parameters,
    ) -> PgWireResult<()> {
        if holds == Hold::No && client.transaction_status() == TransactionStatus::Idle {
            return Err(error(Fault::new("25P01", "DECLARE CURSOR can only be used in transaction blocks")));
        }
        if locked(&self.session.cursors).contains_key(name) {
            return Err(error(Fault::new("42P03", format!("cursor {name:?} already exists"))));
        }
        let rows = self.rows(client, query, parameters).await?;
        let rows = Arc::new(tokio::sync::Mutex::new(rows));
        let cursor = Cursor { rows, holds: holds == Hold::Yes };
        locked(&self.session.cursors).insert(name.to_owned(), cursor);
        Ok(())
    }

    fn cursor(&self, name: &str) -> Result<Cursor, Fault> {
        let cursor = locked(&self.session.cursors).get(name).cloned();
        cursor.ok_or_else(|| Fault::new("34000", format!("cursor {name:?} does not exist")))
    }

    /// The columns of a cursor.
    pub(super) async fn columns_of(&self, cursor: &str) -> Result<SchemaRef, Fault> {
        Ok(self.cursor(cursor)?.rows.lock().await.columns().clone())
    }

    async fn fetch(&self, name: &str, count: Option<usize>, format: &Format) -> PgWireResult<Response> {
        let mut rows = self.cursor(name).map_err(error)?.rows.lock_owned().await;
        let fields = fields(rows.columns(), format)?;
        rows.write_as(fields.clone());
        let stream = futures::stream::unfold((rows, count), |(mut rows, left)| async move {
            let left = match left {
                Some(0) => return None,
                Some(left) => Some(left - 1),
                None => None,
            };
            let row = rows.next().await?;
            Some((row, (rows, left)))
        });
        let mut response = QueryResponse::new(fields, stream);
        response.set_command_tag("FETCH");
        Ok(Response::Query(response))
    }

    fn close(&self, name: Option<&str>) -> Result<(), Fault> {
        let mut cursors = locked(&self.session.cursors);
        match name {
            None => cursors.clear(),
            Some(name) => {
                let closed = cursors.remove(name);
                closed.ok_or_else(|| Fault::new("34000", format!("cursor {name:?} does not exist")))?;
            }
        }
        Ok(())
    }

    async fn set<C>(&self, client: &mut C, kind: &Kind) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        match kind {
            Kind::Set { name, value } => {
                let value = locked(&self.session.settings).set(name, value).map_err(error)?;
                if let Some((_, spelled)) = REPORTED.iter().find(|(reported, _)| reported == name) {
                    let status = ParameterStatus::new((*spelled).to_owned(), value);
                    client.feed(PgWireBackendMessage::ParameterStatus(status)).await?;
                }
                done("SET")
            }
            Kind::Reset(name) => {
                locked(&self.session.settings).reset(name.as_deref()).map_err(error)?;
                done("RESET")
            }
            Kind::Show(name) => self.show(name.as_deref()),
            Kind::Deallocate(name) => {
                self.deallocate(client, name.as_deref()).map_err(error)?;
                done(if name.is_some() { "DEALLOCATE" } else { "DEALLOCATE ALL" })
            }
            Kind::Discard => {
                locked(&self.session.settings).reset(None).map_err(error)?;
                locked(&self.session.cursors).clear();
                client.portal_store().clear_portals();
                self.deallocate(client, None).map_err(error)?;
                done("DISCARD ALL")
            }
            _ => done("SET"),
        }
    }

    fn show(&self, name: Option<&str>) -> PgWireResult<Response> {
        let settings = locked(&self.session.settings);
        let (fields, rows) = match name {
            Some(name) => (shown(Some(name)), vec![vec![settings.get(name).map_err(error)?]]),
            None => {
                let all = settings.all().into_iter().map(|(name, value)| vec![name, value, String::new()]);
                (shown(None), all.collect())
            }
        };
        let fields = Arc::new(fields);
        let mut encoder = DataRowEncoder::new(fields.clone());
        let mut encoded = Vec::new();
        for row in rows {
            for value in row {
                encoder.encode_field(&value)?;
            }
            encoded.push(Ok(encoder.take_row()));
        }
        let mut response = QueryResponse::new(fields, futures::stream::iter(encoded));
        response.set_command_tag("SHOW");
        Ok(Response::Query(response))
    }

    /// Open queries may take their time from now, while they are read.
    pub(super) fn busy(&self) {
        let time = locked(&self.session.settings).time();
        self.session.allow(time.map_or(self.server.limits.time, |time| time.min(self.server.limits.time)));
    }

    /// Open queries may wait for their client so long.
    pub(super) fn idle(&self) {
        self.session.allow(IDLE);
    }
}

/// The columns of SHOW.
pub(super) fn shown(name: Option<&str>) -> Vec<FieldInfo> {
    let field = |name: &str| {
        FieldInfo::new(name.to_owned(), None, None, Type::TEXT, pgwire::api::results::FieldFormat::Text)
    };
    match name {
        Some(name) => vec![field(name)],
        None => ["name", "setting", "description"].into_iter().map(field).collect(),
    }
}

/// The columns of a result as they are told to a client.
pub(super) fn fields(columns: &SchemaRef, format: &Format) -> PgWireResult<Arc<Vec<FieldInfo>>> {
    if let Format::Individual(codes) = format
        && codes.len() != columns.fields().len()
    {
        let said = format!("{} formats for {} columns", codes.len(), columns.fields().len());
        return Err(error(Fault::new("08P01", said)));
    }
    // What is nothing but NULL, or a parameter without a type, is text to Postgres.
    let told = |field: &Arc<Field>| match field.data_type() {
        DataType::Null => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8)),
        _ => field.clone(),
    };
    let columns = Schema::new(columns.fields().iter().map(told).collect::<Vec<_>>());
    Ok(Arc::new(arrow_schema_to_pg_fields(&columns, format, None)?))
}

fn all(mut rows: Rows, format: &Format) -> PgWireResult<Response> {
    let fields = fields(rows.columns(), format)?;
    rows.write_as(fields.clone());
    let stream = futures::stream::unfold(rows, |mut rows| async move {
        let row = rows.next().await?;
        Some((row, rows))
    });
    Ok(Response::Query(QueryResponse::new(fields, stream)))
}

fn done(word: &str) -> PgWireResult<Response> {
    Ok(Response::Execution(Tag::new(word)))
}
