//! The answer as a tree for people: tables with counts, and the first delivered records of each source.

use super::{Answer, QueryRow, Question};
use crate::commands::raw::shown;
use crate::commands::words::{counted, decision, pair, place};
use engine::{Decided, MadeBy, QueryOrder, Reached, Record, Share};
use std::collections::BTreeSet;
use terms::TableName;

pub(super) fn text(answer: &Answer, limit: usize) -> String {
    let mut text = heading(&answer.question);
    let delivered = &answer.why.delivered;
    let records = delivered.iter().map(|delivered| delivered.records).sum();
    text.push_str(&format!(
        "\nmade from {} of {}\n",
        counted(records, "delivered record"),
        counted(delivered.len() as u64, "source")
    ));
    let mut tree = Tree { answer, limit, drawn: BTreeSet::new(), listed: BTreeSet::new(), text };
    tree.branches(&answer.why.from, "", &[]);
    tree.rest();
    let mut text = tree.text;
    if let Some(file) = &answer.written {
        text.push_str(&format!("\n{} written to {file}\n", counted(records, "record")));
    }
    text
}

fn heading(question: &Question) -> String {
    match question {
        Question::Cell { table, row, column, value } => {
            let cell = column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
            let value = value.as_ref().map(|value| format!(": {value}")).unwrap_or_default();
            format!("{table}, row {row:?}{cell}{value}\n")
        }
        Question::Query(QueryRow { row, rows, column, order, values, .. }) => {
            let cell = column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
            let mut text = format!("row {row} of {rows} of the query{cell}\n");
            for (name, value) in values {
                text.push_str(&format!("  {name} = {}\n", value.as_deref().unwrap_or("NULL")));
            }
            if *order == QueryOrder::Free {
                text.push_str(
                    "the query does not order its rows by columns of its own that tell this one apart: row numbers are \
                     those of this answer, and may be others the next time\n",
                );
            }
            text
        }
    }
}

struct Tree<'a> {
    answer: &'a Answer,
    limit: usize,
    /// Tables that were drawn with what is below them.
    drawn: BTreeSet<&'a TableName>,
    /// Sources whose records were listed.
    listed: BTreeSet<&'a str>,
    text: String,
}

/// A line below a branch, with the lines that belong to it.
struct Leaf(Vec<String>);

impl<'a> Tree<'a> {
    /// Draws what something was made from: tables, then records.
    fn branches(&mut self, from: &'a [Share], indent: &str, leaves: &[Leaf]) {
        // The identifying columns of records are a table of their own, but the records are the same.
        let others = |share: &Share| from.iter().any(|other| is_beside(&share.table, &other.table));
        let from: Vec<&Share> = from.iter().filter(|share| !others(share)).collect();
        let last = from.len() + leaves.len();
        for (number, share) in (1..).zip(&from) {
            let (branch, below) = turn(indent, number == last);
            self.table(share, &branch, &below);
        }
        for (number, Leaf(lines)) in (from.len() + 1..).zip(leaves) {
            let (branch, below) = turn(indent, number == last);
            for (place, line) in lines.iter().enumerate() {
                let before = if place == 0 { &branch } else { &below };
                let line = if place == 0 { line.clone() } else { format!("  {line}") };
                self.text.push_str(&format!("{before}{line}\n"));
            }
        }
    }

    fn table(&mut self, share: &'a Share, branch: &str, below: &str) {
        let Some(reached) = self.answer.why.tables.iter().find(|reached| reached.table == share.table) else {
            return;
        };
        let made = reached.made.as_ref();
        let title = made.map(|made| made.title.as_str()).filter(|title| !title.is_empty());
        let file = made.and_then(|made| made.file.as_ref()).map(|file| format!(" ({file})"));
        let again = !self.drawn.insert(&reached.table);
        self.text.push_str(&format!(
            "{branch}{}  {} of {}{}{}\n",
            share.table,
            share.rows,
            counted(reached.of, "row"),
            title.filter(|_| !again).map(|title| format!("  {title}")).unwrap_or_default(),
            if again { ", see above".to_owned() } else { file.unwrap_or_default() },
        ));
        if again {
            return;
        }
        let leaves = self.leaves(reached);
        let inner = if reached.from.is_empty() && leaves.is_empty() { "   " } else { "│  " };
        for line in decided(reached) {
            self.text.push_str(&format!("{below}{inner}{line}\n"));
        }
        self.branches(&reached.from, below, &leaves);
    }

