use super::TableRead;
use crate::StudyError;
use crate::text::Text;
use sqlparser::ast::{
    Ident, ObjectName, ObjectNamePart, Query, Select, SetExpr, Spanned, Statement, TableFactor, Visit,
    Visitor,
};
use sqlparser::tokenizer::Span;
use std::ops::ControlFlow;

/// Tables that the query reads, and what in it no query of a study may hold.
pub(crate) fn reads(text: &Text, query: &Query) -> (Vec<TableRead>, Vec<StudyError>) {
    let mut found =
        Found { text, scopes: Vec::new(), function: false, reads: Vec::new(), faults: Vec::new() };
    // The visitor never breaks.
    let _ = query.visit(&mut found);
    (found.reads, found.faults)
}

struct Found<'a> {
    text: &'a Text,
    scopes: Vec<Scope>,
    /// The next relation is the name of a table function.
    function: bool,
    reads: Vec<TableRead>,
    faults: Vec<StudyError>,
}

/// The common table expressions of one query that is being visited.
struct Scope {
    /// Names that can be read by now.
    visible: Vec<String>,
    /// Address of each expression's query, and its name.
    declared: Vec<(*const Query, String)>,
    recursive: bool,
}

impl Scope {
    fn of(query: &Query) -> Self {
        let with = query.with.as_ref();
        let declared = with
            .iter()
            .flat_map(|with| &with.cte_tables)
            .map(|cte| (&raw const *cte.query, folded(&cte.alias.name)));
        Self {
            visible: Vec::new(),
            declared: declared.collect(),
            recursive: with.is_some_and(|with| with.recursive),
        }
    }

    /// Makes the expression with this query readable, if it is one of ours.
    fn reveal(&mut self, query: &Query) {
        if let Some((_, name)) = self.declared.iter().find(|(address, _)| std::ptr::eq(*address, query)) {
            self.visible.push(name.clone());
        }
    }
}

impl Visitor for Found<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if let Some(outer) = self.scopes.last_mut().filter(|outer| outer.recursive) {
            outer.reveal(query);
        }
        self.scopes.push(Scope::of(query));
        let limited = query.limit_clause.is_some() || query.fetch.is_some();
        if limited && query.order_by.is_none() {
            let span = query.limit_clause.as_ref().map_or_else(|| query.span(), Spanned::span);
            self.fault(
                span,
                "LIMIT without ORDER BY keeps arbitrary rows",
                "add an ORDER BY over unique columns to the same query",
            );
        }
        if names_table(&query.body) {
            self.fault(
                query.span(),
                "the TABLE form is not read",
                "write `select … from schema.table` with the columns",
            );
        }
        if !query.locks.is_empty() {
            self.fault(query.span(), "a query of a study locks nothing", "remove FOR UPDATE or FOR SHARE");
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.scopes.pop();
        if let Some(outer) = self.scopes.last_mut().filter(|outer| !outer.recursive) {
            outer.reveal(query);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if let Some(into) = &select.into {
            self.fault(
                into.name.span(),
                "SELECT INTO writes a table",
                "remove INTO: the engine makes the table",
            );
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        self.fault(
            statement.span(),
            "only queries are allowed, inside a query too",
            "remove the statement that writes",
        );
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        self.function = matches!(factor, TableFactor::Table { args: Some(_), .. });
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        if std::mem::take(&mut self.function) {
            return ControlFlow::Continue(());
        }
        let parts: Vec<String> = name.0.iter().filter_map(ObjectNamePart::as_ident).map(folded).collect();
        let table = parts.join(".");
        let local = parts.len() == 1 && self.scopes.iter().any(|scope| scope.visible.contains(&table));
        if !local {
            let (line, column) = self.text.line_and_column(super::place(self.text, name.span()).span.start);
            self.reads.push(TableRead { table, line, column });
        }
        ControlFlow::Continue(())
    }
}

impl Found<'_> {
    fn fault(&mut self, span: Span, message: &str, help: &str) {
        self.faults.push(StudyError::Sql(super::place(self.text, span).fault(message, help)));
    }
}

fn names_table(body: &SetExpr) -> bool {
    match body {
        SetExpr::Table(_) => true,
        SetExpr::SetOperation { left, right, .. } => names_table(left) || names_table(right),
        _ => false,
    }
}

/// The name as SQL understands it: lower case unless quoted.
fn folded(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() }
}
