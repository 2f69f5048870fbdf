//! Prepared statements, of the protocol and of SQL (`PREPARE`, `EXECUTE`, `DEALLOCATE`): a connection has one set of names.

use super::respond::{fields, shown};
use super::{Connection, error, parameters};
use crate::frame::Fault;
use crate::limits::PREPARED;
use crate::rows::{Parameters, describe};
use crate::session::locked;
use crate::statement::{Kind, Statement, statements};
use arrow::datatypes::{Schema, SchemaRef};
use pgwire::api::portal::Format;
use pgwire::api::results::{FieldInfo, Response};
use pgwire::api::stmt::StoredStatement;
use pgwire::api::store::PortalStore;
use pgwire::api::{ClientInfo, ClientPortalStore, Type};
use pgwire::error::PgWireResult;
use pgwire::messages::response::TransactionStatus;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A statement with what a worker said of its types.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(super) statement: Arc<Statement>,
    /// A field for each parameter, of type null where nothing is known.
    pub(super) parameters: SchemaRef,
    pub(super) columns: Columns,
    /// Parameters whose types were told, by their number from 1, each as SQL has it.
    pub(super) declared: BTreeMap<usize, String>,
}

/// The columns that a statement gives.
#[derive(Clone, Debug)]
pub(super) enum Columns {
    None,
    Of(SchemaRef),
    Setting(Option<String>),
}

impl Prepared {
    /// The columns as a client is told of them.
    pub(super) fn fields(&self, format: &Format) -> PgWireResult<Vec<FieldInfo>> {
        match &self.columns {
            Columns::None => Ok(Vec::new()),
            Columns::Setting(name) => Ok(shown(name.as_deref())),
            Columns::Of(columns) => Ok(fields(columns, format)?.as_ref().clone()),
        }
    }

    /// Refuses rows that are not what was told: a run was published meanwhile whose table has other columns.
    pub(super) fn still_gives(&self, response: &Response, format: &Format) -> PgWireResult<()> {
        let (Response::Query(rows), Columns::Of(told)) = (response, &self.columns) else { return Ok(()) };
        let told = fields(told, format)?;
        let same = |a: &FieldInfo, b: &FieldInfo| a.name() == b.name() && a.datatype() == b.datatype();
        let now = rows.row_schema();
        if told.len() == now.len() && told.iter().zip(now.iter()).all(|(a, b)| same(a, b)) {
            return Ok(());
        }
        Err(error(Fault::new("0A000", "cached plan must not change result type")))
    }
}

/// The only statement of a text; none if it is empty.
pub(super) fn only(text: &str) -> Result<Option<Statement>, Fault> {
    let mut found = statements(text)?;
    let statement = found.pop();
    if found.is_empty() {
        return Ok(statement);
    }
    Err(Fault::new("42601", "cannot insert multiple commands into a prepared statement"))
}

impl Connection {
    /// Asks for the types of a statement.
    pub(super) async fn prepare<C: ClientInfo>(
        &self,
        client: &C,
        statement: Statement,
        declared: BTreeMap<usize, String>,
    ) -> PgWireResult<Prepared> {
        let prepared = self.described(statement, declared).await;
        if client.transaction_status() == TransactionStatus::Idle {
            self.session.unpin();
        }
        prepared
    }

    async fn described(
        &self,
        statement: Statement,
        declared: BTreeMap<usize, String>,
    ) -> PgWireResult<Prepared> {
        let nothing = Arc::new(Schema::empty());
        let asked =
            async |query: &str| describe(&self.server, &self.session, query, &declared).await.map_err(error);
        let (parameters, columns) = match &statement.kind {
            Kind::Query => {
                let told = asked(&statement.text).await?;
                (told.parameters, Columns::Of(told.columns))
            }
            Kind::Declare { query, .. } => (asked(query).await?.parameters, Columns::None),
            Kind::Fetch { name, .. } => (nothing, Columns::Of(self.columns_of(name).await.map_err(error)?)),
            Kind::Execute { name, .. } => (nothing, self.known(name).map_err(error)?.columns.clone()),
            Kind::Show(name) => (nothing, Columns::Setting(name.clone())),
            _ => (nothing, Columns::None),
        };
        Ok(Prepared { statement: Arc::new(statement), parameters, columns, declared })
    }

