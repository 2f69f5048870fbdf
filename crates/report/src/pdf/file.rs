//! Pages as a file: fonts, contents, tags, outlines.

use super::font::{Font, Fonts, Weight};
use super::sheet::{Element, Kid, Role, Sheet, Sheets};
use super::subset::subset;
use pdf_writer::types::{
    AnnotationType, BorderType, CidFontType, FontFlags, StructRole, SystemInfo, UnicodeCmap,
};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use std::collections::BTreeMap;

const IDENTITY: SystemInfo =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
const WEIGHTS: [Weight; 2] = [Weight::Regular, Weight::Bold];
/// Bytes of fonts and pages are packed as far as is quick.
const PACKED: u8 = 6;

/// Numbers of the objects of a file.
struct Numbers {
    next: i32,
}

impl Numbers {
    fn one(&mut self) -> Ref {
        self.next += 1;
        Ref::new(self.next)
    }

    fn many(&mut self, count: usize) -> Vec<Ref> {
        (0..count).map(|_| self.one()).collect()
    }
}

/// Where the objects are.
struct Places {
    pages: Vec<Ref>,
    elements: Vec<Ref>,
    fonts: [Ref; 2],
    tree: Ref,
}

/// Characters by the signs that stand for them, of each font.
type Used = [BTreeMap<u16, char>; 2];

/// The pages as a PDF file.
pub(super) fn file(title: &str, fonts: &Fonts, laid: &Sheets) -> Vec<u8> {
    let mut numbers = Numbers { next: 0 };
    let [catalog, pages, information, outline] = [(); 4].map(|()| numbers.one());
    let places = Places {
        pages: numbers.many(laid.sheets.len()),
        elements: numbers.many(laid.elements.len()),
        fonts: [numbers.one(), numbers.one()],
        tree: numbers.one(),
    };
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(pages).outlines(outline).lang(TextStr("nl-NL")).pair(Name(b"StructTreeRoot"), places.tree);
    root.mark_info().marked(true);
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    pdf.document_info(information).title(TextStr(title)).producer(TextStr("herkomst"));
    let count = i32::try_from(laid.sheets.len()).unwrap_or(i32::MAX);
    pdf.pages(pages).kids(places.pages.iter().copied()).count(count);
    let mut used = Used::default();
    for (place, sheet) in laid.sheets.iter().enumerate() {
        let placed = Placed { place, sheet, laid, pages, places: &places };
        placed.write(&mut pdf, fonts, &mut used, &mut numbers);
    }
    tags(&mut pdf, laid, &places, &mut numbers);
    outlines(&mut pdf, laid, &places, outline, &mut numbers);
    for ((weight, place), used) in WEIGHTS.into_iter().zip(places.fonts).zip(&used) {
        write_font(&mut pdf, fonts.font(weight), place, used, &mut numbers);
    }
    pdf.finish()
}

/// One page with all that it needs to know.
struct Placed<'a> {
    place: usize,
    sheet: &'a Sheet,
    laid: &'a Sheets,
    pages: Ref,
    places: &'a Places,
}