    /// Records of sources that were reached by identifying columns alone.
    fn rest(&mut self) {
        let answer = self.answer;
        for reached in answer.why.tables.iter().filter(|reached| reached.table.schema() == "identity") {
            let leaves = self.leaves(reached);
            if !leaves.is_empty() {
                self.text.push_str(&format!("{} (by identifying columns)\n", reached.table));
                self.branches(&[], "", &leaves);
            }
        }
    }

    /// The first records of a source, at the first of its tables that is drawn.
    fn leaves(&mut self, reached: &'a Reached) -> Vec<Leaf> {
        match reached.made.as_ref().map(|made| made.by) {
            Some(MadeBy::Source) => {}
            Some(MadeBy::Audit) if reached.table.table() == "decisions" => {
                return self.decisions(reached.rows);
            }
            _ => return Vec::new(),
        }
        let name = reached.table.table();
        let records = || {
            let all = self.answer.why.records.iter().enumerate();
            all.filter(|(_, record)| record.origin.source == name)
        };
        if records().next().is_none_or(|(_, record)| !self.listed.insert(record.origin.source.as_str())) {
            return Vec::new();
        }
        let shown = self.shown();
        let mut leaves: Vec<Leaf> = records()
            .take(shown)
            .map(|(place, record)| {
                Leaf(lines(record, self.answer.raw.as_ref().and_then(|raw| raw.get(place))))
            })
            .collect();
        let told = records().take(shown);
        let decided_told = told.filter(|(_, record)| !record.decisions.is_empty()).count() as u64;
        let delivered = self.answer.why.delivered.iter().find(|delivered| delivered.source == name);
        let (all, decided) = delivered.map_or((0, 0), |delivered| (delivered.records, delivered.decided));
        let (more, decided) = (all.saturating_sub(leaves.len() as u64), decided.saturating_sub(decided_told));
        if more > 0 {
            leaves.push(Leaf(vec![format!(
                "… {}{} (all of them with --limit 0, or in a file with --out)",
                counted(more, "more record"),
                if decided == 0 { String::new() } else { format!(", {decided} of them with decisions") }
            )]));
        }
        leaves
    }
}

impl Tree<'_> {
    /// How many records of a source are shown.
    fn shown(&self) -> usize {
        if self.limit == 0 { usize::MAX } else { self.limit }
    }

    /// The first decisions that took part themselves.
    fn decisions(&self, all: u64) -> Vec<Leaf> {
        let decisions = &self.answer.why.decisions;
        let told = |decided: &Decided| {
            let mut lines = decision(decided);
            lines[0] = format!("{}  {}", decided.row_id, lines[0]);
            Leaf(lines)
        };
        let mut leaves: Vec<Leaf> = decisions.iter().take(self.shown()).map(told).collect();
        let more = all.saturating_sub(leaves.len() as u64);
        if more > 0 {
            let more = counted(more, "more decision");
            leaves.push(Leaf(vec![format!("… {more} (all of them with --limit 0)")]));
        }
        leaves
    }
}

/// Whether a table holds the identifying columns of another that says the same.
fn is_beside(identity: &TableName, table: &TableName) -> bool {
    identity.schema() == "identity" && table.schema() != "identity" && identity.table() == table.table()
}

/// The beginnings of a branch's own line and of those below it.
fn turn(indent: &str, last: bool) -> (String, String) {
    let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
    (format!("{indent}{branch}"), format!("{indent}{below}"))
}

/// What a round decided and a matching found, in counts.
fn decided(reached: &Reached) -> Vec<String> {
    let mut lines: Vec<String> = reached
        .decided
        .iter()
        .map(|count| {
            let verb = match count.verb.as_str() {
                "merge" => "merged",
                "remove" => "removed",
                "move" => "moved",
                "add" => "added",
                "update" => "updated",
                other => other,
            };
            let not = if count.applied { "" } else { "NOT " };
            let by = if count.applied { "" } else { ", rejected by a reviewer" };
            format!("rule {}: {} {not}{verb}{by}", count.rule, counted(count.records, "record"))
        })
        .collect();
    lines.extend(
        reached.matched.iter().map(|count| format!("pass {}: {}", count.pass, counted(count.pairs, "pair"))),
    );
    lines
}

/// A record with the decisions about it.
fn lines(record: &Record, raw: Option<&String>) -> Vec<String> {
    let mut lines = vec![format!("{}  {}", place(&record.origin), record.origin.row_id)];
    lines.extend(raw.map(|raw| format!("  {}", shown(raw))));
    let told = record.decisions.iter().map(decision).chain(record.matches.iter().map(pair));
    for part in told {
        lines.extend(
            part.into_iter().enumerate().map(|(n, line)| if n == 0 { line } else { format!("  {line}") }),
        );
    }
    lines
}
