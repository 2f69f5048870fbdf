use super::super::Reading;
use super::presentation::{check_columns, check_format, column, format};
use crate::tables::Read;
use crate::text::Text;
use crate::yaml::{RawDrawing, RawTree};
use crate::{Drawing, TreePresentation};

/// The drawing with what it reads; none if its table has no possible name.
pub(crate) fn read(reading: &mut Reading<'_>, text: &Text, raw: RawDrawing) -> Option<(Drawing, Read)> {
    match raw {
        RawDrawing::Tree(tree) => read_tree(reading, text, tree),
    }
}

fn read_tree(reading: &mut Reading<'_>, text: &Text, raw: RawTree) -> Option<(Drawing, Read)> {
    let shown = [&raw.node, &raw.parent, &raw.group, &raw.predictor, &raw.stop];
    let shown = shown.into_iter().chain(&raw.classes.value).chain(&raw.statistics);
    check_columns(reading, text, &shown.collect::<Vec<_>>());
    check_format(reading, text, &raw.share);
    if raw.classes.value.is_empty() {
        reading.yaml(
            &raw.classes.place(text),
            "the nodes have no classes",
            "list under `classes` the columns with the cases of each class",
        );
    }
    let (from, read) = reading.table(&raw.from, text)?;
    let columns = |list: Vec<_>| list.into_iter().map(column).collect();
    let tree = TreePresentation {
        from,
        section: raw.section.value,
        title: raw.title.value,
        node: column(raw.node),
        parent: column(raw.parent),
        group: column(raw.group),
        classes: columns(raw.classes.value),
        share: format(raw.share),
        predictor: column(raw.predictor),
        statistics: columns(raw.statistics),
        stop: column(raw.stop),
    };
    Some((Drawing::Tree(tree), read))
}