impl Placed<'_> {
    fn write(&self, pdf: &mut Pdf, fonts: &Fonts, used: &mut Used, numbers: &mut Numbers) {
        let Some(page) = self.places.pages.get(self.place).copied() else { return };
        let content = numbers.one();
        let links = numbers.many(self.sheet.links.len());
        let (width, height) = self.sheet.size();
        let mut writer = pdf.page(page);
        writer.parent(self.pages).media_box(Rect::new(0.0, 0.0, width, height)).contents(content);
        writer.struct_parents(i32::try_from(self.place).unwrap_or(i32::MAX));
        writer.annotations(links.iter().copied());
        let mut resources = writer.resources();
        let mut dictionary = resources.fonts();
        for (name, place) in [b"F0", b"F1"].into_iter().zip(self.places.fonts) {
            dictionary.pair(Name(name), place);
        }
        dictionary.finish();
        resources.finish();
        writer.finish();
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&self.content(fonts, used), PACKED);
        pdf.stream(content, &packed).filter(Filter::FlateDecode);
        for (id, (place, heading)) in links.into_iter().zip(&self.sheet.links) {
            self.link(pdf, id, *place, *heading);
        }
    }

    /// Lines and texts; each text says to which part it belongs by its number.
    fn content(&self, fonts: &Fonts, used: &mut Used) -> Vec<u8> {
        let mut content = Content::new();
        content.begin_marked_content(Name(b"Artifact"));
        for [from, to, y, width] in &self.sheet.rules {
            // The finest lines, between rows, are to be felt more than seen.
            content.set_stroke_gray(if *width < 0.4 { 0.6 } else { 0.0 });
            content.set_line_width(*width).move_to(*from, *y).line_to(*to, *y).stroke();
        }
        content.end_marked_content();
        for (number, text) in self.sheet.texts.iter().enumerate() {
            match text.element {
                None => _ = content.begin_marked_content(Name(b"Artifact")),
                Some(element) => {
                    let role =
                        self.laid.elements.get(element).map_or(Role::Paragraph, |element| element.role);
                    let mut mark = content.begin_marked_content_with_properties(kind(role).to_name());
                    mark.properties().identify(i32::try_from(number).unwrap_or(i32::MAX));
                }
            }
            let (font, known): (&[u8], _) = match text.weight {
                Weight::Regular => (b"F0", &mut used[0]),
                Weight::Bold => (b"F1", &mut used[1]),
            };
            let mut bytes = Vec::new();
            for (sign, c) in fonts.font(text.weight).signs(&text.text).signs {
                bytes.extend(sign.to_be_bytes());
                // One sign may stand for several characters; the first of them in their order is told.
                known.entry(sign).and_modify(|known| *known = c.min(*known)).or_insert(c);
            }
            content.begin_text().set_font(Name(font), text.size).next_line(text.x, text.y).show(Str(&bytes));
            content.end_text().end_marked_content();
        }
        content.finish().to_vec()
    }

    fn link(&self, pdf: &mut Pdf, id: Ref, [left, bottom, right, top]: [f32; 4], heading: usize) {
        let mut link = pdf.annotation(id);
        link.subtype(AnnotationType::Link).rect(Rect::new(left, bottom, right, top));
        link.border_style().width(0.0).style(BorderType::Solid);
        if let Some((title, page, y)) = self.laid.headings.get(heading) {
            link.contents(TextStr(title));
            if let Some(page) = self.places.pages.get(*page) {
                link.insert(Name(b"Dest")).start::<pdf_writer::writers::Destination>().page(*page).xyz(
                    0.0,
                    y + 10.0,
                    None,
                );
            }
        }
    }
}

/// What each part of the text is, and which part each text belongs to.
fn tags(pdf: &mut Pdf, laid: &Sheets, places: &Places, numbers: &mut Numbers) {
    let lists = numbers.many(laid.sheets.len());
    let mut root = pdf.indirect(places.tree).start::<pdf_writer::writers::StructTreeRoot>();
    root.children().items(places.elements.first().copied());
    let mut tree = root.parent_tree();
    let mut entries = tree.nums();
    for (page, list) in (0..).zip(&lists) {
        entries.insert(page, *list);
    }
    entries.finish();
    tree.finish();
    root.parent_tree_next_key(i32::try_from(lists.len()).unwrap_or(i32::MAX));
    root.finish();
    let element = |number: usize| places.elements.get(number).copied();
    for (sheet, list) in laid.sheets.iter().zip(lists) {
        let mut owners = pdf.indirect(list).array();
        for text in &sheet.texts {
            match text.element.and_then(element) {
                Some(owner) => _ = owners.item(owner),
                None => _ = owners.item(pdf_writer::Null),
            }
        }
    }
    for (number, Element { role, parent, kids }) in laid.elements.iter().enumerate() {
        let Some(id) = element(number) else { continue };
        let mut writer = pdf.struct_element(id);
        writer.kind(kind(*role));
        writer.parent(if number == 0 { places.tree } else { element(*parent).unwrap_or(places.tree) });
        let mut children = writer.children();
        for kid in kids {
            match kid {
                Kid::Element(kid) => {
                    if let Some(kid) = element(*kid) {
                        children.struct_element(kid);
                    }
                }
                Kid::Text { page, place } => {
                    let mut marked = children.marked_content_ref();
                    if let Some(page) = places.pages.get(*page) {
                        marked.page(*page);
                    }
                    marked.marked_content_id(i32::try_from(*place).unwrap_or(i32::MAX));
                }
            }
        }
    }
}

