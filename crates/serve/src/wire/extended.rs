//! The extended protocol: prepared statements, parameters, portals that are read in parts.

use super::prepared::{Prepared, only};
use super::respond::fields;
use super::{Connection, error, parameters};
use crate::frame::Fault;
use crate::rows::Parameters;
use crate::session::locked;
use async_trait::async_trait;
use futures::{Sink, SinkExt, StreamExt};
use pgwire::api::portal::{Format, Portal, PortalExecutionState};
use pgwire::api::query::{ExtendedQueryHandler, send_describe_response, send_execution_response};
use pgwire::api::results::{DescribePortalResponse, FieldInfo, Response, Tag};
use pgwire::api::stmt::{QueryParser, StoredStatement};
use pgwire::api::store::{Entry, PortalStore};
use pgwire::api::{ClientInfo, ClientPortalStore, DEFAULT_NAME, PgWireConnectionState, Type};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::extendedquery::{
    Bind, BindComplete, Close, CloseComplete, Describe, Execute, Parse, ParseComplete, PortalSuspended,
    Sync as Synchronise, TARGET_TYPE_BYTE_PORTAL, TARGET_TYPE_BYTE_STATEMENT,
};
use pgwire::messages::response::{EmptyQueryResponse, ReadyForQuery, TransactionStatus};
use std::fmt::Debug;
use std::sync::Arc;

#[async_trait]
impl QueryParser for Connection {
    type Statement = Prepared;

    async fn parse_sql<C>(
        &self,
        client: &C,
        sql: &str,
        types: &[Option<Type>],
    ) -> PgWireResult<Option<Prepared>>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        let Some(statement) = only(sql).map_err(error)? else { return Ok(None) };
        self.prepare(client, statement, parameters::lists(types)).await.map(Some)
    }

    fn get_parameter_types(&self, prepared: &Prepared) -> PgWireResult<Vec<Type>> {
        parameters::types(&prepared.parameters)
    }

    fn get_result_schema(
        &self,
        prepared: &Prepared,
        format: Option<&Format>,
    ) -> PgWireResult<Vec<FieldInfo>> {
        prepared.fields(format.unwrap_or(&Format::UnifiedText))
    }
}

#[async_trait]
impl ExtendedQueryHandler for Connection {
    type Statement = Prepared;
    type QueryParser = Connection;

    fn query_parser(&self) -> Arc<Connection> {
        Arc::new(self.clone())
    }

