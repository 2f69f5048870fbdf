//! Paragraphs and what stands in them.

use crate::markup::Markup;

/// A paragraph of a style.
pub(super) fn paragraph(xml: &mut Markup, style: &'static str, text: &str) {
    open(xml, style);
    run(xml, text);
    xml.close().line();
}

/// Begins a paragraph of a style.
pub(super) fn open(xml: &mut Markup, style: &'static str) {
    xml.open("w:p", &[]).open("w:pPr", &[]).empty("w:pStyle", &[("w:val", style)]).close();
}

/// Text; its line ends and tabs are those of the document.
pub(super) fn run(xml: &mut Markup, text: &str) {
    if text.is_empty() {
        return;
    }
    xml.open("w:r", &[]);
    for (line, text) in text.split('\n').enumerate() {
        if line > 0 {
            xml.empty("w:br", &[]);
        }
        for (part, text) in text.split('\t').enumerate() {
            if part > 0 {
                xml.empty("w:tab", &[]);
            }
            xml.element("w:t", &[("xml:space", "preserve")], text);
        }
    }
    xml.close();
}

/// A sign above the line.
pub(super) fn sign(xml: &mut Markup, sign: &str) {
    xml.open("w:r", &[]).open("w:rPr", &[]).empty("w:vertAlign", &[("w:val", "superscript")]).close();
    xml.element("w:t", &[], sign).close();
}

/// A field that the reader's program fills in.
pub(super) fn field(xml: &mut Markup, instruction: &'static str) {
    xml.open("w:fldSimple", &[("w:instr", instruction)]);
    run(xml, "1");
    xml.close();
}

/// A heading that the contents lead to, by the number of its place.
pub(super) fn heading(xml: &mut Markup, style: &'static str, place: usize, text: &str) {
    let (id, name) = (place.to_string(), bookmark(place));
    open(xml, style);
    xml.empty("w:bookmarkStart", &[("w:id", &id), ("w:name", &name)]);
    run(xml, text);
    xml.empty("w:bookmarkEnd", &[("w:id", &id)]).close().line();
}

/// Name of the place of a heading.
pub(super) fn bookmark(place: usize) -> String {
    format!("kop_{place}")
}
