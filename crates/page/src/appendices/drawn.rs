//! The trees of an appendix, each with its table twin.

use crate::printing::Leaf;
use crate::sheet::Sheet;
use crate::visit::Visit;
use report::{Dress, table_html};

/// Every drawing of an appendix, after a list that leads to them.
pub(super) fn drawings(sheet: &mut Sheet, visit: &Visit, leaf: &Leaf) {
    let Some(drawings) = leaf.drawings.as_ref().filter(|drawings| !drawings.trees.is_empty()) else { return };
    sheet.heading("trees", visit.say("Bomen", "Trees"));
    let html = sheet.html();
    html.open("ul", &[("class", "trees"), ("lang", "nl")]).line();
    for (place, tree) in drawings.trees.iter().enumerate() {
        let link = format!("#tree-{}", place + 1);
        html.open("li", &[]).element("a", &[("href", &link)], &tree.title).close().line();
    }
    html.close().line();
    for (place, tree) in drawings.trees.iter().enumerate() {
        let id = format!("tree-{}", place + 1);
        let heading = format!("{id}-heading");
        html.open(
            "section",
            &[("class", "drawing"), ("id", &id), ("aria-labelledby", &heading), ("lang", "nl")],
        );
        html.element("h3", &[("id", &heading)], &tree.title).line();
        // Otherwise than the section around it, so that the two are told apart.
        let label = format!("Boom: {}", tree.title);
        let region = [("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", &*label)];
        html.open("div", &region).line();
        tree.write(html, &id);
        html.close().line();
        html.open("details", &[]);
        html.element("summary", &[], &tree.twin.title).line();
        table_html(html, &tree.twin, |_, _, _| Dress::default());
        html.close().close().line();
    }
}
