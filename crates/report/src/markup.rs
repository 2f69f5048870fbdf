//! HTML that cannot be written unescaped: text and attribute values pass through one door each.

/// A growing HTML document. Tag and attribute names come from this crate, everything else is escaped.
#[derive(Debug, Default)]
pub struct Markup {
    out: String,
    open: Vec<&'static str>,
}

impl Markup {
    /// Begins an element.
    pub fn open(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) -> &mut Self {
        self.tag(tag, attributes);
        self.open.push(tag);
        self
    }

    /// Ends the element that was begun last.
    pub fn close(&mut self) -> &mut Self {
        if let Some(tag) = self.open.pop() {
            self.out.push_str("</");
            self.out.push_str(tag);
            self.out.push('>');
        }
        self
    }

    /// An element that holds only text.
    pub fn element(
        &mut self,
        tag: &'static str,
        attributes: &[(&'static str, &str)],
        text: &str,
    ) -> &mut Self {
        self.open(tag, attributes).text(text).close()
    }

    /// An element of XML without content.
    pub fn empty(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) -> &mut Self {
        self.tag(tag, attributes);
        self.out.pop();
        self.out.push_str("/>");
        self
    }

    /// An element that has no content and no end, such as `meta`.
    pub fn void(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) -> &mut Self {
        self.tag(tag, attributes);
        self
    }

    /// Text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        escape_into(&mut self.out, text);
        self
    }

    /// What another one holds, with everything closed that was left open there.
    pub fn append(&mut self, mut other: Markup) -> &mut Self {
        while !other.open.is_empty() {
            other.close();
        }
        self.out.push_str(&other.out);
        self
    }

    /// A line end, for people who read the source.
    pub fn line(&mut self) -> &mut Self {
        self.out.push('\n');
        self
    }

    /// The style sheet, which only this crate writes: no caller's text can reach it.
    pub fn style(&mut self, css: &'static str) -> &mut Self {
        self.open("style", &[]);
        self.out.push('\n');
        self.out.push_str(css);
        self.close()
    }

    /// The document, with everything closed that was left open.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        format!("<!DOCTYPE html>\n{}\n", self.out)
    }

    /// The document as XML instead, with everything closed that was left open.
    pub fn finish_xml(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", self.out)
    }

    fn tag(&mut self, tag: &'static str, attributes: &[(&'static str, &str)]) {
        self.out.push('<');
        self.out.push_str(tag);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            escape_into(&mut self.out, value);
            self.out.push('"');
        }
        self.out.push('>');
    }
}

/// Escapes for text and for double-quoted attributes.
fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(visible(c)),
        }
    }
}

/// What people are shown of a text: U+FFFD stands for what no form of the book may hold, so that a damaged text is seen and
/// not swallowed.
pub(crate) fn seen(text: &str) -> String {
    text.chars().map(visible).collect()
}

fn visible(c: char) -> char {
    match c {
        '\t' | '\n' => c,
        // Directional marks could show a reader another text than the one that is there.
        '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            '\u{fffd}'
        }
        // No characters, which XML refuses.
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

/// A text as an anchor: lower-case letters, digits and hyphens, after a letter of our own.
pub(crate) fn anchor(prefix: &str, name: &str) -> String {
    let mut id = String::from(prefix);
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            id.push(c.to_ascii_lowercase());
        } else if !id.ends_with('-') {
            id.push('-');
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> String {
        let mut html = Markup::default();
        html.element("p", &[("title", text)], text);
        html.finish()
    }

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(
            text("\"><script>alert('x')</script>&amp;\u{0}\u{202e}"),
            "<!DOCTYPE html>\n<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;\u{fffd}\u{fffd}\">\
             &quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;\u{fffd}\u{fffd}</p>\n"
        );
    }

    #[test]
    fn anchors_hold_no_markup() {
        assert_eq!(anchor("t-", "Tabel_04 \"><b>"), "t-tabel-04-b-");
    }

    proptest! {
        #[test]
        fn no_text_adds_an_element_or_ends_an_attribute(hostile in ".{0,40}") {
            let html = text(&hostile);
            prop_assert_eq!(html.matches('<').count(), 3, "{}", html);
            prop_assert_eq!(html.matches('"').count(), 2, "{}", html);
        }
    }
}
