//! Plain text in columns: the layout of every table for a terminal or a log.

/// On which side a column's short lines stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// One line of a grid, before wrapping.
pub(crate) enum Line {
    /// One text per column.
    Cells(Vec<String>),
    /// Texts that each stand above a number of columns.
    Spans(Vec<(String, usize)>),
    /// A text over the whole width.
    Heading(String),
    /// A horizontal rule.
    Rule,
}

/// Blanks between two columns.
const GAP: usize = 2;
/// Narrowest width to which a column shrinks before the table runs over the requested width.
const NARROWEST: usize = 6;

/// Lays lines out in columns of together at most `width` characters, wrapping cells at blanks.
///
/// One character counts as one place. A table that cannot be made as narrow as `width` runs over it.
pub(crate) fn lay_out(aligns: &[Align], lines: &[Line], width: usize) -> String {
    let widths = column_widths(aligns.len(), lines, width);
    let total = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    let mut out = String::new();
    for line in lines {
        match line {
            Line::Rule => push_line(&mut out, &"─".repeat(total)),
            Line::Heading(text) => wrap(text, total).iter().for_each(|part| push_line(&mut out, part)),
            Line::Cells(cells) => {
                let cells: Vec<_> = cells
                    .iter()
                    .zip(&widths)
                    .zip(aligns)
                    .map(|((text, width), align)| (text.as_str(), *width, *align))
                    .collect();
                push_cells(&mut out, &cells);
            }
            Line::Spans(spans) => push_cells(&mut out, &span_cells(spans, &widths)),
        }
    }
    out
}

/// Breaks a text at blanks into lines of at most `width` characters; longer words are cut.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        let last = lines.last().map_or(0, |line| places(line));
        if last > 0 && last + 1 + rest.len() > width {
            lines.push(String::new());
        }
        while rest.len() > width {
            let cut: String = rest.drain(..width).collect();
            append(&mut lines, &cut);
            lines.push(String::new());
        }
        append(&mut lines, &rest.iter().collect::<String>());
    }
    lines
}

/// Number of places that a text takes: its characters.
pub(crate) fn places(text: &str) -> usize {
    text.chars().count()
}

fn append(lines: &mut [String], word: &str) {
    if let Some(line) = lines.last_mut() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
}

fn column_widths(columns: usize, lines: &[Line], width: usize) -> Vec<usize> {
    let mut widths = vec![0; columns];
    let mut floors = vec![NARROWEST; columns];
    for line in lines {
        if let Line::Cells(cells) = line {
            for (column, text) in cells.iter().enumerate().take(columns) {
                widths[column] = widths[column].max(places(text));
                let longest = text.split_whitespace().map(places).max().unwrap_or(0);
                floors[column] = floors[column].max(longest);
            }
        }
    }
    let room = width.saturating_sub(GAP * columns.saturating_sub(1));
    shrink(&mut widths, &floors, room);
    shrink(&mut widths, &vec![NARROWEST; columns], room);
    widths
}

/// Takes places from the widest column above its floor until the columns fit or none can give.
fn shrink(widths: &mut [usize], floors: &[usize], room: usize) {
    while widths.iter().sum::<usize>() > room {
        let widest =
            (0..widths.len()).filter(|&i| widths[i] > floors[i]).max_by_key(|&i| (widths[i], usize::MAX - i));
        match widest {
            Some(column) => widths[column] -= 1,
            None => return,
        }
    }
}

fn span_cells<'a>(spans: &'a [(String, usize)], widths: &[usize]) -> Vec<(&'a str, usize, Align)> {
    let mut from = 0;
    let mut cells = Vec::new();
    for (text, columns) in spans {
        let under = &widths[from.min(widths.len())..(from + columns).min(widths.len())];
        cells.push((
            text.as_str(),
            under.iter().sum::<usize>() + GAP * columns.saturating_sub(1),
            Align::Left,
        ));
        from += columns;
    }
    cells
}

fn push_cells(out: &mut String, cells: &[(&str, usize, Align)]) {
    let wrapped: Vec<Vec<String>> = cells.iter().map(|(text, width, _)| wrap(text, *width)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    for row in 0..height {
        let parts: Vec<String> = cells
            .iter()
            .zip(&wrapped)
            .map(|((_, width, align), lines)| pad(lines.get(row).map_or("", String::as_str), *width, *align))
            .collect();
        push_line(out, &parts.join(&" ".repeat(GAP)));
    }
}

fn pad(text: &str, width: usize, align: Align) -> String {
    match align {
        Align::Left => format!("{text:<width$}"),
        Align::Right => format!("{text:>width$}"),
    }
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells(texts: &[&str]) -> Line {
        Line::Cells(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn cells_wrap_at_blanks_and_numbers_stand_right() {
        let lines = [
            cells(&["plaats", "aantal"]),
            Line::Rule,
            cells(&["een tamelijk lange naam", "7"]),
            cells(&["kort", "1234"]),
        ];
        insta::assert_snapshot!(lay_out(&[Align::Left, Align::Right], &lines, 24), @r#"
plaats            aantal
────────────────────────
een tamelijk           7
lange naam
kort                1234
"#);
    }

    #[test]
    fn a_span_stands_above_its_columns() {
        let lines = [
            Line::Spans(vec![(String::new(), 1), ("samen".into(), 2)]),
            cells(&["a", "bbbbbb", "cccccc"]),
            Line::Heading("een kop die breder is dan de tabel zelf".into()),
        ];
        insta::assert_snapshot!(lay_out(&[Align::Left, Align::Right, Align::Right], &lines, 80), @r#"
   samen
a  bbbbbb  cccccc
een kop die
breder is dan de
tabel zelf
"#);
    }

    #[test]
    fn a_word_that_is_too_long_is_cut() {
        let lines = [cells(&["onverantwoordelijkheid", "aansprakelijkheidsverzekering"])];
        insta::assert_snapshot!(lay_out(&[Align::Left, Align::Left], &lines, 30), @r#"
onverantwoorde  aansprakelijkh
lijkheid        eidsverzekerin
                g
"#);
    }

    proptest! {
        #[test]
        fn wrapping_loses_no_letter_and_keeps_the_width(text in "[a-zé ]{0,60}", width in 1usize..20) {
            let lines = wrap(&text, width);
            prop_assert!(lines.iter().all(|line| places(line) <= width), "{:?}", lines);
            let letters = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }

        #[test]
        fn a_table_keeps_the_width_it_is_given(a in "[a-z ]{0,40}", b in "[a-z ]{0,40}", width in 20usize..60) {
            let text = lay_out(&[Align::Left, Align::Right], &[cells(&[&a, &b])], width);
            prop_assert!(text.lines().all(|line| places(line) <= width), "{}", text);
        }
    }
}
