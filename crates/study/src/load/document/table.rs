use super::{Line, fault};
use crate::text::Text;
use crate::{ExampleTable, StudyError};

/// The Markdown table named on `name`, taken from the front of `rest`.
pub(super) fn parse(
    text: &Text,
    line: &Line<'_>,
    name: &str,
    rest: &mut &[Line<'_>],
) -> Result<ExampleTable, StudyError> {
    let blank = rest.iter().take_while(|line| line.text.trim().is_empty()).count();
    let lines = &rest[blank..];
    let length = lines.iter().take_while(|line| line.text.trim_start().starts_with('|')).count();
    let (lines, after) = lines.split_at(length);
    *rest = after;
    let [header, rule, rows @ ..] = lines else {
        return Err(fault(
            &line.name_place(text),
            "a table name without its table",
            "write the table below it: header, rule `|---|`, rows",
        ));
    };
    let columns: Vec<String> = cells(header.text).into_iter().map(Option::unwrap_or_default).collect();
    if columns.iter().any(String::is_empty) {
        return Err(fault(&header.place(text), "a column without a name", "name every column"));
    }
    if let Some(twice) = (1..columns.len()).find(|at| columns[..*at].contains(&columns[*at])) {
        return Err(fault(
            &header.place(text),
            &format!("the column `{}` is given twice", columns[twice]),
            "remove one of the two",
        ));
    }
    let is_rule = |cell: &Option<String>| {
        cell.as_deref().is_some_and(|cell| cell.contains('-') && cell.trim_matches([':', '-']).is_empty())
    };
    let marks = cells(rule.text);
    if marks.len() != columns.len() || !marks.iter().all(is_rule) {
        return Err(fault(
            &rule.place(text),
            "not the rule below a header",
            "write `|---|`, once for each column",
        ));
    }
    let rows = rows.iter().map(|row| {
        let cells = cells(row.text);
        if cells.len() == columns.len() {
            return Ok(cells);
        }
        let message = format!("{} cells under {} columns", cells.len(), columns.len());
        Err(fault(
            &row.place(text),
            &message,
            "write one cell for each column; an empty cell is NULL, `\\|` a bar",
        ))
    });
    let rows = rows.collect::<Result<_, _>>()?;
    Ok(ExampleTable { table: name.into(), columns, rows, line: line.number, first_row_line: rule.number + 1 })
}

/// The cells of a line, without outer blanks; an empty one is none.
fn cells(line: &str) -> Vec<Option<String>> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut escaped = false;
    for c in line.trim().chars().skip(1) {
        match c {
            '|' if !escaped => cells.push(std::mem::take(&mut cell)),
            '|' => (cell.pop(), cell.push('|')).1,
            _ => cell.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    if !cell.trim().is_empty() {
        cells.push(cell);
    }
    cells.into_iter().map(|cell| Some(cell.trim().to_owned()).filter(|cell| !cell.is_empty())).collect()
}