    async fn on_parse<C>(&self, client: &mut C, message: Parse) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let name = message.name.as_deref().unwrap_or(DEFAULT_NAME);
        let statement = only(&message.query).map_err(error)?;
        if let Some(statement) = &statement {
            self.goes_on(client, &statement.kind).map_err(error)?;
        }
        if name != DEFAULT_NAME {
            self.is_free(name).map_err(error)?;
        }
        let types: Vec<Option<Type>> = message.type_oids.iter().map(|oid| Type::from_oid(*oid)).collect();
        let prepared = match statement {
            Some(statement) => Some(self.prepare(client, statement, parameters::lists(&types)).await?),
            None => None,
        };
        match &prepared {
            Some(prepared) => {
                let stored = StoredStatement::new(name.to_owned(), prepared.clone(), types);
                client.portal_store().put_statement(Arc::new(stored));
            }
            None => client.portal_store().put_empty_statement(name),
        }
        if name != DEFAULT_NAME {
            locked(&self.session.prepared).insert(name.to_owned(), prepared.map(Arc::new));
        }
        client.feed(PgWireBackendMessage::ParseComplete(ParseComplete::new())).await?;
        Ok(())
    }

    async fn on_bind<C>(&self, client: &mut C, message: Bind) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let name = message.statement_name.as_deref().unwrap_or(DEFAULT_NAME);
        let given = message.parameters.len();
        self.adopt(client, name);
        match client.portal_store().get_statement(name) {
            Some(Entry::Value(statement)) => {
                self.goes_on(client, &statement.statement.statement.kind).map_err(error)?;
                let wanted = statement.statement.parameters.fields().len();
                let formats = message.parameter_format_codes.len();
                if given < wanted || (formats > 1 && formats != given) {
                    let said = format!("bind message supplies {given} parameters, {wanted} are required");
                    return Err(error(Fault::new("08P01", said)));
                }
                let portal = Portal::try_new(&message, statement)?;
                client.portal_store().put_portal(Arc::new(portal));
            }
            Some(Entry::Empty) if given == 0 => {
                let portal = message.portal_name.as_deref().unwrap_or(DEFAULT_NAME);
                client.portal_store().put_empty_portal(portal);
            }
            Some(Entry::Empty) => {
                return Err(error(Fault::new("08P01", "an empty statement has no parameters")));
            }
            None => return Err(PgWireError::StatementNotFound(name.to_owned())),
        }
        client.feed(PgWireBackendMessage::BindComplete(BindComplete::new())).await?;
        Ok(())
    }

    async fn on_describe<C>(&self, client: &mut C, message: Describe) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        // A cursor is a portal of its name.
        if message.target_type == TARGET_TYPE_BYTE_PORTAL
            && let Some(name) = &message.name
            && client.portal_store().get_portal(name).is_none()
            && let Ok(columns) = self.columns_of(name).await
        {
            let told = fields(&columns, &Format::UnifiedText)?;
            return send_describe_response(client, &DescribePortalResponse::new(told.to_vec())).await;
        }
        if message.target_type == TARGET_TYPE_BYTE_STATEMENT {
            self.adopt(client, message.name.as_deref().unwrap_or(DEFAULT_NAME));
        }
        self._on_describe(client, message).await
    }

    async fn on_close<C>(&self, client: &mut C, message: Close) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let name = message.name.as_deref().unwrap_or(DEFAULT_NAME);
        match message.target_type {
            TARGET_TYPE_BYTE_STATEMENT => {
                client.portal_store().rm_statement(name);
                locked(&self.session.prepared).remove(name);
            }
            _ => client.portal_store().rm_portal(name),
        }
        client.feed(PgWireBackendMessage::CloseComplete(CloseComplete::new())).await?;
        Ok(())
    }

    async fn on_execute<C>(&self, client: &mut C, message: Execute) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        client.set_state(PgWireConnectionState::QueryInProgress);
        self.busy();
        let executed = self.execute(client, message).await;
        self.idle();
        client.set_state(PgWireConnectionState::ReadyForQuery);
        executed
    }

    async fn on_sync<C>(&self, client: &mut C, _: Synchronise) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let status = client.transaction_status();
        match status {
            // Without a transaction around them, portals end here.
            TransactionStatus::Idle => client.portal_store().clear_portals(),
            _ => client.portal_store().rm_portal(DEFAULT_NAME),
        }
        client.send(PgWireBackendMessage::ReadyForQuery(ReadyForQuery::new(status))).await?;
        Ok(())
    }

    async fn do_query<C>(&self, client: &mut C, portal: &Portal<Prepared>, _: usize) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let prepared = &portal.statement.statement;
        let row = parameters::row(portal, &prepared.parameters)?;
        let parameters = Parameters { row, declared: prepared.declared.clone(), values: None };
        let format = &portal.result_column_format;
        let response = self.respond(client, &prepared.statement, format, &parameters).await?;
        prepared.still_gives(&response, format)?;
        Ok(response)
    }
}

impl Connection {
    async fn execute<C>(&self, client: &mut C, message: Execute) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let name = message.name.as_deref().unwrap_or(DEFAULT_NAME);
        let most = usize::try_from(message.max_rows).unwrap_or(0);
        let portal = match client.portal_store().get_portal(name) {
            Some(Entry::Value(portal)) => portal,
            Some(Entry::Empty) => {
                client.feed(PgWireBackendMessage::EmptyQueryResponse(EmptyQueryResponse::new())).await?;
                return Ok(());
            }
            None => return Err(PgWireError::PortalNotFound(name.to_owned())),
        };
        let state = portal.state();
        let mut state = state.lock().await;
        if matches!(*state, PortalExecutionState::Initial) {
            match ExtendedQueryHandler::do_query(self, client, &portal, most).await? {
                Response::Query(rows) => *state = PortalExecutionState::Suspended(rows),
                Response::Execution(tag) => {
                    *state = PortalExecutionState::Finished;
                    return send_execution_response(client, tag).await;
                }
                _ => *state = PortalExecutionState::Finished,
            }
        }
        let (mut sent, mut is_done, mut word) = (0, true, "SELECT".to_owned());
        if let PortalExecutionState::Suspended(rows) = &mut *state {
            rows.command_tag().clone_into(&mut word);
            is_done = false;
            while most == 0 || sent < most {
                let Some(row) = rows.data_rows().next().await else {
                    is_done = true;
                    break;
                };
                client.feed(PgWireBackendMessage::DataRow(row?)).await?;
                sent += 1;
            }
        }
        if is_done {
            *state = PortalExecutionState::Finished;
            send_execution_response(client, Tag::new(&word).with_rows(sent)).await
        } else {
            client.feed(PgWireBackendMessage::PortalSuspended(PortalSuspended::new())).await?;
            Ok(())
        }
    }
}
