//! What a rule says of itself: its document, as paragraphs.

use crate::sheet::Sheet;
use crate::visit::Visit;
use report::Markup;
use terms::Manifest;

/// Writes the title and the prose of a rule as the run had it, and where it stands; a word about why if it is another by now.
pub(super) fn write(sheet: &mut Sheet, visit: &Visit, run: &Manifest, round: &str, rule: &str) {
    let study = match visit.study_of(run) {
        Ok(study) => study,
        Err(_) => {
            sheet.paragraph(visit.say(
                "De studie is veranderd sinds deze run; de tekst van de regel van toen is er niet meer.",
                "The study has changed since this run; the text of the rule as it was is not there any more.",
            ));
            return;
        }
    };
    let rules = study.rounds.iter().filter(|known| known.name == round).flat_map(|round| &round.rules);
    let Some(rule) = rules.into_iter().find(|known| known.name == rule) else { return };
    let html = sheet.html();
    html.open("details", &[("open", ""), ("class", "prose"), ("lang", "nl")]);
    html.element("summary", &[], &rule.document.title).line();
    markdown(html, &rule.document.prose);
    html.open("p", &[]).element("code", &[], &rule.document.path.display().to_string()).text(" · ");
    html.element("code", &[], &rule.sql.path.display().to_string()).close();
    html.close().line();
}

/// Paragraphs and lists of a text in Markdown; what else it may hold is shown as it is written.
fn markdown(html: &mut Markup, text: &str) {
    for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        let is_item = |line: &str| line.starts_with("- ") || line.starts_with("* ");
        if !is_item(block) {
            html.open("p", &[]);
            inline(html, &block.split_whitespace().collect::<Vec<_>>().join(" "));
            html.close().line();
            continue;
        }
        let mut items: Vec<String> = Vec::new();
        for line in block.lines().map(str::trim) {
            match items.last_mut().filter(|_| !is_item(line)) {
                Some(item) => {
                    item.push(' ');
                    item.push_str(line);
                }
                None => items.push(line.get(2..).unwrap_or_default().to_owned()),
            }
        }
        html.open("ul", &[]);
        for item in items {
            html.open("li", &[]);
            inline(html, &item);
            html.close();
        }
        html.close().line();
    }
}

/// Strong words and code; a sign without its partner is a sign.
fn inline(html: &mut Markup, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*']) {
        let (before, marked) = rest.split_at(at);
        let (sign, tag) = if marked.starts_with("**") { ("**", "strong") } else { ("`", "code") };
        let inner = marked.strip_prefix(sign).and_then(|inner| inner.split_once(sign));
        html.text(before);
        match inner {
            Some((inner, after)) if !inner.is_empty() => {
                html.element(tag, &[], inner);
                rest = after;
            }
            _ => {
                html.text(&marked[..1]);
                rest = &marked[1..];
            }
        }
    }
    html.text(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut html = Markup::default();
        markdown(&mut html, text);
        html.finish().replace("<!DOCTYPE html>\n", "")
    }

    #[test]
    fn prose_becomes_paragraphs_and_lists() {
        assert_eq!(
            written("**What.** One `card`\nand two.\n\n- first\n  goes on\n- second <b>\n"),
            "<p><strong>What.</strong> One <code>card</code> and two.</p>\n\
             <ul><li>first goes on</li><li>second &lt;b&gt;</li></ul>\n\n"
        );
    }

    #[test]
    fn signs_without_partners_stay() {
        assert_eq!(written("2 * 3 ** 4 ` é"), "<p>2 * 3 ** 4 ` é</p>\n\n");
    }
}