/// The headings, for the side of the window.
fn outlines(pdf: &mut Pdf, laid: &Sheets, places: &Places, outline: Ref, numbers: &mut Numbers) {
    let items = numbers.many(laid.headings.len());
    let mut root = pdf.outline(outline);
    if let (Some(first), Some(last)) = (items.first(), items.last()) {
        root.first(*first).last(*last).count(i32::try_from(items.len()).unwrap_or(i32::MAX));
    }
    root.finish();
    for (place, (title, page, y)) in laid.headings.iter().enumerate() {
        let Some(id) = items.get(place) else { continue };
        let mut item = pdf.outline_item(*id);
        item.title(TextStr(title)).parent(outline);
        place
            .checked_sub(1)
            .and_then(|before| items.get(before))
            .into_iter()
            .for_each(|before| _ = item.prev(*before));
        items.get(place + 1).into_iter().for_each(|next| _ = item.next(*next));
        if let Some(page) = places.pages.get(*page) {
            item.dest().page(*page).xyz(0.0, y + 10.0, None);
        }
    }
}

/// A font with the signs that are used, their widths, and the characters that they stand for.
fn write_font(pdf: &mut Pdf, font: &Font, place: Ref, used: &BTreeMap<u16, char>, numbers: &mut Numbers) {
    let [descendant, descriptor, characters, data] = [(); 4].map(|()| numbers.one());
    let name = format!("HERKOM+{}", font.name);
    let name = Name(name.as_bytes());
    pdf.type0_font(place)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(descendant)
        .to_unicode(characters);
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type2).base_font(name).system_info(IDENTITY).font_descriptor(descriptor);
    cid.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = cid.widths();
    for sign in used.keys() {
        widths.consecutive(*sign, [font.advance(*sign)]);
    }
    widths.finish();
    cid.finish();
    let (face, bounds) = (&font.face, font.face.global_bounding_box());
    let scaled = |measure: i16| font.scaled(f32::from(measure));
    pdf.font_descriptor(descriptor)
        .name(name)
        .flags(FontFlags::NON_SYMBOLIC)
        .bbox(Rect::new(
            scaled(bounds.x_min),
            scaled(bounds.y_min),
            scaled(bounds.x_max),
            scaled(bounds.y_max),
        ))
        .italic_angle(0.0)
        .ascent(scaled(face.ascender()))
        .descent(scaled(face.descender()))
        .cap_height(scaled(face.capital_height().unwrap_or_else(|| face.ascender())))
        .stem_v(if face.is_bold() { 140.0 } else { 80.0 })
        .font_file2(data);
    let mut cmap = UnicodeCmap::new(Name(b"Custom"), IDENTITY);
    for (sign, c) in used {
        cmap.pair(*sign, *c);
    }
    pdf.stream(characters, cmap.finish().as_slice());
    let small = subset(font.data, &used.keys().copied().collect());
    let bytes = small.as_deref().unwrap_or(font.data);
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(bytes, PACKED);
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    pdf.stream(data, &packed).filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
}

fn kind(role: Role) -> StructRole {
    match role {
        Role::Document => StructRole::Document,
        Role::Title | Role::Paragraph => StructRole::P,
        Role::Heading => StructRole::H1,
        Role::Subheading => StructRole::H2,
        Role::Caption => StructRole::Caption,
        Role::Contents => StructRole::TOC,
        Role::Entry => StructRole::TOCI,
        Role::Table => StructRole::Table,
        Role::Row => StructRole::TR,
        Role::Header => StructRole::TH,
        Role::Cell => StructRole::TD,
    }
}
