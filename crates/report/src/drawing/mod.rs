//! Trees drawn as SVG, each with a table of the same contents.

mod block;
mod measure;
mod rows;
mod scene;
mod svg;
mod tidy;
mod tree;
mod twin;
mod words;

use crate::markup::Markup;
use crate::{PrintedTable, ReportError, labels};
use arrow::array::RecordBatch;
use scene::{Scene, scene};
use std::collections::BTreeSet;
use study::{Drawing, Presentation};
use svg::Caption;
use words::Words;

/// What is drawn below one appendix.
#[derive(Clone, Debug)]
pub struct Drawings {
    /// Column of the appendix whose text leads to the tree of that section.
    pub section_column: String,
    /// The trees, in the order of the table that is drawn.
    pub trees: Vec<DrawnTree>,
    /// The nodes of all trees in one table, for a spreadsheet.
    pub nodes: PrintedTable,
}

/// One tree, drawn.
#[derive(Clone, Debug)]
pub struct DrawnTree {
    /// What tells it from the other trees of its appendix.
    pub section: String,
    /// Its title.
    pub title: String,
    /// A name for its file without extension: the section in letters, digits, points and hyphens, unique among its
    /// appendix's trees whatever the file system makes of capitals.
    pub file_stem: String,
    /// The table with the same contents.
    pub twin: PrintedTable,
    scene: Scene,
    description: String,
}

impl Drawings {
    /// The drawings of an appendix, `batches` being the rows of the table that its presentation wants drawn; none if
    /// it wants nothing drawn.
    ///
    /// Errors: a column that the table does not have or that has no printed form; rows that are no trees.
    pub fn new(presentation: &Presentation, batches: &[RecordBatch]) -> Result<Option<Self>, ReportError> {
        let Some(Drawing::Tree(declared)) = &presentation.drawing else { return Ok(None) };
        let trees = rows::trees(presentation, declared, batches)?;
        let words = Words::new(declared);
        let mut taken = BTreeSet::new();
        let mut drawn = Vec::new();
        for tree in &trees {
            let caption = format!("{}: {}", labels::TWIN, tree.title);
            drawn.push(DrawnTree {
                section: tree.section.clone(),
                title: tree.title.clone(),
                file_stem: file_stem(&tree.section, &mut taken),
                twin: twin::twin(presentation, declared, &caption, &[tree])?,
                scene: scene(tree, &words),
                description: words.description(tree),
            });
        }
        let all: Vec<&tree::Tree> = trees.iter().collect();
        Ok(Some(Self {
            section_column: declared.section.clone(),
            trees: drawn,
            nodes: twin::twin(presentation, declared, &presentation.title, &all)?,
        }))
    }
}

impl DrawnTree {
    /// The drawing as an SVG file in UTF-8. Equal trees give equal bytes.
    pub fn svg(&self) -> String {
        let mut svg = Markup::default();
        self.write(&mut svg, "boom");
        svg.finish_xml()
    }

    /// Width and height in CSS pixels at 100 %.
    pub fn size(&self) -> (i32, i32) {
        (self.scene.width, self.scene.height)
    }

    /// Writes the drawing as an element, its ids beginning with `id`.
    pub fn write(&self, markup: &mut Markup, id: &str) {
        svg::write(markup, &self.scene, &Caption { id, title: &self.title, description: &self.description });
    }
}

fn file_stem(section: &str, taken: &mut BTreeSet<String>) -> String {
    let mut stem = String::new();
    for c in section.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => stem.push(c.to_ascii_lowercase()),
            '.' if !stem.is_empty() && !stem.ends_with(['.', '-']) => stem.push('.'),
            _ if !stem.ends_with('-') => stem.push('-'),
            _ => {}
        }
    }
    let stem = stem.trim_matches(['-', '.']);
    let stem = if stem.is_empty() { "tree" } else { stem };
    let names = std::iter::once(stem.to_owned()).chain((2_u64..).map(|number| format!("{stem}-{number}")));
    for name in names {
        if taken.insert(name.clone()) {
            return name;
        }
    }
    stem.to_owned()
}
