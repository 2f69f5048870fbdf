//! A difference as people read it: first what it comes from, then what it did.

use super::{AppendixDiff, Difference};
use engine::{
    Because, Causes, Changed, DecisionChange, Place, PlacedRecord, QuarantineChange, RecordChange, Root,
    TableDiff, Verdict,
};
use std::fmt::Write;
use terms::Manifest;

/// Causes of one kind that are named at a row.
const NAMED: usize = 3;

impl Difference {
    /// All of it; at most `limit` lines of each list.
    pub(crate) fn text(&self, after: &Manifest, limit: usize) -> String {
        let diff = &self.diff;
        let without = match after.without.as_slice() {
            [] => String::new(),
            left_out => format!(", without {}", left_out.join(", ")),
        };
        let mut text = format!("run {} → run {}{without}\n", diff.before, diff.after);
        causes(&mut text, &diff.causes, limit);
        section(&mut text, "decisions of rules", &diff.causes.decisions, limit, decision);
        section(&mut text, "violations of checks", &diff.checks, limit, valued);
        tables(&mut text, &diff.tables, limit);
        let printed: usize = self.appendices.iter().map(|appendix| appendix.cells).sum();
        if !self.appendices.is_empty() {
            let _ = writeln!(text, "\nprinted cells ({printed})");
            self.appendices.iter().for_each(|one| appendix(&mut text, one, limit));
        }
        text
    }
}

fn section<T>(text: &mut String, title: &str, items: &[T], limit: usize, line: impl Fn(&T) -> String) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title} ({})", items.len());
    items.iter().take(limit).for_each(|item| _ = writeln!(text, "  {}", line(item)));
    more(text, items.len(), limit);
}

fn more(text: &mut String, all: usize, limit: usize) {
    if all > limit {
        let _ = writeln!(text, "    … and {} more", all - limit);
    }
}

fn causes(text: &mut String, causes: &Causes, limit: usize) {
    let came = |change: &Changed| {
        format!("{}  {}", change.name, came_or_went(change.before.is_some(), change.after.is_some()))
    };
    let left_out = |change: &Changed| match change.after {
        Some(_) => change.name.clone(),
        None => format!("{}  only in the earlier run", change.name),
    };
    if let Some(change) = &causes.engine {
        let _ = writeln!(text, "\n{}", valued(change));
    }
    section(text, "left out", &causes.left_out, limit, left_out);
    section(text, "parameters", &causes.parameters, limit, valued);
    section(text, "queries and declarations", &causes.definitions, limit, came);
    section(text, "delivered files", &causes.files, limit, came);
    section(text, "delivered records", &causes.records, limit, record);
    section(text, "refusals", &causes.quarantine, limit, refusal);
}

fn valued(change: &Changed) -> String {
    format!("{}: {} → {}", change.name, shown(&change.before), shown(&change.after))
}

fn came_or_went(before: bool, after: bool) -> &'static str {
    match (before, after) {
        (true, false) => "vanished",
        (false, _) => "appeared",
        (true, true) => "changed",
    }
}

fn shown(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or("–")
}

fn place(place: &Place) -> String {
    let sheet = place.sheet.as_ref().map(|sheet| format!(" [{sheet}]")).unwrap_or_default();
    format!("{}{sheet}:{}", place.file, place.line)
}

fn record(change: &RecordChange) -> String {
    let at = |record: &Option<PlacedRecord>| {
        record.as_ref().map(|record| place(&record.place)).unwrap_or_default()
    };
    match (&change.before, &change.after) {
        (Some(before), Some(_)) => {
            let moved = if at(&change.before) == at(&change.after) {
                String::new()
            } else {
                format!(" (before: line {})", before.place.line)
            };
            let cells: Vec<String> = change
                .cells
                .iter()
                .map(|cell| format!("{} {} → {}", cell.name, shown(&cell.before), shown(&cell.after)))
                .collect();
            format!("{}{moved}  {}", at(&change.after), cells.join(", "))
        }
        (Some(_), None) => format!("{}  vanished", at(&change.before)),
        (None, _) => format!("{}  appeared", at(&change.after)),
    }
}

fn refusal(change: &QuarantineChange) -> String {
    let column = change.column.as_ref().map(|column| format!(" {column}")).unwrap_or_default();
    let verb = if change.after { "is refused" } else { "is refused no more" };
    format!("{}{column}  {verb}: {}", place(&change.place), change.reason_code)
}

fn decision(change: &DecisionChange) -> String {
    let reason =
        change.after.as_ref().or(change.before.as_ref()).map_or("", |verdict| verdict.reason.as_str());
    format!("{} {}  {}  {}: {reason}", change.round, change.rule, judged(change), turn(change))
}

/// Where the judged record was delivered.
fn judged(change: &DecisionChange) -> String {
    change.place.as_ref().map_or_else(|| change.row_id.clone(), place)
}

/// The verdict before and after.
fn turn(change: &DecisionChange) -> String {
    let verb = |verdict: &Option<Verdict>| match verdict {
        None => "–".to_owned(),
        Some(verdict) if !verdict.applied => format!("{} (rejected)", verdict.verb),
        Some(verdict) => verdict.verb.clone(),
    };
    let (before, after) = (verb(&change.before), verb(&change.after));
    if before == after { format!("{after}, otherwise") } else { format!("{before} → {after}") }
}

