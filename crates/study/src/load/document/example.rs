use super::{Line, fault, table};
use crate::text::Text;
use crate::{Example, ExampleTable, StudyError};
use terms::{TableName, Verb};

/// The example under a heading.
pub(super) fn parse(
    text: &Text,
    heading: &Line<'_>,
    name: &str,
    lines: &[Line<'_>],
) -> Result<Example, Vec<StudyError>> {
    let mut faults = Vec::new();
    let mut tables: Vec<ExampleTable> = Vec::new();
    let mut rest = lines;
    while let Some((line, after)) = rest.split_first() {
        rest = after;
        if let Some(table) = table_name(line.text) {
            match table::parse(text, line, table, &mut rest) {
                Ok(table) => faults.extend(add(text, line, table, &mut tables)),
                Err(found) => faults.push(found),
            }
        } else if line.text.trim_start().starts_with('|') {
            let help = "write the table's name in backticks on the line above it, alone";
            faults.push(fault(&line.place(text), "a table without a name", help));
            rest = &rest[rest.iter().take_while(|line| line.text.trim_start().starts_with('|')).count()..];
        }
    }
    if name.is_empty() {
        faults.push(fault(&heading.place(text), "the example has no name", "write `## Example: name`"));
    }
    match tables.pop() {
        Some(verdicts) if verdicts.table == "verdicts" && faults.is_empty() => {
            Ok(Example { name: name.into(), line: heading.number, inputs: tables, verdicts })
        }
        Some(verdicts) if verdicts.table == "verdicts" => Err(faults),
        _ => {
            if faults.is_empty() {
                let help = "end it with a table `verdicts`; one with a header only expects no verdict";
                faults.push(fault(&heading.place(text), "the example expects nothing", help));
            }
            Err(faults)
        }
    }
}

/// The name on a line that holds only a name in backticks.
fn table_name(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix('`')?.strip_suffix('`')?;
    (!name.is_empty() && !name.contains('`')).then_some(name)
}

/// Adds the table to the example's, or says why it cannot be one of them.
fn add(
    text: &Text,
    line: &Line<'_>,
    table: ExampleTable,
    tables: &mut Vec<ExampleTable>,
) -> Option<StudyError> {
    let name = table.table.as_str();
    let place = line.name_place(text);
    let found = if !matches!(name, "records" | "identities" | "verdicts") && TableName::parse(name).is_err() {
        Some(fault(
            &place,
            "not a table of an example",
            "write `records`, `identities`, `schema.table` or `verdicts`",
        ))
    } else if tables.iter().any(|other| other.table == name) {
        Some(fault(&place, "the table is given twice", "put all its rows in one table"))
    } else if tables.last().is_some_and(|last| last.table == "verdicts") {
        Some(fault(&place, "an input after the verdicts", "move `verdicts` to the end of the example"))
    } else if name == "verdicts" {
        verdicts(text, &table)
    } else {
        None
    };
    tables.push(table);
    found
}

fn verdicts(text: &Text, table: &ExampleTable) -> Option<StudyError> {
    let header = text.place(text.line(u64::from(table.first_row_line) - 2));
    if let Some(missing) =
        ["row_id", "verb"].iter().find(|name| table.columns.iter().all(|column| column != *name))
    {
        return Some(fault(
            &header,
            &format!("the verdicts have no column `{missing}`"),
            "verdicts have at least `row_id` and `verb`",
        ));
    }
    let verb = table.columns.iter().position(|column| column == "verb")?;
    let unknown =
        |row: &Vec<Option<String>>| !matches!(&row[verb], Some(word) if Verb::from_word(word).is_some());
    let row = table.rows.iter().position(unknown)?;
    let words = Verb::ALL.map(Verb::as_str).join(", ");
    let place = text.place(text.line(table.line_of_row(row).into()));
    Some(fault(
        &place,
        "a verdict without a known verb",
        &format!("the verbs are {words}; a row that is kept has no verdict"),
    ))
}