    /// Refuses a name that is taken, and one statement more than a connection may have.
    pub(super) fn is_free(&self, name: &str) -> Result<(), Fault> {
        let prepared = locked(&self.session.prepared);
        if prepared.contains_key(name) {
            return Err(Fault::new("42P05", format!("prepared statement {name:?} already exists")));
        }
        if prepared.len() >= PREPARED {
            let said = format!("{PREPARED} statements are prepared already");
            return Err(Fault::new("53000", said).with_hint("Let some go with DEALLOCATE."));
        }
        Ok(())
    }

    /// `PREPARE name (types) AS query`.
    pub(super) async fn prepare_as<C: ClientInfo>(
        &self,
        client: &C,
        name: &str,
        types: &[String],
        query: &str,
    ) -> PgWireResult<()> {
        self.is_free(name).map_err(error)?;
        let numbered = (1..).zip(types.iter().cloned());
        let declared = numbered.filter(|(_, kind)| !kind.eq_ignore_ascii_case("unknown")).collect();
        let statement = Statement { text: query.to_owned(), at: 0, kind: Kind::Query };
        let prepared = self.prepare(client, statement, declared).await?;
        locked(&self.session.prepared).insert(name.to_owned(), Some(Arc::new(prepared)));
        Ok(())
    }

    /// What `EXECUTE name (values)` asks for: the query that was prepared, with its parameters.
    pub(super) fn executed(&self, name: &str, values: &str) -> Result<(Arc<Prepared>, Parameters), Fault> {
        let prepared = self.known(name)?;
        if prepared.statement.kind != Kind::Query {
            return Err(Fault::new("0A000", format!("prepared statement {name:?} is no query")));
        }
        let declared = prepared.declared.clone();
        Ok((prepared, Parameters { row: None, declared, values: Some(values.to_owned()) }))
    }

    fn known(&self, name: &str) -> Result<Arc<Prepared>, Fault> {
        let known = locked(&self.session.prepared).get(name).cloned().flatten();
        known.ok_or_else(|| Fault::new("26000", format!("prepared statement {name:?} does not exist")))
    }

    /// Puts a statement that SQL prepared where the protocol finds it.
    pub(super) fn adopt<C>(&self, client: &C, name: &str)
    where
        C: ClientPortalStore,
        C::PortalStore: PortalStore<Statement = Prepared>,
    {
        if client.portal_store().get_statement(name).is_none()
            && let Ok(prepared) = self.known(name)
            && let Ok(types) = parameters::types(&prepared.parameters)
        {
            let types: Vec<Option<Type>> = types.into_iter().map(Some).collect();
            let stored = StoredStatement::new(name.to_owned(), prepared.as_ref().clone(), types);
            client.portal_store().put_statement(Arc::new(stored));
        }
    }

    /// Lets a prepared statement go, or all.
    pub(super) fn deallocate<C>(&self, client: &C, name: Option<&str>) -> Result<(), Fault>
    where
        C: ClientPortalStore,
        C::PortalStore: PortalStore,
    {
        let mut prepared = locked(&self.session.prepared);
        let Some(name) = name else {
            let all = std::mem::take(&mut *prepared);
            all.keys().for_each(|name| client.portal_store().rm_statement(name));
            return Ok(());
        };
        let missing = || Fault::new("26000", format!("prepared statement {name:?} does not exist"));
        prepared.remove(name).ok_or_else(missing)?;
        client.portal_store().rm_statement(name);
        Ok(())
    }
}
