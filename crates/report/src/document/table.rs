//! A table of the document.

use super::text::{open, paragraph, run, sign};
use super::widths::{Extent, SIDEWAYS, UPRIGHT, lies, widths};
use crate::book::{SetRow, SetTable};
use crate::markup::Markup;
use crate::{CellKind, HeaderCell};

/// A table, with what its columns hold.
pub(super) struct Table<'a> {
    set: SetTable<'a>,
    columns: Vec<Extent>,
}

impl<'a> Table<'a> {
    pub(super) fn new(set: SetTable<'a>) -> Self {
        let mut columns = vec![Extent::default(); set.kinds.len()];
        for cell in set.header.iter().flatten().filter(|cell| cell.columns == 1) {
            columns.get_mut(cell.column).into_iter().for_each(|column| column.add_label(&cell.text));
        }
        for cells in set.cells() {
            cells.iter().zip(&mut columns).for_each(|((text, sign), column)| {
                column.add(&format!("{text}{sign}"));
            });
        }
        Self { set, columns }
    }

    /// Whether it is to lie on its side.
    pub(super) fn lies(&self) -> bool {
        lies(&self.columns)
    }

    /// Writes it on a page that lies on its side or not.
    pub(super) fn write(&self, xml: &mut Markup, sideways: bool) {
        let widths = widths(&self.columns, if sideways { SIDEWAYS } else { UPRIGHT });
        let total = widths.iter().sum::<usize>().to_string();
        xml.open("w:tbl", &[]).open("w:tblPr", &[]);
        xml.empty("w:tblStyle", &[("w:val", "Appendix")]);
        xml.empty("w:tblW", &[("w:w", &total), ("w:type", "dxa")]);
        xml.empty("w:tblLayout", &[("w:type", "fixed")]);
        xml.empty("w:tblLook", &[("w:val", "04A0"), ("w:firstRow", "1"), ("w:firstColumn", "1")]);
        xml.empty("w:tblCaption", &[("w:val", self.set.title)]).close();
        xml.open("w:tblGrid", &[]);
        for width in &widths {
            xml.empty("w:gridCol", &[("w:w", &width.to_string())]);
        }
        xml.close().line();
        for level in 0..self.set.header.len() {
            self.header_row(xml, level, &widths);
        }
        for row in &self.set.rows {
            match row {
                SetRow::Heading(text) => heading_row(xml, text, &widths),
                SetRow::Cells(cells) => self.cells(xml, cells, &widths, ["TableText", "TableNumber"]),
                SetRow::Total(cells) => self.cells(xml, cells, &widths, ["TableHead", "TableHeadNumber"]),
            }
        }
        xml.close().line();
    }

    /// A row of the header; a cell that is taller than one row goes on in the rows below it.
    fn header_row(&self, xml: &mut Markup, level: usize, widths: &[usize]) {
        open_row(xml, true);
        let mut column = 0;
        while column < self.set.kinds.len() {
            let Some((begins, cell)) = self.header_cell(level, column) else {
                open_cell(xml, &widths[column..=column], None);
                paragraph(xml, "TableHead", "");
                xml.close();
                column += 1;
                continue;
            };
            let last = (column + cell.columns.max(1)).min(widths.len());
            let merge = (cell.rows > 1).then_some(if begins { "restart" } else { "continue" });
            open_cell(xml, &widths[column..last], merge);
            let style = match (cell.columns, self.set.kinds[column]) {
                (2.., _) => "TableSpan",
                (_, CellKind::Number) => "TableHeadNumber",
                (_, CellKind::Text) => "TableHead",
            };
            paragraph(xml, style, if begins { &cell.text } else { "" });
            xml.close();
            column = last;
        }
        xml.close().line();
    }

    /// The cell of the header that stands at a place, and whether it begins in this row.
    fn header_cell(&self, level: usize, column: usize) -> Option<(bool, &HeaderCell)> {
        (0..=level).rev().find_map(|above| {
            let covers = |cell: &&HeaderCell| {
                (cell.column..cell.column + cell.columns).contains(&column) && above + cell.rows > level
            };
            self.set.header[above].iter().find(covers).map(|cell| (above == level, cell))
        })
    }

    fn cells(
        &self,
        xml: &mut Markup,
        cells: &[(&str, &'static str)],
        widths: &[usize],
        [text, number]: [&'static str; 2],
    ) {
        open_row(xml, false);
        for ((place, (printed, mark)), kind) in cells.iter().enumerate().zip(&self.set.kinds) {
            open_cell(xml, &widths[place..=place], None);
            open(xml, if *kind == CellKind::Number { number } else { text });
            run(xml, printed);
            if !mark.is_empty() {
                sign(xml, mark);
            }
            xml.close().close();
        }
        xml.close().line();
    }
}

fn heading_row(xml: &mut Markup, text: &str, widths: &[usize]) {
    open_row(xml, false);
    open_cell(xml, widths, None);
    paragraph(xml, "TableHead", text);
    xml.close().close().line();
}

fn open_row(xml: &mut Markup, is_header: bool) {
    xml.open("w:tr", &[]).open("w:trPr", &[]).empty("w:cantSplit", &[]);
    if is_header {
        xml.empty("w:tblHeader", &[]);
    }
    xml.close();
}

/// Begins a cell above these columns.
fn open_cell(xml: &mut Markup, widths: &[usize], merge: Option<&str>) {
    let width = widths.iter().sum::<usize>().to_string();
    xml.open("w:tc", &[]).open("w:tcPr", &[]).empty("w:tcW", &[("w:w", &width), ("w:type", "dxa")]);
    if widths.len() > 1 {
        xml.empty("w:gridSpan", &[("w:val", &widths.len().to_string())]);
    }
    match merge {
        Some("restart") => _ = xml.empty("w:vMerge", &[("w:val", "restart")]),
        Some(_) => _ = xml.empty("w:vMerge", &[]),
        None => {}
    }
    xml.close();
}
