//! The parts around the text: styles, settings, foot, properties, and what belongs to what.

use super::text::{field, run};
use crate::labels;
use crate::markup::Markup;

pub(super) const CONTENT_TYPES: &str = include_str!("parts/content_types.xml");
pub(super) const RELATIONS: &str = include_str!("parts/relations.xml");
pub(super) const DOCUMENT_RELATIONS: &str = include_str!("parts/document_relations.xml");
pub(super) const STYLES: &str = include_str!("parts/styles.xml");
pub(super) const SETTINGS: &str = include_str!("parts/settings.xml");
/// The namespaces of a part with text.
pub(super) const NAMESPACES: [(&str, &str); 2] = [
    ("xmlns:w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    ("xmlns:r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
];

/// What the file says of itself; no time, so that equal books are equal files.
pub(super) fn properties(title: &str) -> String {
    let mut xml = Markup::default();
    let namespaces = [
        ("xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ];
    xml.open("cp:coreProperties", &namespaces);
    xml.element("dc:title", &[], title);
    xml.element("dc:language", &[], "nl-NL");
    xml.finish_xml()
}

/// The foot of each page whose text is so wide.
pub(super) fn footer(synthetic: bool, width: usize) -> String {
    let mut xml = Markup::default();
    xml.open("w:ftr", &NAMESPACES);
    xml.open("w:p", &[]).open("w:pPr", &[]).empty("w:pStyle", &[("w:val", "Footer")]);
    let tab = [("w:val", "right"), ("w:pos", &*width.to_string())];
    xml.open("w:tabs", &[]).empty("w:tab", &tab).close().close();
    if synthetic {
        run(&mut xml, labels::SYNTHETIC_LINE);
    }
    xml.open("w:r", &[]).empty("w:tab", &[]).close();
    run(&mut xml, &format!("{} ", labels::PAGE));
    field(&mut xml, "PAGE");
    run(&mut xml, &format!(" {} ", labels::OF));
    field(&mut xml, "NUMPAGES");
    xml.finish_xml()
}