fn root(root: &Root) -> String {
    match root {
        Root::Source(name) => format!("files of {name}"),
        Root::LeftOut(name) => format!("{name} left out"),
        Root::Parameter(name) => format!("parameter {name}"),
        Root::Definition(name) => format!("definition of {name}"),
        Root::Engine(name) => format!("engine or key at {name}"),
    }
}

/// The tables, those with the same causes under one line that names them; a single one row by row.
fn tables(text: &mut String, tables: &[TableDiff], limit: usize) {
    let names: Vec<String> = tables.iter().map(|table| table.table.to_string()).collect();
    let width = names.iter().map(String::len).max().unwrap_or(0);
    let _ = match tables.len() {
        0 => writeln!(text, "\nno table differs"),
        count => writeln!(text, "\ntables ({count})"),
    };
    let mut causes: Option<&[Root]> = None;
    for (table, name) in tables.iter().zip(&names) {
        if causes != Some(&table.because) && !table.because.is_empty() {
            let because: Vec<String> = table.because.iter().map(root).collect();
            let _ = writeln!(text, "  because of {}:", because.join(", "));
        }
        causes = Some(&table.because);
        let _ = writeln!(text, "    {name:width$}  {}", rows(table));
        if tables.len() == 1 {
            details(text, table, limit);
        }
    }
}

fn rows(table: &TableDiff) -> String {
    let count = |rows: Option<u64>| rows.map_or("–".to_owned(), |rows| rows.to_string());
    let noun = if table.rows_after == Some(1) { "row" } else { "rows" };
    let mut text = match (table.rows_before, table.rows_after) {
        (before, after) if before == after => format!("{} {noun}", count(after)),
        (before, after) => format!("{} → {} {noun}", count(before), count(after)),
    };
    for (rows, word) in
        [(table.appeared, "appeared"), (table.vanished, "vanished"), (table.changed, "changed")]
    {
        if rows > 0 {
            let _ = write!(text, ", {rows} {word}");
        }
    }
    for column in &table.columns {
        let word = came_or_went(column.before.is_some(), column.after.is_some());
        let _ = write!(text, ", column {} {word}", column.name);
    }
    text
}

fn details(text: &mut String, table: &TableDiff, limit: usize) {
    for row in &table.rows {
        let key: Vec<String> =
            table.key.iter().zip(&row.key).map(|(name, value)| format!("{name} {}", shown(value))).collect();
        let cells: Vec<String> = row
            .cells
            .iter()
            .map(|cell| format!("{} {} → {}", cell.name, shown(&cell.before), shown(&cell.after)))
            .collect();
        let what = match cells.as_slice() {
            [] => came_or_went(row.before.is_some(), row.after.is_some()).to_owned(),
            cells => cells.join(", "),
        };
        let _ = writeln!(text, "      {}: {what}", key.join(", "));
    }
    let all = usize::try_from(table.appeared + table.vanished + table.changed).unwrap_or(usize::MAX);
    if !table.rows.is_empty() {
        more(text, all, limit);
    }
}

fn appendix(text: &mut String, appendix: &AppendixDiff, limit: usize) {
    let (cells, rows) = (counted(appendix.cells, "cell"), counted(appendix.differing, "row"));
    let _ = writeln!(text, "  {}: {cells} in {rows}", appendix.appendix);
    if let Some(fault) = &appendix.fault {
        let _ = writeln!(text, "    cannot be compared as it is printed now: {fault}");
    }
    for rows in appendix.rows.chunk_by(|a, b| a.because == b.because) {
        for row in rows {
            let cells: Vec<String> = row
                .cells
                .iter()
                .map(|cell| format!("{} {} → {}", cell.column, shown(&cell.before), shown(&cell.after)))
                .collect();
            let _ = writeln!(text, "    {}: {}", row.row, cells.join(", "));
        }
        rows.iter().take(1).for_each(|row| because(text, &row.because));
    }
    more(text, appendix.differing, limit);
}

/// `1 row`, `2 rows`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The causes that stand behind a row, or behind several, the first few of each kind.
fn because(text: &mut String, because: &Because) {
    let mut line = |word: &str, items: Vec<String>| {
        let more = match items.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        if !items.is_empty() {
            let first: Vec<String> = items.into_iter().take(NAMED).collect();
            let _ = writeln!(text, "      {word} {}{more}", first.join("; "));
        }
    };
    line("record", because.records.iter().map(record).collect());
    line("decision", because.decisions.iter().map(short_decision).collect());
    let at = |records: &[PlacedRecord]| records.iter().map(|record| place(&record.place)).collect::<Vec<_>>();
    line("new behind it", at(&because.entered));
    line("no more behind it", at(&because.left));
    let definition = |root: &&Root| !matches!(root, Root::Source(_));
    let known = because.records.len() + because.decisions.len() > 0;
    if !known {
        line("because of", because.roots.iter().map(root).collect());
    } else if because.decisions.is_empty() {
        line("and of", because.roots.iter().filter(definition).map(root).collect());
    }
}

fn short_decision(change: &DecisionChange) -> String {
    let (at, what) = (judged(change), turn(change));
    format!("{} {} on {at}: {what}", change.round, change.rule)
}
