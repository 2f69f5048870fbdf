//! Drawings below a table, each with its table twin.

use super::tables::{Dress, printed};
use super::{BookTable, table_anchor};
use crate::labels;
use crate::markup::Markup;
use crate::table::PrintedRow;

/// A drawing that is wider, in CSS pixels, is printed on its side: an upright A4 would make it too small to read.
const PORTRAIT: i32 = 780;
/// A drawing that is wider still is printed on A3.
const LANDSCAPE: i32 = 1300;

/// Where the row of a table leads to: the tree of its section, if it has one.
pub(super) fn links(entry: &BookTable, row: &PrintedRow) -> Option<String> {
    let drawings = entry.drawings?;
    let section = &row.cell(&drawings.section_column)?.text;
    let place = drawings.trees.iter().position(|tree| tree.section == *section)?;
    Some(format!("#{}", drawing_anchor(entry.name, place)))
}

/// Every drawing of an appendix: heading, drawing, table.
///
/// A drawing is as large as it is and scrolls sideways where the window is narrower, also with the keyboard; the print
/// style makes it fit the page.
pub(super) fn drawings(html: &mut Markup, entry: &BookTable) {
    for (place, tree) in entry.drawings.iter().flat_map(|drawings| &drawings.trees).enumerate() {
        let id = drawing_anchor(entry.name, place);
        let heading = format!("{id}-kop");
        let class = match tree.size().0 {
            width if width <= PORTRAIT => "drawing",
            width if width <= LANDSCAPE => "drawing broad",
            _ => "drawing vast",
        };
        html.open("section", &[("class", class), ("id", &id), ("aria-labelledby", &heading)]).line();
        html.element("h3", &[("id", &heading)], &tree.title).line();
        let label = format!("{}: {}", labels::DRAWING, tree.title);
        let region = [("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", &*label)];
        html.open("div", &region).line();
        tree.write(html, &id);
        html.close().line();
        printed(html, &tree.twin, |_, _, _| Dress::default());
        html.close().line();
    }
}

/// Anchors of tables hold no two hyphens in a row, so this one is no other table's.
fn drawing_anchor(name: &str, place: usize) -> String {
    format!("{}--{}", table_anchor(name), place + 1)
}
