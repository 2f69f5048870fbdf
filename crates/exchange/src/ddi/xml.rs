//! XML whose elements are closed and whose texts are escaped.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::io;

pub(super) struct Xml {
    writer: Writer<Vec<u8>>,
}

impl Xml {
    pub(super) fn new() -> Self {
        Self { writer: Writer::new_with_indent(Vec::new(), b' ', 1) }
    }

    /// An element with what `body` writes into it. Empty attributes are left out.
    pub(super) fn element(
        &mut self,
        name: &'static str,
        attributes: &[(&str, &str)],
        body: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        self.writer.write_event(Event::Start(start(name, attributes)))?;
        body(self)?;
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    /// An element that holds a text.
    pub(super) fn text(
        &mut self,
        name: &'static str,
        attributes: &[(&str, &str)],
        text: &str,
    ) -> io::Result<()> {
        let text = allowed(text);
        self.element(name, attributes, |xml| xml.writer.write_event(Event::Text(BytesText::new(&text))))
    }

    /// An element that holds nothing.
    pub(super) fn empty(&mut self, name: &'static str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.writer.write_event(Event::Empty(start(name, attributes)))
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let mut head = Writer::new(Vec::new());
        // Writing to memory cannot fail.
        _ = head.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        let mut bytes = head.into_inner();
        bytes.push(b'\n');
        bytes.extend(self.writer.into_inner());
        bytes.push(b'\n');
        bytes
    }
}

fn start<'a>(name: &'static str, attributes: &[(&'a str, &str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes.iter().filter(|(_, value)| !value.is_empty()) {
        start.push_attribute((*key, allowed(value).as_str()));
    }
    start
}

/// The text with U+FFFD for every character that XML cannot hold.
fn allowed(text: &str) -> String {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if allowed(c) { c } else { '\u{fffd}' }).collect()
}
