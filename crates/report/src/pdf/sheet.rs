//! Pages while they are set, and what the parts of their text are.

use super::font::Weight;

/// A4 in points, and the room inside of its margins.
const SHORT: f32 = 595.28;
const LONG: f32 = 841.89;
pub(super) const MARGIN: f32 = 50.0;
/// Where the foot of a page begins, from below.
const FOOT: f32 = 58.0;

/// What a part of the text is, for those who have it read to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Document,
    Title,
    Heading,
    Subheading,
    Paragraph,
    Caption,
    Contents,
    Entry,
    Table,
    Row,
    Header,
    Cell,
}

/// A part of the text.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) role: Role,
    pub(super) parent: usize,
    pub(super) kids: Vec<Kid>,
}

/// What a part holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kid {
    /// Another part, by its number.
    Element(usize),
    /// Text on a page, by the page and its place among that page's texts.
    Text { page: usize, place: usize },
}

/// A page.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) sideways: bool,
    pub(super) texts: Vec<Text>,
    /// Lines: from, to, height, width.
    pub(super) rules: Vec<[f32; 4]>,
    /// Where readers are led: left, bottom, right, top, and the heading's number.
    pub(super) links: Vec<([f32; 4], usize)>,
}

/// A line of text.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) text: String,
    /// The part that it belongs to; none for what only dresses the page.
    pub(super) element: Option<usize>,
}

/// Pages with their parts; the next text goes on the last page.
#[derive(Debug)]
pub(super) struct Sheets {
    pub(super) sheets: Vec<Sheet>,
    pub(super) elements: Vec<Element>,
    /// Headings with the page that they are on and their height there.
    pub(super) headings: Vec<(String, usize, f32)>,
    /// Height of the next line, from below.
    pub(super) y: f32,
}

impl Sheet {
    pub(super) fn size(&self) -> (f32, f32) {
        if self.sideways { (LONG, SHORT) } else { (SHORT, LONG) }
    }
}

/// Width between the margins.
pub(super) fn room(sideways: bool) -> f32 {
    if sideways { LONG - 2.0 * MARGIN } else { SHORT - 2.0 * MARGIN }
}

impl Sheets {
    /// An empty book: its one part is the whole.
    pub(super) fn new() -> Self {
        let document = Element { role: Role::Document, parent: 0, kids: Vec::new() };
        Self { sheets: Vec::new(), elements: vec![document], headings: Vec::new(), y: 0.0 }
    }

    /// Begins a page.
    pub(super) fn turn(&mut self, sideways: bool) {
        self.sheets.push(Sheet { sideways, texts: Vec::new(), rules: Vec::new(), links: Vec::new() });
        self.y = if sideways { SHORT } else { LONG } - MARGIN;
    }

    /// Whether the page in hand lies on its side.
    pub(super) fn lies(&self) -> bool {
        self.sheets.last().is_some_and(|sheet| sheet.sideways)
    }

    /// Room left on the page.
    pub(super) fn left(&self) -> f32 {
        self.y - FOOT
    }

    /// Room on an empty page like this one.
    pub(super) fn whole(&self) -> f32 {
        (if self.lies() { SHORT } else { LONG }) - MARGIN - FOOT
    }

    /// Begins another page like this one if there is less room than that.
    pub(super) fn need(&mut self, height: f32) {
        if self.left() < height {
            self.turn(self.lies());
        }
    }

    /// A new part inside of another one; its number.
    pub(super) fn element(&mut self, role: Role, parent: usize) -> usize {
        let number = self.elements.len();
        self.elements.push(Element { role, parent, kids: Vec::new() });
        if let Some(parent) = self.elements.get_mut(parent) {
            parent.kids.push(Kid::Element(number));
        }
        number
    }

    /// A line of text on the page in hand.
    pub(super) fn text(&mut self, text: Text) {
        let page = self.sheets.len().saturating_sub(1);
        self.text_on(page, text);
    }

    /// A line of text on a page that may be full already.
    pub(super) fn text_on(&mut self, page: usize, text: Text) {
        let Some(sheet) = self.sheets.get_mut(page) else { return };
        let kid = Kid::Text { page, place: sheet.texts.len() };
        if let Some(element) = text.element.and_then(|element| self.elements.get_mut(element)) {
            element.kids.push(kid);
        }
        sheet.texts.push(text);
    }

    /// A line across the page in hand.
    pub(super) fn rule(&mut self, from: f32, to: f32, y: f32, width: f32) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.rules.push([from, to, y, width]);
        }
    }
}
